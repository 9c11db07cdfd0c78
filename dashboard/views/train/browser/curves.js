// A run's metrics over steps. plotly.js draws; new points are appended, and the zoom that a person chose stays.
// Which metrics there are, and how each is drawn, is said by the figure: a trace's `meta` names what fills it.

import { ask } from "../../../browser/ask.js";
import { element } from "../../../browser/dom.js";
import { readTheme } from "../../../browser/theme.js";
import { CONFIG, chartElement, loadPlotly, themed } from "../../../browser/chart.js";
import { holds, lengthened, linePath, refined, smoothed, thinned } from "../../../browser/thinning.js";

const SMOOTHINGS = [
  [1, "no smoothing"],
  [10, "over 10 points"],
  [50, "over 50 points"],
  [200, "over 200 points"],
];
const ZOOM_REST = 20; // ms after which a zoom counts as done
const HEADROOM = 1.5; // of the steps so far: an axis that moves with every point is drawn anew with every point
const LEAST_HEADROOM = 1.1; // if all is drawn anyway
const FOOTROOM = 0.9; // of the least loss so far, for the same reason

export class Curves {
  /**
   * @param {object} fineness how many points are kept, see views/train/metrics.py
   * @param {object} pace how often and how fine it is drawn, see dashboard/serving/delivery.py
   */
  constructor(figure, plotlyPath, questions, fineness, pace) {
    this.figure = structuredClone(figure);
    this.questions = questions;
    this.fineness = fineness;
    this.pace = pace;
    this.chart = chartElement("lstm-curves", "Loss and gradient norm by step");
    this.logSteps = this.choice("logarithmic steps", () => this.changeAxes());
    this.logLoss = this.choice("logarithmic loss", () => this.changeAxes());
    this.smoothing = element(
      "select",
      { "aria-label": "Smoothing of the training loss" },
      ...SMOOTHINGS.map(([value, text]) => element("option", { value, text })),
    );
    this.smoothing.addEventListener("change", () => this.drawWhole());
    const choices = element("div", { class: "lstm-choices" }, this.logSteps.root, this.logLoss.root, this.smoothing);
    this.root = element("div", {}, choices, this.chart);
    this.leading = figure.data.find(({ meta }) => meta.every_step).meta.metric; // the curve that has every step
    this.clear();
    this.ahead = 1; // the step that level lines reach to
    this.furthest = Infinity; // the step that the run goes to
    this.detail = null; // finer curves of the stretch that a person zoomed into: {range, curves}
    this.changes = [];
    this.chart.addEventListener("pointerenter", () => this.drawWhole()); // what is pointed at must be there
    this.plotly = null;
    loadPlotly(plotlyPath).then(
      (plotly) => {
        this.plotly = plotly;
        this.draw();
      },
      (error) => this.chart.append(element("p", { text: error.message })),
    );
  }

  choice(text, onchange) {
    const box = element("input", { type: "checkbox", onchange });
    return { box, root: element("label", {}, box, element("span", { text })) };
  }

  destroy() {
    clearTimeout(this.zoomTimer);
    clearTimeout(this.wholeTimer);
    this.plotly?.purge(this.chart);
    this.plotly = null;
  }

  clear() {
    this.curves = {};
    for (const { meta } of this.figure.data) if (meta.metric) this.curves[meta.metric] = { x: [], y: [] };
  }

  /** Take new points, by the metric's name. */
  add(metrics) {
    for (const [name, curve] of Object.entries(this.curves)) {
      const found = metrics[name];
      if (found) this.curves[name] = lengthened(curve, found.step, found.value, this.fineness.kept);
    }
  }

  /** How far the run goes, beyond which the axis need not reach. */
  goTo(step) {
    this.furthest = step;
  }

  /** The newest step of all. */
  get last() {
    return this.curves[this.leading].x.at(-1) ?? 0;
  }

  /** Level lines go ahead of the curves, and the axis with them. */
  reachAhead() {
    const last = this.last || 1;
    const most = Math.max(last, this.furthest);
    const reaches = this.ahead <= most && this.ahead >= Math.min(most, LEAST_HEADROOM * last);
    if (!reaches) this.ahead = Math.min(most, Math.ceil(HEADROOM * last));
  }

  /** What people changed while the run trained, marked where it began to hold. */
  mark(changes) {
    const known = JSON.stringify(changes);
    if (known === this.known) return;
    this.known = known;
    this.changes = changes.filter(({ step }) => step !== null);
    this.drawWhole();
  }

  setTheme() {
    this.drawWhole();
  }

  changeAxes() {
    const [logSteps, logLoss] = [this.logSteps, this.logLoss].map(({ box }) => box.checked);
    const axes = Object.keys(this.figure.layout).filter((name) => name.startsWith("xaxis"));
    for (const axis of axes) this.setAxis(axis, logSteps);
    this.setAxis("yaxis", logLoss);
    this.figure.layout.uirevision = `${logSteps}/${logLoss}`; // other axes, another zoom
    this.detail = null;
    this.drawWhole();
  }

  setAxis(name, logarithmic) {
    this.figure.layout[name] = { ...this.figure.layout[name], type: logarithmic ? "log" : "linear" };
  }

  layoutNow() {
    const layout = themed(this.figure.layout, this.chart);
    const { text } = readTheme(this.chart);
    const place = (step) => (this.logSteps.box.checked ? Math.log10(step) : step);
    const line = { color: text, width: 1, dash: "dot" };
    const upright = { type: "line", xref: "x", yref: "paper", y0: 0, y1: 1, line };
    const atTop = { xref: "x", y: 1, yref: "paper", yanchor: "top", xanchor: "left", showarrow: false };
    layout.shapes = this.changes.map(({ step }) => ({ ...upright, x0: step, x1: step }));
    layout.annotations = this.changes.map(({ step, field, value }) => ({
      ...atTop,
      x: place(step),
      text: `${field.replaceAll("_", " ")} ${value ?? "none"}`,
      font: { size: 12 },
    }));
    return layout;
  }

  /** Draw all of the chart, since something other than points is new. */
  drawWhole() {
    this.asked = true;
    this.draw();
  }

  /** Draw what has come, as finely as the pace says; zoomed in, all points are drawn. */
  draw(pace = this.pace) {
    this.pace = pace;
    if (!this.plotly || !this.root.isConnected) return;
    clearTimeout(this.wholeTimer);
    const asked = this.asked || !this.layout;
    if (asked) this.layout = this.layoutNow();
    this.asked = false;
    const zoomed = this.chart.layout?.xaxis?.autorange === false;
    const wholeIn = (this.wholeAt ?? 0) + 1000 * pace.whole_every - performance.now();
    if (asked || wholeIn <= 0 || this.chart.matches(":hover") || !this.moveLines(this.traces(zoomed))) {
      this.reachAhead();
      const traces = this.traces(zoomed);
      this.layout.yaxis.autorangeoptions = this.footroom(traces);
      // a copy: Plotly writes a person's zoom into what it is given, and would take that for our own wish the next time
      this.plotly.react(this.chart, traces, structuredClone(this.layout), CONFIG);
      this.wholeAt = performance.now();
      if (!this.hearsZoom) this.chart.on("plotly_relayout", () => this.zoomed());
      this.hearsZoom = true;
    } else {
      this.wholeTimer = setTimeout(() => this.draw(), wholeIn);
    }
    this.chart.dataset.step = this.last;
  }

  /** The figure's traces with their points; Plotly tells a change by identity, so each draw gets fresh arrays. */
  traces(zoomed) {
    const { beside, marked } = this.fineness;
    return this.figure.data.map((trace) => {
      const { metric, level } = trace.meta;
      const start = this.logSteps.box.checked ? 1 : 0; // a logarithm has no 0
      if (!metric) return { ...trace, x: [start, this.ahead], y: [level, level] };
      const curve = this.curves[metric];
      const finer = zoomed ? this.detail?.curves[metric] : null;
      const points = finer
        ? refined(curve, { x: finer.step, y: finer.value }, this.detail.range, beside)
        : thinned({ x: curve.x.slice(), y: curve.y.slice() }, zoomed ? Infinity : this.pace.points);
      if (trace.meta.smoothed) points.y = smoothed(points.y, Number(this.smoothing.value));
      return { ...trace, ...points, mode: trace.mode.replace("+markers", points.x.length > marked ? "" : "$&") };
    });
  }

  /** Room below the least loss; on a logarithmic axis Plotly 7 takes the logarithm of what is to be included twice. */
  footroom(traces) {
    if (this.logLoss.box.checked) return {};
    const { yaxis } = traces[0];
    let least = Infinity;
    for (const trace of traces) {
      if (trace.yaxis !== yaxis || !trace.meta.metric) continue;
      least = trace.y.reduce((low, y) => Math.min(low, y ?? low), least);
    }
    return Number.isFinite(least) ? { include: FOOTROOM * least } : {};
  }

  /**
   * Give the lines new points within the axes as they stand, which costs a tenth of drawing the chart.
   * @returns {boolean} whether that was enough
   */
  moveLines(traces) {
    const moves = [];
    for (const [k, trace] of traces.entries()) {
      const drawn = this.chart._fullData[k]; // Plotly's own; there is no public way to an axis' scale
      const path = this.chart.querySelector(`.scatterlayer .trace${drawn.uid} .js-line`);
      if (!path && !trace.x.length) continue; // no points yet, and no line
      const axisOf = (name) => this.chart._fullLayout[name.replace(/^[xy]/, "$&axis")];
      const [horizontal, vertical] = [drawn.xaxis, drawn.yaxis].map(axisOf);
      const marksStay = trace.mode === drawn.mode && (trace.mode === "lines" || trace.x.length === drawn.x.length);
      if (!path || !marksStay || !holds(horizontal, trace.x) || !holds(vertical, trace.y)) return false;
      const line = linePath(
        trace.x.map((x) => horizontal.d2p(x)),
        trace.y.map((y) => vertical.d2p(y)),
      );
      if (!line) return false;
      moves.push([path, line]);
    }
    for (const [path, line] of moves) path.setAttribute("d", line);
    return true;
  }

  /** A person zoomed: draw more points of what is seen, and ask for those that are not here. */
  zoomed() {
    clearTimeout(this.zoomTimer);
    const axis = this.chart.layout?.xaxis;
    const whole = !axis || axis.autorange !== false;
    if (whole) this.detail = null;
    if (whole || this.curves[this.leading].x.length === this.last) return this.drawWhole(); // all is here
    const range = axis.range.map((end) => Math.round(axis.type === "log" ? 10 ** end : end));
    if (this.detail && this.detail.range.every((end, k) => end === range[k])) return;
    this.zoomTimer = setTimeout(() => this.refine(range), ZOOM_REST);
  }

  async refine(range) {
    const [after, until] = [range[0] - 1, range[1]].map((end) => Math.max(0, end));
    const found = await ask(this.questions, "curves", { after, until });
    if (!found) return;
    this.detail = { range, curves: found };
    this.drawWhole();
  }
}
