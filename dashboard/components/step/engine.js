// Questions to the engine, through the app's own routes.

import { Gradients, Trace } from "./trace.js";

const KEPT = 12; // traces that stay in the browser, so that going back and forth costs nothing

/** What the server says against a question; `status` as in HTTP. */
export class Refusal extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

export class Engine {
  constructor() {
    this.kept = new Map();
  }

  /** Turn to a run. */
  turnTo({ answers, quantities }) {
    if (this.answers !== answers) this.kept.clear();
    this.answers = answers;
    this.quantities = quantities;
  }

  address(path, query) {
    const url = new URL(`${this.answers}/${path}`, location.origin);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }

  async ask(path, query, options = {}) {
    let response;
    try {
      response = await fetch(this.address(path, query), options);
    } catch {
      throw new Refusal("The server cannot be reached. It may be starting again; what you see stays as it is.", 0);
    }
    if (!response.ok) {
      const { error } = await response.json().catch(() => ({ error: `The server answered ${response.status}.` }));
      throw new Refusal(error, response.status);
    }
    return response;
  }

  async trace(question) {
    const key = JSON.stringify(question);
    let trace = this.kept.get(key);
    if (!trace) trace = new Trace(this.quantities, await (await this.ask("trace", question)).arrayBuffer());
    this.kept.delete(key);
    this.kept.set(key, trace);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value);
    return trace;
  }

  async gradients(question, lossAt) {
    const response = await this.ask("gradients", { ...question, timestep: lossAt + 1 });
    return new Gradients(this.quantities, await response.arrayBuffer());
  }

  async checkpoints() {
    return (await (await this.ask("checkpoints", {})).json()).steps;
  }

  async continuation(question, timestep, temperature, seed) {
    const response = await this.ask("continuation", { ...question, timestep: timestep + 1, temperature, seed });
    return (await response.json()).sequence;
  }

  async companion(question, lossAt) {
    return (await this.ask("companion", { ...question, timestep: lossAt + 1 })).json();
  }

  async makeCompanion() {
    await this.ask("companion", {}, { method: "POST" });
  }

  /** Where the trace can be had as a file. */
  file(kind, question) {
    return this.address(`trace.${kind}`, question).href;
  }
}
