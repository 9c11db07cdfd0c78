// One run as it trains: what it is doing, its curves, what it makes up. All of it moves without the page's script.

import { element } from "../../../browser/dom.js";
import { explain } from "../../../browser/glossary.js";
import { listen } from "../../../browser/listening.js";
import { Agreement } from "../../../browser/agreement.js";
import { Curves } from "./curves.js";
import { Development } from "./development.js";
import { Progress } from "./progress.js";
import { Samples } from "./samples.js";
import { newestValues } from "../../../browser/thinning.js";

const NO_METRICS = 1e9; // a step behind all steps: nothing comes after it
const TERMS = [
  [".lstm-samples h3", "samples", true],
  [".lstm-name small", (origin) => origin.textContent],
  [".lstm-measure", "goal"],
  [".lstm-film", "checkpoint"],
  [".lstm-sentence", "state of a run"],
];
const LONGEST_WAIT = 1000; // ms between two drawings, however long one takes

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
    // a state would not change where the script errs twice
    this.agreement = new Agreement((status) => this.component.setTriggerValue("status", status));
    this.explanations = explain(this.root, TERMS);
  }

  update(component) {
    this.component = component;
    const { data } = component;
    this.agreement.hasDrawn(data.status);
    this.pace ??= data.pace; // until the live data says otherwise
    const polls = Boolean(data.snapshot);
    if (this.shown !== data.run || (this.polls && !polls)) this.show(data);
    else if (polls && !this.polls) this.hearWhetherLive(data.run);
    this.polls = polls;
    this.curves.setTheme();
    this.samples.setTheme();
    this.development.setTheme();
    if (data.snapshot) this.takeSnapshot(data.snapshot);
  }

  destroy() {
    this.close();
    clearTimeout(this.timer);
    this.agreement.end();
    this.curves?.destroy();
    this.samples?.destroy();
    this.development?.destroy();
    this.explanations.end();
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
    this.troubled = false; // whether the live data is of before some trouble
    this.agreement.end();
    this.progress = new Progress(data.tiles);
    this.curves = new Curves(data.figure, data.plotly, data.questions, data.fineness, this.pace);
    this.samples = new Samples(data.samples_title, data.samples_figure, data.plotly, data.questions);
    this.development = new Development(data.development_figure, data.plotly, data.questions);
    const { progress, curves, samples, development } = this;
    this.root.replaceChildren(progress.root, this.trouble, curves.root, samples.root, development.root);
    this.explanations.refresh();
    if (data.snapshot) this.hearWhetherLive(data.run);
    else this.listen(data.run);
  }

  /** While the page polls: live data may get through after all, as where a machine was only busy for a while. */
  hearWhetherLive(run) {
    this.close();
    this.close = listen(`run/${run}`, NO_METRICS, { run: () => this.report("delivery", "live") });
  }

  listen(run) {
    this.close = listen(`run/${run}`, 0, {
      pace: (pace) => (this.pace = pace), // how often and how fine, which depends on how many watch
      metrics: (columns) => this.takeMetrics(columns),
      run: (run) => this.takeRun(run),
      samples: (samples) => this.samples.show(samples),
      trouble: ({ error }) => {
        this.troubled = true;
        this.agreement.end();
        this.say(error);
      },
      gone: () => {
        this.shown = null; // if it is brought back, it is shown anew
        this.component.setTriggerValue("gone", run); // it happens once, and is not a state
      },
      broken: () => this.report("delivery", "polling"),
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
    const mended = this.troubled;
    this.troubled = false;
    this.say(run.error ?? "");
    if (run.status !== this.run?.status) this.progress.show(run);
    this.run = run;
    this.agreement.hears(run.status, mended);
    this.drawSoon();
  }

  /** Draw what has come: at once if nothing was drawn yet, else as often as the drawing's share of time allows. */
  drawSoon() {
    if (this.timer) return;
    const { draw_every, draw_share } = this.pace;
    const every = Math.max(1000 * draw_every, (this.drawingTook ?? 0) / draw_share);
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
      this.curves.draw(this.pace);
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
  hear({ checkpoint, status }, now) {
    const { hear_every } = this.pace;
    if (status === "training" && now - (this.heardAt ?? -Infinity) < 1000 * hear_every) return;
    this.heardAt = now;
    this.samples.heard(checkpoint);
    this.development.heard(checkpoint, hear_every > 0);
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
