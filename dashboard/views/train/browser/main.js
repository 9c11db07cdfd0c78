// One run as it trains: what it is doing, its curves, what it makes up. All of it moves without the page's script.

import { element } from "../../../browser/dom.js";
import { listen } from "../../../browser/stream.js";
import { Curves } from "./curves.js";
import { Development } from "./development.js";
import { Progress } from "./progress.js";
import { Samples } from "./samples.js";
import { newestValues } from "./thinning.js";

const DRAW_EVERY = 80; // ms; a chart redrawn more often shows no more
const HEAR_IN_CROWD_EVERY = 10000; // ms between two looks at new checkpoints, where many watch one machine
const DRAWING_SHARE = 0.3; // of the time, at most, goes into drawing: a long curve must not take the training's processor
const LONGEST_WAIT = 1000; // ms

export function mount(parent) {
  const view = new TrainView();
  parent.append(view.root);
  return view;
}

class TrainView {
  constructor() {
    this.root = element("div", { class: "lstm-train" });
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
    this.run = this.drawnAt = this.heardAt = null;
    this.newest = {}; // of each metric, its newest value
    this.undrawn = false; // whether metrics came since the last drawing
    this.reported = data.status;
    this.progress = new Progress(data.tiles);
    this.curves = new Curves(data.figure, data.plotly, data.questions, data.fineness);
    this.samples = new Samples(data.samples_title, data.samples_figure, data.plotly, data.questions);
    this.development = new Development(data.development_figure, data.plotly, data.questions);
    this.root.replaceChildren(this.progress.root, this.trouble, this.curves.root, this.samples.root, this.development.root);
    if (!data.snapshot) this.listen(`${data.questions}/stream`);
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

  takeMetrics(metrics) {
    this.curves.add(metrics);
    this.newest = newestValues(this.newest, metrics); // several messages may come before all is drawn
    this.undrawn = true;
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
    const every = Math.max(DRAW_EVERY, (this.drawingTook ?? 0) / DRAWING_SHARE);
    const due = (this.drawnAt ?? -Infinity) + Math.min(LONGEST_WAIT, every) - performance.now();
    this.timer = setTimeout(() => this.draw(), Math.max(0, due));
  }

  draw() {
    const started = performance.now();
    this.timer = null;
    const { run, undrawn } = this;
    if (run) this.curves.goTo(run.target_step);
    if (undrawn) {
      this.progress.measured(this.newest);
      this.curves.draw(run?.crowd);
      this.undrawn = false;
    }
    if (run) {
      this.progress.show(run);
      this.curves.mark(run.changes);
      this.hear(run, started);
    }
    if (!undrawn) return;
    this.drawnAt = performance.now();
    // up to its frame, which is late where the processor is wanted elsewhere
    requestAnimationFrame(() => (this.drawingTook = performance.now() - started));
  }

  /** A newer checkpoint lengthens the film of samples and the gates' curves; a crowd asks for them less often. */
  hear({ checkpoint, crowd, status }, now) {
    if (crowd && status === "training" && now - (this.heardAt ?? -Infinity) < HEAR_IN_CROWD_EVERY) return;
    this.heardAt = now;
    this.samples.heard(checkpoint);
    this.development.heard(checkpoint, crowd);
  }

  say(message) {
    if (message === this.trouble.textContent) return;
    this.trouble.textContent = message;
    this.trouble.hidden = !message;
  }

  report(name, value) {
    this.component.setStateValue(name, value);
  }
}
