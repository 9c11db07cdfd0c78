// What the model makes up at its newest checkpoint: names, or a predicted curve beside the true one.

import { element, setText } from "../shared/dom.js";
import { significant, whole } from "../shared/format.js";
import { CONFIG, loadPlotly, themed } from "./curves.js";

const MEANING = {
  new: "not among the names it learned from",
  memorised: "stands among the names it learned from",
  "held out": "a real name that it never saw",
  right: "every answer that is asked is right",
  wrong: "at least one answer is wrong",
};

export class Samples {
  constructor(heading, figure, plotlyPath) {
    this.heading = heading;
    this.figure = figure;
    this.title = element("h3", { text: "Samples appear at the first checkpoint" });
    this.body = element("div", { class: figure ? "lstm-sampled-curve" : "lstm-names" });
    this.measure = element("p", { class: "lstm-measure", hidden: "" });
    this.root = element("section", { class: "lstm-samples", "aria-label": "Samples" }, this.measure, this.title, this.body);
    this.plotly = null;
    if (figure) {
      loadPlotly(plotlyPath).then((plotly) => {
        this.plotly = plotly;
        this.draw();
      }, () => {});
    }
  }

  destroy() {
    this.plotly?.purge(this.body);
    this.plotly = null;
  }

  show(samples) {
    this.samples = samples;
    setText(this.title, `${this.heading}, at step ${whole(samples.step)}`);
    this.showMeasure(samples.measure);
    if (this.figure) return this.draw();
    this.body.replaceChildren(
      ...samples.texts.map(({ text, origin }) =>
        element(
          "span",
          { class: "lstm-name", "data-origin": origin, title: MEANING[origin] },
          element("b", { text: text || "(nothing)" }),
          element("small", { text: origin }),
        ),
      ),
    );
  }

  /** The figure of the task's paper. */
  showMeasure(measure) {
    this.measure.hidden = !measure;
    if (!measure) return;
    setText(this.measure, `${measure.name}: ${significant(measure.value)} · goal ${significant(measure.goal)}${measure.reached ? ", reached" : ""}`);
    this.measure.dataset.reached = measure.reached;
  }

  setTheme() {
    if (this.figure) this.draw();
  }

  draw() {
    if (!this.plotly || !this.samples?.curves.length || !this.root.isConnected) return;
    const curves = this.samples.curves[0];
    const traces = this.figure.data.map((trace) => {
      const y = curves[trace.name];
      return { ...trace, y, x: y.map((_, k) => k) };
    });
    this.plotly.react(this.body, traces, themed(this.figure.layout, this.body), CONFIG);
  }
}
