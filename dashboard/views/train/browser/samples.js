// What the model makes up at its newest checkpoint: names, or a predicted curve beside the true one.

import { ask } from "../../../browser/ask.js";
import { element, setText } from "../../../browser/dom.js";
import { significant, whole } from "../../../browser/format.js";
import { CONFIG, chartElement, loadPlotly, themed } from "../../../browser/chart.js";

const MEANING = {
  new: "not among the names it learned from",
  memorised: "stands among the names it learned from",
  "held out": "a real name that it never saw",
  right: "every answer that is asked is right",
  wrong: "at least one answer is wrong",
};

const LONG = 60; // letters of a sample that takes a row of its own

export class Samples {
  constructor(heading, figure, plotlyPath, questions) {
    this.heading = heading;
    this.questions = questions;
    this.figure = figure;
    this.title = element("h3", { text: "Samples appear at the first checkpoint" });
    this.body = figure
      ? chartElement("lstm-sampled-curve", "What is right, and what the model predicts")
      : element("div", { class: "lstm-names" });
    this.measure = element("p", { class: "lstm-measure", hidden: "" });
    this.film = element("input", { type: "range", min: 0, value: 0, "aria-label": "Checkpoint of the samples" });
    this.film.addEventListener("input", () => this.look(Number(this.film.value)));
    const words = element("span", { text: "from step 0 to now" });
    this.strip = element("label", { class: "lstm-film", hidden: "" }, words, this.film);
    this.steps = [];
    this.following = true; // the newest, until a person looks back
    this.root = element(
      "section",
      { class: "lstm-samples", "aria-label": "Samples" },
      this.measure,
      this.title,
      this.strip,
      this.body,
    );
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

  /** There is a newer checkpoint: the film gets longer. */
  async heard(checkpoint) {
    if (this.steps.at(-1) === checkpoint || this.asked === checkpoint) return;
    this.asked = checkpoint;
    const found = await ask(this.questions, "checkpoints");
    if (this.asked !== checkpoint) return; // a newer one was asked for meanwhile: this list may be without it
    if (!found) return;
    const present = this.steps[Number(this.film.value)];
    this.steps = found.steps;
    this.strip.hidden = this.steps.length < 2;
    this.film.max = this.steps.length - 1;
    const place = this.following ? -1 : this.steps.indexOf(present);
    this.film.value = place < 0 ? this.steps.length - 1 : place;
  }

  /** Go to a place of the film. */
  async look(place) {
    this.following = place === this.steps.length - 1;
    const step = this.steps[place];
    this.film.setAttribute("aria-valuetext", `step ${whole(step)}`);
    this.wanted = step;
    const samples = await ask(this.questions, "samples", { checkpoint: step });
    if (samples && this.wanted === step) this.display(samples);
  }

  /** The newest samples have come. */
  show(samples) {
    if (this.following) this.display(samples);
  }

  display(samples) {
    this.samples = samples;
    if (samples.problem) {
      setText(this.title, `Nothing can be made up at step ${whole(samples.step)}: ${samples.problem}`);
      return;
    }
    setText(this.title, `${this.heading}, at step ${whole(samples.step)}`);
    this.showMeasure(samples.measure);
    if (this.figure) return this.draw();
    this.body.replaceChildren(
      ...samples.texts.map(({ text, origin }) =>
        element(
          "span",
          { class: text.length > LONG ? "lstm-name long" : "lstm-name", "data-origin": origin, title: MEANING[origin] },
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
    const goal = `goal ${significant(measure.goal)}${measure.reached ? ", reached" : ""}`;
    setText(this.measure, `${measure.name}: ${significant(measure.value)} · ${goal}`);
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
