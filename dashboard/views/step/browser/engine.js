// Questions to the engine, through the app's own routes.

import { address, changing } from "../../../browser/ask.js";
import { Gradients, Trace } from "./trace.js";

const KEPT = 12; // traces that stay in the browser, so that going back and forth costs nothing

/** What the server says against a question; `kind` as in dashboard/serving/problems.py, "away" if it cannot be reached. */
export class Refusal extends Error {
  constructor(message, kind) {
    super(message);
    this.kind = kind;
  }
}

export class Engine {
  constructor() {
    this.kept = new Map();
  }

  /** Turn to a run. */
  turnTo({ questions, quantities }) {
    if (this.questions !== questions) this.kept.clear();
    this.questions = questions;
    this.quantities = quantities;
  }

  /** An answer, read as "json" or "arrayBuffer". */
  async ask(path, query, kind, options = {}) {
    let response;
    try {
      response = await fetch(address(this.questions, path, query), options);
      if (response.ok) return await response[kind]();
    } catch {
      throw new Refusal("The server cannot be reached. It may be starting again; what you see stays as it is.", "away");
    }
    const problem = await response.json().catch(() => ({ error: `The server answered ${response.status}.`, kind: "unexpected" }));
    throw new Refusal(problem.error, problem.kind);
  }

  async trace(question) {
    const key = JSON.stringify(question);
    let trace = this.kept.get(key);
    if (!trace) trace = new Trace(this.quantities, await this.ask("trace", question, "arrayBuffer"));
    this.kept.delete(key);
    this.kept.set(key, trace);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value);
    return trace;
  }

  async gradients(question, lossAt) {
    const bytes = await this.ask("gradients", { ...question, timestep: lossAt + 1 }, "arrayBuffer");
    return new Gradients(this.quantities, bytes);
  }

  async checkpoints() {
    return (await this.ask("checkpoints", {}, "json")).steps;
  }

  async continuation(question, timestep, temperature, seed) {
    return (await this.ask("continuation", { ...question, timestep: timestep + 1, temperature, seed }, "json")).sequence;
  }

  async companion(question, lossAt) {
    return this.ask("companion", { ...question, timestep: lossAt + 1 }, "json");
  }

  async makeCompanion() {
    await this.ask("companion", {}, "text", changing(this.token));
  }

  /** Where the trace can be had as a file. */
  file(kind, question) {
    return address(this.questions, `trace.${kind}`, question).href;
  }
}
