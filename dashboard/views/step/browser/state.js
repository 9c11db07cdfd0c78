// What can be different in the step view, in one table: the address, the view, undo and the tests read it.

import { MOST_PINS, ORDERS } from "./arrange.js";
import { OPERATIONS } from "./operations.js";

export const NEWEST = "newest";
export const PANELS = { why: "Why", whatif: "What if", backward: "Backward", compare: "Compare", save: "Save" };
const KEEPS_GRADIENT = ["backward", "save"]; // panels beside which gradients stay on the screen

const bounded = (value, low, high) => Math.max(low, Math.min(high, Math.round(value) || 0));

/** A whole number, which the address counts from `from`, the state from 0; null is a choice of its own. */
const whole = (count, from = 0, least = 0) => ({
  read(text, there) {
    const [first, last] = [least + from, count(there) - 1 + from];
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (value >= first && value <= last) return { value: value - from };
    const nearest = Number.isFinite(value) ? Math.max(first, Math.min(last, value)) : first;
    return { value: nearest - from, problem: { kind: "nearest", text, there: `there are ${first} to ${last.toLocaleString("en-US")}` } };
  },
  write: (value) => (value === null ? null : String(value + from)),
  within: (value, there) => (value === null ? null : bounded(value, least, count(there) - 1)),
});

/** One of some names. */
const choice = (names) => ({
  read(text, there) {
    if (names(there).includes(text)) return { value: text };
    return { problem: { kind: "nearest", text, there: `there are ${names(there).join(", ")}` } };
  },
  write: (value) => value,
  within: (value) => value,
});

/** Units behind each other, each once. */
const units = {
  read(text, there) {
    const named = text.split(",").filter(Boolean).map((word) => (/^\d{1,6}$/.test(word) ? Number(word) : NaN));
    const known = named.filter((unit) => unit < there.units);
    const problem = known.length < named.length ? { kind: "nearest", text, there: `there are units 0 to ${there.units - 1}` } : undefined;
    return { value: [...new Set(known)].slice(0, MOST_PINS), problem };
  },
  write: (value) => value.join(",") || null,
  within: (value, there) => (value.every((unit) => unit < there.units) ? value : value.filter((unit) => unit < there.units)),
};

/** Clamps as the address writes them; what they say is for the engine to judge. */
const clamps = {
  read: (text) => ({ value: text.split(",").filter(Boolean) }),
  write: (value) => value.join(",") || null,
  within: (value) => value,
};

/** A step at which the run was saved, or the newest one. */
const checkpoint = {
  read(text, there) {
    if (text === NEWEST) return { value: NEWEST };
    if (/^\d{1,15}$/.test(text) && there.steps.includes(Number(text))) return { value: Number(text) };
    return { value: NEWEST, problem: { kind: "checkpoint", text } };
  },
  write: String,
  within: (value) => value,
};

/** Another checkpoint or another sequence: {kind, value}. */
const other = {
  read(text) {
    const match = /^(checkpoint|sequence):(.+)$/s.exec(text);
    if (match) return { value: { kind: match[1], value: match[2] } };
    return { problem: { kind: "nearest", text, there: "there are checkpoint:… and sequence:…" } };
  },
  write: (value) => value && `${value.kind}:${value.value}`,
  within: (value) => value,
};

/**
 * Each field of the state:
 * - start: its value to begin with, which the address leaves out (unless it is `told` always)
 * - address: its name there; read(text, there) -> {value, problem}, write(value) -> text or null, within(value, there)
 * - when(state, there): whether the address says it
 * - costs: what a change needs: "cursor" (numbers and marks), "drawing" (all parts), "engine" (a question to it)
 * - ends: with which turn it goes back to the start, to another "sequence" or another "run"
 *
 * `there` is what there is: {timesteps, units, layers, outputs, quantities, right, steps}.
 */
export const FIELDS = {
  sequence: { start: null, costs: "engine" }, // the page's script writes it into the address
  timestep: { start: 0, address: "timestep", told: true, ...whole((there) => there.timesteps, 1), costs: "cursor", ends: ["sequence"] },
  unit: { start: 0, address: "unit", told: true, ...whole((there) => there.units), costs: "cursor" },
  layer: { start: 0, address: "layer", told: true, ...whole((there) => there.layers, 1), when: (_, there) => there.layers > 1, costs: "drawing" },
  operation: { start: null, address: "operation", ...whole(() => OPERATIONS.length, 1), costs: "cursor" }, // null: by timestep
  quantity: { start: "forget_gate", address: "quantity", ...choice((there) => there.quantities), costs: "cursor" },
  output: { start: null, address: "output", ...whole((there) => there.outputs), when: (state) => state.quantity === "prediction", costs: "cursor" }, // null: the likeliest
  width: { start: null, address: "width", ...whole((there) => there.timesteps + 1, 0, 1), within: (value) => value, costs: "drawing" }, // timesteps drawn; null: as many as can be
  panel: { start: "why", address: "panel", ...choice(() => Object.keys(PANELS)), costs: "drawing" },
  order: { start: "index", address: "order", ...choice(() => Object.keys(ORDERS)), costs: "drawing" },
  precision: { start: 3, address: "decimals", ...whole(() => 7, 0, 2), costs: "cursor" },
  pins: { start: [], address: "pins", ...units, costs: "drawing", ends: ["run"] },
  clamps: { start: [], address: "clamps", ...clamps, costs: "engine", ends: ["sequence", "run"] },
  lossAt: { start: null, address: "loss_at", ...whole((there) => there.timesteps, 1), costs: "engine", ends: ["sequence", "run"] }, // null: the forward pass
  checkpoint: { start: NEWEST, address: "checkpoint", ...checkpoint, costs: "engine", ends: ["run"] },
  beside: { start: null, address: "beside", ...other, costs: "engine", ends: ["run"] },
};

export const startState = () => Object.fromEntries(Object.entries(FIELDS).map(([name, { start }]) => [name, start]));

/** What there is to choose from in a trace. */
export const thereIs = (trace, steps) => ({
  timesteps: trace.timesteps,
  units: trace.units,
  layers: trace.layers,
  outputs: trace.output_labels.length,
  quantities: [...trace.quantities.map(({ name }) => name), "prediction"],
  right: trace.right,
  steps,
});

/** The state with everything where there is something, and a gradient just beside those panels that show it. */
export function settled(state, there) {
  const found = { ...state };
  for (const [name, { within }] of Object.entries(FIELDS)) if (within) found[name] = within(found[name], there);
  if (found.panel === "backward") found.lossAt = answeredAt(there, found.lossAt ?? found.timestep);
  else if (!KEEPS_GRADIENT.includes(found.panel)) found.lossAt = null;
  return found;
}

/** The nearest timestep at which the task asks for an answer, so that there is a loss: this one, a later, or the last. */
export function answeredAt({ right }, timestep) {
  const later = right.findIndex((asked, t) => t >= timestep && asked.length > 0);
  return later >= 0 ? later : right.findLastIndex((asked) => asked.length > 0);
}

/** The state after turning to another "run" or "sequence". */
export function turned(state, to) {
  const ended = Object.entries(FIELDS).filter(([, { ends = [] }]) => ends.includes(to));
  return { ...state, ...Object.fromEntries(ended.map(([name, { start }]) => [name, start])) };
}

export const same = (a, b) => Object.is(a, b) || JSON.stringify(a) === JSON.stringify(b);

/** The names of the fields that differ. */
export const differing = (before, after) => Object.keys(FIELDS).filter((name) => !same(before[name], after[name]));

/** The most that a change costs: "engine", "drawing", "cursor", or null where nothing changed. */
export function costOf(before, after) {
  const found = differing(before, after).map((name) => (name === "lossAt" && after.lossAt === null ? "drawing" : FIELDS[name].costs));
  return ["engine", "drawing", "cursor"].find((cost) => found.includes(cost)) ?? null;
}
