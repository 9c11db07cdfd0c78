// The drawn cell: the cell state's conveyor across the top, the gates below, h and the prediction to the right.
// Wires and boxes are SVG and never change; the units' colours are painted on one canvas over it.

import { element, setText, svg } from "../../../browser/dom.js";
import { compact, fixed } from "../../../browser/format.js";
import { colourScale } from "./colours.js";

const WIDTH = 752;
const HEIGHT = 336;
const BOX = { width: 108, height: 70 };
const SIGNAL = 420; // ms that a signal takes along a wire
const HURRY = 300; // ms between two steps, below which signals are left out

// name: quantity, or where the value comes from; x, y: the box's corner; before: whether it is the former timestep's;
// operation: at which of the nine it comes to be
const BOXES = [
  { id: "c-before", name: "cell", symbol: "c′", title: "cell before", x: 8, y: 22, before: true, operation: 0 },
  { id: "h-before", name: "hidden", symbol: "h′", title: "hidden before", x: 8, y: 182, before: true, operation: 0 },
  { id: "f", name: "forget_gate", symbol: "f", title: "forget σ", x: 152, y: 172, operation: 1 },
  { id: "i", name: "input_gate", symbol: "i", title: "input σ", x: 268, y: 172, operation: 2 },
  { id: "g", name: "candidate", symbol: "g", title: "candidate", x: 384, y: 172, operation: 3 },
  { id: "o", name: "output_gate", symbol: "o", title: "output σ", x: 512, y: 172, operation: 7 },
  { id: "c", name: "cell", symbol: "c", title: "cell", x: 636, y: 22, operation: 5 },
  { id: "h", name: "hidden", symbol: "h", title: "hidden", x: 636, y: 116, operation: 7 },
];
const WIRES = [
  { quantity: "cell", d: "M116 57 H194", operation: 4 }, // conveyor
  { quantity: "cell", d: "M218 57 H368", operation: 4 },
  { quantity: "cell", d: "M392 57 H630", operation: 5 },
  { quantity: "forget_gate", d: "M206 172 V73", operation: 4 },
  { quantity: "input_gate", d: "M322 172 V132 H362", operation: 5 },
  { quantity: "candidate", d: "M438 172 V132 H398", operation: 5 },
  { quantity: "cell", d: "M380 120 V73", operation: 5 },
  { quantity: "cell", d: "M566 57 V84", operation: 6 },
  { quantity: "output_gate", d: "M566 172 V167", operation: 7 },
  { quantity: "hidden", d: "M566 112 V137", operation: 7 },
  { quantity: "hidden", d: "M578 151 H630", operation: 7 },
  { quantity: "input", d: "M116 217 H134 V286", operation: 0, bare: true }, // [x, h′] to every gate
  { quantity: "input", d: "M116 310 H134 V286 H206", operation: 0, bare: true },
  { quantity: "input", d: "M206 286 V248", operation: 1 },
  { quantity: "input", d: "M206 286 H322 V248", operation: 2 },
  { quantity: "input", d: "M322 286 H438 V248", operation: 3 },
  { quantity: "input", d: "M438 286 H566 V248", operation: 7 },
  { quantity: "hidden", d: "M690 186 V232", operation: 8 },
];
const CIRCLES = [
  { x: 206, y: 57, text: "×", title: "keep: f · c′", operation: 4 },
  { x: 380, y: 57, text: "+", title: "add what is kept and what is written", operation: 5 },
  { x: 380, y: 132, text: "×", title: "write: i · g", operation: 5 },
  { x: 566, y: 151, text: "×", title: "say: o · tanh(c)", operation: 7 },
];

export class Cell {
  constructor(actions) {
    this.actions = actions;
    this.values = {};
    this.parts = []; // {node, operation} of all that lights up or is greyed
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.drawing = this.drawCell();
    this.root = element("figure", { class: "cell", "aria-label": "The LSTM cell at this timestep" }, this.drawing, this.canvas);
    this.canvas.addEventListener("click", (event) => this.pick(event, (change) => actions.move(change)));
    this.canvas.addEventListener("dblclick", (event) => this.pick(event, () => actions.move({ panel: "whatif" })));
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.root);
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.drawnAt = 0;
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
    const add = (operation, node) => {
      this.parts.push({ node, operation });
      drawing.append(node);
      return node;
    };
    this.signals = WIRES.map(({ d, quantity, operation }) => ({ operation, node: svg("path", { d, class: "signal", "data-quantity": quantity }) }));
    WIRES.forEach(({ quantity, d, operation, bare }) =>
      add(operation, svg("path", { d, class: "wire", "data-quantity": quantity, "marker-end": bare ? null : "url(#arrow)" })),
    );
    drawing.append(...this.signals.map(({ node }) => node));
    for (const { x, y, text, title, operation } of CIRCLES) {
      add(
        operation,
        svg("g", { class: "operation" }, svg("title", { text: title }), svg("circle", { cx: x, cy: y, r: 12 }), svg("text", { x, y: y + 6, text })),
      );
    }
    add(
      6,
      svg("g", { class: "operation" }, svg("rect", { x: 542, y: 86, width: 48, height: 26, rx: 13 }), svg("text", { x: 566, y: 104, text: "tanh", class: "small" })),
    );
    this.boxes = BOXES.map((box) => {
      this.values[box.id] = svg("text", { x: box.x + BOX.width - 8, y: box.y + 18, class: "value", "data-value": box.id });
      const beside = box.y > 150 && !box.before; // the name stands where no wire runs
      return add(
        box.operation,
        svg(
          "g",
          { class: "box", "data-quantity": box.name },
          svg("title", { text: box.title }),
          svg("rect", { x: box.x, y: box.y, width: BOX.width, height: BOX.height, rx: 7 }),
          svg("text", { x: box.x + 8, y: box.y + 18, class: "symbol", text: box.symbol }),
          this.values[box.id],
          svg("text", {
            x: box.x + BOX.width / 2 + (beside ? 8 : 0),
            y: box.y > 150 ? box.y + BOX.height + 15 : box.y - 7,
            class: `name ${beside ? "beside" : ""}`,
            text: box.title,
          }),
        ),
      );
    });
    this.input = svg("text", { x: 62, y: 319, class: "input-symbol", "data-value": "x" });
    this.output = svg("text", { x: 690, y: 256, class: "output-symbol", "data-value": "prediction" });
    this.outputDetail = svg("text", { x: 690, y: 276, class: "name" });
    add(0, svg("g", { class: "box plain" }, svg("rect", { x: 8, y: 290, width: 108, height: 42, rx: 7 }), svg("text", { x: 16, y: 308, class: "symbol", text: "x" }), this.input));
    add(
      8,
      svg(
        "g",
        { class: "box plain" },
        svg("rect", { x: 636, y: 232, width: 108, height: 54, rx: 7 }),
        this.output,
        this.outputDetail,
        svg("text", { x: 690, y: 302, class: "name", text: "prediction" }),
      ),
    );
    return drawing;
  }

  show({ trace, field, theme, state, places, backward }) {
    this.trace = trace;
    this.field = field;
    this.theme = theme;
    this.places = places;
    this.backward = backward;
    const signed = { gate: false };
    this.scales = BOXES.map(({ name }) =>
      colourScale(backward ? signed : trace.quantities[trace.index[name]], theme, field.extent(state.layer, name)),
    );
    for (const { name, colour } of trace.quantities) this.root.style.setProperty(`--${name}`, colour);
    const columns = Math.ceil(Math.sqrt((trace.units * (BOX.width - 16)) / (BOX.height - 34)));
    const rows = Math.ceil(trace.units / columns);
    this.grid = { columns, rows, width: (BOX.width - 16) / columns, height: (BOX.height - 34) / rows };
    this.lit = null;
  }

  resize() {
    const ratio = devicePixelRatio || 1;
    const width = Math.round(this.root.clientWidth * ratio);
    if (!width || this.canvas.width === width) return;
    this.canvas.width = width;
    this.canvas.height = Math.round((width * HEIGHT) / WIDTH);
    if (this.state) this.paint();
  }

  draw(state, changed) {
    this.state = state;
    const { timestep, unit, layer } = state;
    for (const box of BOXES) {
      const value = this.field.value(layer, box.name, box.before ? timestep - 1 : timestep, unit);
      const text = this.backward ? compact(value) : fixed(value);
      setText(this.values[box.id], this.hasHappened(box.operation) ? text : "");
    }
    setText(this.input, this.trace.labels[timestep]);
    if (!this.hasHappened(8)) {
      setText(this.output, "");
      setText(this.outputDetail, "");
    } else if (this.backward) {
      setText(this.output, timestep === this.field.lossAt ? fixed(this.field.loss) : "");
      setText(this.outputDetail, timestep === this.field.lossAt ? "the loss" : "");
    } else if (this.trace.kind === "symbols") {
      setText(this.output, this.trace.output_labels[this.trace.top[timestep][0]]);
      setText(this.outputDetail, `${Math.round(this.trace.top_probabilities[timestep][0] * 100)} %`);
    } else {
      setText(this.output, fixed(this.trace.predicted[timestep]));
      setText(this.outputDetail, "next value");
    }
    this.light();
    this.paint();
    if (changed.timestep || changed.operation) this.travel();
  }

  /** Forward, an operation has happened once it is reached; backward, the gradient has been where it comes from. */
  hasHappened(operation) {
    const { byOperation, operation: present } = this.state;
    if (!byOperation) return true;
    return this.backward ? operation >= present : operation <= present;
  }

  light() {
    const { byOperation, operation: present, quantity } = this.state;
    const lit = `${byOperation}/${present}/${quantity}/${this.backward}`;
    if (this.lit === lit) return;
    this.lit = lit;
    for (const { node, operation } of this.parts) {
      node.classList.toggle("to-come", !this.hasHappened(operation));
      node.classList.toggle("at-work", byOperation && operation === present);
    }
    BOXES.forEach((box, k) => this.boxes[k].classList.toggle("asked", !byOperation && !box.before && box.name === quantity));
  }

  /** Signals run along the wires at work; none while steps follow each other fast, or where motion is not wanted. */
  travel() {
    const now = performance.now();
    const hurried = now - this.drawnAt < HURRY;
    this.drawnAt = now;
    if (hurried || this.still.matches) return;
    const { byOperation, operation: present } = this.state;
    for (const { node, operation } of this.signals) {
      if (byOperation && operation !== present) continue;
      const length = (node.pathLengthInPixels ??= node.getTotalLength());
      const from = { strokeDashoffset: 12, opacity: 1 };
      const to = { strokeDashoffset: -length, opacity: 1 };
      node.animate(this.backward ? [to, from] : [from, to], { duration: SIGNAL, easing: "ease-in-out" });
    }
  }

  paint() {
    const { timestep, unit, layer, clamps } = this.state;
    const context = this.canvas.getContext("2d");
    const scale = this.canvas.width / WIDTH;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, WIDTH, HEIGHT);
    BOXES.forEach((box, k) => {
      if (!this.hasHappened(box.operation)) return;
      const row = this.field.row(layer, box.name, box.before ? timestep - 1 : timestep);
      const { colour } = this.scales[k];
      for (let j = 0; j < row.length; j++) {
        context.fillStyle = colour(row[j]);
        context.fillRect(...this.tile(box, j));
      }
      context.strokeStyle = this.theme.text;
      context.lineWidth = 1.6;
      this.outline(context, this.tile(box, unit));
    });
    this.paintClamps(context, clamps, timestep, layer);
  }

  /** What is held is framed in dashes: a unit's tile, or the whole box. */
  paintClamps(context, clamps, timestep, layer) {
    context.strokeStyle = this.theme.text;
    context.lineWidth = 1.2;
    context.setLineDash([3, 2]);
    for (const clamp of clamps) {
      if (clamp.layer !== layer) continue;
      for (const box of BOXES) {
        const time = box.before ? timestep - 1 : timestep;
        const quantity = this.trace.quantities[this.trace.index[box.name]];
        if (quantity.symbol !== clamp.symbol || time < clamp.first || time > clamp.last) continue;
        if (clamp.unit === null) context.strokeRect(box.x + 5, box.y + 23, BOX.width - 10, BOX.height - 28);
        else this.outline(context, this.tile(box, clamp.unit), 2);
      }
    }
    context.setLineDash([]);
  }

  outline(context, [x, y, width, height], room = 0.5) {
    context.strokeRect(x - room, y - room, width + 2 * room, height + 2 * room);
  }

  /** Where a unit is painted: [x, y, width, height]. */
  tile(box, unit) {
    const { columns, width, height } = this.grid;
    const place = this.places.placeOf[unit];
    const gap = Math.min(0.6, width * 0.12);
    return [box.x + 8 + (place % columns) * width, box.y + 26 + Math.floor(place / columns) * height, width - gap, height - gap];
  }

  /** Give `then` the unit and the quantity that were clicked on; a box's head chooses the quantity alone. */
  pick(event, then) {
    const bounds = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - bounds.left) / bounds.width) * WIDTH;
    const y = ((event.clientY - bounds.top) / bounds.height) * HEIGHT;
    const { columns, rows, width, height } = this.grid;
    if (x > 636 && y > 232 && y < 286) return then({ quantity: "prediction" });
    for (const box of BOXES) {
      if (x < box.x || x > box.x + BOX.width || y < box.y || y > box.y + BOX.height) continue;
      const change = { quantity: box.name };
      if (box.before && this.state.timestep > 0) change.timestep = this.state.timestep - 1;
      const column = Math.floor((x - box.x - 8) / width);
      const row = Math.floor((y - box.y - 26) / height);
      const place = row * columns + column;
      if (column >= 0 && column < columns && row >= 0 && row < rows && place < this.trace.units) {
        if (box.before) delete change.timestep; // a unit of the past is looked at, not travelled to
        change.unit = this.places.unitAt[place];
      }
      return then(change);
    }
  }

  /** The drawing with its units as shapes, for a file. */
  drawTiles() {
    const group = svg("g", {});
    BOXES.forEach((box, k) => {
      if (!this.hasHappened(box.operation)) return;
      const row = this.field.row(this.state.layer, box.name, box.before ? this.state.timestep - 1 : this.state.timestep);
      row.forEach((value, unit) => {
        const [x, y, width, height] = this.tile(box, unit);
        group.append(svg("rect", { x, y, width, height, fill: this.scales[k].colour(value) }));
      });
      const [x, y, width, height] = this.tile(box, this.state.unit);
      group.append(svg("rect", { x: x - 0.5, y: y - 0.5, width: width + 1, height: height + 1, fill: "none", stroke: this.theme.text, "stroke-width": 1.6 }));
    });
    return group;
  }
}
