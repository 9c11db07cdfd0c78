// What the model expects next, against what came.

import { element, setText } from "../shared/dom.js";
import { fixed } from "../shared/format.js";

const ROWS = 5;

export class Prediction {
  constructor() {
    this.title = element("h3");
    this.rows = Array.from({ length: ROWS }, () => {
      const label = element("span", { class: "guess" });
      const bar = element("span", { class: "bar-fill" });
      const number = element("span", { class: "probability" });
      const root = element("li", {}, label, element("span", { class: "bar" }, bar), number);
      return { root, label, bar, number };
    });
    this.list = element("ol", { class: "guesses" }, ...this.rows.map(({ root }) => root));
    this.came = element("p", { class: "came" });
    this.root = element("section", { class: "prediction", "aria-label": "Prediction" }, this.title, this.list, this.came);
  }

  setTrace(trace) {
    this.trace = trace;
    this.list.hidden = trace.kind !== "symbols";
    setText(this.title, trace.kind === "symbols" ? "What comes next?" : "Which value comes next?");
  }

  draw({ timestep }, changed) {
    if (!changed.timestep) return;
    const { trace } = this;
    const came = trace.target_labels[timestep];
    if (trace.kind === "value") {
      const error = trace.predicted[timestep] - trace.came[timestep];
      setText(this.came, `predicted ${fixed(trace.predicted[timestep])}, came ${fixed(trace.came[timestep])}, error ${fixed(error)}`);
      return;
    }
    this.rows.forEach(({ root, label, bar, number }, k) => {
      const probability = trace.top_probabilities[timestep][k] ?? 0;
      const text = trace.top_labels[timestep][k] ?? "";
      setText(label, text);
      bar.style.transform = `scaleX(${probability})`;
      setText(number, `${(probability * 100).toFixed(1)} %`);
      root.classList.toggle("right", text === came);
    });
    const probability = trace.came_probability[timestep];
    setText(this.came, `“${came}” came: ${(probability * 100).toFixed(1)} %, a surprise of ${fixed(-Math.log(probability), 2)} nats`);
  }
}
