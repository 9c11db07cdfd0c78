// How units and timesteps are laid out: the order of the units, and the stretch of time that is drawn.

export const ORDERS = { index: "by index", similarity: "alike together", mean: "by mean", saturation: "by saturation" };
export const ORDERS_OF_QUANTITY = ["mean", "saturation"]; // another quantity, another order
export const MOST_PINS = 6;
export const WIDEST = 400; // timesteps; more columns than this cannot be told apart on the page
const NARROWEST = 5;
// within this distance of an end of its range a value is saturated, as in lstm_engine/runs/development.py
const SATURATED = 0.1;

/** Where each unit is drawn: {unitAt, placeOf}. */
export function arrange(trace, { layer, order, quantity }) {
  const units = Array.from({ length: trace.units }, (_, k) => k);
  let unitAt = units;
  if (order === "similarity") unitAt = trace.similarity[layer];
  if (ORDERS_OF_QUANTITY.includes(order)) {
    const name = quantity === "prediction" ? "hidden" : quantity;
    const { gate } = trace.quantity(name);
    const plane = trace.plane(layer, name);
    const measure =
      order === "mean"
        ? (value) => value
        : (value) => (Math.abs(value) > 1 - SATURATED || (gate && value < SATURATED) ? 1 : 0);
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
  const kept =
    former &&
    former.to - former.from === wide &&
    timestep >= former.from &&
    timestep < former.to &&
    former.to <= timesteps;
  if (kept) return former;
  const from = Math.max(0, Math.min(timesteps - wide, timestep - Math.floor(wide / 2)));
  return { from, to: from + wide };
}

/** The width after zooming in (by 2) or out (by 1/2); null for all that can be drawn. */
export function zoomed({ width }, { timesteps }, by) {
  const widest = Math.min(timesteps, WIDEST);
  const wanted = Math.max(NARROWEST, Math.round((width ?? widest) / by));
  return wanted >= widest ? null : wanted;
}
