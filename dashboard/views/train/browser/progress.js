// Where the run stands: a bar, a sentence, and the latest numbers.

import { element, setText } from "../../../browser/dom.js";
import { duration, rate, significant, whole } from "../../../browser/format.js";

export class Progress {
  constructor(showsPerplexity) {
    this.bar = element("div", { class: "lstm-bar-fill" });
    this.track = element("div", { class: "lstm-bar", role: "progressbar", "aria-label": "Training progress", "aria-valuemin": 0 }, this.bar);
    this.sentence = element("p", { class: "lstm-sentence", role: "status", text: "Waiting for the first word from the run …" });
    this.numbers = {};
    const tiles = [
      ["loss", "training loss"],
      ["validation", "validation loss"],
      ...(showsPerplexity ? [["perplexity", "validation perplexity"]] : []),
      ["norm", "gradient norm"],
      ["learning", "learning rate"],
      ["rate", "steps per second"],
    ].map(([name, label]) => {
      this.numbers[name] = element("dd", { text: "–" });
      return element("div", { class: "lstm-tile" }, element("dt", { text: label }), this.numbers[name]);
    });
    this.root = element("div", { class: "lstm-progress" }, this.track, this.sentence, element("dl", { class: "lstm-tiles" }, ...tiles));
  }

  measured(columns) {
    const loss = columns.loss.at(-1);
    const validation = columns.validation_loss.at(-1);
    if (columns.learning_rate) setText(this.numbers.learning, significant(columns.learning_rate));
    if (loss !== undefined) {
      setText(this.numbers.loss, significant(loss));
      setText(this.numbers.norm, significant(columns.gradient_norm.at(-1)));
    }
    if (validation !== undefined) {
      setText(this.numbers.validation, significant(validation));
      if (this.numbers.perplexity) setText(this.numbers.perplexity, significant(Math.exp(validation)));
    }
  }

  show(run) {
    const share = run.step / run.end_step;
    this.bar.style.transform = `scaleX(${share})`;
    this.track.setAttribute("aria-valuemax", run.end_step);
    this.track.setAttribute("aria-valuenow", run.step);
    this.track.dataset.status = run.status;
    const active = run.status === "training" && run.steps_per_second > 0;
    setText(this.numbers.rate, active ? rate(run.steps_per_second) : "–");
    setText(this.sentence, `Step ${whole(run.step)} of ${whole(run.end_step)} · ${this.doing(run, active)}`);
  }

  doing(run, active) {
    switch (run.status) {
      case "training": {
        if (!active) return "training";
        const goal = run.target_step < run.end_step ? `step ${whole(run.target_step)}` : "the end";
        return `training · ${duration((run.target_step - run.step) / run.steps_per_second)} left to ${goal}`;
      }
      case "queued":
        return run.ahead_in_queue > 0
          ? `waiting for a free core, ${run.ahead_in_queue} ${run.ahead_in_queue === 1 ? "run" : "runs"} ahead`
          : "waiting for a free core";
      case "lost":
        return "its training process died; it is being taken up again from its last checkpoint";
      default:
        return run.status;
    }
  }
}
