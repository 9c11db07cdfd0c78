// A heatmap for each quantity, timesteps by units, painted once a trace; only the common cursor moves. Beside another
// trace there are three for each quantity: this one, the other, and the difference.

import { element, onDrag, setText } from "../../../browser/dom.js";
import { compact } from "../../../browser/format.js";
import { colourScale } from "../../../browser/cell/colours.js";
import { spanOf } from "../../../browser/cell/progress.js";
import { TILE, mosaicOf, ticksOf } from "../../../browser/pictures.js";
import { Tip } from "../../../browser/tip.js";

export class Heatmaps {
  constructor(actions) {
    this.actions = actions;
    this.maps = [];
    this.kinds = "";
    this.root = element("div", { class: "heatmaps" });
  }

  show(view) {
    const kinds = view.other ? ["this", "other", "difference"] : ["this"];
    const wanted = `${kinds}/${view.trace.cell.variant}`;
    if (this.kinds !== wanted) {
      this.kinds = wanted;
      const there = view.quantities.filter(({ missing }) => !missing); // what is missing has nothing to show
      this.maps = there.flatMap((quantity) => kinds.map((kind) => new Heatmap(quantity, kind, this.actions)));
      this.root.replaceChildren(...this.maps.map((map) => map.root));
    }
    for (const map of this.maps) map.show(view);
  }

  draw(state) {
    for (const map of this.maps) map.draw(state);
  }

  pictures({ theme }) {
    return [
      {
        name: "heatmaps",
        label: "Heatmaps",
        draw: () =>
          mosaicOf(
            this.maps.map((map) => map.picture()),
            theme,
          ),
      },
    ];
  }
}

class Heatmap {
  constructor(quantity, kind, actions) {
    this.quantity = quantity;
    this.kind = kind;
    this.canvas = element("canvas", { role: "img", "aria-label": `${quantity.label}, timesteps by units` });
    this.column = element("div", { class: "cursor-column" }, element("i"));
    this.line = element("div", { class: "cursor-row" }, element("i"));
    this.veil = element("div", { class: "veil", hidden: "" }); // over what is not computed yet
    this.field = element("div", { class: "field" }, this.canvas, this.veil, this.column, this.line);
    this.label = element("span");
    this.scale = element("span", { class: "scale" });
    this.low = element("small");
    this.high = element("small");
    this.root = element(
      "figure",
      { class: "heatmap", "data-quantity": quantity.name, "data-kind": kind },
      element(
        "figcaption",
        { title: quantity.equation },
        element("b", { text: quantity.symbol, style: `--colour: ${quantity.colour}` }),
        this.label,
        element("span", { class: "scale-with-ends" }, this.low, this.scale, this.high),
      ),
      this.field,
    );
    this.tip = new Tip(this.root);
    this.field.addEventListener("pointermove", (event) => this.tell(event));
    this.field.addEventListener("pointerleave", () => this.tip.hide());
    onDrag(this.field, (x, y) => {
      const { from, to } = this.window;
      const place = Math.max(0, Math.min(this.units - 1, Math.floor(y * this.units)));
      actions.point({
        timestep: from + Math.floor(x * (to - from)),
        unit: this.places.unitAt[place],
        quantity: quantity.name,
      });
    });
  }

  /** Say which unit is under the pointer, at which timestep, and its number. */
  tell(event) {
    const bounds = this.field.getBoundingClientRect();
    const { from, to } = this.window;
    const [x, y] = [(event.clientX - bounds.left) / bounds.width, (event.clientY - bounds.top) / bounds.height];
    const timestep = from + Math.floor(x * (to - from));
    const unit = this.places.unitAt[Math.floor(y * this.units)];
    const value = this.values[timestep * this.units + unit];
    if (unit === undefined || value === undefined || timestep < this.there[0] || timestep >= this.there[1])
      return this.tip.hide();
    const symbol = this.trace.labels[timestep] ?? "";
    const where = `unit ${unit}, layer ${this.layer + 1}, timestep ${timestep + 1} “${symbol}”`;
    this.tip.show(`${this.label.textContent}, ${where}: ${compact(value)}`, event);
  }

  /** Values (T, H) to paint, and how they are coloured. */
  source({ trace, field, scales, other, theme, state, backward }) {
    const { name } = this.quantity;
    const { layer } = state;
    const plane = (one) => one.plane(Math.min(layer, one.layers - 1), name);
    if (this.kind === "difference") {
      const [mine, theirs] = [plane(trace), plane(other)];
      const common = Math.min(mine.length, theirs.length);
      const difference = Float32Array.from({ length: common }, (_, k) => mine[k] - theirs[k]);
      const extent = difference.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
      return { values: difference, scale: colourScale({ gate: false }, theme, extent) };
    }
    if (this.kind === "other")
      return {
        values: plane(other),
        scale: colourScale(this.quantity, theme, Math.max(scales.extent(layer, name), other.extent(layer, name))),
      };
    const extent = Math.max(scales.extent(layer, name), other ? other.extent(layer, name) : 0);
    const scale = colourScale(backward ? { gate: false } : this.quantity, theme, extent);
    return { values: plane(field), scale, beyond: field.extent(layer, name) > extent };
  }

  show(view) {
    const { trace, window, places, backward } = view;
    const H = trace.units;
    const T = window.to - window.from;
    Object.assign(this, { trace, units: H, window, places, backward });
    const { values, scale, beyond = false } = this.source(view);
    Object.assign(this, { values, layer: view.state.layer });
    this.canvas.width = T;
    this.canvas.height = H;
    // at least one pixel a unit up to 256 of them
    this.field.style.height = view.other ? "112px" : `${Math.max(128, Math.min(H, 256))}px`;
    const image = new ImageData(T, H);
    const pixels = new Uint32Array(image.data.buffer);
    for (let t = 0; t < T; t++) {
      const start = (window.from + t) * H;
      if (start + H > values.length) break; // the other sequence is shorter
      for (let place = 0; place < H; place++)
        pixels[place * T + t] = scale.table[scale.level(values[start + places.unitAt[place]])];
    }
    this.canvas.getContext("2d").putImageData(image, 0, 0);
    this.scale.style.background = scale.gradient;
    const heading = {
      this: backward ? `Gradient of ${this.quantity.symbol}` : this.quantity.label,
      other: "the other",
      difference: "difference",
    };
    setText(this.label, heading[this.kind]);
    // what is held may lead beyond what the scale was made for
    setText(this.low, `${beyond ? "≤ " : ""}${compact(+scale.low.toPrecision(2))}`);
    setText(this.high, `${beyond ? "≥ " : ""}${compact(+scale.high.toPrecision(2))}`);
    this.column.firstChild.style.width = `max(2px, ${100 / T}%)`;
    this.line.firstChild.style.height = `max(2px, ${100 / H}%)`;
  }

  picture() {
    const { from, to } = this.window;
    const range = `(${this.low.textContent} to ${this.high.textContent})`;
    const title = `${this.quantity.symbol}  ${this.label.textContent}  ${range}`;
    const [mark, width] = [(this.cursor - from) / (to - from), 1 / (to - from)];
    return { title, canvas: this.computedPart(), ticks: ticksOf(this.trace, this.window, TILE), from: mark, width };
  }

  /** The canvas without what is not computed yet. */
  computedPart() {
    if (this.veil.hidden) return this.canvas;
    const copy = element("canvas", { width: this.canvas.width, height: this.canvas.height });
    const context = copy.getContext("2d");
    context.drawImage(this.canvas, 0, 0);
    const [first, next] = this.there.map((timestep) => timestep - this.window.from);
    context.clearRect(0, 0, first, copy.height);
    context.clearRect(next, 0, copy.width, copy.height);
    return copy;
  }

  draw(state) {
    const { timestep, unit } = state;
    const { from, to } = this.window;
    this.there = spanOf(this.trace, state, this.quantity.name, this.backward);
    const [first, next] = this.there;
    this.veil.hidden = first <= from && next >= to;
    // it covers what is right of what is there, or, of a gradient, what is left of it
    const edge = next < to ? next - from : first - to;
    this.veil.style.transform = `translateX(${(edge / (to - from)) * 100}%)`;
    this.cursor = timestep;
    this.column.style.transform = `translateX(${((timestep - from) / (to - from)) * 100}%)`;
    this.line.style.transform = `translateY(${(this.places.placeOf[unit] / this.units) * 100}%)`;
  }
}
