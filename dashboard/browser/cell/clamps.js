// Clamps: values that are held at a number. The server reads and judges them (clamps.py); here they are written, and
// found in what the trace says it was computed with: {quantity, layer, unit or null for all, first, last, value}.

/** A clamp in the address and in questions, where layers and timesteps count from 1; `value` may be any text. */
export const writeClamp = ({ symbol, layer, unit, first, last, value }) =>
  `${symbol}:${layer + 1}:${unit ?? "*"}:${first + 1}-${last + 1}=${value}`;

/** Clamps behind each other, as the address has them, one by one. */
export const clampsIn = (text) => text.split(",").filter(Boolean);

/** A clamp as people read it. */
export function describeClamp({ quantity, layer, unit, first, last, value }, trace) {
  const who = unit === null ? "all units" : trace.unitName(layer, unit);
  const where = trace.layers > 1 ? `, layer ${layer + 1}` : "";
  const when = first === last ? `at ${first + 1}` : `at ${first + 1} to ${last + 1}`;
  return `${trace.quantity(quantity).symbol} = ${+value.toPrecision(6)}, ${who}${where}, ${when}`.replace("= -", "= −");
}

/** Those clamps of a trace that hold a quantity of a layer at a timestep. */
export const clampsAt = (trace, quantity, layer, timestep) =>
  trace.clamps.filter(
    (clamp) =>
      clamp.quantity === quantity && clamp.layer === layer && timestep >= clamp.first && timestep <= clamp.last,
  );

/** Whether a quantity of the unit is clamped at the timestep. */
export const isClamped = (trace, { layer, unit }, quantity, timestep) =>
  clampsAt(trace, quantity, layer, timestep).some((clamp) => (clamp.unit ?? unit) === unit);
