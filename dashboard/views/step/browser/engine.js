// Questions to the engine, through the app's own routes.

import { address, answered, changing } from "../../../browser/ask.js";
import { Gradients, Trace } from "../../../browser/cell/trace.js";

export const HOTTEST = 5; // temperature that the server takes, see dashboard/serving/numbers.py
const KEPT = 12; // traces that stay in the browser, so that going back and forth costs nothing

export class Engine {
  constructor() {
    this.kept = new Map();
  }

  /** Turn to a run. */
  turnTo({ questions }) {
    if (this.questions !== questions) this.kept.clear();
    this.questions = questions;
  }

  /** The same for another run of this server. */
  of(run) {
    const other = new Engine();
    Object.assign(other, { token: this.token, beginRefused: this.beginRefused });
    other.turnTo({ questions: this.questions.replace(/[^/]+$/, run) });
    return other;
  }

  /** The answer to a question, see `answered`. */
  ask(path, query, format, options = {}) {
    return answered(address(this.questions, path, query), format, options);
  }

  async trace(question) {
    const key = JSON.stringify(question);
    let trace = this.kept.get(key);
    if (!trace) trace = new Trace(await this.ask("trace", question, "arrayBuffer"));
    this.kept.delete(key);
    this.kept.set(key, trace);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value);
    return trace;
  }

  async gradients(question, lossAt) {
    const bytes = await this.ask("gradients", { ...question, timestep: lossAt + 1 }, "arrayBuffer");
    return new Gradients(bytes);
  }

  async checkpoints() {
    return (await this.ask("checkpoints", {}, "json")).steps;
  }

  /** The whole sequence as the model goes on with it after the timestep, and what is clamped in it. */
  continuation(question, timestep, temperature) {
    const seed = Math.floor(Math.random() * 2 ** 32);
    return this.ask("continuation", { ...question, timestep: timestep + 1, temperature, seed }, "json");
  }

  async companion(question, lossAt) {
    return this.ask("companion", { ...question, timestep: lossAt + 1 }, "json");
  }

  async farRun() {
    return this.ask("far_run", {}, "json");
  }

  async makeFarRun() {
    return this.ask("far_run", {}, "json", changing(this.token));
  }

  async makeCompanion() {
    await this.ask("companion", {}, "text", changing(this.token));
  }

  /** Where something can be had as a file. */
  file(path, question) {
    return address(this.questions, path, question).href;
  }
}
