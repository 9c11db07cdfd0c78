// Another checkpoint, or another sequence, beside this one.

import { element, setText } from "../../../browser/dom.js";
import { hasCome } from "../../../browser/cell/progress.js";
import { fixed, whole } from "../../../browser/format.js";

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
    this.table = element(
      "table",
      {},
      element(
        "thead",
        {},
        element("tr", {}, ...["", "this", "other", "difference"].map((text) => element("th", { scope: "col", text }))),
      ),
      this.rows,
    );
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

  show({ trace, other, state, steps, examples }) {
    this.trace = trace;
    this.other = other;
    const { beside } = state;
    this.checkpoint.replaceChildren(
      element("option", { value: "", text: "no other checkpoint" }),
      ...[...steps].reverse().map((step) => element("option", { value: step, text: `step ${whole(step)}` })),
    );
    this.checkpoint.value = beside?.kind === "checkpoint" ? beside.value : "";
    this.sequence.value = beside?.kind === "sequence" ? beside.value : "";
    this.examples.replaceChildren(...examples.map((example) => element("option", { value: example })));
    this.away.hidden = this.table.hidden = !other;
    if (!other) return setText(this.said, "Both are then drawn side by side below, with their difference.");
    const what =
      beside.kind === "checkpoint" ? `Step ${whole(Number(beside.value))}` : `“${beside.value.slice(0, 30)}”`;
    setText(this.said, `${what}: loss ${fixed(other.loss)}; this one: ${fixed(trace.loss)} ${trace.unit_of_loss}.`);
  }

  draw(state) {
    const { timestep, unit, layer } = state;
    const { trace, other } = this;
    if (!other) return;
    if (this.variant !== trace.cell.variant) this.makeRows(trace);
    const there = trace.quantities.filter(({ missing }) => !missing);
    there.forEach(({ name }, k) => {
      const mine = trace.value(layer, name, timestep, unit);
      const theirs = timestep < other.timesteps ? other.value(layer, name, timestep, unit) : NaN;
      const text = (value) => (hasCome(trace, state, name) ? fixed(value) : "");
      [mine, theirs, mine - theirs].forEach((value, column) => setText(this.cells[k][column], text(value)));
    });
  }

  /** A row for each quantity that the cell has. */
  makeRows(trace) {
    this.variant = trace.cell.variant;
    this.rows.replaceChildren();
    const there = trace.quantities.filter(({ missing }) => !missing);
    this.cells = there.map(({ symbol, label, colour }) => {
      const cells = [element("td"), element("td"), element("td")];
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
