// Questions about the text and its units, through the app's own routes.

import { address, answered, Refusal } from "../../../browser/ask.js";
import { unpack } from "../../../browser/cell/trace.js";

export const NAMES = "unit_names"; // of the run itself, whoever asks
const KEPT = 24; // answers that stay in the browser, so that going back and forth costs nothing
const BINARY = ["text", "colours", "marks", "map"];
const BUSY_WAIT = 2500; // ms, after which one who was told 'busy' asks again
const MOST_TRIES = 3;

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
    try {
      const found = await answered(this.address(name, query), BINARY.includes(name) ? "arrayBuffer" : "json", options);
      return found instanceof ArrayBuffer ? unpack(found) : found;
    } catch (refusal) {
      if (refusal.kind === "busy" && tries < MOST_TRIES) {
        await new Promise((resolve) => setTimeout(resolve, BUSY_WAIT));
        return this.fetch(name, query, options, tries + 1);
      }
      if (refusal instanceof Refusal) refusal.message = asSentence(refusal.message);
      throw refusal;
    }
  }

  address(name, query) {
    return address(this.questions, name === NAMES ? name : `inspect/${name}`, query);
  }
}

/** What the engine says, as it stands by itself on a page. */
const asSentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
