// The live view of one run: what it is doing, its curves, what it makes up. All of it moves without the page's script.

import { element, setText } from "../shared/dom.js";
import { listen } from "../shared/stream.js";
import { Curves } from "./curves.js";
import { Development } from "./development.js";
import { Progress } from "./progress.js";
import { Samples } from "./samples.js";

const DRAW_EVERY = 120; // ms; a chart redrawn more often shows no more
const DRAW_CROWD_EVERY = 600; // ms, where many watch, perhaps on the machine that trains
const DRAWING_SHARE = 0.1; // of the time, at most, goes into drawing: a long curve must not take the training's processor
const LONGEST_WAIT = 1000; // ms

export function mount(parent) {
  const view = new LiveView();
  parent.append(view.root);
  return view;
}

class LiveView {
  constructor() {
    this.root = element("div", { class: "lstm-live" });
    this.trouble = element("p", { class: "lstm-trouble", role: "status", hidden: "" });
    this.close = () => {};
    this.shown = null; // the run on screen
  }

  update(component) {
    this.component = component;
    const { data } = component;
    if (this.shown !== data.run) this.show(data);
    this.curves.setTheme();
    this.samples.setTheme();
    this.development.setTheme();
    if (data.snapshot) this.takeSnapshot(data.snapshot);
  }

  destroy() {
    this.close();
    clearTimeout(this.timer);
    this.curves?.destroy();
    this.samples?.destroy();
    this.development?.destroy();
    this.root.remove();
  }

  /** Build the view for another run and listen to it. */
  show(data) {
    this.close();
    this.curves?.destroy();
    this.samples?.destroy();
    this.development?.destroy();
    this.shown = data.run;
    this.run = this.columns = this.drawnAt = null;
    this.reported = data.status;
    this.progress = new Progress(data.perplexity);
    this.curves = new Curves(data.figure, data.plotly, data.answers);
    this.samples = new Samples(data.samples_title, data.samples_figure, data.plotly, data.answers);
    this.development = new Development(data.development_figure, data.plotly, data.answers);
    this.root.replaceChildren(this.progress.root, this.trouble, this.curves.root, this.samples.root, this.development.root);
    if (!data.snapshot) this.listen(data.stream);
  }

  listen(url) {
    this.close = listen(url, {
      metrics: (columns) => this.takeMetrics(columns),
      run: (run) => this.takeRun(run),
      samples: (samples) => this.samples.show(samples),
      trouble: ({ message }) => this.say(message),
      gone: () => this.report("gone", this.shown),
      broken: () => this.report("transport", "polling"),
    });
  }

  takeSnapshot({ metrics, run, samples }) {
    this.curves.clear();
    this.takeMetrics(metrics);
    this.takeRun(run);
    if (samples) this.samples.show(samples);
  }

  takeMetrics(columns) {
    this.curves.add(columns);
    this.columns = columns;
    this.drawSoon();
  }

  takeRun(run) {
    this.say(run.error ?? "");
    this.run = run;
    if (run.status !== this.reported) {
      this.reported = run.status;
      this.progress.show(run);
      this.report("status", run.status); // the buttons are the script's: it shows those that make sense now
    }
    this.drawSoon();
  }

  /** Draw what has come, at once if nothing was drawn yet, else no more often than the drawing's share of time allows. */
  drawSoon() {
    if (this.timer) return;
    const every = Math.max(this.run?.crowd ? DRAW_CROWD_EVERY : DRAW_EVERY, (this.drawingTook ?? 0) / DRAWING_SHARE);
    const due = (this.drawnAt ?? -Infinity) + Math.min(LONGEST_WAIT, every);
    this.timer = setTimeout(() => this.draw(), Math.max(0, due - performance.now()));
  }

  draw() {
    const started = performance.now();
    this.timer = null;
    const { run, columns } = this;
    if (columns) {
      this.progress.measured(columns);
      this.curves.draw(run?.crowd);
      this.columns = null;
    }
    if (run) {
      this.progress.show(run);
      this.curves.mark(run.changes);
      this.samples.heard(run.checkpoint);
      this.development.heard(run.checkpoint);
    }
    if (!columns) return;
    this.drawnAt = performance.now();
    this.drawingTook = this.drawnAt - started;
  }

  say(message) {
    setText(this.trouble, message);
    this.trouble.hidden = !message;
  }

  report(name, value) {
    this.component.setStateValue(name, value);
  }
}
