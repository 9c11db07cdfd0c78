// What the state needs of the engine: checkpoints, the trace with its clamps and without, gradients, and all that again
// of what stands beside.

import { Refusal } from "../../../browser/ask.js";
import { BesideLoading } from "./beside_loading.js";
import { NEWEST } from "./fields.js";

const MOST_TRIES = 5; // at a newest checkpoint that is replaced while it is asked for

export class Loading {
  constructor(engine) {
    this.engine = engine;
    this.beside = new BesideLoading(engine);
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

  /** A question with clamps. */
  clamped(question, clamps) {
    return clamps.length ? { ...question, clamps: clamps.join(",") } : question;
  }

  /**
   * All that a state needs: {engine, steps, shown, question, asked, trace, original (without clamps, null if there are
   * none), gradients, beside (the same of what stands there, see `BesideLoading`), besideRefused}; null if a later call
   * has overtaken this one.
   * @param {object} state of which checkpoint, sequence and beside are taken
   * @param {function(Trace, ?Trace): object} settle is given the traces of the two, and gives the whole state
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
    let besideRefused = null;
    const refuse = (error) => {
      if (!(error instanceof Refusal)) throw error;
      besideRefused = error;
      return null;
    };
    const [original, found] = await Promise.all([
      this.engine.trace(question),
      state.beside && this.beside.find(state.beside, question).catch(refuse),
    ]);
    if (overtaken()) return null;
    const { clamps, lossAt, clampsBeside } = settle(original, found?.trace ?? null);
    const asked = this.clamped(question, clamps);
    const [trace, gradients, beside] = await Promise.all([
      clamps.length ? this.engine.trace(asked) : original,
      lossAt === null ? null : this.engine.gradients(asked, lossAt),
      found && this.beside.complete(found, { clampsBeside, lossAt }).catch(refuse),
    ]);
    if (overtaken()) return null;
    return {
      engine: this.engine,
      steps,
      shown: question.checkpoint,
      question,
      asked,
      trace,
      lossAt,
      original: clamps.length ? original : null,
      gradients,
      beside,
      besideRefused,
    };
  }

  /** What a refusal says to be no more: "checkpoint", "run", or null for neither. */
  lostBy({ kind }) {
    return { checkpoint_missing: "checkpoint", missing: "run" }[kind] ?? null;
  }
}
