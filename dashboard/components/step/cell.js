// The drawn cell: the cell state's conveyor across the top, the gates below, h and the prediction to the right.
// Wires and boxes are SVG and never change; the units' colours are painted on one canvas over it.

import { element, setText, svg } from "../shared/dom.js";
import { fixed } from "../shared/format.js";
import { colourScale } from "./colours.js";

const WIDTH = 752;
const HEIGHT = 344;
const BOX = { width: 108, height: 70 };

// name: quantity, or where the value comes from; x, y: the box's corner; before: whether it is the former timestep's
const BOXES = [
  { id: "c-before", name: "cell", symbol: "c′", title: "cell before", x: 8, y: 22, before: true },
  { id: "h-before", name: "hidden", symbol: "h′", title: "hidden before", x: 8, y: 186, before: true },
  { id: "f", name: "forget_gate", symbol: "f", title: "forget σ", x: 152, y: 176 },
  { id: "i", name: "input_gate", symbol: "i", title: "input σ", x: 268, y: 176 },
  { id: "g", name: "candidate", symbol: "g", title: "candidate", x: 384, y: 176 },
  { id: "o", name: "output_gate", symbol: "o", title: "output σ", x: 512, y: 176 },
  { id: "c", name: "cell", symbol: "c", title: "cell", x: 636, y: 22 },
  { id: "h", name: "hidden", symbol: "h", title: "hidden", x: 636, y: 116 },
];
const WIRES = [
  ["cell", "M116 57 H194 M218 57 H368 M392 57 H630"], // conveyor
  ["forget_gate", "M206 176 V73"],
  ["input_gate", "M322 176 V132 H362"],
  ["candidate", "M438 176 V132 H398"],
  ["cell", "M380 120 V73"],
  ["cell", "M566 57 V84"],
  ["output_gate", "M566 176 V167"],
  ["hidden", "M566 112 V137 M578 151 H630"],
  ["input", "M116 221 H134 V292 M116 316 H134 V292 H206 V252"], // [x, h′] to every gate
  ["input", "M206 292 H322 V252"],
  ["input", "M322 292 H438 V252"],
  ["input", "M438 292 H566 V252"],
  ["hidden", "M690 186 V236"],
];
const OPERATIONS = [
  { x: 206, y: 57, text: "×", title: "keep: f · c′" },
  { x: 380, y: 57, text: "+", title: "add what is kept and what is written" },
  { x: 380, y: 132, text: "×", title: "write: i · g" },
  { x: 566, y: 151, text: "×", title: "say: o · tanh(c)" },
];

export class Cell {
  constructor(move) {
    this.move = move;
    this.values = {};
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.drawing = this.drawCell();
    this.root = element("figure", { class: "cell", "aria-label": "The LSTM cell at this timestep" }, this.drawing, this.canvas);
    this.canvas.addEventListener("click", (event) => this.pick(event));
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.root);
  }

  destroy() {
    this.observer.disconnect();
  }

  drawCell() {
    const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": "Diagram of the LSTM cell" });
    const marker = svg(
      "marker",
      { id: "arrow", viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 13, markerHeight: 13, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" },
      svg("path", { d: "M0 0 8 4 0 8z", fill: "context-stroke" }),
    );
    drawing.append(svg("defs", {}, marker));
    for (const [name, d] of WIRES) drawing.append(svg("path", { d, class: "wire", "data-quantity": name, "marker-end": "url(#arrow)" }));
    for (const { x, y, text, title } of OPERATIONS) {
      drawing.append(
        svg("g", { class: "operation" }, svg("title", { text: title }), svg("circle", { cx: x, cy: y, r: 12 }), svg("text", { x, y: y + 6, text })),
      );
    }
    drawing.append(
      svg("g", { class: "operation" }, svg("rect", { x: 542, y: 86, width: 48, height: 26, rx: 13 }), svg("text", { x: 566, y: 104, text: "tanh", class: "small" })),
    );
    for (const box of BOXES) {
      this.values[box.id] = svg("text", { x: box.x + BOX.width - 8, y: box.y + 18, class: "value", "data-value": box.id });
      drawing.append(
        svg(
          "g",
          { class: "box", "data-quantity": box.name },
          svg("title", { text: box.title }),
          svg("rect", { x: box.x, y: box.y, width: BOX.width, height: BOX.height, rx: 7 }),
          svg("text", { x: box.x + 8, y: box.y + 18, class: "symbol", text: box.symbol }),
          this.values[box.id],
        ),
      );
      // the name stands where no wire runs
      const below = box.y > 150;
      drawing.append(
        svg("text", { x: box.x + BOX.width / 2 + (below && !box.before ? 8 : 0), y: below ? box.y + BOX.height + 15 : box.y - 7, class: `name ${below && !box.before ? "beside" : ""}`, text: box.title }),
      );
    }
    this.input = svg("text", { x: 62, y: 325, class: "input-symbol", "data-value": "x" });
    this.output = svg("text", { x: 690, y: 262, class: "output-symbol", "data-value": "prediction" });
    this.outputDetail = svg("text", { x: 690, y: 282, class: "name" });
    drawing.append(
      svg("g", { class: "box plain" }, svg("rect", { x: 8, y: 296, width: 108, height: 42, rx: 7 }), svg("text", { x: 16, y: 314, class: "symbol", text: "x" }), this.input),
      svg("g", { class: "box plain" }, svg("rect", { x: 636, y: 238, width: 108, height: 54, rx: 7 }), this.output, this.outputDetail),
      svg("text", { x: 690, y: 308, class: "name", text: "prediction" }),
    );
    return drawing;
  }

  setTrace(trace, theme, { layer }) {
    this.trace = trace;
    this.theme = theme;
    this.scales = BOXES.map(({ name }) =>
      colourScale(trace.quantities[trace.index[name]], theme, trace.extent(layer, name)),
    );
    for (const { name, colour } of trace.quantities) this.root.style.setProperty(`--${name}`, colour);
    const columns = Math.ceil(Math.sqrt((trace.units * (BOX.width - 16)) / (BOX.height - 34)));
    const rows = Math.ceil(trace.units / columns);
    this.grid = { columns, rows, width: (BOX.width - 16) / columns, height: (BOX.height - 34) / rows };
  }

  resize() {
    const ratio = devicePixelRatio || 1;
    const width = Math.round(this.root.clientWidth * ratio);
    if (!width || this.canvas.width === width) return;
    this.canvas.width = width;
    this.canvas.height = Math.round((width * HEIGHT) / WIDTH);
    if (this.cursor) this.paint();
  }

  draw(cursor) {
    this.cursor = cursor;
    const { timestep, unit, layer } = cursor;
    for (const box of BOXES) {
      const value = this.trace.value(layer, box.name, box.before ? timestep - 1 : timestep, unit);
      setText(this.values[box.id], fixed(value));
    }
    setText(this.input, this.trace.labels[timestep]);
    if (this.trace.kind === "symbols") {
      setText(this.output, this.trace.top_labels[timestep][0]);
      setText(this.outputDetail, `${Math.round(this.trace.top_probabilities[timestep][0] * 100)} %`);
    } else {
      setText(this.output, fixed(this.trace.predicted[timestep]));
      setText(this.outputDetail, "next value");
    }
    this.paint();
  }

  paint() {
    const { timestep, unit, layer } = this.cursor;
    const context = this.canvas.getContext("2d");
    const scale = this.canvas.width / WIDTH;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, WIDTH, HEIGHT);
    const { columns, width, height } = this.grid;
    const gap = Math.min(0.6, width * 0.12);
    BOXES.forEach((box, k) => {
      const row = this.trace.row(layer, box.name, box.before ? timestep - 1 : timestep);
      const { colour } = this.scales[k];
      for (let j = 0; j < row.length; j++) {
        context.fillStyle = colour(row[j]);
        const x = box.x + 8 + (j % columns) * width;
        const y = box.y + 26 + Math.floor(j / columns) * height;
        context.fillRect(x, y, width - gap, height - gap);
      }
      context.strokeStyle = this.theme.text;
      context.lineWidth = 1.6;
      context.strokeRect(box.x + 8 + (unit % columns) * width - 0.5, box.y + 26 + Math.floor(unit / columns) * height - 0.5, width + 0.4, height + 0.4);
    });
  }

  /** Select the unit that was clicked on. */
  pick(event) {
    const bounds = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - bounds.left) / bounds.width) * WIDTH;
    const y = ((event.clientY - bounds.top) / bounds.height) * HEIGHT;
    const { columns, rows, width, height } = this.grid;
    for (const box of BOXES) {
      const column = Math.floor((x - box.x - 8) / width);
      const row = Math.floor((y - box.y - 26) / height);
      const unit = row * columns + column;
      if (column >= 0 && column < columns && row >= 0 && row < rows && unit < this.trace.units) this.move({ unit });
    }
  }
}
