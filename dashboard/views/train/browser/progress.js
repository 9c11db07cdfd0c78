// Where the run stands: a bar, a sentence, and the latest numbers.

import { element, setText } from "../../../browser/dom.js";
import { duration, rate, significant, whole } from "../../../browser/format.js";

export class Progress {
  /** @param {{metric: string, label: string, exponential: boolean}[]} tiles which newest numbers are shown */
  constructor(tiles) {
    this.bar = element("div", { class: "lstm-bar-fill" });
    const bar = { class: "lstm-bar", role: "progressbar", "aria-label": "Training progress", "aria-valuemin": 0 };
    this.track = element("div", bar, this.bar);
    const waiting = "Waiting for the first word from the run …";
    this.sentence = element("p", { class: "lstm-sentence", role: "status", text: waiting });
    this.tiles = tiles.map((tile) => ({ ...tile, number: element("dd", { text: "–" }) }));
    this.rate = element("dd", { text: "–" });
    const shown = [...this.tiles, { label: "steps per second", number: this.rate }].map(({ label, number }) =>
      element("div", { class: "lstm-tile" }, element("dt", { text: label }), number),
    );
    const numbers = element("dl", { class: "lstm-tiles" }, ...shown);
    this.root = element("div", { class: "lstm-progress" }, this.track, this.sentence, numbers);
  }

  /** Show the newest values, by the metric's name. */
  measured(newest) {
    for (const { metric, exponential, number } of this.tiles) {
      if (!(metric in newest)) continue;
      const value = newest[metric];
      setText(number, significant(exponential && value !== null ? Math.exp(value) : value));
    }
  }

  show(run) {
    const share = run.step / run.end_step;
    this.bar.style.transform = `scaleX(${share})`;
    this.track.setAttribute("aria-valuemax", run.end_step);
    this.track.setAttribute("aria-valuenow", run.step);
    this.track.dataset.status = run.status;
    const active = run.status === "training" && run.steps_per_second > 0;
    setText(this.rate, active ? rate(run.steps_per_second) : "–");
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
      case "unreadable":
        return "cannot be run by this version";
      default:
        return run.status;
    }
  }
}
