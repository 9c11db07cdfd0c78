// Two cells at once, side by side under one cursor: "this" one, and what is put "beside" it. Pure.

import { isRead } from "../../../browser/cell/progress.js";
import { fixed } from "../../../browser/format.js";

/** A run beside, as the address names it: "5", or by the cells of both, "gru,standard"; "5@1200" at a checkpoint. */
export function runBeside(value) {
  const [run, checkpoint = null] = value.split("@");
  return { run, checkpoint };
}

/** Operations as many as the longer cell has: the shorter one waits at its last. */
export const waiting = (operations, count) =>
  Array.from({ length: Math.max(operations.length, count) }, (_, k) => operations[Math.min(k, operations.length - 1)]);

/** The common cursor in one of the two: where that one has less, it stands at its end, with all of that computed. */
export function cursorIn(trace, state) {
  const last = (value, count) => Math.min(value, count - 1);
  const operation = state.timestep < trace.timesteps ? state.operation : Infinity;
  const named = state.quantity === "prediction" || trace.quantity(state.quantity);
  const inside = state.timestep < trace.timesteps && state.unit < trace.units && state.layer < trace.layers;
  const fewer = state.operation < trace.operations.length && state.output < trace.output_labels.length;
  if (named && inside && fewer && state.pins.every((unit) => unit < trace.units)) return state;
  return {
    ...state,
    timestep: last(state.timestep, trace.timesteps),
    operation: state.operation === null ? null : last(operation, trace.operations.length),
    unit: last(state.unit, trace.units),
    layer: last(state.layer, trace.layers),
    quantity: named ? state.quantity : trace.quantities.find(({ missing }) => !missing).name,
    output: state.output === null ? null : last(state.output, trace.output_labels.length),
    pins: state.pins.every((unit) => unit < trace.units) ? state.pins : state.pins.filter((unit) => unit < trace.units),
  };
}

/**
 * Where the colour scale of a quantity ends: what both have shares its scale. It is that of what is as it was, so that
 * it does not change because a value is held.
 * @param {{trace: Trace, scales: object, backward: boolean}} one whose scale it is; `scales` ends it
 * @param {?{trace: Trace, scales: object, backward: boolean}} other what stands beside it, or null
 */
export function extentOf(one, other, layer, name) {
  const own = one.scales.extent(layer, name);
  const shared = other?.backward === one.backward && other.trace.quantity(name);
  if (!shared || shared.gate !== one.trace.quantity(name).gate) return own;
  return Math.max(own, other.scales.extent(Math.min(layer, other.trace.layers - 1), name));
}

/** What each is called in a word or two, so that they can be told apart: {this, beside}. */
export function calledIn(choice, one, other) {
  if (choice.kind === "checkpoint") return { this: `step ${one.shown}`, beside: `step ${other.shown}` };
  if (choice.kind === "sequence") return { this: quoted(one.sequence), beside: quoted(other.sequence) };
  if (one.cell === other.cell) return { this: `run ${one.run}`, beside: `run ${other.run}` };
  return { this: one.cell, beside: other.cell };
}

const quoted = (text) => `“${text.length > 12 ? `${text.slice(0, 11)}…` : text}”`;

/** The loss on the sequence, once that is read and if there is one; with clamps, also what it is without them. */
export function lossOf({ trace, original, state }) {
  if (trace.loss === null) return "nobody knows what is right here";
  if (!isRead(trace, state)) return "loss known at the sequence’s end";
  const without = original ? `, ${fixed(original.loss)} without clamps` : "";
  return `loss ${fixed(trace.loss)} ${trace.unit_of_loss}${without}`;
}

/** The cursor's place in words, in each of them; `pair` as `viewsOf` gives it. */
export const inWords = (pair) =>
  [pair.this, pair.beside]
    .filter(Boolean)
    .map(({ trace, state, called, gradients }) => {
      const { name, words } = trace.operations[state.operation] ?? {};
      const at = name ? `Operation ${state.operation + 1} of ${trace.operations.length}, ${name}: ${words} ` : "";
      const back = gradients ? ` ${gradients.describe(trace, state)}` : "";
      return `${called && `${called}: `}${at}${trace.describe(state)}${back}`;
    })
    .join(" ");

/** Where a cell stands, and whether it waits there for the other; empty where both stand alike. */
export function standingOf({ operations, timesteps, labels }, { timestep, operation }, readsItsOwn = false) {
  const parts = [];
  if (readsItsOwn)
    parts.push(
      timestep < timesteps
        ? `reads “${labels[timestep]}”, ${timestep + 1} of ${timesteps}`
        : `its sequence ends at ${timesteps}: it waits there`,
    );
  if (operation !== null) {
    const last = operations.length - 1;
    const place = timestep < timesteps ? Math.min(operation, last) : last;
    const waits = operation > last ? ": it waits for the other" : "";
    parts.push(`operation ${place + 1} of ${last + 1}, ${operations[place].name}${waits}`);
  }
  return parts.join("; ");
}

/** What is done to one of the two drawings: the panels then ask about its cell. */
export function actionsIn(side, actions) {
  return {
    point: (change) => actions.point({ ...change, focus: side }),
    mayHold: () => actions.mayHold(),
    rangeOf: (quantity) => actions.rangeOf(quantity, side),
    hold: (wanted) => actions.hold({ ...wanted, side }),
    letGo: () => actions.letGo(),
    set: (change, key) => actions.set({ ...change, focus: side }, key),
    turnPanel: (panel) => actions.set({ panel, focus: side }),
    continueFromHere: (temperature) => actions.continueFromHere(temperature, side),
  };
}
