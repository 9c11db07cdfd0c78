// What can be different on the Inspect page, in one table: the address, the view and the tests read it.

import { differingIn, same, startOf, turnedTo } from "../../../browser/state_table.js";

export const NEWEST = "newest";
export const PANELS = {
  find: "Find",
  unit: "Unit",
  break: "Break it",
  match: "Match",
  movers: "Moved by",
  gates: "Gates",
};
export const MOST_ROWS = 6; // units under each other
export const SOURCES = { "held-out": "Held-out text", own: "Your own text" };
export const OF_A_MODEL = { ...SOURCES, "held-out": "Its examples" }; // one trained elsewhere brings no text
const LONGEST = 2000; // characters of a text in the address; of a longer one browsers and proxies would cut the end

const number = (from) => ({
  read: (text) => (/^\d{1,7}$/.test(text) && Number(text) >= from ? Number(text) - from : undefined),
  write: (value) => (value === null ? null : String(value + from)),
});
const words = {
  read: (text) => text,
  write: (value) => (value && value.length <= LONGEST ? value : null),
};
const choice = (names) => ({
  read: (text) => (names.includes(text) ? text : undefined),
  write: (value) => value,
});
const units = {
  read(text) {
    const found = text.split(",").map((word) => (/^\d{1,6}$/.test(word) ? Number(word) : NaN));
    return found.every(Number.isFinite) ? [...new Set(found)] : undefined;
  },
  write: (value) => value.join(",") || null,
};

/** What units are held at when they are broken, or undefined: mean, zero, value:0.5, position:137. */
export function readHolding(text) {
  const [, simple, value, position] =
    /^(?:(mean|zero)|value:(-?\d{0,9}\.?\d{0,9}(?:e-?\d{1,2})?)|position:(\d{1,7}))$/.exec(text) ?? [];
  if (simple) return simple;
  if (value && Number.isFinite(Number(value))) return `value:${Number(value)}`;
  return Number(position) >= 1 ? `position:${Number(position)}` : undefined;
}

/**
 * Each field of the state:
 * - start: its value to begin with, which the address leaves out; null is left to what there is
 * - address: its name there; read(text) -> value, or undefined for what is none; write(value) -> text or null
 * - asks: what of the server's a change needs: "text", "colours", "marks", or nothing
 * - ends: with which turn it goes back to the start, to another "text" or another "run"
 */
export const FIELDS = {
  checkpoint: {
    start: NEWEST,
    address: "checkpoint",
    read: (text) => (text === NEWEST ? NEWEST : number(0).read(text)),
    write: String,
    asks: "text",
    ends: ["run"],
  },
  source: { start: "held-out", address: "text", ...choice(Object.keys(SOURCES)), asks: "text", ends: ["run"] },
  own: { start: "", address: "own", ...words, asks: "text", ends: ["run"] },
  page: { start: 0, address: "page", ...number(1), asks: "text", ends: ["text", "run"] },
  layer: { start: null, address: "layer", ...number(1), asks: "text", ends: ["run"] },
  quantity: { start: null, address: "quantity", ...words, asks: "colours", ends: ["run"] },
  unit: { start: null, address: "unit", ...number(0), ends: ["run"] },
  rows: { start: [], address: "rows", ...units, ends: ["run"] },
  position: { start: null, address: "position", ...number(1), ends: ["text", "run"] },
  span: {
    start: null,
    address: "span",
    read(text) {
      const match = /^(\d{1,6})-(\d{1,6})$/.exec(text);
      return match && Number(match[1]) <= Number(match[2]) ? [Number(match[1]) - 1, Number(match[2])] : undefined;
    },
    write: (value) => value && `${value[0] + 1}-${value[1]}`,
    ends: ["text", "run"],
  },
  property: { start: null, address: "property", ...words, asks: "marks", ends: ["run"] },
  panel: { start: "find", address: "panel", ...choice(Object.keys(PANELS)) },
  // what stands beside it in "Moved by": {kind: "checkpoint" or "run", value}
  beside: {
    start: null,
    address: "beside",
    read(text) {
      const match = /^(checkpoint|run):(\d{1,15})$/.exec(text);
      return match ? { kind: match[1], value: Number(match[2]) } : undefined;
    },
    write: (value) => value && `${value.kind}:${value.value}`,
    ends: ["run"],
  },
  // the output that is asked about; null: the likeliest
  output: { start: null, address: "output", ...number(0), ends: ["text", "run"] },
  // units that are broken; null: the chosen one, and nothing was asked yet
  broken: {
    start: null,
    address: "broken",
    read: units.read,
    write: (value) => value && units.write(value),
    ends: ["run"],
  },
  // what they are held at, and which of their quantities
  by: { start: "mean", address: "by", read: (text) => readHolding(text), write: (value) => value },
  held: { start: "hidden", address: "held", ...words, ends: ["run"] },
  map: { start: "pca", address: "map", ...choice(["pca", "umap"]) }, // by which the map of states is drawn
  found: {
    start: false,
    address: "found",
    read: (text) => text === "1" || undefined,
    write: (value) => (value ? "1" : null),
    ends: ["run"],
  },
};

export const startState = () => startOf(FIELDS);

/** The state that an address says, and the names of what it says in vain. */
export function readLink(parameters) {
  const state = startState();
  const problems = [];
  for (const [name, { address, read }] of Object.entries(FIELDS)) {
    const text = parameters.get(address);
    if (text === null) continue;
    const value = read(text);
    if (value === undefined) problems.push(`${address} “${text.slice(0, 40)}”`);
    else state[name] = value;
  }
  return { state, problems };
}

/** The parameters of an address that leads here. */
export function writeLink(run, state) {
  const found = { run: String(run) };
  for (const [name, { address, start, write }] of Object.entries(FIELDS)) {
    const text = same(state[name], start) ? null : write(state[name]);
    if (text !== null && text !== undefined) found[address] = text;
  }
  return found;
}

/** The state after turning to another "run" or "text". */
export const turned = (state, to) => turnedTo(FIELDS, state, to);

/** The state with everything where there is something: `there` is {layers, units, quantities, positions, property}. */
export function settled(state, there) {
  const within = (value, count) => Math.max(0, Math.min(count - 1, value));
  const found = { ...state };
  found.layer = state.layer === null ? there.layers - 1 : within(state.layer, there.layers);
  const names = there.quantities.map(({ name }) => name);
  if (!names.includes(state.quantity))
    found.quantity = (there.quantities.find((q) => q.name === "cell") ?? there.quantities.at(-1)).name;
  if (!names.includes(state.held)) found.held = names.includes("hidden") ? "hidden" : names.at(-1);
  found.unit = within(state.unit ?? 0, there.units);
  found.rows = state.rows.filter((unit) => unit < there.units).slice(0, MOST_ROWS);
  if (state.broken) {
    found.broken = state.broken.filter((unit) => unit < there.units);
    if (!found.broken.length) found.broken = null;
  }
  if (there.positions !== undefined) {
    if (state.position !== null) found.position = within(state.position, there.positions);
    if (state.span && state.span[1] > there.positions) found.span = null;
    if (!state.property) found.property = there.property;
  }
  return found;
}

/** What of the server's must be asked for anew: the names of `asks` that a change touches. */
export function asksOf(before, after) {
  const changed = differingIn(FIELDS, before, after);
  return new Set(changed.map((name) => FIELDS[name].asks).filter(Boolean));
}
