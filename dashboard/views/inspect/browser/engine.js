// Questions about the text and its units, through the app's own routes.

import { address } from "../../../browser/ask.js";
import { unpack } from "../../../browser/cell/trace.js";

export const NAMES = "unit_names"; // of the run itself, whoever asks
const KEPT = 24; // answers that stay in the browser, so that going back and forth costs nothing
const BINARY = ["text", "colours", "marks", "map"];
const BUSY_WAIT = 2500; // ms, after which one who was told 'busy' asks again
const MOST_TRIES = 3;

/** What the server says against a question: a sentence for people, and its kind for the program. */
export class Refusal extends Error {
  constructor({ error, kind = "unexpected" }) {
    super(error.charAt(0).toUpperCase() + error.slice(1) + (/[.!?]$/.test(error) ? "" : "."));
    this.kind = kind;
  }
}

export class Engine {
  constructor() {
    this.kept = new Map();
  }

  turnTo({ questions, token }) {
    if (this.questions !== questions) this.kept.clear();
    Object.assign(this, { questions, token });
  }

  /** An answer, kept for when it is asked for again; equal questions under way are asked once. */
  ask(name, query = {}) {
    const key = `${name}?${new URLSearchParams(query)}`;
    let answer = this.kept.get(key);
    this.kept.delete(key);
    if (!answer) {
      answer = this.fetch(name, query);
      answer.catch(() => this.kept.delete(key));
    }
    this.kept.set(key, answer);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value);
    return answer;
  }

  /** Forget what depends on the names of units. */
  forget(name) {
    for (const key of this.kept.keys()) if (key.startsWith(`${name}?`)) this.kept.delete(key);
  }

  async fetch(name, query, options = {}, tries = 1) {
    let response;
    try {
      response = await fetch(this.address(name, query), options);
      if (response.ok && BINARY.includes(name)) return unpack(await response.arrayBuffer());
      if (response.ok) return await response.json();
    } catch {
      throw new Refusal({
        error: "The server cannot be reached. It may be starting again; what you see stays as it is.",
        kind: "away",
      });
    }
    const refused = await response.json().catch(() => ({ error: `The server answered ${response.status}.` }));
    if (refused.kind === "busy" && tries < MOST_TRIES) {
      await new Promise((resolve) => setTimeout(resolve, BUSY_WAIT));
      return this.fetch(name, query, options, tries + 1);
    }
    throw new Refusal(refused);
  }

  address(name, query) {
    return address(this.questions, name === NAMES ? name : `inspect/${name}`, query);
  }
}
