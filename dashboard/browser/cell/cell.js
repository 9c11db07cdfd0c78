// The drawn cell, of any family: where its parts stand is said by `places.js`. Wires and boxes are SVG and change with
// the cell and the room there is alone; the units' colours are painted on one canvas over it.

import { element, setText, svg } from "../dom.js";
import { compact, fixed } from "../format.js";
import { CellDrawing } from "./drawing.js";
import { clampsAt } from "./clamps.js";
import { colourScale } from "./colours.js";
import { placesOf } from "./places.js";
import { Pointing } from "./pointing.js";
import { drawingOf } from "../pictures.js";
import { vectorScale, vectorTiles } from "./vector.js";

const SIGNAL = 420; // ms that a signal takes along a wire
const HURRY = 300; // ms between two steps, below which signals are left out
const FORWARD = "The cell at this timestep";
const NARROW = 560; // pixels, below which the words of the wide drawing cannot be read

export class Cell {
  constructor(actions) {
    this.actions = actions;
    this.canvas = element("canvas", {
      tabindex: 0,
      role: "img",
      "aria-label": "The units of the cell, each a coloured square",
    });
    this.root = element("figure", { class: "cell", "aria-label": FORWARD }, this.canvas);
    this.pointing = new Pointing(this, actions);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.root);
    this.still = matchMedia("(prefers-reduced-motion: reduce)");
    this.drawnAt = 0;
  }

  destroy() {
    this.observer.disconnect();
    this.pointing.destroy();
  }

  /** `extent(layer, name)` says where a colour scale ends; without it, the field itself does. */
  show({ trace, field, theme, state, places, backward, extent }) {
    this.extent = extent ?? ((layer, name) => field.extent(layer, name));
    this.trace = trace;
    this.field = field;
    this.theme = theme;
    this.places = places;
    this.backward = backward;
    this.layer = state.layer;
    this.state = null; // of what was shown before
    this.lay();
    this.resize();
  }

  /** Build the drawing, if it is of another cell or for another room than the one that stands. */
  lay() {
    const { trace, theme, backward } = this;
    const upright = this.root.clientWidth > 0 && this.root.clientWidth < NARROW;
    const wanted = `${trace.cell.variant}/${upright}`;
    if (this.laid !== wanted) {
      this.laid = wanted;
      this.layout = placesOf(trace.cell, upright);
      this.drawing?.root.remove();
      this.drawing = new CellDrawing(this.layout, trace.cell);
      this.root.prepend(this.drawing.root);
      this.root.style.aspectRatio = `${this.layout.width} / ${this.layout.height}`;
    }
    const { box, boxes } = this.layout;
    this.scales = boxes.map(({ name, quantity }) =>
      colourScale(backward ? { gate: false } : quantity, theme, this.extent(this.layer, name)),
    );
    this.vectors = trace.embedded && this.layer === 0 && vectorScale(trace.inputs.data, theme);
    this.drawing.raiseInput(Boolean(this.vectors));
    if (this.drawing.turn(backward)) for (const { node } of this.drawing.signals) delete node.pathLengthInPixels;
    this.root.setAttribute("aria-label", backward ? "The gradient in the cell at this timestep" : FORWARD);
    const [width, height] = [box.width - 2 * box.pad, box.height - box.head - box.foot];
    const columns = Math.ceil(Math.sqrt((trace.units * width) / height));
    const rows = Math.ceil(trace.units / columns);
    this.grid = { columns, rows, width: width / columns, height: height / rows };
    this.lit = null;
  }

  resize() {
    if (!this.trace) return;
    const ratio = devicePixelRatio || 1;
    const width = Math.round(this.root.clientWidth * ratio);
    const { laid } = this;
    if (width) this.lay();
    const { layout } = this;
    const height = Math.round((width * layout.height) / layout.width);
    if (!width || (this.canvas.width === width && this.canvas.height === height && laid === this.laid)) return;
    this.canvas.width = width;
    this.canvas.height = height;
    if (this.state) this.draw(this.state, {});
  }

  draw(state, changed) {
    this.state = state;
    const { timestep, unit, layer } = state;
    const { input, output } = this.drawing;
    for (const box of this.layout.boxes) {
      const value = this.field.value(layer, box.name, box.before ? timestep - 1 : timestep, unit);
      const text = this.backward ? this.small(value) : fixed(value, this.layout.box.decimals);
      if (isThere(box)) setText(this.drawing.values[box.id], this.hasHappened(box.operation) ? text : "");
      else setText(this.drawing.values[box.id], box.quantity.equation.replace(/^\S+ /, ""));
    }
    setSymbol(input, this.trace.labels[timestep], this.layout.input.width, this.vectors ? 19 : 22);
    if (!this.hasHappened(this.layout.prediction.operation)) {
      setText(output, "");
      this.drawing.describe("");
    } else if (this.backward) {
      setText(output, timestep === this.field.lossAt ? fixed(this.field.loss) : "");
      this.drawing.describe(timestep === this.field.lossAt ? "" : "no loss here");
    } else if (this.trace.kind === "symbols") {
      setSymbol(output, this.trace.output_labels[this.trace.top[timestep][0]], this.layout.prediction.width);
      this.drawing.describe(`${Math.round(this.trace.top_probabilities[timestep][0] * 100)} %`);
    } else if (this.trace.kind === "numbers") {
      setText(output, fixed(this.trace.top_values[timestep][0]));
      this.drawing.describe(this.trace.output_labels[this.trace.top[timestep][0]]);
    } else {
      setText(output, fixed(this.trace.predicted[timestep]));
      this.drawing.describe(this.trace.about.number_asked);
    }
    this.light();
    this.paint();
    this.pointing.refresh();
    if (changed.timestep || changed.operation) this.travel();
  }

  /** Forward, an operation has happened once it is reached; backward, the gradient has been where it comes from. */
  hasHappened(operation) {
    const { operation: present } = this.state;
    if (present === null || operation === null) return true;
    return this.backward ? operation >= present : operation <= present;
  }

  /** A gradient in a box: in at most five characters where the box is small. */
  small(value) {
    if (this.layout.box.named !== "inside") return compact(value);
    if (value === 0 || Math.abs(value) >= 0.01) return fixed(value, 2);
    if (Math.abs(value) < 1e-9) return "≈ 0";
    return value.toExponential(0).replaceAll("-", "−");
  }

  light() {
    const { operation: present, quantity } = this.state;
    const lit = `${present}/${quantity}/${this.backward}`;
    if (this.lit === lit) return;
    this.lit = lit;
    for (const { node, operation } of this.drawing.parts) {
      node.classList.toggle("to-come", !this.hasHappened(operation));
      node.classList.toggle("at-work", operation !== null && operation === present);
    }
    this.layout.boxes.forEach((box, k) =>
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
      node.animate([from, to], { duration: SIGNAL, easing: "ease-in-out" });
    }
  }

  paint() {
    const { timestep, unit, layer } = this.state;
    const context = this.canvas.getContext("2d");
    const scale = this.canvas.width / this.layout.width;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, this.layout.width, this.layout.height);
    this.layout.boxes.forEach((box, k) => {
      if (!isThere(box) || !this.hasHappened(box.operation)) return;
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
    if (!this.vectors || !this.hasHappened(this.layout.input.operation)) return [];
    return vectorTiles(this.layout.input, this.trace.below(0, this.state.timestep), this.vectors);
  }

  /** What is clamped is framed in dashes: a unit's tile, or the whole box. */
  paintClamps(context, timestep, layer) {
    context.strokeStyle = this.theme.text;
    context.lineWidth = 1.2;
    context.setLineDash([3, 2]);
    const { width, height, pad, head, foot } = this.layout.box;
    for (const box of this.layout.boxes) {
      for (const { unit } of clampsAt(this.trace, box.name, layer, box.before ? timestep - 1 : timestep)) {
        if (unit === null)
          context.strokeRect(box.x + pad - 3, box.y + head - 3, width - 2 * pad + 6, height - head - foot + 6);
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
    const { pad, head } = this.layout.box;
    const place = this.places.placeOf[unit];
    const gap = Math.min(0.6, width * 0.12);
    return [
      box.x + pad + (place % columns) * width,
      box.y + head + Math.floor(place / columns) * height,
      width - gap,
      height - gap,
    ];
  }

  /** What a unit is called: its quantity, its number, its layer. */
  nameOf(name, unit) {
    const { trace, layer } = this;
    return `${trace.quantity(name).label.toLowerCase()}, ${trace.unitName(layer, unit)}, layer ${layer + 1}`;
  }

  /** A unit's name and its number. */
  say(box, unit) {
    const { timestep } = this.state;
    const at = box.before ? timestep - 1 : timestep;
    const name = `${this.backward ? "gradient of " : ""}${this.nameOf(box.name, unit)}${box.before ? ", before" : ""}`;
    if (!this.hasHappened(box.operation)) return `${name}: not computed yet`;
    const value = this.field.value(this.layer, box.name, at, unit);
    return `${name}: ${this.backward ? compact(value) : fixed(value)}`;
  }

  pictures({ theme }) {
    return [{ name: "cell", label: "Diagram", draw: () => drawingOf(this.drawing.root, theme, this.drawTiles()) }];
  }

  /** The units as shapes, for a file. */
  drawTiles() {
    const group = svg("g", {});
    for (const [fill, [x, y, width, height]] of this.vectorTiles())
      group.append(svg("rect", { x, y, width, height, fill }));
    this.layout.boxes.forEach((box, k) => {
      if (!isThere(box) || !this.hasHappened(box.operation)) return;
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
function setSymbol(node, text, width, largest = 22) {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  setText(node, shown);
  node.style.fontSize = `${Math.min(largest, (1.53 * width) / shown.length)}px`;
}

/** Whether the cell has what the box would show; what it had before is always there. */
const isThere = ({ before, quantity }) => before || !quantity.missing;
