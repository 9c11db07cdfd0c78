// Six heatmaps, timesteps by units, painted once a trace; only the common cursor moves.

import { element, onDrag, setText } from "../shared/dom.js";
import { significant } from "../shared/format.js";
import { colourScale } from "./colours.js";

export class Heatmaps {
  constructor(move) {
    this.move = move;
    this.maps = [];
    this.root = element("div", { class: "heatmaps" });
  }

  setTrace(trace, theme, { layer }) {
    this.trace = trace;
    if (this.maps.length === 0) {
      this.maps = trace.quantities.map((quantity) => new Heatmap(quantity, this.move));
      this.root.append(...this.maps.map((map) => map.root));
    }
    for (const map of this.maps) map.paint(trace, theme, layer);
  }

  draw(cursor) {
    for (const map of this.maps) map.draw(cursor, this.trace);
  }
}

class Heatmap {
  constructor(quantity, move) {
    this.quantity = quantity;
    this.canvas = element("canvas", { role: "img", "aria-label": `${quantity.label}, timesteps by units` });
    this.column = element("div", { class: "cursor-column" }, element("i"));
    this.line = element("div", { class: "cursor-row" }, element("i"));
    this.field = element("div", { class: "field" }, this.canvas, this.column, this.line);
    this.scale = element("span", { class: "scale" });
    this.low = element("small");
    this.high = element("small");
    this.root = element(
      "figure",
      { class: "heatmap", "data-quantity": quantity.name },
      element(
        "figcaption",
        { title: quantity.equation },
        element("b", { text: quantity.symbol, style: `--colour: ${quantity.colour}` }),
        element("span", { text: quantity.label }),
        element("span", { class: "scale-with-ends" }, this.low, this.scale, this.high),
      ),
      this.field,
    );
    onDrag(this.field, (x, y) =>
      move({ timestep: Math.floor(x * this.trace.timesteps), unit: Math.floor(y * this.trace.units) }),
    );
  }

  paint(trace, theme, layer) {
    const { timesteps: T, units: H } = trace;
    this.trace = trace;
    const scale = colourScale(this.quantity, theme, trace.extent(layer, this.quantity.name));
    const plane = trace.plane(layer, this.quantity.name); // (T, H)
    this.canvas.width = T;
    this.canvas.height = H;
    this.field.style.height = `${Math.max(128, Math.min(H, 256))}px`; // at least one pixel a unit up to 256 of them
    const image = new ImageData(T, H);
    const pixels = new Uint32Array(image.data.buffer);
    for (let t = 0; t < T; t++) {
      for (let unit = 0; unit < H; unit++) pixels[unit * T + t] = scale.table[scale.level(plane[t * H + unit])];
    }
    this.canvas.getContext("2d").putImageData(image, 0, 0);
    this.scale.style.background = scale.gradient;
    setText(this.low, significant(scale.low, 2).replace("-", "−"));
    setText(this.high, significant(scale.high, 2));
    this.column.firstChild.style.width = `max(2px, ${100 / T}%)`;
    this.line.firstChild.style.height = `max(2px, ${100 / H}%)`;
  }

  draw({ timestep, unit }, { timesteps, units }) {
    this.column.style.transform = `translateX(${(timestep / timesteps) * 100}%)`;
    this.line.style.transform = `translateY(${(unit / units) * 100}%)`;
  }
}
