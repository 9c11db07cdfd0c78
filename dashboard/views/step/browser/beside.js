// Another checkpoint, or another sequence, beside this one; and the numbers of both, whatever stands there.

import { element, setText } from "../../../browser/dom.js";
import { hasCome } from "../../../browser/cell/progress.js";
import { fixed, whole } from "../../../browser/format.js";
import { lossOf } from "./pair.js";

export class Beside {
  constructor(actions) {
    this.checkpoint = element("select", { "aria-label": "Other checkpoint" });
    this.checkpoint.addEventListener("change", () =>
      actions.putBeside(this.checkpoint.value === "" ? null : { kind: "checkpoint", value: this.checkpoint.value }),
    );
    this.sequence = element("input", {
      type: "text",
      "aria-label": "Other text",
      placeholder: "another sequence",
      list: "beside-examples",
    });
    this.sequence.addEventListener("change", () =>
      actions.putBeside(this.sequence.value.trim() === "" ? null : { kind: "sequence", value: this.sequence.value }),
    );
    this.examples = element("datalist", { id: "beside-examples" });
    this.problem = element("p", { class: "problem", role: "alert", hidden: "" });
    this.said = element("p", { class: "outcome" });
    this.rows = element("tbody");
    this.heads = ["", "this", "beside", "difference"].map((text) => element("th", { scope: "col", text }));
    this.table = element("table", {}, element("thead", {}, element("tr", {}, ...this.heads)), this.rows);
    this.away = element("button", {
      class: "small-tool",
      text: "This one alone",
      onclick: () => actions.putBeside(null),
    });
    this.root = element(
      "section",
      { class: "compare", "aria-label": "Compare" },
      element("label", {}, element("span", { text: "the same sequence at" }), this.checkpoint),
      element("label", {}, element("span", { text: "or the same checkpoint on" }), this.sequence),
      this.examples,
      this.problem,
      this.said,
      this.table,
      this.away,
    );
  }

  complain(text) {
    this.problem.hidden = !text;
    setText(this.problem, text);
  }

  show({ pair, state, examples }) {
    this.pair = pair;
    const { steps } = pair.this;
    const { beside } = state;
    this.checkpoint.replaceChildren(
      element("option", { value: "", text: "no other checkpoint" }),
      ...[...steps].reverse().map((step) => element("option", { value: step, text: `training step ${whole(step)}` })),
    );
    this.checkpoint.value = beside?.kind === "checkpoint" ? beside.value : "";
    this.sequence.value = beside?.kind === "sequence" ? beside.value : "";
    this.examples.replaceChildren(...examples.map((example) => element("option", { value: example })));
    this.away.hidden = this.table.hidden = !pair.beside;
    if (!pair.beside)
      return setText(
        this.said,
        "Both cells are then drawn side by side and stepped together. Another run is chosen above the drawing.",
      );
    this.makeRows();
  }

  draw() {
    const { pair } = this;
    if (!pair.beside) return;
    const [first, second] = [pair.this, pair.beside].map((view) => `${view.called}: ${lossOf(view)}`);
    const apart = pair.choice.kind === "run" ? " Unit k of one run has nothing to do with unit k of another." : "";
    setText(this.said, `${first}; ${second}.${apart}`);
    const timestep = pair.focused.state.timestep;
    this.there.forEach((name, k) => {
      const [mine, theirs] = [pair.this, pair.beside].map(({ trace, state }) =>
        trace.quantity(name) && timestep < trace.timesteps
          ? hasCome(trace, state, name)
            ? trace.value(state.layer, name, timestep, state.unit)
            : ""
          : null,
      );
      const isKnown = typeof mine === "number" && typeof theirs === "number";
      const difference = isKnown ? mine - theirs : mine === "" || theirs === "" ? "" : null;
      const text = (value) => (value === null ? "–" : value === "" ? "" : fixed(value));
      [mine, theirs, difference]
        .slice(0, this.cells[k].length)
        .forEach((value, column) => setText(this.cells[k][column], text(value)));
    });
  }

  /** A row for each quantity that either cell has; units of two runs are not the same, so they have no difference. */
  makeRows() {
    const { pair } = this;
    const comparable = pair.choice.kind !== "run";
    const both = [...pair.this.quantities, ...pair.beside.quantities].filter(({ missing }) => !missing);
    const there = both.filter(({ name }, k) => both.findIndex((other) => other.name === name) === k);
    const made = `${comparable}/${pair.this.trace.cell.variant}/${pair.beside.trace.cell.variant}`;
    ["", pair.this.called, pair.beside.called].forEach((text, k) => setText(this.heads[k], text));
    if (this.made === made) return;
    this.made = made;
    this.heads[3].hidden = !comparable;
    this.there = there.map(({ name }) => name);
    this.rows.replaceChildren();
    this.cells = there.map(({ symbol, label, colour }) => {
      const cells = Array.from({ length: comparable ? 3 : 2 }, () => element("td"));
      this.rows.append(
        element(
          "tr",
          {},
          element("th", { scope: "row", title: label }, element("b", { text: symbol, style: `--colour: ${colour}` })),
          ...cells,
        ),
      );
      return cells;
    });
  }
}
