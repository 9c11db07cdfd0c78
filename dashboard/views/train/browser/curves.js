// Loss and gradient norm. plotly.js draws; new points are appended, and the zoom that a person chose stays.

import { ask } from "../../../browser/ask.js";
import { element } from "../../../browser/dom.js";
import { readTheme } from "../../../browser/theme.js";

const [TRAINING, VALIDATION, BASELINE, GRADIENT] = [0, 1, 2, 3]; // as in figures/training.py
const MOST_POINTS = 12000; // kept of a curve; beyond, every other point goes

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
const FEW_DRAWN = 300; // of what lies beside the stretch that was zoomed into
const MOST_MARKED = 40; // points of a curve with a marker each

let plotlyLoading = null;

/** plotly.js, fetched once for the page. */
export function loadPlotly(path) {
  plotlyLoading ??= new Promise((resolve, reject) => {
    if (window.Plotly?.newPlot) return resolve(window.Plotly);
    const script = element("script", { src: new URL(path, location.origin).href });
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", () => reject(new Error("plotly.js could not be loaded")));
    document.head.append(script);
  });
  return plotlyLoading;
}

export const CONFIG = {
  displaylogo: false,
  responsive: true,
  scrollZoom: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
  toImageButtonOptions: { format: "svg", filename: "lstm-training" },
};

/** A figure's layout in the colours of the page's theme. */
export function themed(layout, node) {
  const { text, dark, background } = readTheme(node);
  const grid = dark ? "rgba(255,255,255,0.12)" : "rgba(0,0,0,0.09)";
  const result = {
    ...layout,
    font: { ...layout.font, color: text, size: 13, family: getComputedStyle(node).fontFamily },
    hoverlabel: { bgcolor: background, bordercolor: text, font: { color: text } },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: dark ? "#9aa6b1" : "#69747f", activecolor: text },
  };
  for (const name of Object.keys(layout).filter((key) => /^[xy]axis/.test(key))) {
    result[name] = { ...layout[name], gridcolor: grid, zerolinecolor: grid, linecolor: grid };
  }
  return result;
}

export class Curves {
  constructor(figure, plotlyPath, questions, pace) {
    this.pace = pace; // how often and how fine, see dashboard/serving/delivery.py
    this.figure = structuredClone(figure);
    this.questions = questions;
    this.chart = element("div", { class: "lstm-curves", role: "img", "aria-label": "Loss and gradient norm by step" });
    this.logSteps = this.choice("logarithmic steps", () => this.changeAxes());
    this.logLoss = this.choice("logarithmic loss", () => this.changeAxes());
    this.smoothing = element("select", { "aria-label": "Smoothing of the training loss" }, ...SMOOTHINGS.map(([value, text]) => element("option", { value, text })));
    this.smoothing.addEventListener("change", () => this.drawWhole());
    this.root = element("div", {}, element("div", { class: "lstm-choices" }, this.logSteps.root, this.logLoss.root, this.smoothing), this.chart);
    this.columns = this.figure.data.map(() => ({ x: [], y: [] }));
    this.columns[BASELINE] = { x: [0, 1], y: [figure.data[BASELINE].meta, figure.data[BASELINE].meta] };
    this.furthest = Infinity; // the step that the run goes to
    this.detail = null; // finer columns of the stretch that a person zoomed into: {range, columns}
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
    for (const trace of [TRAINING, VALIDATION, GRADIENT]) this.columns[trace] = { x: [], y: [] };
  }

  add(columns) {
    this.append(TRAINING, columns.step, columns.loss);
    this.append(GRADIENT, columns.gradient_step, columns.gradient_norm);
    this.append(VALIDATION, columns.validation_step, columns.validation_loss);
  }

  /** How far the run goes, beyond which the axis need not reach. */
  goTo(step) {
    this.furthest = step;
  }

  /** The baseline goes ahead of the curves, and the axis with it. */
  reachAhead() {
    const last = this.columns[TRAINING].x.at(-1) ?? 1;
    const most = Math.max(last, this.furthest);
    const to = this.columns[BASELINE].x[1];
    const far = to > most || to < Math.min(most, LEAST_HEADROOM * last) ? Math.min(most, Math.ceil(HEADROOM * last)) : to;
    this.columns[BASELINE].x = [this.logSteps.box.checked ? 1 : 0, far]; // a logarithm has no 0
    return this.columns[BASELINE].x.slice();
  }

  append(trace, x, y) {
    const column = this.columns[trace];
    const newest = column.x.at(-1) ?? -1;
    for (let k = 0; k < x.length; k++) {
      if (x[k] > newest) {
        column.x.push(x[k]); // a step that was sent twice is drawn once
        column.y.push(y[k]);
      }
    }
    this.columns[trace] = thinned(column, MOST_POINTS);
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
    for (const [box, axes] of [[this.logSteps.box, ["xaxis", "xaxis2"]], [this.logLoss.box, ["yaxis"]]]) {
      for (const axis of axes) this.figure.layout[axis] = { ...this.figure.layout[axis], type: box.checked ? "log" : "linear" };
    }
    this.figure.layout.uirevision = `${this.logSteps.box.checked}/${this.logLoss.box.checked}`; // other axes, another zoom
    this.detail = null;
    this.drawWhole();
  }

  layoutNow() {
    const layout = themed(this.figure.layout, this.chart);
    const { text } = readTheme(this.chart);
    const place = (step) => (this.logSteps.box.checked ? Math.log10(step) : step);
    layout.shapes = this.changes.map(({ step }) => ({ type: "line", xref: "x", yref: "paper", x0: step, x1: step, y0: 0, y1: 1, line: { color: text, width: 1, dash: "dot" } }));
    layout.annotations = this.changes.map(({ step, field, value }) => ({
      x: place(step), xref: "x", y: 1, yref: "paper", yanchor: "top", xanchor: "left", showarrow: false, text: `${field.replaceAll("_", " ")} ${value ?? "none"}`, font: { size: 12 },
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
    // Plotly.react tells a change by identity, so each draw gets fresh arrays
    const traces = this.figure.data.map((trace, k) => {
      const column = thinned(this.withDetail(k, zoomed), zoomed ? Infinity : pace.points);
      if (k === TRAINING) column.y = smoothed(column.y, Number(this.smoothing.value));
      const mode = trace.mode.replace("+markers", column.x.length > MOST_MARKED ? "" : "$&");
      return { ...trace, ...column, mode };
    });
    const wholeIn = (this.wholeAt ?? 0) + 1000 * pace.whole_every - performance.now();
    if (asked || wholeIn <= 0 || this.chart.matches(":hover") || !this.moveLines(traces)) {
      traces[BASELINE].x = this.reachAhead();
      const least = FOOTROOM * traces[TRAINING].y.reduce((low, y) => Math.min(low, y ?? low), Infinity);
      this.layout.yaxis.autorangeoptions = Number.isFinite(least) ? { include: least } : {};
      this.plotly.react(this.chart, traces, this.layout, CONFIG);
      this.wholeAt = performance.now();
      if (!this.hearsZoom) this.chart.on("plotly_relayout", () => this.zoomed());
      this.hearsZoom = true;
    } else {
      this.wholeTimer = setTimeout(() => this.draw(), wholeIn);
    }
    this.chart.dataset.step = this.columns[TRAINING].x.at(-1) ?? 0;
  }

  /**
   * Give the lines new points within the axes as they stand, which costs a tenth of drawing the chart.
   * @returns {boolean} whether that was enough
   */
  moveLines(traces) {
    const lines = traces.map((trace, k) => {
      const drawn = this.chart._fullData[k]; // Plotly's own; there is no public way to an axis' scale
      const [horizontal, vertical] = [drawn.xaxis, drawn.yaxis].map((name) => this.chart._fullLayout[name.replace(/^[xy]/, "$&axis")]);
      const path = this.chart.querySelector(`.scatterlayer .trace${drawn.uid} .js-line`);
      const marksStay = trace.mode === drawn.mode && (trace.mode === "lines" || trace.x.length === drawn.x.length);
      if (!path || !marksStay || !holds(horizontal, trace.x) || !holds(vertical, trace.y)) return null;
      return { path, d: `M${trace.x.map((x, j) => `${horizontal.d2p(x).toFixed(1)},${vertical.d2p(trace.y[j]).toFixed(1)}`).join("L")}` };
    });
    if (lines.includes(null)) return false;
    for (const { path, d } of lines) path.setAttribute("d", d);
    return true;
  }

  /** A curve's points; within the stretch that was zoomed into, the finer ones. */
  withDetail(trace, zoomed) {
    const { x, y } = this.columns[trace];
    const finer = zoomed ? this.detail?.columns[trace] : null;
    if (!finer) return { x: x.slice(), y: y.slice() };
    const [from, to] = this.detail.range;
    const first = x.findIndex((step) => step > from);
    const before = first < 0 ? x.length : first;
    const after = x.findIndex((step) => step > to);
    const rest = after < 0 ? x.length : after;
    // what lies beside the stretch that a person looks at need not be drawn as finely
    const left = thinned({ x: x.slice(0, before), y: y.slice(0, before) }, FEW_DRAWN);
    const right = thinned({ x: x.slice(rest), y: y.slice(rest) }, FEW_DRAWN);
    return { x: [...left.x, ...finer.x, ...right.x], y: [...left.y, ...finer.y, ...right.y] };
  }

  /** A person zoomed: draw more points of what is seen, and ask for those that are not here. */
  zoomed() {
    clearTimeout(this.zoomTimer);
    const axis = this.chart.layout?.xaxis;
    const whole = !axis || axis.autorange !== false;
    if (whole) this.detail = null;
    if (whole || this.columns[TRAINING].x.length === this.columns[TRAINING].x.at(-1)) return this.drawWhole(); // all is here
    const range = axis.range.map((end) => Math.round(axis.type === "log" ? 10 ** end : end));
    if (this.detail && this.detail.range.every((end, k) => end === range[k])) return;
    this.zoomTimer = setTimeout(() => this.refine(range), ZOOM_REST);
  }

  async refine(range) {
    const found = await ask(this.questions, "curves", { after: Math.max(0, range[0] - 1), until: range[1] });
    if (!found) return;
    const columns = [];
    columns[TRAINING] = { x: found.step, y: found.loss };
    columns[GRADIENT] = { x: found.gradient_step, y: found.gradient_norm };
    columns[VALIDATION] = { x: found.validation_step, y: found.validation_loss };
    this.detail = { range, columns };
    this.drawWhole();
  }
}

/** Whether an axis as it stands holds all values; one with a gap is not a line. */
function holds(axis, values) {
  const [low, high] = axis.type === "log" ? axis.range.map((end) => 10 ** end) : axis.range;
  const chosen = axis.autorange === false; // by a person, who need not see all
  return values.every((value) => value !== null && (chosen || (value >= low && value <= high)));
}

/** Exponential moving average over about so many points; 1 leaves the curve as it is. */
function smoothed(values, points) {
  if (points <= 1) return values;
  const keep = 1 - 1 / points;
  let sum = 0;
  let weight = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = keep * sum + value;
    weight = keep * weight + 1; // so that the first values are not drawn towards 0
    return sum / weight;
  });
}

/** A curve with at most so many points. */
function thinned(column, most) {
  while (column.x.length > most) column = halve(column);
  return column;
}

/** Half as many points: of each four the smallest and the largest, so that no spike is lost, and the newest. */
function halve(column) {
  const half = { x: [], y: [] };
  for (let k = 0; k < column.x.length; k += 4) {
    const part = column.y.slice(k, k + 4);
    const numbers = part.filter((value) => value !== null);
    const low = numbers.length ? part.indexOf(Math.min(...numbers)) : 0;
    const high = numbers.length ? part.indexOf(Math.max(...numbers)) : 0;
    for (const j of low === high ? [low] : [Math.min(low, high), Math.max(low, high)]) {
      half.x.push(column.x[k + j]);
      half.y.push(part[j]);
    }
  }
  if (half.x.at(-1) !== column.x.at(-1)) {
    half.x.push(column.x.at(-1));
    half.y.push(column.y.at(-1));
  }
  return half;
}
