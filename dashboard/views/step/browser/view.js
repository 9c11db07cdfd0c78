// What the parts are given to show.

import { same } from "./state.js";

/**
 * @param {object} state
 * @param {object} loaded what the engine has given, see `Loading.load`; what no longer fits the state is left out
 * @param {object} data the component's arguments
 * @param {{theme: object, window: object, places: object}} laidOut how it is laid out
 */
export function viewOf(state, loaded, data, laidOut) {
  const { trace, original, steps, shown, question } = loaded;
  const gradients = loaded.gradients?.lossAt === state.lossAt ? loaded.gradients : null;
  return {
    ...laidOut,
    state,
    trace,
    original,
    gradients,
    steps,
    shown,
    other: same(loaded.beside, state.beside) ? loaded.other : null,
    field: gradients ?? trace,
    scales: gradients ?? original ?? trace, // a scale does not change because a value is held
    backward: Boolean(gradients),
    sequence: question.sequence,
    quantities: trace.quantities,
    endStep: data.end_step,
    learnedHere: data.learned_here,
    examples: data.examples,
    run: data.run,
    name: data.name,
    task: data.task,
    embedding: data.embedding,
  };
}
