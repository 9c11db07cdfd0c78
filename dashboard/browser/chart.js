// What all of Plotly's charts share: plotly.js itself, its settings, and the colours of the page's theme.

import { element } from "./dom.js";
import { readTheme } from "./theme.js";

let plotlyLoading = null;

/** plotly.js, fetched once for the page. */
export function loadPlotly(path) {
  plotlyLoading ??= new Promise((resolve, reject) => {
    if (window.Plotly?.newPlot) return resolve(window.Plotly);
    const script = element("script", { src: new URL(path, location.origin).href });
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", () => reject(new Error("The charts could not be loaded; reload the page.")));
    document.head.append(script);
  });
  return plotlyLoading;
}

export const CONFIG = {
  displaylogo: false,
  responsive: true,
  scrollZoom: false,
  typesetMath: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
  toImageButtonOptions: { format: "svg", filename: "lstm-training" },
};

/** The element that a chart is drawn in. It is a figure rather than an image: its buttons can be reached by keys. */
export function chartElement(name, label) {
  return element("div", { class: name, role: "figure", "aria-label": label });
}

/** A figure's layout in the colours of the page's theme. */
export function themed(layout, node) {
  const { text, dark, background } = readTheme(node);
  const grid = dark ? "rgba(255,255,255,0.12)" : "rgba(0,0,0,0.09)";
  const result = {
    ...layout,
    font: { ...layout.font, color: text, size: 13, family: getComputedStyle(node).fontFamily },
    hoverlabel: { ...layout.hoverlabel, bgcolor: background, bordercolor: text, font: { color: text } },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: dark ? "#9aa6b1" : "#69747f", activecolor: text },
  };
  for (const name of Object.keys(layout).filter((key) => /^[xy]axis/.test(key))) {
    result[name] = { ...layout[name], gridcolor: grid, zerolinecolor: grid, linecolor: grid };
  }
  return result;
}
