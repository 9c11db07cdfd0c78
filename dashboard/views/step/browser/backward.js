// The gradient on its way back through this timestep: what arrives, times which factor, and what goes on.

import { element, setText } from "../../../browser/dom.js";
import { compact, fixed } from "../../../browser/format.js";
import { gradientHasCome } from "../../../browser/cell/progress.js";
import { passedOn } from "./operations.js";

export class Backward {
  constructor(actions) {
    this.actions = actions;
    this.title = element("h3");
    this.here = element("button", {
      class: "small-tool",
      text: "loss here",
      title: "Take the loss at this timestep (l)",
      onclick: () => actions.takeLossHere(),
    });
    this.table = element("tbody");
    this.root = element(
      "section",
      { class: "backward", "aria-label": "Backward" },
      element("header", {}, this.title, this.here),
      element(
        "table",
        {},
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            ...["", "arrives", "× factor", "= goes on"].map((text) => element("th", { scope: "col", text })),
          ),
        ),
        this.table,
      ),
    );
  }

  show({ trace, gradients }) {
    if (this.cell !== trace.cell.variant) this.drawRows(trace);
    this.trace = trace;
    this.gradients = gradients;
    if (gradients) setText(this.title, `Loss at ${gradients.lossAt + 1}: ${fixed(gradients.loss)}`);
  }

  draw(state) {
    const { trace, gradients } = this;
    if (!gradients) return;
    for (const { step, cells } of this.rows) {
      const { gradient, factor } = passedOn(step, trace, gradients, state);
      const text = (value) => (gradientHasCome(trace, state, step.quantity) ? compact(value) : "");
      [gradient, factor, gradient * factor].forEach((value, k) => setText(cells[k], text(value)));
    }
  }

  /** A row for each way on which a gradient goes on in this cell. */
  drawRows(trace) {
    this.cell = trace.cell.variant;
    this.rows = trace.cell.gradient_steps.map((step) => {
      const { symbol } = trace.quantity(step.quantity);
      const choose = element("button", {
        class: "link",
        text: `${symbol} → ${step.onto}`,
        title: step.words,
        onclick: () => this.actions.set({ quantity: step.quantity }),
      });
      const cells = [element("td"), element("td"), element("td")];
      return { step, cells, root: element("tr", {}, element("th", { scope: "row" }, choose), ...cells) };
    });
    this.table.replaceChildren(...this.rows.map(({ root }) => root));
  }
}
