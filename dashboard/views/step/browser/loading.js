// What the state needs of the engine: checkpoints, the trace with its clamps and without, gradients, the one beside.

import { Refusal } from "./engine.js";
import { NEWEST } from "./fields.js";

const MOST_TRIES = 5; // at a newest checkpoint that is replaced while it is asked for

export class Loading {
  constructor(engine) {
    this.engine = engine;
    this.turn = 0;
    this.steps = null; // checkpoints, once they are known
  }

  /** Ask for the checkpoints anew next time: the run goes on, or it is another one. */
  forget() {
    this.steps = null;
  }

  /** Let what is being asked for lead to nothing: something else is to be seen. */
  abandon() {
    this.turn++;
  }

  async checkpoints() {
    return (this.steps ??= await this.engine.checkpoints());
  }

  /** The question about a state as it is without clamps. */
  question({ checkpoint, sequence }) {
    return { checkpoint: checkpoint === NEWEST ? this.steps.at(-1) : checkpoint, sequence };
  }

  /** The question about a state with its clamps. */
  clamped(state) {
    return state.clamps.length ? { ...this.question(state), clamps: state.clamps.join(",") } : this.question(state);
  }

  /**
   * All that a state needs: {steps, shown, question, asked, trace, original (without clamps, null if there are none),
   * gradients, beside and its trace other, otherRefused}; null if a later call has overtaken this one.
   * @param {object} state of which checkpoint and sequence are taken
   * @param {function(Trace): object} settle is given the sequence's trace, and gives the whole state
   */
  async load(state, settle) {
    const turn = ++this.turn;
    const overtaken = () => turn !== this.turn;
    for (let tries = 1; ; tries++) {
      try {
        return await this.gather(state, settle, overtaken);
      } catch (error) {
        if (overtaken()) return null;
        const replaced =
          state.checkpoint === NEWEST && error instanceof Refusal && this.lostBy(error) === "checkpoint";
        if (overtaken()) return null;
        if (!replaced || tries === MOST_TRIES) throw error;
        this.forget();
      }
    }
  }

  async gather(state, settle, overtaken) {
    const steps = await this.checkpoints();
    const question = this.question(state);
    const original = await this.engine.trace(question);
    if (overtaken()) return null;
    const { clamps, lossAt, beside, checkpoint, sequence } = settle(original);
    const asked = this.clamped({ clamps, checkpoint, sequence });
    let otherRefused = null;
    const [trace, gradients, other] = await Promise.all([
      clamps.length ? this.engine.trace(asked) : original,
      lossAt === null ? null : this.engine.gradients(asked, lossAt),
      beside &&
        this.besides(question, beside).catch((error) => {
          if (!(error instanceof Refusal)) throw error;
          otherRefused = error;
          return null;
        }),
    ]);
    if (overtaken()) return null;
    return {
      steps,
      shown: question.checkpoint,
      question,
      asked,
      trace,
      original: clamps.length ? original : null,
      gradients,
      beside,
      other,
      otherRefused,
    };
  }

  /** The trace to put beside that of a question. */
  besides(question, { kind, value }) {
    return this.engine.trace({ ...question, [kind]: value });
  }

  /** What a refusal says to be no more: "checkpoint", "run", or null for neither. */
  lostBy({ kind }) {
    return { checkpoint_missing: "checkpoint", missing: "run" }[kind] ?? null;
  }
}
