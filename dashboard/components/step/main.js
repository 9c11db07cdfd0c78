// The step view: one trace, one cursor (timestep, unit, layer), and the parts that show it. The whole trace is here, so
// a step is drawn in the same frame as the key press; the server hears nothing of it.

import { element, setText } from "../shared/dom.js";
import { listen } from "../shared/stream.js";
import { readTheme } from "../shared/theme.js";
import { Cell } from "./cell.js";
import { Curves } from "./curves.js";
import { Heatmaps } from "./heatmaps.js";
import { Prediction } from "./prediction.js";
import { Strip } from "./strip.js";
import { Trace } from "./trace.js";
import { Transport } from "./transport.js";
import { Unit } from "./unit.js";

const URL_DELAY = 300; // ms at rest before the cursor is written into the page's address
const FOLLOW_EVERY = 1500; // ms between two requests for a newer checkpoint

export function mount(parent) {
  const view = new StepView();
  parent.append(view.root);
  return view;
}

class StepView {
  constructor() {
    const move = (change) => this.move(change);
    this.cursor = { timestep: 0, unit: 0, layer: 0 };
    this.transport = new Transport(move);
    this.strip = new Strip(move);
    this.cell = new Cell(move);
    this.prediction = new Prediction();
    this.unit = new Unit();
    this.heatmaps = new Heatmaps(move);
    this.curves = new Curves(move);
    this.parts = [this.transport, this.strip, this.cell, this.prediction, this.unit, this.heatmaps, this.curves];
    this.summary = element("p", { class: "hidden-text", role: "status", "aria-live": "polite" });
    this.root = element(
      "div",
      { class: "step-view", tabindex: 0, role: "application", "aria-label": "LSTM cell, stepped with the arrow keys" },
      this.strip.root,
      this.transport.root,
      element("div", { class: "stage" }, this.cell.root, element("div", { class: "side" }, this.prediction.root, this.unit.root)),
      this.heatmaps.root,
      this.curves.root,
      this.summary,
    );
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.close = () => {};
  }

  update(component) {
    this.component = component;
    const { data } = component;
    if (this.traceKey !== data.trace_key) {
      const first = this.traceKey === undefined;
      const sequence = data.trace.labels.join("\n");
      if (first) this.cursor = { ...data.cursor };
      else if (sequence !== this.sequence) this.cursor.timestep = 0; // a newer checkpoint keeps the place
      this.traceKey = data.trace_key;
      this.sequence = sequence;
      this.trace = new Trace(data.trace);
      this.clampCursor();
      this.setTrace();
      if (first && (document.activeElement ?? document.body) === document.body) this.root.focus({ preventScroll: true });
    } else {
      this.setTrace(); // the theme may have changed
    }
    if (this.listening !== data.run) {
      this.close();
      this.listening = data.run;
      this.close = listen(`${data.stream}?after=${data.after}`, {
        run: ({ checkpoint }) => this.heard(checkpoint),
        gone: () => component.setStateValue("gone", data.run),
        broken: () => this.component.setStateValue("transport", "polling"),
      });
    }
  }

  destroy() {
    this.close();
    clearTimeout(this.urlTimer);
    clearTimeout(this.followTimer);
    this.transport.stop();
    this.cell.destroy();
    this.root.remove();
  }

  setTrace() {
    this.theme = readTheme(this.root);
    this.root.dataset.theme = this.theme.dark ? "dark" : "light";
    for (const part of this.parts) part.setTrace(this.trace, this.theme, this.cursor);
    this.draw({ timestep: true, unit: true, layer: true });
  }

  clampCursor() {
    const { timesteps, units, layers } = this.trace;
    const within = (value, count) => Math.max(0, Math.min(count - 1, Math.round(value) || 0));
    this.cursor.timestep = within(this.cursor.timestep, timesteps);
    this.cursor.unit = within(this.cursor.unit, units);
    this.cursor.layer = within(this.cursor.layer, layers);
  }

  /** Move the cursor: {timestep, unit, layer}, each optional; values beyond the ends stop there. */
  move(change) {
    const before = { ...this.cursor };
    Object.assign(this.cursor, change);
    this.clampCursor();
    const changed = {};
    for (const name of Object.keys(before)) changed[name] = before[name] !== this.cursor[name];
    if (changed.layer) for (const part of this.parts) part.setTrace(this.trace, this.theme, this.cursor);
    if (changed.timestep || changed.unit || changed.layer) this.draw(changed);
    return changed.timestep;
  }

  draw(changed) {
    for (const part of this.parts) part.draw(this.cursor, changed);
    clearTimeout(this.urlTimer);
    this.urlTimer = setTimeout(() => this.rest(), URL_DELAY);
  }

  /** The cursor has come to rest: write it into the address, so that a link leads here, and say it in words. */
  rest() {
    const { timestep, unit, layer } = this.cursor;
    const url = new URL(location.href);
    url.searchParams.set("timestep", timestep + 1);
    url.searchParams.set("unit", unit);
    if (this.trace.layers > 1) url.searchParams.set("layer", layer + 1);
    if (url.href !== location.href) history.replaceState(history.state, "", url);
    if (!this.transport.playing) setText(this.summary, this.trace.describe(this.cursor));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches?.("select, input[type=number]")) return;
    const { timestep, unit } = this.cursor;
    const actions = {
      ArrowRight: () => this.move({ timestep: timestep + 1 }),
      ArrowLeft: () => this.move({ timestep: timestep - 1 }),
      ArrowUp: () => this.move({ unit: unit - 1 }),
      ArrowDown: () => this.move({ unit: unit + 1 }),
      PageDown: () => this.move({ timestep: timestep + 10 }),
      PageUp: () => this.move({ timestep: timestep - 10 }),
      Home: () => this.move({ timestep: 0 }),
      End: () => this.move({ timestep: this.trace.timesteps - 1 }),
      " ": () => this.transport.toggle(),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  /** The run has a newer checkpoint: ask for its trace, not more often than people can see. */
  heard(checkpoint) {
    const { follow, checkpoint: shown } = this.component.data;
    if (!follow || checkpoint === shown || checkpoint === this.asked) return;
    clearTimeout(this.followTimer);
    const wait = Math.max(0, (this.askedAt ?? 0) + FOLLOW_EVERY - performance.now());
    this.followTimer = setTimeout(() => {
      this.asked = checkpoint;
      this.askedAt = performance.now();
      this.component.setStateValue("newest", checkpoint);
    }, wait);
  }
}
