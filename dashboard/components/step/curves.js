// The selected unit over the whole sequence, with the values at the cursor as the legend. The cell state has a band of
// its own: it grows without bound, and on one scale with it the gates would lie flat.

import { element, onDrag, setText, svg } from "../shared/dom.js";
import { fixed, significant } from "../shared/format.js";

const MOST_TICKS = 40;

export class Curves {
  constructor(move) {
    this.title = element("h3");
    this.legend = element("ul", { class: "legend" });
    this.ticks = element("div", { class: "time-axis", "aria-hidden": "true" });
    this.bands = [new Band("Gates, candidate and hidden state of the unit", move), new Band("Cell state of the unit", move)];
    this.root = element(
      "section",
      { class: "curves", "aria-label": "Curves of the selected unit" },
      element("header", {}, this.title, this.legend),
      ...this.bands.flatMap(({ axis, field }) => [axis, field]),
      this.ticks,
    );
  }

  setTrace(trace, _theme, { layer }) {
    this.trace = trace;
    this.values = trace.quantities.map(({ name }) => element("span", { "data-legend": name }));
    this.legend.replaceChildren(
      ...trace.quantities.map(({ symbol, label, colour }, k) =>
        element("li", { title: label }, element("b", { text: symbol, style: `--colour: ${colour}` }), this.values[k]),
      ),
    );
    const { timesteps } = trace;
    const every = Math.ceil(timesteps / MOST_TICKS);
    this.ticks.replaceChildren(
      ...trace.labels
        .map((label, k) => ({ label: every === 1 ? label : String(k + 1), k }))
        .filter(({ k }) => k % every === 0)
        .map(({ label, k }) => element("span", { style: `left: ${((k + 0.5) / timesteps) * 100}%`, text: label })),
    );
    const isCell = ({ name }) => name === "cell";
    this.bands[0].setTrace(trace, layer, trace.quantities.filter((quantity) => !isCell(quantity)));
    this.bands[1].setTrace(trace, layer, trace.quantities.filter(isCell));
    this.shown = null;
  }

  draw({ timestep, unit, layer }) {
    const { trace } = this;
    if (this.shown !== unit) {
      this.shown = unit;
      setText(this.title, `Unit ${unit} over the sequence`);
      for (const band of this.bands) band.drawUnit(unit);
    }
    trace.quantities.forEach(({ name }, k) => setText(this.values[k], fixed(trace.value(layer, name, timestep, unit))));
    for (const band of this.bands) band.drawCursor(timestep);
  }
}

/** Curves that share one scale: from -1 to 1, or as far as the unit's values go beyond. */
class Band {
  constructor(label, move) {
    this.drawing = svg("svg", { preserveAspectRatio: "none", role: "img", "aria-label": label });
    this.cursor = element("div", { class: "cursor-column" }, element("i"));
    this.field = element("div", { class: "field" }, this.drawing, this.cursor);
    this.axis = element("div", { class: "value-axis", "aria-hidden": "true" });
    onDrag(this.field, (x) => move({ timestep: Math.floor(x * this.timesteps) }));
  }

  setTrace(trace, layer, quantities) {
    this.timesteps = trace.timesteps;
    this.units = trace.units;
    this.planes = quantities.map(({ name }) => trace.plane(layer, name));
    this.lines = quantities.map(({ colour, name }) => svg("polyline", { stroke: colour, "data-quantity": name }));
    this.levels = [1, 0, -1].map(() => svg("line", { x1: 0, x2: this.timesteps, class: "level" }));
    this.drawing.replaceChildren(...this.levels, ...this.lines);
    this.cursor.firstChild.style.width = `max(2px, ${100 / this.timesteps}%)`;
  }

  drawUnit(unit) {
    let extent = 1;
    this.planes.forEach((plane, k) => {
      const points = [];
      for (let t = 0; t < this.timesteps; t++) {
        const value = plane[t * this.units + unit];
        extent = Math.max(extent, Math.abs(value));
        points.push(`${t + 0.5},${(-value).toFixed(4)}`);
      }
      this.lines[k].setAttribute("points", points.join(" "));
    });
    const edge = extent * 1.08; // room for the lines' own width
    this.drawing.setAttribute("viewBox", `0 ${-edge} ${this.timesteps} ${2 * edge}`);
    const values = [extent, 0, -extent];
    values.forEach((value, k) => {
      this.levels[k].setAttribute("y1", -value);
      this.levels[k].setAttribute("y2", -value);
    });
    this.axis.replaceChildren(
      ...values.map((value) =>
        element("span", {
          style: `top: ${((edge - value) / (2 * edge)) * 100}%`,
          text: significant(value, 2).replace("-", "−"),
        }),
      ),
    );
  }

  drawCursor(timestep) {
    this.cursor.style.transform = `translateX(${(timestep / this.timesteps) * 100}%)`;
  }
}
