// What the parts are given to show.

import { same } from "../../../browser/state_table.js";
import { arrange } from "./arrange.js";
import { calledIn, cursorIn, extentOf } from "./pair.js";

/**
 * The views of this one and of what stands beside it: {this, beside (null if nothing does), focused}, each of which
 * knows all as its `pair`.
 * @param {object} state
 * @param {object} loaded what the engine has given, see `Loading.load`; what no longer fits the state is left out
 * @param {object} data the component's arguments
 * @param {{theme: object, window: object, there: object}} common to both
 */
export function viewsOf(state, loaded, data, common) {
  const wanted = loaded.beside && same(loaded.beside.choice, state.beside) ? loaded.beside : null;
  const pair = { this: viewOf("this", state, loaded, data, common), beside: null };
  pair.focused = pair.this;
  if (wanted) {
    const { about } = wanted;
    pair.choice = wanted.choice;
    pair.beside = viewOf("beside", state, wanted, about ? { ...data, ...about } : data, common);
    pair.called = calledIn(wanted.choice, pair.this, pair.beside);
    if (state.focus === "beside") pair.focused = pair.beside;
  }
  for (const side of ["this", "beside"]) {
    const view = pair[side];
    if (!view) continue;
    const other = pair[side === "this" ? "beside" : "this"];
    view.pair = pair;
    view.called = pair.called?.[side] ?? "";
    view.extent = (layer, name) => extentOf(view, other, layer, name);
  }
  return pair;
}

function viewOf(side, commonState, loaded, data, common) {
  const { trace, original, steps, shown, question } = loaded;
  const state = cursorIn(trace, commonState);
  for (const one of [trace, original]) if (one) one.unitNames = common.unitNames.of(data.run);
  const gradients = loaded.lossAt === state.lossAt ? loaded.gradients : null;
  return {
    ...common,
    side,
    state,
    trace,
    original,
    gradients,
    steps,
    shown,
    places: arrange(original ?? trace, state),
    field: gradients ?? trace,
    scales: gradients ?? original ?? trace, // a scale does not change because a value is held
    backward: Boolean(gradients),
    sequence: question.sequence,
    quantities: trace.quantities,
    cell: data.cell,
    endStep: data.end_step,
    learnedHere: data.learned_here,
    examples: data.examples,
    run: data.run,
    name: data.name,
    task: data.task,
    embedding: data.embedding,
  };
}
