// Where the cursor goes: by timestep, by operation, to a symbol. Pure; each gives a change of the state.

/** Some steps forward, or back; `operations` are the cell's. */
export function stepped(state, { timesteps, operations }, count) {
  if (state.operation === null) return { timestep: state.timestep + count };
  const place = state.timestep * operations.length + state.operation + count;
  const reached = Math.max(0, Math.min(timesteps * operations.length - 1, place));
  const operation = reached % operations.length;
  return {
    timestep: Math.floor(reached / operations.length),
    operation,
    quantity: operations[operation].subject || state.quantity,
  };
}

/** From timesteps to operations and back; a gradient comes in at the last operation. */
export function otherStepSize(state, { operations }) {
  if (state.operation !== null) return { operation: null };
  const operation = state.lossAt === null ? 0 : operations.length - 1;
  return { operation, quantity: operations[operation].subject || state.quantity };
}

/** Whether there is nothing further to step to. */
export const atEnd = ({ timestep, operation }, { timesteps, operations }) =>
  timestep === timesteps - 1 && (operation === null || operation === operations.length - 1);

/** The timestep that a text names: its number, or where the symbol comes next, or else first; null if nowhere. */
export function timestepOf(text, { labels, timesteps }, timestep) {
  const wanted = text.trim() || text;
  if (/^-?\d+$/.test(wanted)) return Number(wanted) - 1;
  const order = Array.from({ length: timesteps }, (_, k) => (timestep + 1 + k) % timesteps);
  return order.find((t) => labels[t] === wanted) ?? null;
}

/** The unit drawn so many places above or below. */
export function unitAway({ unit }, { unitAt, placeOf }, by) {
  return unitAt[Math.max(0, Math.min(unitAt.length - 1, placeOf[unit] + by))];
}

/** The checkpoint so many before or after that of the state. */
export function checkpointAway({ checkpoint }, steps, by) {
  const place = steps.includes(checkpoint) ? steps.indexOf(checkpoint) : steps.length - 1;
  return steps[Math.max(0, Math.min(steps.length - 1, place + by))];
}
