// Break it: what the loss does without the units, inside the property and outside of it, beside as many random units.

import { element, setText, svg } from "../../../browser/dom.js";
import { whole } from "../../../browser/format.js";
import { ticksBetween } from "../../../browser/lines.js";
import { Asking } from "./asking.js";
import { headCells, propertyName } from "./naming.js";

const ROW = 58; // pixels of the chart's rows
const [WIDE, LEFT, RIGHT] = [400, 8, 12];

export class BreakIt {
  constructor(actions) {
    this.actions = actions;
    this.asking = new Asking("The whole text is read without the units, and without random ones: some seconds …");
    this.units = element("input", { type: "text", "aria-label": "Units to break" });
    this.units.addEventListener("keydown", (event) => event.key === "Enter" && this.press());
    this.by = element("select", { "aria-label": "Held at" });
    this.by.append(
      element("option", { value: "mean", text: "their mean" }),
      element("option", { value: "zero", text: "zero" }),
    );
    this.button = element("button", { class: "primary", text: "Break it", onclick: () => this.press() });
    this.about = element("small");
    this.sentence = element("p", { class: "sentence" });
    this.verdict = element("p", { class: "verdict" });
    this.chart = element("figure", { class: "break-chart" });
    this.table = element("table", { class: "parts" });
    this.report = element("a", { class: "action", text: "Save the claim (HTML)", download: "" });
    this.result = element("div", { hidden: "" }, this.sentence, this.verdict, this.chart, this.table, this.report);
    this.root = element(
      "div",
      {},
      element("label", { class: "field-row" }, element("span", { text: "Units to break" }), this.units),
      element("label", { class: "field-row" }, element("span", { text: "Held at" }), this.by),
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
      this.asking.status.classList.add("problem");
      setText(this.asking.status, `“${text.slice(0, 40)}” cannot be read as units; write numbers like 3, 17.`);
      return;
    }
    this.asking.forget();
    this.actions.breakIt([...new Set(units)], this.by.value);
  }

  show(view) {
    const { state, engine, query, page } = view;
    if (!page) return;
    const units = state.broken ?? [state.unit];
    if (this.shown !== units.join()) this.units.value = units.join(", ");
    this.shown = units.join();
    this.by.value = state.by;
    setText(
      this.about,
      `What the units say is held, at every position of the whole text. ` +
        (page.header.properties[state.property]
          ? `“${propertyName(state.property)}” is a number, so the loss is compared over all of it.`
          : `The loss is compared inside and outside of “${propertyName(state.property)}”.`),
    );
    if (!state.broken) {
      this.result.hidden = true;
      this.asking.forget();
      return;
    }
    const asked = { ...query, units: units.join(","), property: state.property, quantity: "hidden", by: state.by };
    this.report.href = engine.address("claim.html", asked).href;
    this.asking.ask(
      engine,
      "break",
      asked,
      (found) => this.tell(found),
      () => (this.result.hidden = true),
    );
  }

  tell(found) {
    setText(this.sentence, found.sentence);
    setText(this.verdict, found.verdict);
    this.verdict.classList.toggle("holds", found.holds);
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
