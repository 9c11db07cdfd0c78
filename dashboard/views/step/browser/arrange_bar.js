// The bar above the heatmaps: the order of their units, the stretch of time, and what is pinned below.

import { element, setText } from "../../../browser/dom.js";
import { ORDERS, WIDEST } from "./arrange.js";

export class ArrangeBar {
  constructor(actions) {
    this.order = element(
      "select",
      { "aria-label": "Order of units", title: "Order of units" },
      ...Object.entries(ORDERS).map(([value, text]) => element("option", { value, text })),
    );
    this.order.addEventListener("change", () => actions.set({ order: this.order.value }));
    const button = (text, label, key, onclick) =>
      element("button", { class: "tool", text, "aria-label": label, title: `${label} (${key})`, onclick });
    this.pin = element("button", {
      class: "tool wide",
      title: "Draw this unit's curves below (u)",
      onclick: () => actions.togglePin(),
    });
    this.said = element("span", { class: "quiet" });
    this.root = element(
      "div",
      { class: "arrange", role: "toolbar", "aria-label": "Heatmaps" },
      element("label", {}, element("span", { text: "units" }), this.order),
      button("+", "Zoom in", "+", () => actions.zoom(2)),
      button("−", "Zoom out", "−", () => actions.zoom(0.5)),
      this.pin,
      this.said,
    );
  }

  show({ trace, state, window, backward, gradients }) {
    this.trace = trace;
    this.order.value = state.order;
    const all = window.to - window.from === trace.timesteps;
    const long = trace.timesteps > WIDEST && !all ? "The sequence is longer than the page can draw well: " : "";
    const where = all
      ? ""
      : `${long}timesteps ${window.from + 1} to ${window.to} of ${trace.timesteps} are drawn, ` +
        "and the window follows the cursor.";
    setText(
      this.said,
      backward && gradients ? `Gradients of the loss at timestep ${gradients.lossAt + 1}. ${where}` : where,
    );
  }

  draw(state) {
    const unit = this.trace.unitName(state.layer, state.unit);
    setText(this.pin, state.pins.includes(state.unit) ? `Unpin ${unit}` : `Pin ${unit}`);
  }
}
