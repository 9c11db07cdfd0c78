// How gates and weights develop: their statistics at every checkpoint, read by the server when there is a new one.

import { ask } from "../../../browser/ask.js";
import { element, watchSight } from "../../../browser/dom.js";
import { CONFIG, chartElement, loadPlotly, themed } from "../../../browser/chart.js";

const ASK_EVERY = 2000; // ms
const FIRST_AFTER = 1200; // ms: the loss curve, which people came for, is drawn first

export class Development {
  constructor(figure, plotlyPath, questions) {
    this.figure = figure;
    this.questions = questions;
    this.shown = -1; // the newest checkpoint that is shown
    this.due = performance.now() + FIRST_AFTER;
    this.title = element("h3", { text: "Gates and weights as they learn, over held-out sequences" });
    this.body = chartElement(
      "lstm-development",
      "Mean, spread and saturation of each gate, and norms of weights and updates, by step",
    );
    this.inside = element("div", { hidden: "" }, this.title, this.body);
    this.root = element("section", { class: "lstm-gates", "aria-label": "Gates as they learn" }, this.inside);
    this.sight = watchSight(this.root, () => this.askSoon());
    loadPlotly(plotlyPath).then((plotly) => {
      this.plotly = plotly;
      this.draw();
    }, () => {});
  }

  destroy() {
    this.sight.end();
    this.ended = true;
    clearTimeout(this.timer);
    this.plotly?.purge(this.body);
    this.plotly = null;
  }

  heard(checkpoint, crowd) {
    if (checkpoint === this.known) return;
    this.known = checkpoint;
    this.crowd = crowd;
    this.askSoon();
  }

  /** Ask for what is newer than what is shown; in a crowd, if anybody sees it. */
  askSoon() {
    clearTimeout(this.timer);
    if (!(this.known > this.shown) || (this.crowd && !this.sight.seen)) return;
    this.timer = setTimeout(() => this.ask(), Math.max(0, this.due - performance.now()));
  }

  async ask() {
    this.due = performance.now() + ASK_EVERY;
    const found = await ask(this.questions, "development");
    if (this.ended) return;
    if (found) {
      this.shown = found.step.at(-1) ?? this.shown;
      this.found = found;
      this.inside.hidden = this.found.step.length < 2;
      this.draw();
    }
    this.askSoon(); // it may be that nobody could answer, or that the answer was begun for somebody before the newest
  }

  setTheme() {
    this.draw();
  }

  draw() {
    if (!this.plotly || !this.found || this.inside.hidden || !this.root.isConnected) return;
    const { step, gates } = this.found;
    const x = step.map((k) => k + 1); // a logarithmic axis has no 0
    const traces = this.figure.data.map((trace) => {
      const [name, field] = trace.meta;
      if (name === "norm") return { ...trace, x, y: this.found[field], customdata: step };
      const gate = gates[name];
      if (!gate) return { ...trace, visible: false };
      if (field === "band") {
        const ends = [1, -1].map((sign) => gate.mean.map((mean, k) => mean + sign * gate.spread[k]));
        return { ...trace, x: [...x, ...x.slice().reverse()], y: [...ends[0], ...ends[1].slice().reverse()] };
      }
      return { ...trace, x, y: gate[field], customdata: step };
    });
    this.plotly.react(this.body, traces, themed(this.figure.layout, this.body), CONFIG);
  }
}
