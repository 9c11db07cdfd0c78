// Break it: what the loss does without the units, inside the property and outside of it, beside as many random units.

import { element, setText, svg } from "../../../browser/dom.js";
import { whole } from "../../../browser/format.js";
import { ticksBetween } from "../../../browser/lines.js";
import { Asking } from "./asking.js";
import { fill } from "./bar.js";
import { headCells, propertyName } from "./naming.js";
import { readHolding } from "./state.js";

const HOLDINGS = {
  mean: "their mean",
  zero: "zero",
  value: "a number (clamp)",
  position: "what they were at a position (transplant)",
};
const ROW = 58; // pixels of the chart's rows
const [WIDE, LEFT, RIGHT] = [400, 8, 12];

export class BreakIt {
  constructor(actions) {
    this.actions = actions;
    this.asking = new Asking("The whole text is read without the units, and without random ones: some seconds …");
    this.units = element("input", { type: "text", "aria-label": "Units to break" });
    this.units.addEventListener("keydown", (event) => event.key === "Enter" && this.press());
    this.held = element("select", { "aria-label": "What is held" });
    this.by = element("select", { "aria-label": "Held at", onchange: () => this.showFields() });
    fill(this.by, Object.entries(HOLDINGS), "mean");
    this.value = element("input", { type: "text", inputmode: "decimal", "aria-label": "Number to hold at" });
    this.position = element("input", { type: "number", min: 1, "aria-label": "Position to take from" });
    for (const field of [this.value, this.position])
      field.addEventListener("keydown", (event) => event.key === "Enter" && this.press());
    const row = (words, field) =>
      element("label", { class: "field-row" }, element("span", { text: words }), field);
    this.valueRow = row("Number to hold at", this.value);
    this.positionRow = row("Position to take from", this.position);
    this.button = element("button", { class: "primary", text: "Break it", onclick: () => this.press() });
    this.about = element("small");
    this.note = element("small", { hidden: "" });
    this.sentence = element("p", { class: "sentence" });
    this.verdict = element("p", { class: "verdict" });
    this.chart = element("figure", { class: "break-chart" });
    this.table = element("table", { class: "parts" });
    this.report = element("a", { class: "action", text: "Save the claim (HTML)", download: "" });
    const found = [this.sentence, this.verdict, this.note, this.chart, this.table, this.report];
    this.result = element("div", { hidden: "" }, ...found);
    this.root = element(
      "div",
      {},
      row("Units to break", this.units),
      row("What is held", this.held),
      row("Held at", this.by),
      this.valueRow,
      this.positionRow,
      this.button,
      this.about,
      this.asking.status,
      this.result,
    );
  }

  press() {
    const text = this.units.value.trim();
    const units = text.split(/[\s,]+/).map((word) => (/^\d{1,6}$/.test(word) ? Number(word) : NaN));
    if (!units.every(Number.isFinite)) {
      this.refuse(`“${text.slice(0, 40)}” cannot be read as units; write numbers like 3, 17.`);
      return;
    }
    const by = this.holding;
    if (by === null) {
      this.refuse(
        this.by.value === "value"
          ? `“${this.value.value.slice(0, 40)}” cannot be read as a number; write one like 0.5.`
          : `“${this.position.value.slice(0, 40)}” is no position; write one from 1, or move in the text.`,
      );
      return;
    }
    this.asking.forget();
    this.actions.breakIt([...new Set(units)], by, this.held.value);
  }

  refuse(words) {
    this.asking.status.classList.add("problem");
    setText(this.asking.status, words);
  }

  /** What units are to be held at, as the address says it; null if that cannot be read. */
  get holding() {
    const kind = this.by.value;
    const number = (kind === "value" ? this.value.value : this.position.value).trim().replace("−", "-");
    return readHolding(kind === "mean" || kind === "zero" ? kind : `${kind}:${number}`) ?? null;
  }

  showFields() {
    this.valueRow.hidden = this.by.value !== "value";
    this.positionRow.hidden = this.by.value !== "position";
  }

  show(view) {
    const { state, engine, query, page } = view;
    if (!page) return;
    const units = state.broken ?? [state.unit];
    if (this.shown !== units.join()) this.units.value = units.join(", ");
    this.shown = units.join();
    this.showHolding(view);
    if (view.notesVersion !== this.notesVersion) this.asking.key = null; // the sentence calls units by their names
    this.notesVersion = view.notesVersion;
    setText(
      this.about,
      "It is held at every position of the whole text. " +
        (page.header.properties[state.property]
          ? `“${propertyName(state.property)}” is a number, so the loss is compared over all of it.`
          : `The loss is compared inside and outside of “${propertyName(state.property)}”.`),
    );
    if (!state.broken) {
      this.result.hidden = true;
      this.asking.forget();
      return;
    }
    const asked = { ...query, units: units.join(","), property: state.property, quantity: state.held, by: state.by };
    this.report.href = engine.address("claim.html", asked).href;
    this.asking.ask(
      engine,
      "break",
      asked,
      (found) => this.tell(found),
      () => (this.result.hidden = true),
    );
  }

  /** The fields as the state has them, once for each state: what is being typed stays. */
  showHolding({ state, data }) {
    const said = `${data.run} ${state.held} ${state.by}`;
    if (said !== this.said) {
      this.said = said;
      fill(
        this.held,
        data.quantities.map(({ name, label }) => [name, label]),
        state.held,
      );
      const [kind, number] = state.by.split(":");
      this.by.value = kind;
      this.value.value = kind === "value" ? number : "0";
      this.position.value = kind === "position" ? number : String((state.position ?? 0) + 1);
      this.at = state.position;
    }
    if (state.position !== this.at && state.position !== null) this.position.value = String(state.position + 1);
    this.at = state.position; // the place where the cursor went last is the one that is meant
    this.showFields();
  }

  tell(found) {
    setText(this.sentence, found.sentence);
    setText(this.verdict, found.verdict);
    this.verdict.classList.toggle("holds", found.holds);
    setText(this.note, found.note);
    this.note.hidden = !found.note;
    this.chart.replaceChildren(
      chartOf(found),
      element("figcaption", {
        text:
          `rise of the loss (${found.unit_of_loss}) · orange: these units, with their ` +
          `${Math.round(found.confidence * 100)} % interval · grey: random units`,
      }),
    );
    const head = {
      where: "part of the text",
      positions: "positions measured",
      before: "loss before",
      after: "loss after",
      rise: "rise of the loss",
    };
    this.table.replaceChildren(
      element("thead", {}, element("tr", {}, ...headCells(head))),
      element(
        "tbody",
        {},
        ...found.rows.map((row) =>
          element(
            "tr",
            {},
            element("th", { scope: "row", text: row.where }),
            ...[whole(row.positions), three(row.before), three(row.after), three(row.rise[0])].map((text) =>
              element("td", { text }),
            ),
          ),
        ),
      ),
    );
    this.result.hidden = false;
    this.actions.labelled();
  }
}

const three = (value) => (value === null ? "–" : value.toFixed(3).replace("-", "−"));

/** Each part of the text in a row: the rise with its interval, and below it those of random units. */
function chartOf({ rows, sentence }) {
  const numbers = rows.flatMap(({ rise, random_rises: random }) => [...rise, ...random]).filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...numbers), Math.max(1e-6, ...numbers)];
  const x = (value) => LEFT + ((value - low) / (high - low)) * (WIDE - LEFT - RIGHT);
  const height = rows.length * ROW + 26;
  const drawing = svg("svg", { viewBox: `0 0 ${WIDE} ${height}`, role: "img", "aria-label": sentence });
  for (const tick of ticksBetween(low, high, 5)) {
    drawing.append(
      svg("line", { class: tick === 0 ? "zero" : "grid", x1: x(tick), x2: x(tick), y1: 4, y2: height - 20 }),
      svg("text", {
        x: x(tick),
        y: height - 5,
        "text-anchor": "middle",
        text: String(+tick.toPrecision(3)).replace("-", "−"),
      }),
    );
  }
  rows.forEach(({ where, rise, random_rises: random }, k) => {
    const y = k * ROW + 34;
    drawing.append(
      svg("text", { x: LEFT, y: y - 16, text: where }),
      ...random.map((value) => svg("circle", { class: "random", cx: x(value), cy: y + 13, r: 3.5 })),
      svg("line", { class: "interval", x1: x(rise[1]), x2: x(rise[2]), y1: y, y2: y }),
      svg("circle", { class: "rise", cx: x(rise[0]), cy: y, r: 6 }),
    );
  });
  return drawing;
}
