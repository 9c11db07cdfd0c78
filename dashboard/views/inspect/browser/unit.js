// A unit's page: its values, where it is high, low, and changes; what it answers to, and what it says; its relatives.

import { element, setText, svg } from "../../../browser/dom.js";
import { compact, fixed, whole } from "../../../browser/format.js";
import { changing } from "../../../browser/ask.js";
import { Asking } from "./asking.js";
import { NAMES } from "./engine.js";
import { headCells, MEASURES, unitName } from "./naming.js";
import { placeList } from "./places.js";

const PLACES = { highest: "Highest at", lowest: "Lowest at", changes: "Changes most at" };
const FEW = 6; // places of each kind at first

export class Unit {
  constructor(actions) {
    this.actions = actions;
    this.asking = new Asking("The unit is looked at over the whole text …");
    this.title = element("h3");
    this.name = element("input", {
      type: "text",
      maxlength: 40,
      "aria-label": "Name of the unit",
      placeholder: "name",
    });
    this.note = element("textarea", {
      rows: 2,
      maxlength: 1000,
      "aria-label": "Note on the unit",
      placeholder: "note",
    });
    this.keep = element("button", { class: "action", text: "Keep name and note", onclick: () => this.save() });
    this.kept = element("small", { role: "status" });
    this.content = element("div");
    this.root = element(
      "div",
      {},
      element(
        "header",
        {},
        this.title,
        element("button", { class: "action", text: "Break it", onclick: () => actions.breakIt() }),
      ),
      element(
        "div",
        { class: "naming" },
        this.name,
        this.note,
        element("div", { class: "span" }, this.keep, this.kept),
      ),
      this.asking.status,
      this.content,
    );
  }

  async save() {
    const { state, engine } = this.view;
    const said = { layer: state.layer + 1, unit: state.unit, name: this.name.value, note: this.note.value };
    setText(this.kept, "");
    try {
      await engine.fetch(NAMES, said, changing(engine.token));
      for (const field of [this.name, this.note]) field.defaultValue = field.value;
      setText(this.kept, "Kept; everybody sees it.");
      this.actions.renamed();
    } catch (refusal) {
      setText(this.kept, refusal.message);
    }
  }

  show(view) {
    this.view = view;
    const { state, engine, query, page, look } = view;
    if (!page) return;
    const refused = view.data.naming_refused;
    this.name.readOnly = this.note.readOnly = refused !== "";
    this.keep.hidden = refused !== "";
    if (refused) setText(this.kept, refused);
    const which = `${view.data.run}/${state.layer}/${state.unit}/${view.notesVersion}`;
    setText(this.title, unitName(state.unit, look.names).replace(/^u/, "U"));
    if (which !== this.which) {
      const another = !which.startsWith(this.which?.replace(/\d+$/, "") ?? "/");
      if (another) setText(this.kept, refused);
      this.which = which;
      this.fill(this.name, look.names.get(state.unit), another);
      this.fill(this.note, look.notes.get(state.unit), another);
      if (this.profile?.unit === state.unit) this.tell(this.profile); // its relatives may have other names
    }
    this.asking.ask(engine, "unit", { ...query, quantity: state.quantity, unit: state.unit }, (profile) =>
      this.tell(profile),
    );
  }

  /** What is known of the unit; what somebody types just now stays, unless it is about another one. */
  fill(field, text = "", another = false) {
    if (another || field.value === field.defaultValue) field.value = field.defaultValue = text;
  }

  tell(profile) {
    this.profile = profile;
    const { look, page } = this.view;
    const { symbol } = look.quantity;
    const part = (title, ...content) => titled({ text: title }, content);
    const titled = (heading, content) => element("section", { class: "part" }, element("h3", heading), ...content);
    const values = { text: `Values of ${symbol}`, "data-term": "values of a unit" };
    const parts = [titled(values, [histogram(profile.histogram, look)])];
    for (const [kind, title] of Object.entries(PLACES)) parts.push(part(title, this.places(profile[kind], page)));
    if (profile.responses.length) parts.push(part("Response to each symbol", this.responses(profile)));
    if (profile.raises.length || profile.lowers.length)
      parts.push(part("Outputs raised", chips(profile.raises)), part("Outputs lowered", chips(profile.lowers)));
    if (profile.relatives.length) parts.push(part("Relatives", this.relatives(profile.relatives)));
    if (profile.scores.length) parts.push(part("Tells about", this.scores(profile.scores)));
    this.content.replaceChildren(...parts);
    this.actions.labelled();
  }

  places(found, page) {
    const box = element("div", {}, placeList(found.slice(0, FEW), page, this.actions));
    if (found.length > FEW) {
      const more = element("button", {
        class: "link more-places",
        text: `${found.length - FEW} more`,
        onclick: () => box.replaceChildren(placeList(found, page, this.actions)),
      });
      box.append(more);
    }
    return box;
  }

  /** What it does when each symbol is read; where the cell has gates that write and keep, what they do then. */
  responses({ responses, symbols }) {
    const parts = this.view.data.quantities.filter(({ gate, bounded, carried }) => gate || (bounded && !carried));
    const shown = parts.filter(({ name }) => responses[0].means[name] !== undefined);
    const head = {
      read: "response to each symbol",
      times: "positions measured",
      change: "response to each symbol",
      ...Object.fromEntries(shown.map(({ symbol, name }) => [symbol, name])),
    };
    const most = Math.max(1e-9, ...responses.map(({ response }) => Math.abs(response ?? 0)));
    return element(
      "div",
      {},
      element(
        "table",
        { class: "responses" },
        element("thead", {}, element("tr", {}, ...headCells(head))),
        element(
          "tbody",
          {},
          ...responses.map(({ label, count, response, means }) =>
            element(
              "tr",
              {},
              element("th", { scope: "row" }, element("code", { text: label })),
              element("td", { text: whole(count) }),
              element("td", {}, signedBar(response ?? 0, most)),
              ...shown.map(({ name }) => element("td", { text: means[name] === null ? "–" : fixed(means[name], 2) })),
            ),
          ),
        ),
      ),
      element("small", {
        text:
          `Mean change of ${this.view.look.quantity.label.toLowerCase()} when that symbol is read` +
          `${shown.length ? "; beside it what its gates do then: which let in, which keep" : ""}.` +
          `${symbols > responses.length ? ` The ${responses.length} strongest of ${symbols} symbols.` : ""}`,
      }),
    );
  }

  relatives(found) {
    return element(
      "p",
      { class: "chips" },
      ...found.map(({ unit, correlation }) =>
        element("button", {
          class: "small-tool",
          text: `${unitName(unit, this.view.look.names)}  ${fixed(correlation, 2)}`,
          title: "Correlation over the text; press to go to it",
          onclick: () => this.actions.openUnit(unit),
        }),
      ),
    );
  }

  scores(found) {
    return element(
      "table",
      {},
      element(
        "tbody",
        {},
        ...found.map(({ property, measure, score, sign }) =>
          element(
            "tr",
            {},
            element("th", { scope: "row", text: property }),
            element("td", { text: `${MEASURES[measure]} ${score === null ? "–" : fixed(score, 3)}` }),
            element("td", { class: "quiet", text: sign > 0 ? "rises with it" : "falls with it" }),
          ),
        ),
      ),
    );
  }
}

const chips = (found) =>
  element(
    "p",
    { class: "chips" },
    ...found.map(({ label, value }) =>
      element("span", { class: "chip" }, element("code", { text: label }), ` ${fixed(value, 2)}`),
    ),
  );

/** A bar to the left of a middle line for a negative number, to its right for a positive one, and the number. */
function signedBar(value, most) {
  const bar = element("i", { class: value < 0 ? "negative" : "positive" });
  bar.style.width = `${(Math.abs(value) / most) * 50}%`;
  return element(
    "span",
    { class: "signed" },
    element("span", { class: "signed-bar", "aria-hidden": "true" }, bar),
    fixed(value, 2),
  );
}

/** How often the unit takes each value. */
function histogram({ edges, counts }, { quantity }) {
  const [width, height] = [360, 70];
  const most = Math.max(1, ...counts);
  const total = Math.max(
    1,
    counts.reduce((sum, count) => sum + count, 0),
  );
  const step = width / counts.length;
  const mean = counts.reduce((sum, count, k) => sum + (count * (edges[k] + edges[k + 1])) / 2, 0) / total;
  const words = `From ${compact(edges[0])} to ${compact(edges.at(-1))}, in the mean ${compact(mean)}`;
  return element(
    "figure",
    { class: "histogram" },
    svg(
      "svg",
      {
        viewBox: `0 0 ${width} ${height}`,
        role: "img",
        "aria-label": `Histogram of ${quantity.label}. ${words}.`,
        preserveAspectRatio: "none",
      },
      ...counts.map((count, k) =>
        svg("rect", {
          x: k * step + 0.5,
          y: height - (count / most) * height,
          width: step - 1,
          height: (count / most) * height,
          fill: quantity.colour,
        }),
      ),
    ),
    element(
      "p",
      { class: "ends" },
      element("small", { text: compact(edges[0]) }),
      element("small", { text: words }),
      element("small", { text: compact(edges.at(-1)) }),
    ),
  );
}
