// Loss and gradient norm. plotly.js draws; new points are appended, and the zoom that a person chose stays.

import { element } from "../shared/dom.js";
import { readTheme } from "../shared/theme.js";

const [TRAINING, VALIDATION, BASELINE, GRADIENT] = [0, 1, 2, 3]; // as in figures/training.py
const MOST_POINTS = 12000; // kept of a curve; beyond, every other point goes
const MOST_DRAWN = 2500; // of a curve seen as a whole, which is more than a screen has columns; zoomed in, all are drawn

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
  constructor(figure, plotlyPath) {
    this.figure = structuredClone(figure);
    this.root = element("div", { class: "lstm-curves", role: "img", "aria-label": "Loss and gradient norm by step" });
    this.columns = this.figure.data.map(() => ({ x: [], y: [] }));
    this.columns[BASELINE] = { x: [0, 1], y: [figure.data[BASELINE].meta, figure.data[BASELINE].meta] };
    this.plotly = null;
    loadPlotly(plotlyPath).then(
      (plotly) => {
        this.plotly = plotly;
        this.draw();
      },
      (error) => this.root.append(element("p", { text: error.message })),
    );
  }

  destroy() {
    this.plotly?.purge(this.root);
    this.plotly = null;
  }

  clear() {
    for (const trace of [TRAINING, VALIDATION, GRADIENT]) this.columns[trace] = { x: [], y: [] };
  }

  add(columns) {
    this.append(TRAINING, columns.step, columns.loss);
    this.append(GRADIENT, columns.step, columns.gradient_norm);
    this.append(VALIDATION, columns.validation_step, columns.validation_loss);
    const last = columns.step.at(-1);
    if (last !== undefined) this.columns[BASELINE].x = [0, last];
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
    if (column.x.length > MOST_POINTS) this.columns[trace] = halve(column);
  }

  setTheme() {
    this.themeChanged = true;
    this.draw();
  }

  draw() {
    if (!this.plotly || !this.root.isConnected) return;
    if (this.themeChanged) this.layout = themed(this.figure.layout, this.root);
    this.themeChanged = false;
    const zoomed = this.root.layout?.xaxis?.autorange === false;
    // Plotly.react tells a change by identity, so each draw gets fresh arrays
    const traces = this.figure.data.map((trace, k) => {
      let column = { x: this.columns[k].x.slice(), y: this.columns[k].y.slice() };
      while (!zoomed && column.x.length > MOST_DRAWN) column = halve(column);
      return { ...trace, ...column };
    });
    this.plotly.react(this.root, traces, this.layout, CONFIG);
    if (!this.hearsZoom) this.root.on("plotly_relayout", () => this.draw()); // more or fewer points are worth drawing
    this.hearsZoom = true;
  }
}

/** Half as many points: of each four the smallest and the largest, so that no spike is lost, and the newest. */
function halve(column) {
  const half = { x: [], y: [] };
  for (let k = 0; k < column.x.length; k += 4) {
    const part = column.y.slice(k, k + 4);
    const low = part.indexOf(Math.min(...part));
    const high = part.indexOf(Math.max(...part));
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
