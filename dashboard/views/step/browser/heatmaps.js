// A heatmap for each quantity, timesteps by units, painted once a trace; only the common cursor moves. Where another
// checkpoint or sequence stands beside there are three for each: this one, the one beside, and the difference. Where it
// is another run, whose units are not the same, each cell has a column of its own.

import { element, onDrag, setText } from "../../../browser/dom.js";
import { compact } from "../../../browser/format.js";
import { colourScale } from "../../../browser/cell/colours.js";
import { spanOf } from "../../../browser/cell/progress.js";
import { TILE, mosaicOf, ticksOf } from "../../../browser/pictures.js";
import { Tip } from "../../../browser/tip.js";
import { actionsIn } from "./pair.js";

export class Heatmaps {
  constructor(actions) {
    this.actions = actions;
    this.maps = [];
    this.kinds = "";
    this.root = element("div", { class: "heatmaps" });
  }

  show({ pair }) {
    const apart = pair.choice?.kind === "run";
    const kinds = !pair.beside ? ["this"] : apart ? ["this", "beside"] : ["this", "beside", "difference"];
    const wanted = `${kinds}/${pair.this.trace.cell.variant}/${apart && pair.beside.trace.cell.variant}`;
    if (this.kinds !== wanted) {
      this.kinds = wanted;
      // what is missing has nothing to show
      const there = (view) => view.quantities.filter(({ missing }) => !missing);
      const actionsOf = (kind) => (kind === "difference" ? this.actions : actionsIn(kind, this.actions));
      const make = (kind) => (quantity) => new Heatmap(quantity, kind, actionsOf(kind));
      const columns = apart
        ? kinds.map((kind) => there(pair[kind]).map(make(kind)))
        : [there(pair.this).flatMap((quantity) => kinds.map((kind) => make(kind)(quantity)))];
      this.maps = columns.flat();
      this.root.classList.toggle("apart", apart);
      this.root.replaceChildren(
        ...columns.flatMap((maps) => {
          const roots = maps.map((map) => map.root);
          return apart ? [element("div", { class: "of-one" }, ...roots)] : roots;
        }),
      );
    }
    for (const map of this.maps) map.show(pair[map.kind] ?? pair.this);
  }

  draw() {
    for (const map of this.maps) map.draw(map.view.state);
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
    const called = this.trace.unitName(this.layer, unit);
    const where = `${called}, layer ${this.layer + 1}, timestep ${timestep + 1} “${symbol}”`;
    this.tip.show(`${this.label.textContent}, ${where}: ${compact(value)}`, event);
  }

  /** Values (T, H) to paint, and how they are coloured. */
  source({ pair, field, theme, state, backward, extent }) {
    const { name } = this.quantity;
    if (this.kind === "difference") {
      const isAlike = pair.this.backward === pair.beside.backward; // gradients, or values, of both
      const plane = (view) => (isAlike ? view.field : view.trace).plane(view.state.layer, name);
      const [mine, theirs] = [plane(pair.this), plane(pair.beside)];
      const common = Math.min(mine.length, theirs.length);
      const difference = Float32Array.from({ length: common }, (_, k) => mine[k] - theirs[k]);
      const most = difference.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
      return { values: difference, scale: colourScale({ gate: false }, theme, most) };
    }
    const most = extent(state.layer, name);
    const scale = colourScale(backward ? { gate: false } : this.quantity, theme, most);
    return { values: field.plane(state.layer, name), scale, beyond: field.extent(state.layer, name) > most };
  }

  show(view) {
    const { trace, window, places, backward } = view;
    const H = trace.units;
    const T = window.to - window.from;
    Object.assign(this, { view, trace, units: H, window, places, backward });
    const { values, scale, beyond = false } = this.source(view);
    Object.assign(this, { values, layer: view.state.layer });
    this.canvas.width = T;
    this.canvas.height = H;
    // at least one pixel a unit up to 256 of them
    this.field.style.height = view.pair.beside ? "112px" : `${Math.max(128, Math.min(H, 256))}px`;
    const image = new ImageData(T, H);
    const pixels = new Uint32Array(image.data.buffer);
    for (let t = 0; t < T; t++) {
      const start = (window.from + t) * H;
      if (start + H > values.length) break; // the sequence beside is shorter
      for (let place = 0; place < H; place++)
        pixels[place * T + t] = scale.table[scale.level(values[start + places.unitAt[place]])];
    }
    this.canvas.getContext("2d").putImageData(image, 0, 0);
    this.scale.style.background = scale.gradient;
    const label = backward ? `Gradient of ${this.quantity.symbol}` : this.quantity.label;
    setText(this.label, this.kind === "difference" ? "difference" : [label, view.called].filter(Boolean).join(", "));
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

  /** The timesteps [from, to) at which there is something; a difference is where both have something. */
  computed(state) {
    const { name } = this.quantity;
    const span = spanOf(this.trace, state, name, this.backward);
    if (this.kind !== "difference") return span;
    const { trace, state: theirs, backward } = this.view.pair.beside;
    const [from, to] = spanOf(trace, theirs, name, backward);
    const end = to < trace.timesteps ? to : Infinity; // behind the other's end there is nothing to be computed
    return [Math.max(span[0], from), Math.min(span[1], end)];
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
    this.there = this.computed(state);
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
