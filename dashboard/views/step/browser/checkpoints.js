// How far the run had learned: a slider over its checkpoints, or the newest one, live.

import { element, setText } from "../../../browser/dom.js";
import { fixed, whole } from "../../../browser/format.js";
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
    this.root = element(
      "div",
      { class: "checkpoints", role: "group", "aria-label": "Checkpoint" },
      element("span", { class: "quiet", text: "learned" }),
      button("‹", "Earlier checkpoint", "[", -1),
      this.slider,
      button("›", "Later checkpoint", "]", 1),
      element("label", { class: "newest" }, this.newest, element("span", { text: "newest, live" })),
      this.said,
    );
  }

  show({ trace, original, steps, shown, state, endStep }) {
    this.steps = steps;
    this.shown = shown;
    this.slider.max = steps.length - 1;
    this.slider.value = Math.max(0, steps.indexOf(shown));
    this.slider.setAttribute("aria-valuetext", `step ${whole(shown)}`);
    this.newest.checked = state.checkpoint === NEWEST;
    const loss = `${fixed((original ?? trace).loss)} ${trace.unit_of_loss}`;
    setText(this.said, `step ${whole(shown)} of ${whole(endStep)} · loss on this sequence ${loss}`);
  }

  draw() {}
}
