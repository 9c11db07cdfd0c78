// Units over the sequence: the selected one, with what has no bounds (the cell state) in a band of its own, since on
// one scale with it the gates would lie flat, and below it those that were pinned.

import { element, onDrag, setText, svg } from "../../../browser/dom.js";
import { compact, fixed } from "../../../browser/format.js";
import { gradientHasCome, hasCome, spanOf } from "../../../browser/cell/progress.js";
import { stackOf, ticksOf } from "../../../browser/pictures.js";

let bandsMade = 0;

export class Curves {
  constructor(actions) {
    this.actions = actions;
    this.title = element("h3");
    this.legend = element("ul", { class: "legend" });
    this.clampedNote = element("small", { class: "clamped-note", text: "dashed: with what is clamped" });
    this.ticks = element("div", { class: "time-axis", "aria-hidden": "true" });
    this.bands = [new Band("", actions), new Band("", actions)];
    this.selected = element(
      "section",
      { class: "curves", "aria-label": "Curves of the selected unit" },
      element("header", {}, this.title, this.legend, this.clampedNote),
      ...this.bands.flatMap(({ axis, field }) => [axis, field]),
      this.ticks,
    );
    this.pinned = element("div", { class: "pinned" });
    this.pins = [];
    this.root = element("div", {}, this.selected, this.pinned);
  }

  show(view) {
    const { trace, window, field, backward } = view;
    this.called = view.called && `, ${view.called}`;
    this.trace = trace;
    this.field = field;
    this.backward = backward;
    this.values = view.quantities.map(({ name }) => element("span", { "data-legend": name }));
    this.legend.replaceChildren(
      ...view.quantities.map(({ symbol, label, colour, missing }, k) =>
        element(
          "li",
          { title: missing ? `${label}: this cell has none` : label, class: missing ? "missing" : null },
          element("b", { text: symbol, style: `--colour: ${colour}` }),
          this.values[k],
        ),
      ),
    );
    this.clampedNote.hidden = !view.original || backward;
    const room = this.ticks.clientWidth || undefined; // none as long as the page lays nothing out
    this.ticks.replaceChildren(
      ...ticksOf(trace, window, room).map(({ at, text }) => element("span", { style: `left: ${at * 100}%`, text })),
    );
    const drawn = view.quantities.filter(({ missing }) => !missing);
    const parts = [drawn.filter(({ bounded }) => bounded), drawn.filter(({ bounded }) => !bounded)];
    this.bands.forEach((band, k) => {
      band.field.hidden = band.axis.hidden = parts[k].length === 0;
      band.label = parts[k].map(({ label }) => label).join(", ");
      band.show(view, parts[k]);
    });
    this.selected.classList.toggle("without-first", parts[0].length === 0);
    this.selected.classList.toggle("without-second", parts[1].length === 0);
    const called = (unit) => view.trace.unitName(view.state.layer, unit);
    this.pins = view.state.pins.map((unit) => {
      const band = new Band("All quantities", this.actions);
      band.show(view, drawn);
      band.drawUnit(unit);
      const choose = element("button", {
        class: "link",
        text: called(unit).replace(/^u/, "U"),
        onclick: () => this.actions.set({ unit }),
      });
      const remove = element("button", {
        class: "small-tool",
        text: "×",
        "aria-label": `Unpin ${called(unit)}`,
        onclick: () => this.actions.togglePin(unit),
      });
      return {
        band,
        root: element(
          "section",
          { class: "pin", "aria-label": `Pinned ${called(unit)}` },
          element("header", {}, choose, remove),
          band.axis,
          band.field,
        ),
      };
    });
    this.pinned.replaceChildren(...this.pins.map(({ root }) => root));
    this.shown = null;
  }

  draw(state) {
    const { timestep, unit, layer } = state;
    if (this.shown !== unit) {
      this.shown = unit;
      setText(this.title, `Unit ${unit} over the sequence${this.called}${this.backward ? ": gradients" : ""}`);
      for (const band of this.bands) band.drawUnit(unit);
      setText(this.clampedNote, this.noteOnClamped());
    }
    const text = (value) => (this.backward ? compact(value) : fixed(value));
    this.trace.quantities.forEach(({ name, missing, equation }, k) =>
      setText(
        this.values[k],
        missing
          ? `missing, ${equation}`
          : this.hasCome(state, name)
            ? text(this.field.value(layer, name, timestep, unit))
            : "",
      ),
    );
    for (const band of [...this.bands, ...this.pins.map(({ band }) => band)]) {
      band.drawCursor(timestep);
      band.cut(state);
    }
  }

  hasCome(state, name) {
    return this.backward ? gradientHasCome(this.trace, state, name) : hasCome(this.trace, state, name);
  }

  noteOnClamped() {
    const beyond = this.bands.filter(({ quantities, farthest, extent }) => quantities.length && farthest > extent);
    const most = Math.max(...beyond.map(({ farthest }) => farthest));
    const note = "dashed: with what is clamped";
    return beyond.length ? `${note}, at the edge where it leaves the scale, up to ±${compact(most)}` : note;
  }

  pictures({ trace, window, theme }) {
    const bands = [...this.bands, ...this.pins.map(({ band }) => band)];
    const ticks = ticksOf(trace, window);
    const drawn = () => bands.filter(({ quantities }) => quantities.length);
    const parts = () =>
      drawn().map((band) => ({
        title: band.title(),
        drawing: band.drawing,
        legend: band.quantities,
        axis: { values: band.marks(), ticks },
      }));
    return [{ name: "curves", label: "Curves", draw: () => stackOf(parts(), theme) }];
  }
}

const EDGE = 1.06; // where a curve goes on that leaves the scale, in parts of it
const within = (share) => Math.max(-EDGE, Math.min(EDGE, share));

/** Curves on one scale: from -1 to 1, or as far as the unit's values go beyond; for gradients as far as they go. */
class Band {
  constructor(label, actions) {
    this.label = label;
    this.drawing = svg("svg", { preserveAspectRatio: "none", role: "img", "aria-label": label });
    // what is left of a curve while not all of it is computed: up to the cursor, or up to the timestep before
    this.cuts = [0, 1].map((come) => {
      const room = svg("rect", { x: 0, y: -2, width: 0, height: 4 });
      const id = `cut-${bandsMade}-${come}`;
      return { id, room, node: svg("clipPath", { id }, room) };
    });
    bandsMade += 1;
    this.cursor = element("div", { class: "cursor-column" }, element("i"));
    this.field = element("div", { class: "field" }, this.drawing, this.cursor);
    this.axis = element("div", { class: "value-axis", "aria-hidden": "true" });
    onDrag(this.field, (x) =>
      actions.point({ timestep: this.window.from + Math.floor(x * (this.window.to - this.window.from)) }),
    );
  }

  show({ trace, original, field, window, state, backward }, quantities) {
    this.trace = trace;
    this.window = window;
    this.quantities = quantities;
    this.units = trace.units;
    this.backward = backward;
    this.least = backward ? 0 : 1;
    // with clamps, the run as it was is drawn in full and the altered one over it in dashes
    const sources = original && !backward ? [original, trace] : [field];
    this.lines = sources.flatMap((source, k) =>
      quantities.map(({ colour, name }) => ({
        name,
        altered: k > 0,
        plane: source.plane(state.layer, name),
        node: svg("polyline", {
          stroke: colour,
          "data-quantity": name,
          class: k ? "altered" : sources.length > 1 ? "as-it-was" : null,
        }),
      })),
    );
    const T = window.to - window.from;
    this.levels = [1, 0, -1].map(() => svg("line", { x1: 0, x2: T, class: "level" }));
    this.drawing.replaceChildren(
      ...this.cuts.map(({ node }) => node),
      ...this.levels,
      ...this.lines.map(({ node }) => node),
    );
    this.isCut = false;
    this.cursor.firstChild.style.width = `max(2px, ${100 / T}%)`;
  }

  drawUnit(unit) {
    const { from, to } = this.window;
    let extent = this.least;
    let farthest = 0;
    for (const { plane, altered } of this.lines) {
      const last = Math.min(to, plane.length / this.units);
      for (let t = from; t < last; t++) {
        const size = Math.abs(plane[t * this.units + unit]);
        farthest = Math.max(farthest, size);
        if (!altered) extent = Math.max(extent, size); // the scale is that of the run as it was
      }
    }
    extent ||= 1;
    Object.assign(this, { unit, extent, farthest });
    this.drawing.setAttribute("aria-label", this.title());
    // the drawing's own scale is -1 to 1, so that gradients of any size keep their digits
    for (const { plane, node } of this.lines) {
      const last = Math.min(to, plane.length / this.units);
      const points = [];
      for (let t = from; t < last; t++)
        points.push(`${t - from + 0.5},${within(-plane[t * this.units + unit] / extent).toFixed(4)}`);
      node.setAttribute("points", points.join(" "));
    }
    this.drawing.setAttribute("viewBox", `0 -1.08 ${to - from} 2.16`); // room for the lines' own width
    const values = [extent, 0, -extent];
    values.forEach((value, k) => {
      this.levels[k].setAttribute("y1", -value / extent);
      this.levels[k].setAttribute("y2", -value / extent);
    });
    this.axis.replaceChildren(
      ...this.marks().map(({ at, text }) => element("span", { style: `top: ${at * 100}%`, text })),
    );
  }

  /** What stands beside the levels. */
  marks() {
    return [1, 0, -1].map((share) => ({
      at: (1.08 - share) / 2.16,
      text: compact(+(share * this.extent).toPrecision(2)),
    }));
  }

  title() {
    const end = compact(+this.extent.toPrecision(2));
    return `${this.label} of unit ${this.unit}, from −${end} to ${end}`;
  }

  /** End each curve where its quantity is not computed yet. */
  cut(state) {
    const { trace, backward } = this;
    const { from, to } = this.window;
    const spans = this.lines.map(({ name }) => spanOf(trace, state, name, backward));
    const cuts = spans.some(([first, next]) => first > 0 || next < trace.timesteps);
    if (!cuts && !this.isCut) return;
    this.isCut = cuts;
    this.cuts.forEach(({ room }, come) => {
      const edge = state.timestep + (backward ? 1 - come : come - 1) - from + 0.5;
      room.setAttribute("x", backward ? edge : 0);
      room.setAttribute("width", backward ? to - from : Math.max(0, edge));
    });
    this.lines.forEach(({ node }, k) => {
      const [first, next] = spans[k];
      const come = Number(first <= state.timestep && state.timestep < next);
      if (cuts) node.setAttribute("clip-path", `url(#${this.cuts[come].id})`);
      else node.removeAttribute("clip-path");
    });
  }

  drawCursor(timestep) {
    const { from, to } = this.window;
    this.cursor.style.transform = `translateX(${((timestep - from) / (to - from)) * 100}%)`;
  }
}
