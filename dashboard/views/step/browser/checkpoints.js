// How far the run had learned: a slider over its checkpoints, or the newest one, live.

import { element, setText } from "../../../browser/dom.js";
import { fixed, whole } from "../../../browser/format.js";

export class Checkpoints {
  constructor(actions) {
    this.actions = actions;
    const button = (text, label, key, by) => element("button", { class: "tool narrow", text, "aria-label": label, title: `${label} (${key})`, onclick: () => this.go(by) });
    this.slider = element("input", { type: "range", min: 0, value: 0, "aria-label": "Checkpoint" });
    this.slider.addEventListener("input", () => this.choose(Number(this.slider.value)));
    this.live = element("input", { type: "checkbox" });
    this.live.addEventListener("change", () => actions.lookAt(this.live.checked ? "newest" : this.shown));
    this.said = element("span", { class: "said" });
    this.root = element(
      "div",
      { class: "checkpoints", role: "group", "aria-label": "Checkpoint" },
      element("span", { class: "quiet", text: "learned" }),
      button("‹", "Earlier checkpoint", "[", -1),
      this.slider,
      button("›", "Later checkpoint", "]", 1),
      element("label", { class: "live" }, this.live, element("span", { text: "newest, live" })),
      this.said,
    );
  }

  show({ trace, original, steps, shown, state, endStep }) {
    this.steps = steps;
    this.shown = shown;
    this.slider.max = steps.length - 1;
    this.slider.value = Math.max(0, steps.indexOf(shown));
    this.slider.setAttribute("aria-valuetext", `step ${whole(shown)}`);
    this.live.checked = state.checkpoint === "newest";
    const loss = `${fixed((original ?? trace).loss)} ${trace.unit_of_loss}`;
    setText(this.said, `step ${whole(shown)} of ${whole(endStep)} · loss on this sequence ${loss}`);
  }

  draw() {}

  choose(index) {
    const step = this.steps[index];
    if (step !== undefined) this.actions.lookAt(step);
  }

  go(by) {
    this.choose(Math.max(0, Math.min(this.steps.length - 1, this.steps.indexOf(this.shown) + by)));
  }
}
