// What can be different in the step view, in one table: the address, the view, undo and the tests read it.

import { differingIn, startOf, turnedTo } from "../../../browser/state_table.js";
import { ORDERS } from "./arrange.js";
import { flag, hiddenParts, sentence } from "./exercise.js";
import { NEWEST, beside, checkpoint, choice, clamps, units, whole } from "./fields.js";
import { openingOf } from "./opening.js";
import { waiting } from "./pair.js";

export const PANELS = { why: "Why", whatif: "What if", backward: "Backward", compare: "Compare", save: "Save" };
const KEEPS_GRADIENT = ["backward", "save"]; // panels beside which gradients stay on the screen

/**
 * Each field of the state:
 * - start: its value to begin with, which the address leaves out (unless it is `told` always)
 * - address: its name there; read(text, there) -> {value, problem}, write(value) -> text or null, within(value, there)
 * - when(state, there): whether the address says it
 * - costs: what a change needs: "cursor" (numbers and marks), "drawing" (all parts), "engine" (a question to it)
 * - ends: with which turn it goes back to the start, to another "sequence" or another "run"
 *
 * `there` is what there is: {timesteps, units, most, layers, outputs, operations, quantities, first, right, steps,
 * opening}; beside another, `most` is the number of units of the one that has more.
 */
export const FIELDS = {
  sequence: { start: null, costs: "engine" }, // stands in the address beside the run
  // null: where something happens
  timestep: {
    start: null,
    address: "timestep",
    told: true,
    ...whole((there) => there.timesteps, 1),
    costs: "cursor",
    ends: ["sequence"],
  },
  unit: { start: 0, address: "unit", told: true, ...whole((there) => there.units), costs: "cursor" },
  layer: {
    start: 0,
    address: "layer",
    told: true,
    ...whole((there) => there.layers, 1),
    when: (_, there) => there.layers > 1,
    costs: "drawing",
  },
  // null: by timestep
  operation: { start: null, address: "operation", ...whole((there) => there.operations.length, 1), costs: "cursor" },
  // null, until it is known what there is: the first one
  quantity: {
    start: null,
    address: "quantity",
    ...choice((there) => there.quantities),
    within: (value, { quantities, first }) => (quantities.includes(value) ? value : first),
    when: ({ quantity }, { first }) => quantity !== first,
    costs: "cursor",
  },
  // null: the likeliest
  output: {
    start: null,
    address: "output",
    ...whole((there) => there.outputs),
    when: (state) => state.quantity === "prediction",
    costs: "cursor",
  },
  // timesteps drawn; null: as many as can be
  width: {
    start: null,
    address: "width",
    ...whole((there) => there.timesteps + 1, 0, 1),
    within: (value) => value,
    costs: "drawing",
  },
  panel: { start: "why", address: "panel", ...choice(() => Object.keys(PANELS)), costs: "drawing" },
  order: { start: "index", address: "order", ...choice(() => Object.keys(ORDERS)), costs: "drawing" },
  precision: { start: 3, address: "decimals", ...whole(() => 7, 0, 2), costs: "cursor" },
  pins: { start: [], address: "pins", ...units, costs: "drawing", ends: ["run"] },
  clamps: { start: [], address: "clamps", ...clamps, costs: "engine", ends: ["sequence", "run"] },
  // null: the forward pass
  lossAt: {
    start: null,
    address: "loss_at",
    ...whole((there) => there.timesteps, 1),
    costs: "engine",
    ends: ["sequence", "run"],
  },
  checkpoint: { start: NEWEST, address: "checkpoint", ...checkpoint, costs: "engine", ends: ["run"] },
  beside: { start: null, address: "beside", ...beside, costs: "engine", ends: ["run"] },
  // which of the two the panels ask about
  focus: { start: "this", address: "focus", ...choice(() => ["this", "beside"]), costs: "drawing", ends: ["run"] },
  clampsBeside: { start: [], address: "beside_clamps", ...clamps, costs: "engine", ends: ["sequence", "run"] },
  present: { start: false, address: "present", ...flag, costs: "drawing" },
  hide: { start: [], address: "hide", ...hiddenParts, costs: "drawing" },
  note: { start: "", address: "note", ...sentence, costs: "drawing" },
};

export const startState = () => startOf(FIELDS);

/** What there is to choose from where this trace is asked about, and where that beside it is: {this, beside}. */
export function thereIs(trace, steps, beside = null) {
  const alone = thereIn(trace, trace, steps);
  if (!beside) return { this: alone, beside: null };
  const count = Math.max(trace.operations.length, beside.operations.length);
  const most = Math.max(trace.units, beside.units);
  const both = (there) => ({ ...there, most, operations: waiting(there.operations, count) });
  return { this: both(alone), beside: both(thereIn(beside, trace, steps)) };
}

/** The cursor runs over the sequence of `read`, whichever is asked about. */
const thereIn = (trace, read, steps) => ({
  timesteps: read.timesteps,
  units: trace.units,
  layers: trace.layers,
  outputs: trace.output_labels.length,
  operations: trace.operations,
  quantities: [...trace.quantities.map(({ name }) => name), "prediction"],
  first: trace.quantities.find(({ missing }) => !missing).name,
  right: read.right,
  steps,
  opening: openingOf(read.labels),
});

/** The state with everything where there is something, and a gradient just beside those panels that show it. */
export function settled(state, there) {
  const found = { ...state };
  for (const [name, { within }] of Object.entries(FIELDS)) if (within) found[name] = within(found[name], there);
  found.timestep ??= there.opening;
  if (!found.beside) Object.assign(found, { focus: "this", clampsBeside: [] });
  const { hide = [] } = found;
  if (hide.includes("prediction") && found.quantity === "prediction") found.quantity = there.quantities[0];
  if (hide.includes(found.panel)) found.panel = Object.keys(PANELS).find((name) => !hide.includes(name)) ?? found.panel;
  if (found.panel === "backward") found.lossAt = answeredAt(there, found.lossAt ?? found.timestep);
  else if (!KEEPS_GRADIENT.includes(found.panel)) found.lossAt = null;
  return found;
}

/** The nearest timestep where the task asks for an answer, so that there is a loss: this one, a later, or the last. */
export function answeredAt({ right }, timestep) {
  const later = right.findIndex((asked, t) => t >= timestep && asked.length > 0);
  return later >= 0 ? later : right.findLastIndex((asked) => asked.length > 0);
}

/** The state after turning to another "run" or "sequence". */
export const turned = (state, to) => turnedTo(FIELDS, state, to);

/** The names of the fields that differ. */
export const differing = (before, after) => differingIn(FIELDS, before, after);

/** The most that a change costs: "engine", "drawing", "cursor", or null where nothing changed. */
export function costOf(before, after) {
  const found = differing(before, after).map((name) =>
    name === "lossAt" && after.lossAt === null ? "drawing" : FIELDS[name].costs,
  );
  return ["engine", "drawing", "cursor"].find((cost) => found.includes(cost)) ?? null;
}
