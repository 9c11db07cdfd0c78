// A figure of the page of text: lines over an axis, or the cell drawn once for every timestep.

import { element, svg } from "../../../browser/dom.js";
import { fixed } from "../../../browser/format.js";
import { LineChart } from "../../../browser/lines.js";

const CELL = { width: 86, height: 62, gap: 22 };
const READ_AT = 168;

export function mount(parent) {
  return new Figure(parent);
}

class Figure {
  constructor(parent) {
    this.caption = element("figcaption");
    this.body = element("div", { class: "figure-body" });
    this.root = element("figure", { class: "lstm-figure" }, this.body, this.caption);
    parent.append(this.root);
  }

  update({ data: { figure, caption } }) {
    const told = JSON.stringify([figure, caption]);
    if (told === this.told) return;
    this.told = told;
    this.chart?.destroy();
    this.chart = figure.kind === "lines" ? new LineChart(figure) : null;
    this.chart?.show(figure);
    this.root.dataset.kind = figure.kind;
    this.body.replaceChildren(this.chart?.root ?? unrolled(figure));
    this.caption.textContent = caption;
  }

  destroy() {
    this.chart?.destroy();
    this.root.remove();
  }
}

/** The cell once for every timestep: the memory runs along the top, the letter comes in below. */
function unrolled({ label, steps, colours }) {
  const step = CELL.width + CELL.gap;
  const width = steps.length * step + CELL.gap;
  const parts = steps.flatMap(({ read, cell, forget, next }, t) => {
    const x = CELL.gap + t * step;
    const middle = x + CELL.width / 2;
    const wire = (d, stroke, kind = "") => svg("path", { d, stroke, class: `wire ${kind}`, "marker-end": "url(#at)" });
    return [
      wire(`M${x - CELL.gap},70H${x - 3}`, colours.cell),
      wire(`M${middle},${READ_AT - 22}V106`, null, "plain"),
      wire(`M${middle},40V26`, colours.hidden),
      svg("rect", { x, y: 40, width: CELL.width, height: CELL.height, rx: 8 }),
      svg("text", { x: middle, y: 64, text: `c ${fixed(cell, 2)}` }),
      svg("text", { x: middle, y: 88, class: "quiet", text: `f ${fixed(forget, 2)}` }),
      svg("text", { x: middle, y: READ_AT, class: "read", text: read }),
      svg("text", { x: middle, y: 18, text: next }),
    ];
  });
  const arrow = svg(
    "marker",
    { id: "at", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 5, markerHeight: 5, orient: "auto" },
    svg("path", { d: "M0 0 8 4 0 8z", fill: "context-stroke" }),
  );
  return element(
    "div",
    { class: "unrolled", tabindex: 0, role: "group", "aria-label": "The cell at each timestep; it can be scrolled" },
    svg(
      "svg",
      { viewBox: `0 0 ${width} 180`, role: "img", "aria-label": label, style: `min-width: ${width * 0.9}px` },
      svg("defs", {}, arrow),
      ...parts,
    ),
  );
}
