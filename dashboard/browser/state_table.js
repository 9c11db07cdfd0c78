// A view's state as one table of its fields: what each begins with, and with which turn it goes back to that.

export const same = (a, b) => Object.is(a, b) || JSON.stringify(a) === JSON.stringify(b);

/** The state to begin with. */
export const startOf = (fields) => Object.fromEntries(Object.entries(fields).map(([name, { start }]) => [name, start]));

/** The state after turning to another of what ends some of the fields, a "run" say. */
export function turnedTo(fields, state, to) {
  const ended = Object.entries(fields).filter(([, { ends = [] }]) => ends.includes(to));
  return { ...state, ...Object.fromEntries(ended.map(([name, { start }]) => [name, start])) };
}

/** The names of the fields that differ. */
export const differingIn = (fields, before, after) =>
  Object.keys(fields).filter((name) => !same(before[name], after[name]));
