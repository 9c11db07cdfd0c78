// How far the run had learned: a slider over its checkpoints, or the newest one, live.

import { element, setText } from "../../../browser/dom.js";
import { fixed, whole } from "../../../browser/format.js";
import { isRead } from "../../../browser/cell/progress.js";
import { NEWEST } from "./fields.js";

export class Checkpoints {
  constructor(actions) {
    const button = (text, label, key, by) =>
      element("button", {
        class: "tool narrow",
        text,
        "aria-label": label,
        title: `${label} (${key})`,
        onclick: () => actions.checkpointBy(by),
      });
    this.slider = element("input", { type: "range", min: 0, value: 0, "aria-label": "Checkpoint" });
    this.slider.addEventListener("input", () => actions.lookAt(this.steps[Number(this.slider.value)]));
    this.newest = element("input", { type: "checkbox" });
    this.newest.addEventListener("change", () => actions.lookAt(this.newest.checked ? NEWEST : this.shown));
    this.said = element("span", { class: "said" });
    this.training = false;
    this.badge = element("span", {
      class: "badge",
      role: "status",
      title: "The run trains: each checkpoint that it saves is shown at once. Uncheck “newest, live” to keep these.",
    });
    this.root = element(
      "div",
      { class: "checkpoints", role: "group", "aria-label": "Checkpoint" },
      element("span", { class: "quiet", text: "learned" }),
      button("‹", "Earlier checkpoint", "[", -1),
      this.slider,
      button("›", "Later checkpoint", "]", 1),
      element("label", { class: "newest" }, this.newest, element("span", { text: "newest, live" })),
      this.badge,
      this.said,
    );
  }

  show({ trace, original, steps, shown, state, endStep, learnedHere }) {
    Object.assign(this, { trace, original, endStep, learnedHere });
    this.root.classList.toggle("elsewhere", !learnedHere);
    this.steps = steps;
    this.shown = shown;
    this.slider.max = steps.length - 1;
    this.slider.value = Math.max(0, steps.indexOf(shown));
    this.slider.setAttribute("aria-valuetext", `training step ${whole(shown)}`);
    this.newest.checked = state.checkpoint === NEWEST;
    this.step = learnedHere ? `training step ${whole(shown)} of ${whole(endStep)}` : "trained elsewhere";
    this.showBadge();
  }

  /** The loss is that of what is shown; what is clamped has changed it from what it was. */
  lossIn(state) {
    const { trace, original } = this;
    if (!isRead(trace, state)) return "is known at its end";
    if (!original) return `${fixed(trace.loss)} ${trace.unit_of_loss}`;
    return `${fixed(trace.loss)} with clamps, ${fixed(original.loss)} without (${trace.unit_of_loss})`;
  }

  /** The run trains, or does so no more. */
  showTraining(training) {
    this.training = training;
    this.showBadge();
  }

  /** What is shown changes by itself; the badge has its room also where it says nothing. */
  showBadge() {
    setText(this.badge, this.training && this.newest.checked ? "weights are changing" : "");
  }

  draw(state) {
    const { step } = this;
    const known = this.trace.loss !== null; // nobody knows what is right for some models that were trained elsewhere
    setText(this.said, known ? `${step} · loss on this sequence ${this.lossIn(state)}` : step);
  }
}
