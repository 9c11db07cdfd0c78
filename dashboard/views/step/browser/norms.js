// How long a gradient is, timestep by timestep, on its way back from the loss: a picture of its own, along the sequence
// as the strip is. Beside it a plain network's, a sentence on both, and the way to where they differ most.

import { element, onDrag, setText, svg } from "../../../browser/dom.js";
import { duration, whole } from "../../../browser/format.js";
import { stackOf, ticksOf } from "../../../browser/pictures.js";
import { fading } from "./fading.js";

const ASK_AGAIN = 2000; // ms between two looks at the plain RNN while it trains
const LEAST = 1e-20; // of the largest norm; the axis ends there
const MOST_LEVELS = 6; // of the axis
const WIDTH = 300;
const HEIGHT = 110;

export class Norms {
  constructor(actions) {
    this.actions = actions;
    this.title = element("h3");
    this.legend = element("p", { class: "norm-legend" });
    this.drawing = svg("svg", {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": "Gradient norm",
    });
    this.cursor = element("div", { class: "cursor-column" }, element("i"));
    this.field = element("div", { class: "field" }, this.drawing, this.cursor);
    this.axis = element("div", { class: "value-axis", "aria-hidden": "true" });
    this.ticks = element("div", { class: "time-axis", "aria-hidden": "true" });
    onDrag(this.field, (x) => actions.point({ timestep: Math.floor(x * this.length) }));
    this.said = element("p", { class: "fading" });
    this.companion = element("span", { class: "quiet" });
    this.train = element("button", {
      class: "action",
      text: "Train a plain RNN beside it",
      hidden: "",
      onclick: () => this.makeCompanion(),
    });
    this.further = element("a", { class: "action", hidden: "", text: "See where they differ most" });
    this.make = element("button", {
      class: "action",
      hidden: "",
      text: "Show where they differ most",
      onclick: () => this.makeFarRun(),
    });
    this.cost = element("span", { class: "quiet" });
    this.root = element(
      "section",
      { class: "norms", "aria-label": "Gradient over the sequence", hidden: "" },
      element("header", {}, this.title, this.legend),
      element("div", { class: "norm-picture" }, this.axis, this.field, this.ticks),
      this.said,
      element("p", { class: "span" }, this.train, this.companion),
      element("p", { class: "span" }, this.further, this.make, this.cost),
    );
  }

  destroy() {
    clearTimeout(this.timer);
  }

  show(view) {
    clearTimeout(this.timer);
    const { trace, gradients, state } = view;
    this.view = view;
    this.root.hidden = !gradients || state.panel !== "backward";
    if (!gradients) return;
    const subject = `${view.run}/${view.shown}/${view.sequence}/${gradients.lossAt}`;
    if (this.subject !== subject) this.found = null; // a plain network's norms of another loss
    this.subject = subject;
    this.length = gradients.lossAt + 1;
    const whose = view.called && `, ${view.called}`;
    setText(this.title, `Gradient back from the loss at ${gradients.lossAt + 1}${whose}`);
    this.ticks.replaceChildren(
      ...ticksOf(trace, { from: 0, to: this.length }).map(({ at, text }) =>
        element("span", { style: `left: ${at * 100}%`, text }),
      ),
    );
    this.cursor.firstChild.style.width = `max(2px, ${100 / this.length}%)`;
    this.drawCurves();
    if (this.root.hidden) return;
    this.lookForCompanion();
    this.lookForFarRun();
  }

  draw({ timestep }) {
    if (this.root.hidden) return;
    this.cursor.hidden = timestep >= this.length;
    this.cursor.style.transform = `translateX(${(timestep / this.length) * 100}%)`;
  }

  pictures({ gradients, trace, theme }) {
    if (!gradients) return [];
    const draw = () => {
      const axis = { values: this.marks, ticks: ticksOf(trace, { from: 0, to: this.length }) };
      return stackOf([{ title: this.words, drawing: this.drawing, axis }], theme);
    };
    return [{ name: "norms", label: "Gradient norms", draw }];
  }

  /** The states of the cell that is shown, and a plain network's hidden state, once it is there. */
  lines() {
    const { trace, gradients, state } = this.view;
    const own = trace.quantities
      .filter(({ carried }) => carried)
      .map(({ name, symbol, colour }) => ({ label: symbol, colour, norms: gradients.norms(state.layer, name) }));
    const plain = this.found?.norms?.[Math.min(state.layer, this.found.norms.length - 1)] ?? null;
    return { own, plain };
  }

  drawCurves() {
    const { own, plain } = this.lines();
    const lines = plain ? [...own, { label: "h of a plain RNN", dashed: true, norms: plain }] : own;
    const all = lines.flatMap(({ norms }) => norms).filter((norm) => norm > 0);
    const most = Math.max(...all, 1e-30);
    const least = Math.max(Math.min(...all, most), most * LEAST);
    const top = Math.ceil(Math.log10(most));
    const bottom = Math.min(top - 1, Math.floor(Math.log10(least)));
    const every = Math.ceil((top - bottom) / MOST_LEVELS);
    const heightOf = (exponent) => HEIGHT * (1 - (exponent - bottom) / (top - bottom));
    const x = (t) => ((t + 0.5) / this.length) * WIDTH;
    const y = (norm) => heightOf(Math.log10(Math.max(norm, 10 ** bottom)));
    const exponents = Array.from({ length: Math.floor((top - bottom) / every) + 1 }, (_, k) => top - k * every);
    this.marks = exponents.map((exponent) => ({ at: heightOf(exponent) / HEIGHT, text: power(exponent) }));
    this.drawing.replaceChildren(
      ...this.marks.map(({ at }) => {
        const height = at * HEIGHT;
        return svg("line", { x1: 0, x2: WIDTH, y1: height, y2: height, class: "level" });
      }),
      ...lines.map(({ norms, colour, dashed }) =>
        svg("polyline", {
          points: norms.map((norm, t) => `${x(t).toFixed(2)},${y(norm).toFixed(2)}`).join(" "),
          stroke: colour ?? "currentColor",
          class: dashed ? "altered" : null,
        }),
      ),
    );
    this.axis.replaceChildren(
      ...this.marks.map(({ at, text }) => element("span", { style: `top: ${at * 100}%`, text })),
    );
    this.legend.replaceChildren(
      element("span", { text: "norm of dL/d·:" }),
      ...lines.map(({ label, colour, dashed }) =>
        element("b", { text: label, class: dashed ? "dashed" : null, style: `--colour: ${colour ?? "currentColor"}` }),
      ),
    );
    const labels = lines.map(({ label }) => label).join(", ");
    this.words = `Gradient norm, ${power(top)} to ${power(bottom)}, up to the loss at ${this.length}: ${labels}`;
    this.drawing.setAttribute("aria-label", this.words);
    setText(this.said, fading(own, plain, this.view.trace.labels));
  }

  // ---- the plain network beside it

  async lookForCompanion() {
    const { subject } = this;
    let found;
    try {
      found = await this.actions.companion();
    } catch (error) {
      return setText(this.companion, error.message);
    }
    if (subject !== this.subject || this.root.hidden) return; // another loss by now
    this.found = found;
    const refused = found.status === "missing" ? this.actions.beginRefused() : "";
    this.train.hidden = found.status !== "missing" || refused !== "";
    setText(this.companion, refused || saidOf(found));
    if (!found.norms) return;
    this.drawCurves();
    const underWay = ["queued", "training", "lost"].includes(found.status) && found.newest < found.wanted;
    clearTimeout(this.timer);
    if (underWay) this.timer = setTimeout(() => this.lookForCompanion(), ASK_AGAIN);
  }

  async makeCompanion() {
    this.train.hidden = true;
    try {
      await this.actions.makeCompanion();
    } catch (error) {
      setText(this.companion, error.message);
      this.train.hidden = false;
      return;
    }
    this.lookForCompanion();
  }

  // ---- where the two differ most

  async lookForFarRun() {
    const { run, state } = this.view;
    if (this.asked === run || state.hide.length) return; // a link that hides something leads nowhere else
    this.asked = run;
    let far;
    try {
      far = await this.actions.farRun();
    } catch {
      this.asked = null; // the other answers say what is wrong
      return;
    }
    if (run !== this.view.run) return;
    this.further.hidden = far.status !== "ready";
    const refused = far.status === "missing" && this.actions.beginRefused() !== "";
    this.make.hidden = far.status !== "missing" || refused;
    setText(this.cost, refused ? "" : costOf(far));
    if (far.status === "ready") this.further.href = hrefOf(far);
  }

  async makeFarRun() {
    this.make.hidden = true;
    try {
      const far = await this.actions.makeFarRun();
      location.href = hrefOf(far);
    } catch (error) {
      setText(this.cost, error.message);
      this.make.hidden = false;
    }
  }
}

function saidOf(found) {
  if (found.status === "itself") return "This is a plain network itself.";
  if (found.status === "alone") return "It was trained elsewhere, so no plain network can be trained beside it.";
  if (found.status === "missing") return "One of equal size, on the same task, with the same settings.";
  if (found.status === "failed")
    return `The plain RNN (“${found.name}”) failed to train; its last checkpoint is shown.`;
  const underWay = ["queued", "training", "lost"].includes(found.status) && found.newest < found.wanted;
  const later = underWay ? `, still training towards training step ${whole(found.wanted)}` : "";
  return `Dashed: a plain RNN of equal size at training step ${whole(found.step)}${later}.`;
}

const WHERE = "in the task temporal order, whose answer hangs on what was read long before";

function costOf({ status, seconds }) {
  if (status === "ready") return `An LSTM ${WHERE}.`;
  if (status !== "missing") return "";
  const time = `they train for about ${duration(seconds)}`;
  return `An LSTM and a plain RNN ${WHERE}: ${time}, and can be looked at from the start.`;
}

/** The address of that run, with the loss at its end. */
function hrefOf({ run, sequence, timestep }) {
  const url = new URL(location.href);
  const { embed } = Object.fromEntries(url.searchParams);
  const parameters = { run, sequence, timestep, loss_at: timestep, panel: "backward", ...(embed ? { embed } : {}) };
  url.search = new URLSearchParams(parameters);
  return url.href;
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const power = (exponent) =>
  `10${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[digit]).join("")}`;
