// Find units: those that tell a property best, beside what chance finds and what all units together tell.

import { element, setText } from "../../../browser/dom.js";
import { whole } from "../../../browser/format.js";
import { Asking } from "./asking.js";
import { fill } from "./bar.js";
import { MEASURES, percent, propertyName, unitName } from "./naming.js";

const OWN = {
  pattern: "Your own: regular expression",
  expression: "Your own: expression",
  spans: "Your own: painted spans",
};
const HINTS = {
  pattern: "The property holds wherever it matches, such as def \\w+ or \\d{2,}.",
  expression: 'Such as char in "aeiou" and previous(char) == "q", or count(char == "(") % 2.',
  spans: "Paint a span in the text by dragging over it, or by Shift with the arrow keys.",
};
const OF_WORDS = 'Such as word in ("the", "a") or since(word == ".") < 3.';
const SHOWN = 12; // units at first

export class Find {
  constructor(actions) {
    this.actions = actions;
    this.asking = new Asking("The text is read and all units are ranked …");
    this.choice = element("select", { "aria-label": "Property", onchange: () => this.chosen() });
    this.content = element("input", { type: "text", "aria-label": "Your own property", spellcheck: "false" });
    this.content.addEventListener("keydown", (event) => event.key === "Enter" && this.press());
    this.hint = element("small");
    this.ownRow = element("div", { class: "own-property" }, this.content, this.hint);
    this.button = element("button", { class: "primary", text: "Find units", onclick: () => this.press() });
    this.summary = element("p", { class: "outcome" });
    this.next = element("button", { class: "primary break-now", text: "Break it", onclick: () => actions.breakIt() });
    this.page = element("button", { class: "action", text: "Its page", onclick: () => actions.openUnit() });
    this.nextRow = element("div", { class: "span" }, this.next, this.page);
    this.list = element("ol", { class: "ranking" });
    this.more = element("button", { class: "link more-units", text: "Show all", onclick: () => this.showAll() });
    this.result = element("div", { hidden: "" }, this.summary, this.nextRow, this.list, this.more);
    this.root = element(
      "div",
      {},
      element("label", { class: "field-row" }, element("span", { text: "Property" }), this.choice),
      this.ownRow,
      this.button,
      this.asking.status,
      this.result,
    );
  }

  /** The property that the fields name. */
  get property() {
    const kind = this.choice.value;
    if (!(kind in OWN)) return kind;
    if (kind === "spans")
      return this.view.state.span ? `spans:${this.view.state.span[0] + 1}-${this.view.state.span[1]}` : "spans:";
    return `${kind}:${this.content.value.trim()}`;
  }

  chosen() {
    const kind = this.choice.value;
    this.showOwn(kind);
    if (kind in OWN) {
      this.content.value = "";
      if (kind !== "spans") this.content.focus();
      this.result.hidden = true;
    } else {
      this.actions.turnTo({ property: kind, found: false, broken: null });
    }
  }

  press() {
    this.asking.forget();
    this.actions.find(this.property);
  }

  showOwn(kind) {
    this.ownRow.hidden = !(kind in OWN);
    this.content.hidden = kind === "spans";
    const ofWords = kind === "expression" && this.view.page?.header.gap;
    setText(this.hint, ofWords ? OF_WORDS : (HINTS[kind] ?? ""));
  }

  show(view) {
    this.view = view;
    const { state, page, engine, query } = view;
    if (!page) return;
    const known = Object.keys(page.header.properties);
    const own = /^(pattern|expression|spans):(.*)$/s.exec(state.property);
    if (this.shownProperty !== state.property || !this.choice.options.length) {
      this.shownProperty = state.property;
      fill(this.choice, [...known.map((name) => [name, name]), ...Object.entries(OWN)], own ? own[1] : state.property);
      if (own && own[1] !== "spans") this.content.value = own[2];
      this.showOwn(this.choice.value);
    }
    if (!state.found) {
      this.asking.forget();
      this.result.hidden = true;
      return;
    }
    this.asking.ask(
      engine,
      "find",
      { ...query, quantity: state.quantity, property: state.property },
      (found) => this.tell(found),
      () => (this.result.hidden = true),
    );
    if (this.found) this.mark();
  }

  tell(found) {
    this.found = found;
    this.all = false;
    if (this.actions.wantsBest) this.actions.chooseBest(found.units[0].unit);
    this.draw();
    this.result.hidden = false;
    this.actions.labelled();
  }

  summarise(found) {
    const measure = MEASURES[found.measure];
    const best = found.units[0];
    const chance = found.beyond_chance
      ? `chance finds at most ${score(found.control)}`
      : `no more than chance finds (${score(found.control)}), so nothing was found`;
    const share = found.share === null ? "" : ` It holds at ${percent(found.share)} of the positions.`;
    setText(
      this.summary,
      `${unitName(best.unit, this.view.look.names).replace(/^u/, "U")} tells “${propertyName(found.property)}” best: ` +
        `${measure} ${score(best.score)} on ${whole(found.held_out)} held-out positions; ${chance}; all units ` +
        `together (linear probe) ${score(found.probe)}.${share}`,
    );
  }

  showAll() {
    this.all = true;
    this.draw();
  }

  draw() {
    const { measure, units, control } = this.found;
    const floor = measure === "auc" ? 0.5 : 0;
    const rows = units.slice(0, this.all ? units.length : SHOWN);
    const length = (value) => `${Math.max(0, Math.min(1, (value - floor) / (1 - floor))) * 100}%`;
    this.list.replaceChildren(
      ...rows.map(({ unit, score: value, sign }) => {
        const bar = element("i", { class: value > control ? "" : "chance" });
        bar.style.width = length(value);
        const line = element("b", { class: "control" });
        line.style.left = length(control);
        return element(
          "li",
          {},
          element(
            "button",
            { class: "row ranked", "data-unit": unit, onclick: () => this.actions.openUnit(unit) },
            element("span", { text: unitName(unit, this.view.look.names) }),
            element("span", { class: "sign", text: sign > 0 ? "high inside" : "low inside" }),
            element("span", { class: "score-bar", "aria-hidden": "true" }, bar, line),
            element("span", { class: "place-value", text: `${MEASURES[measure]} ${score(value)}` }),
          ),
        );
      }),
    );
    if (measure === "r2")
      this.list
        .querySelectorAll(".sign")
        .forEach((node, k) => setText(node, rows[k].sign > 0 ? "rises with it" : "falls with it"));
    this.more.hidden = this.all || units.length <= SHOWN;
    this.mark();
  }

  mark() {
    this.summarise(this.found);
    const { state, look } = this.view;
    for (const node of this.list.querySelectorAll("[data-unit]")) {
      const unit = Number(node.dataset.unit);
      node.setAttribute("aria-pressed", unit === state.unit);
      setText(node.firstChild, unitName(unit, look.names));
    }
    setText(this.next, `Break it: ${unitName(state.unit, look.names)}`);
  }
}

const score = (value) => (value === null ? "–" : value.toFixed(3).replace("-", "−"));
