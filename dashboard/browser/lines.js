// A small chart of lines: light enough for a page that is to be there at once, and drawn at the size it is seen at.

import { element, setText, svg } from "./dom.js";
import { compact, whole } from "./format.js";
import { linePath } from "./thinning.js";

const MARGIN = { left: 48, right: 26, top: 8, bottom: 44 };
const TICKS = 4;
const STEPS = [1, 2, 5, 10];
const RAISED = { "-": "⁻", ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((raised, digit) => [digit, raised])) };
const ROOM = 0.04; // of the range, above and below what is drawn

/** Round numbers between two ends, about `count` of them. */
export function ticksBetween(low, high, count = TICKS) {
  const span = high - low;
  if (!(span > 0)) return Number.isFinite(low) ? [low] : [];
  const size = 10 ** Math.floor(Math.log10(span / count));
  const step = size * STEPS.find((factor) => (size * factor * count) / span >= 1 - 1e-9);
  const found = [];
  const last = Math.floor(high / step + 1e-9);
  for (let k = Math.ceil(low / step - 1e-9); k <= last; k++) found.push(+(k * step).toPrecision(12));
  return found;
}

/** Powers of ten between two ends, not more than `count` of them. */
export function powersBetween(low, high, count = TICKS) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = Math.max(1, Math.ceil((last - first) / count));
  const found = [];
  for (let k = last; k >= first; k -= every) found.unshift(10 ** k);
  return found;
}

export class LineChart {
  /**
   * @param {{label: string, x: string, y: string, logarithmic: boolean}} titles what it shows, what its axes measure;
   *     whether the upright one is logarithmic
   */
  constructor({ label, x, y, logarithmic = false }) {
    Object.assign(this, { label, logarithmic, content: null });
    this.legend = element("ul", { class: "lines-legend" });
    this.up = element("p", { class: "lines-up", text: y });
    this.across = svg("text", { class: "axis-title", text: x });
    this.grid = svg("g", { class: "grid" });
    this.curves = svg("g", {});
    this.drawing = svg("svg", { role: "img", "aria-label": label }, this.grid, this.curves, this.across);
    this.plot = element("div", { class: "lines-plot" }, this.drawing);
    this.root = element("div", { class: "lines" }, this.legend, this.up, this.plot);
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.plot);
  }

  destroy() {
    this.observer.disconnect();
  }

  name({ x, y }) {
    setText(this.across, x);
    setText(this.up, y);
  }

  /**
   * Show lines {name, x, y, colour, width, term} and levels {name, y, term}, which go all the way across.
   * @param {object} content {lines, levels, furthest: as far as the axis goes at least}
   */
  show(content) {
    this.content = content;
    this.draw();
  }

  draw() {
    const width = this.plot.clientWidth;
    const height = this.plot.clientHeight;
    if (!this.content || !width || !height) return;
    const { lines, levels = [], furthest = 1 } = this.content;
    this.showLegend(lines, levels);
    const inside = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: height - MARGIN.bottom };
    const [x, y] = this.scales(lines, levels, furthest, inside);
    this.drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.drawAxes(x, y, inside, height);
    const drawn = levels.map((level) => {
      const at = y.place(level.y);
      return path(`M${inside.left},${at}L${inside.right},${at}`, { class: "level" });
    });
    for (const line of lines) {
      const d = linePath(line.x.map(x.place), line.y.map(y.place));
      if (d) drawn.push(path(d, { stroke: line.colour, "stroke-width": line.width ?? 2 }));
    }
    this.curves.replaceChildren(...drawn);
  }

  scales(lines, levels, furthest, { left, right, top, bottom }) {
    const values = [...lines.flatMap((line) => line.y), ...levels.map((level) => level.y)].filter(Number.isFinite);
    const turn = this.logarithmic ? Math.log10 : (value) => value;
    let [low, high] = [Math.min(...values), Math.max(...values)].map(turn);
    if (!values.length) [low, high] = [0, 1];
    const room = (high - low || 1) * ROOM;
    [low, high] = [low - room, high + room];
    const last = Math.max(furthest, ...lines.map((line) => line.x.at(-1) ?? 0));
    const first = Math.min(...lines.map((line) => line.x[0] ?? 0), 0);
    return [
      { low: first, high: last, place: (value) => left + ((value - first) / (last - first)) * (right - left) },
      { low, high, place: (value) => bottom - ((turn(value) - low) / (high - low)) * (bottom - top) },
    ];
  }

  drawAxes(x, y, { left, right, top, bottom }, height) {
    const upright = this.logarithmic ? powersBetween(10 ** y.low, 10 ** y.high) : ticksBetween(y.low, y.high);
    const written = this.logarithmic ? power : compact;
    const marks = upright.flatMap((value) => [
      path(`M${left},${y.place(value)}H${right}`, { class: "rule" }),
      svg("text", { x: left - 7, y: y.place(value) + 5, class: "tick upright", text: written(value) }),
    ]);
    const wide = (right - left) / 90;
    for (const value of ticksBetween(x.low, x.high, Math.max(2, Math.min(TICKS, Math.floor(wide)))))
      marks.push(svg("text", { x: x.place(value), y: bottom + 18, class: "tick", text: whole(value) }));
    this.grid.replaceChildren(...marks, path(`M${left},${bottom}H${right}`, { class: "axis" }));
    place(this.across, (left + right) / 2, height - 6);
  }

  showLegend(lines, levels) {
    const wanted = JSON.stringify([...lines, ...levels].map(({ name, colour }) => [name, colour]));
    if (wanted === this.said) return;
    this.said = wanted;
    const row = ({ name, colour, term }) =>
      element(
        "li",
        { "data-term": term ?? null },
        element("i", { class: colour ? "" : "level", style: colour ? `background: ${colour}` : null }),
        element("span", { text: name }),
      );
    this.legend.replaceChildren(...[...lines, ...levels].filter(({ name }) => name).map(row));
    this.onlegend?.();
  }
}

/** A power of ten as people write it. */
const power = (value) => `10${[...String(Math.round(Math.log10(value)))].map((sign) => RAISED[sign]).join("")}`;

const path = (d, attributes) => svg("path", { d, fill: "none", ...attributes });

function place(text, x, y) {
  text.setAttribute("x", x);
  text.setAttribute("y", y);
}
