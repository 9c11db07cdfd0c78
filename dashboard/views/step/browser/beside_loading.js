// What the engine says of what stands beside: another run of the task, another checkpoint, or another sequence.

import { Refusal } from "../../../browser/ask.js";
import { answeredAt } from "./state.js";
import { runBeside } from "./pair.js";

const MOST_TRIES = 5; // at a newest checkpoint that is replaced while it is asked for

export class BesideLoading {
  /** `engine` answers questions about this run. */
  constructor(engine) {
    this.engine = engine;
    this.runs = new Map(); // other runs that were asked for: {engine, about, steps}
  }

  /** Ask anew next time what a run is and which checkpoints it has. */
  forget() {
    this.runs.clear();
  }

  /** There is a newer checkpoint. */
  forgetSteps() {
    for (const found of this.runs.values()) found.steps = null;
  }

  /**
   * What is to stand beside a question's trace, as it is without clamps: {choice (or the nearest there is), engine,
   * question, shown, trace, about, steps, problem}; of another run `about` says what it is, `steps` its checkpoints.
   * @throws {Refusal} it cannot
   */
  async find(choice, question) {
    if (choice.kind === "run") return this.findRun(choice, question);
    const asked = { ...question, [choice.kind]: choice.value };
    const trace = await this.engine.trace(asked);
    return { choice, engine: this.engine, question: asked, shown: Number(asked.checkpoint), trace };
  }

  async findRun(choice, { sequence }, tries = 1) {
    const { run, checkpoint } = runBeside(choice.value);
    const found = await this.run(run);
    found.steps ??= await found.engine.checkpoints();
    const wanted = found.steps.find((step) => String(step) === checkpoint);
    const question = { checkpoint: wanted ?? found.steps.at(-1), sequence };
    const isGone = checkpoint !== null && wanted === undefined;
    const problem = isGone
      ? `There is no checkpoint “${checkpoint.slice(0, 20)}” in run ${found.about.run}; its newest one stands beside.`
      : "";
    try {
      const trace = await found.engine.trace(question);
      const nearest = isGone ? { kind: "run", value: run } : choice;
      return { choice: nearest, ...found, question, shown: question.checkpoint, trace, problem };
    } catch (error) {
      const replaced = error instanceof Refusal && error.kind === "checkpoint_missing" && wanted === undefined;
      if (!replaced || tries === MOST_TRIES) throw error;
      found.steps = null;
      return this.findRun(choice, { sequence }, tries + 1);
    }
  }

  async run(number) {
    let found = this.runs.get(number);
    if (!found) {
      const about = await this.engine.ask("beside", { run: number }, "json");
      found = { about, engine: this.engine.of(about.run), steps: null };
      this.runs.set(number, found);
    }
    return found;
  }

  /** The same with its own clamps and gradients: {..., asked, trace, original, gradients, clamps, problem}. */
  async complete(found, { clampsBeside, lossAt }) {
    let [clamps, problem] = [clampsBeside, found.problem ?? ""];
    const original = found.trace;
    let asked, trace;
    do {
      asked = clamps.length ? { ...found.question, clamps: clamps.join(",") } : found.question;
      try {
        trace = clamps.length ? await found.engine.trace(asked) : original;
      } catch (error) {
        if (error.kind !== "clamp") throw error;
        problem = [problem, error.message].filter(Boolean).join(" ");
        clamps = clamps.filter((_, place) => error.places.length && !error.places.includes(place));
      }
    } while (!trace);
    const at = lossAt === null ? null : answeredAt(trace, Math.min(lossAt, trace.timesteps - 1));
    const gradients = at === null || at < 0 ? null : await found.engine.gradients(asked, at);
    return { ...found, asked, trace, original: clamps.length ? original : null, gradients, lossAt, clamps, problem };
  }
}
