// What the model makes up at its newest checkpoint: names, or a predicted curve beside the true one.

import { element, setText } from "../shared/dom.js";
import { whole } from "../shared/format.js";
import { CONFIG, loadPlotly, themed } from "./curves.js";

const MEANING = {
  new: "not among the names it learned from",
  memorised: "stands among the names it learned from",
  "held out": "a real name that it never saw",
};

export class Samples {
  constructor(figure, plotlyPath) {
    this.figure = figure;
    this.title = element("h3", { text: "Samples appear at the first checkpoint" });
    this.body = element("div", { class: figure ? "lstm-sampled-curve" : "lstm-names" });
    this.root = element("section", { class: "lstm-samples", "aria-label": "Samples" }, this.title, this.body);
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
    if (this.figure) {
      setText(this.title, `A held-out signal and its prediction one step ahead, at step ${whole(samples.step)}`);
      this.draw();
      return;
    }
    setText(this.title, `Names made up at step ${whole(samples.step)}`);
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
