// What is new of the run: told as it comes, or, where live data does not get through, asked for now and then.

import { ask } from "../../../browser/ask.js";
import { listen } from "../../../browser/listening.js";

const ASK_EVERY = 3000; // ms

export class RunNews {
  /** @param {object<string, function(object)>} handlers by event name, as the run's topic has them */
  constructor({ run, questions }, handlers) {
    this.questions = questions;
    this.handlers = handlers;
    const live = (name) => (message) => {
      clearInterval(this.timer); // it gets through, after all
      handlers[name](message);
    };
    const heard = Object.fromEntries(Object.keys(handlers).map((name) => [name, live(name)]));
    this.close = listen(`run/${run}`, 0, { ...heard, broken: () => this.askNowAndThen() });
  }

  end() {
    this.close();
    clearInterval(this.timer);
  }

  askNowAndThen() {
    clearInterval(this.timer);
    this.timer = setInterval(() => this.askAll(), ASK_EVERY);
    this.askAll();
  }

  async askAll() {
    const [curves, samples] = await Promise.all([ask(this.questions, "curves"), ask(this.questions, "samples")]);
    if (curves) this.handlers.metrics(curves);
    if (samples) this.handlers.samples(samples);
  }
}
