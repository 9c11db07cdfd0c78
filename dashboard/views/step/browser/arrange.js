// How the heatmaps are laid out: the order of their units, the stretch of time, and which units are pinned below.

import { element, setText } from "../../../browser/dom.js";

export const ORDERS = { index: "by index", similarity: "alike together", mean: "by mean", saturation: "by saturation" };
export const MOST_PINS = 6;
const WIDEST = 400; // timesteps; more columns than this cannot be told apart on the page
const NARROWEST = 5;
const SATURATED = 0.1; // a gate is saturated within this distance of 0 or 1, a signed value of -1 or 1

/** Where each unit is drawn: {unitAt, placeOf}. */
export function arrange(trace, { layer, order, quantity }) {
  const units = Array.from({ length: trace.units }, (_, k) => k);
  let unitAt = units;
  if (order === "similarity") unitAt = trace.similarity[layer];
  if (order === "mean" || order === "saturation") {
    const name = quantity === "prediction" ? "hidden" : quantity;
    const { gate } = trace.quantities[trace.index[name]];
    const plane = trace.plane(layer, name);
    const measure = order === "mean" ? (value) => value : (value) => (Math.abs(value) > 1 - SATURATED || (gate && value < SATURATED) ? 1 : 0);
    const totals = units.map(() => 0);
    plane.forEach((value, k) => (totals[k % trace.units] += measure(value)));
    unitAt = units.sort((a, b) => totals[b] - totals[a] || a - b);
  }
  const placeOf = new Array(trace.units);
  unitAt.forEach((unit, place) => (placeOf[unit] = place));
  return { unitAt, placeOf };
}

/** The stretch of time to draw: as wide as the state wants, with the cursor in it. */
export function windowAt({ timestep, width }, { timesteps }, former) {
  const wide = Math.min(timesteps, width ?? WIDEST);
  const kept = former && former.to - former.from === wide && timestep >= former.from && timestep < former.to && former.to <= timesteps;
  if (kept) return former;
  const from = Math.max(0, Math.min(timesteps - wide, timestep - Math.floor(wide / 2)));
  return { from, to: from + wide };
}

/** The width after zooming in (by 2) or out (by 1/2); null for all that can be drawn. */
export function zoomed({ width }, { timesteps }, by) {
  const widest = Math.min(timesteps, WIDEST);
  const wanted = Math.round((width ?? widest) / by);
  return wanted >= widest ? null : Math.max(Math.min(NARROWEST, widest), wanted);
}

export class Arrange {
  constructor(actions) {
    this.order = element("select", { "aria-label": "Order of units", title: "Order of units" }, ...Object.entries(ORDERS).map(([value, text]) => element("option", { value, text })));
    this.order.addEventListener("change", () => actions.arrange({ order: this.order.value }));
    const button = (text, label, key, onclick) => element("button", { class: "tool", text, "aria-label": label, title: `${label} (${key})`, onclick });
    this.pin = element("button", { class: "tool wide", title: "Draw this unit's curves below (p)", onclick: () => actions.pin() });
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
    this.order.value = state.order;
    const all = window.to - window.from === trace.timesteps;
    const long = trace.timesteps > WIDEST && !all ? "The sequence is longer than the page can draw well: " : "";
    const where = all ? "" : `${long}timesteps ${window.from + 1} to ${window.to} of ${trace.timesteps} are drawn, and the window follows the cursor.`;
    setText(this.said, backward && gradients ? `Gradients of the loss at timestep ${gradients.lossAt + 1}. ${where}` : where);
  }

  draw(state) {
    setText(this.pin, state.pins.includes(state.unit) ? `Unpin unit ${state.unit}` : `Pin unit ${state.unit}`);
  }
}
