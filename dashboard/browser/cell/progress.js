// What has come to be, where a timestep is stepped by operation: nothing is shown before it is computed. By timestep,
// and on a gradient's way back, the whole sequence has been read. Pure.

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

/** The first timestep at which a quantity, or the "prediction", is not there yet. */
export const comesNext = (trace, state, name) =>
  isRead(trace, state) ? trace.timesteps : state.timestep + (hasCome(trace, state, name) ? 1 : 0);
