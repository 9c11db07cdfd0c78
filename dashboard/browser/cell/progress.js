// What has come to be, where a timestep is stepped by operation: nothing is shown before it is computed. By timestep,
// and on a gradient's way back, the whole sequence has been read; a gradient then comes from the loss, at the right.
// Pure.

/** The number of the operation that makes a quantity, or the "prediction"; -1 for what none makes. */
export function makerOf({ operations }, name) {
  if (name === "prediction") return operations.length - 1;
  return operations.findIndex(({ makes }) => makes.includes(name));
}

/** Whether a quantity, or the "prediction", is there at a timestep; at the cursor's unless another is named. */
export function hasCome(trace, { operation = null, timestep, lossAt = null }, name, at = timestep) {
  if (operation === null || lossAt !== null) return true;
  if (at !== timestep) return at < timestep;
  return makerOf(trace, name) <= operation;
}

/** Whether the sequence has been read to its end, so that there is a loss on it. */
export const isRead = (trace, state) => hasCome(trace, state, "prediction", trace.timesteps - 1);

/** Whether the gradient of a quantity has arrived at the cursor. */
export const gradientHasCome = (trace, { operation = null }, name) =>
  operation === null || makerOf(trace, name) >= operation;

/** The timesteps [from, to) at which a quantity, or the "prediction", is there; or, `backward`, its gradient. */
export function spanOf(trace, state, name, backward = false) {
  if (state.operation === null || (state.lossAt !== null && !backward)) return [0, trace.timesteps];
  if (backward) return [state.timestep + (gradientHasCome(trace, state, name) ? 0 : 1), trace.timesteps];
  return [0, isRead(trace, state) ? trace.timesteps : state.timestep + (hasCome(trace, state, name) ? 1 : 0)];
}
