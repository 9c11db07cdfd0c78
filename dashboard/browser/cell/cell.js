// The drawn cell: the cell state's conveyor across the top, the gates below, h and the prediction to the right.
// Wires and boxes are SVG and never change; the units' colours are painted on one canvas over it.

import { element, setText, svg } from "../dom.js";
import { compact, fixed } from "../format.js";
import { CellDrawing } from "./drawing.js";
import { BOX, BOXES, HEIGHT, INPUT, PREDICTION, WIDTH } from "./lstm.js";
import { clampsAt } from "./clamps.js";
import { colourScale } from "./colours.js";
import { drawingOf } from "../pictures.js";
import { vectorScale, vectorTiles } from "./vector.js";

const SIGNAL = 420; // ms that a signal takes along a wire
const HURRY = 300; // ms between two steps, below which signals are left out

export class Cell {
  constructor(actions) {
    this.actions = actions;
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.drawing = new CellDrawing();
    this.root = element(
      "figure",
      { class: "cell", "aria-label": "The LSTM cell at this timestep" },
      this.drawing.root,
      this.canvas,
    );
    this.canvas.addEventListener("click", (event) => this.pick(event, (change) => actions.point(change)));
    this.canvas.addEventListener("dblclick", (event) => this.pick(event, () => actions.turnPanel("whatif")));
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.root);
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.drawnAt = 0;
  }

  destroy() {
    this.observer.disconnect();
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
    this.vectors = trace.embedded && state.layer === 0 && vectorScale(trace.inputs.data, theme);
    this.drawing.input.setAttribute("y", INPUT.y + (this.vectors ? 22 : 29)); // above its vector
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
    const { input, output, outputDetail } = this.drawing;
    for (const box of BOXES) {
      const value = this.field.value(layer, box.name, box.before ? timestep - 1 : timestep, unit);
      const text = this.backward ? compact(value) : fixed(value);
      setText(this.drawing.values[box.id], this.hasHappened(box.operation) ? text : "");
    }
    setSymbol(input, this.trace.labels[timestep], this.vectors ? 19 : 22);
    if (!this.hasHappened(PREDICTION.operation)) {
      setText(output, "");
      setText(outputDetail, "");
    } else if (this.backward) {
      setText(output, timestep === this.field.lossAt ? fixed(this.field.loss) : "");
      setText(outputDetail, timestep === this.field.lossAt ? "the loss" : "");
    } else if (this.trace.kind === "symbols") {
      setSymbol(output, this.trace.output_labels[this.trace.top[timestep][0]]);
      setText(outputDetail, `${Math.round(this.trace.top_probabilities[timestep][0] * 100)} %`);
    } else {
      setText(output, fixed(this.trace.predicted[timestep]));
      setText(outputDetail, "next value");
    }
    this.light();
    this.paint();
    if (changed.timestep || changed.operation) this.travel();
  }

  /** Forward, an operation has happened once it is reached; backward, the gradient has been where it comes from. */
  hasHappened(operation) {
    const { operation: present } = this.state;
    if (present === null) return true;
    return this.backward ? operation >= present : operation <= present;
  }

  light() {
    const { operation: present, quantity } = this.state;
    const lit = `${present}/${quantity}/${this.backward}`;
    if (this.lit === lit) return;
    this.lit = lit;
    for (const { node, operation } of this.drawing.parts) {
      node.classList.toggle("to-come", !this.hasHappened(operation));
      node.classList.toggle("at-work", operation === present);
    }
    BOXES.forEach((box, k) =>
      this.drawing.boxes[k].classList.toggle("asked", present === null && !box.before && box.name === quantity),
    );
  }

  /** Signals run along the wires at work; none while steps follow each other fast, or where motion is not wanted. */
  travel() {
    const now = performance.now();
    const hurried = now - this.drawnAt < HURRY;
    this.drawnAt = now;
    if (hurried || this.still.matches) return;
    const { operation: present } = this.state;
    for (const { node, operation } of this.drawing.signals) {
      if (present !== null && operation !== present) continue;
      const length = (node.pathLengthInPixels ??= node.getTotalLength());
      const from = { strokeDashoffset: 12, opacity: 1 };
      const to = { strokeDashoffset: -length, opacity: 1 };
      node.animate(this.backward ? [to, from] : [from, to], { duration: SIGNAL, easing: "ease-in-out" });
    }
  }

  paint() {
    const { timestep, unit, layer } = this.state;
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
    for (const [fill, tile] of this.vectorTiles()) {
      context.fillStyle = fill;
      context.fillRect(...tile);
    }
    this.paintClamps(context, timestep, layer);
  }

  /** The numbers that stand for the symbol that is read, if there are any: [colour, [x, y, width, height]]. */
  vectorTiles() {
    if (!this.vectors || !this.hasHappened(INPUT.operation)) return [];
    return vectorTiles(INPUT, this.trace.below(0, this.state.timestep), this.vectors);
  }

  /** What is clamped is framed in dashes: a unit's tile, or the whole box. */
  paintClamps(context, timestep, layer) {
    context.strokeStyle = this.theme.text;
    context.lineWidth = 1.2;
    context.setLineDash([3, 2]);
    for (const box of BOXES) {
      for (const { unit } of clampsAt(this.trace, box.name, layer, box.before ? timestep - 1 : timestep)) {
        if (unit === null) context.strokeRect(box.x + 5, box.y + 23, BOX.width - 10, BOX.height - 28);
        else this.outline(context, this.tile(box, unit), 2);
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
    return [
      box.x + 8 + (place % columns) * width,
      box.y + 26 + Math.floor(place / columns) * height,
      width - gap,
      height - gap,
    ];
  }

  /** Give `then` the unit and the quantity that were clicked on; a box's head chooses the quantity alone. */
  pick(event, then) {
    const bounds = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - bounds.left) / bounds.width) * WIDTH;
    const y = ((event.clientY - bounds.top) / bounds.height) * HEIGHT;
    const { columns, rows, width, height } = this.grid;
    if (x > PREDICTION.x && y > PREDICTION.y && y < PREDICTION.y + PREDICTION.height)
      return then({ quantity: "prediction" });
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

  pictures({ theme }) {
    return [{ name: "cell", label: "Diagram", draw: () => drawingOf(this.drawing.root, theme, this.drawTiles()) }];
  }

  /** The units as shapes, for a file. */
  drawTiles() {
    const group = svg("g", {});
    for (const [fill, [x, y, width, height]] of this.vectorTiles())
      group.append(svg("rect", { x, y, width, height, fill }));
    BOXES.forEach((box, k) => {
      if (!this.hasHappened(box.operation)) return;
      const row = this.field.row(
        this.state.layer,
        box.name,
        box.before ? this.state.timestep - 1 : this.state.timestep,
      );
      row.forEach((value, unit) => {
        const [x, y, width, height] = this.tile(box, unit);
        group.append(svg("rect", { x, y, width, height, fill: this.scales[k].colour(value) }));
      });
      const [x, y, width, height] = this.tile(box, this.state.unit);
      group.append(
        svg("rect", {
          x: x - 0.5,
          y: y - 0.5,
          width: width + 1,
          height: height + 1,
          fill: "none",
          stroke: this.theme.text,
          "stroke-width": 1.6,
        }),
      );
    });
    return group;
  }
}

const LONGEST = 13; // letters of a word that a box can hold

/** A symbol in its box; a word gets smaller as it gets longer. */
function setSymbol(node, text, largest = 22) {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  setText(node, shown);
  node.style.fontSize = `${Math.min(largest, 165 / shown.length)}px`;
}
