// The step view: one trace, one cursor, and the parts that show it. The whole trace is here, so a step is drawn in the
// same frame as the key press; the server is asked only for what the engine has to compute anew.

import { element, setText } from "../../../browser/dom.js";
import { listen } from "../../../browser/stream.js";
import { readTheme } from "../../../browser/theme.js";
import { Arrange, MOST_PINS, ORDERS, arrange, windowAt, zoomed } from "./arrange.js";
import { Backward } from "./backward.js";
import { Cell } from "./cell.js";
import { Checkpoints } from "./checkpoints.js";
import { Compare } from "./compare.js";
import { Curves } from "./curves.js";
import { Engine, Refusal } from "./engine.js";
import { Equation } from "./equation.js";
import { Heatmaps } from "./heatmaps.js";
import { Help } from "./help.js";
import { readLink, writeClamp, writeLink } from "./link.js";
import { OPERATIONS } from "./operations.js";
import { Panels } from "./panels.js";
import { Prediction } from "./prediction.js";
import { Strip } from "./strip.js";
import { TakeAlong } from "./takealong.js";
import { Transport } from "./transport.js";
import { WhatIf } from "./whatif.js";
import { Why } from "./why.js";

const URL_DELAY = 300; // ms at rest before the cursor is written into the page's address
const FOLLOW_EVERY = 1000; // ms between two looks at a newer checkpoint
const POLL_EVERY = 3000; // ms between two looks where the run's stream does not get through
const KEEPS_GRADIENT = ["backward", "save"]; // panels beside which gradients stay on the screen
const LAST = OPERATIONS.length - 1;

export function mount(parent) {
  const view = new StepView();
  parent.append(view.root);
  return view;
}

class StepView {
  constructor() {
    this.engine = new Engine();
    this.state = {
      timestep: 0,
      unit: 0,
      layer: 0,
      operation: 0,
      byOperation: false,
      quantity: "forget_gate",
      output: null, // asked about where the quantity is "prediction"; null for the likeliest
      precision: 3,
      panel: "why",
      order: "index",
      width: null, // timesteps drawn; null for as many as can be
      pins: [],
      clamps: [],
      lossAt: null, // timestep of the loss whose gradient is shown; null for the forward pass
      checkpoint: "newest",
      beside: null, // {kind: "checkpoint" or "sequence", value}
    };
    this.undone = []; // former lists of clamps
    this.make();
    this.root.addEventListener("keydown", (event) => this.key(event));
    this.returnFocus();
    this.close = () => {};
  }

  make() {
    this.cell = new Cell(this);
    this.strip = new Strip(this);
    this.transport = new Transport(this);
    this.checkpoints = new Checkpoints(this);
    this.equation = new Equation();
    this.prediction = new Prediction(this);
    this.heatmaps = new Heatmaps(this);
    this.curves = new Curves(this);
    this.arrangement = new Arrange(this);
    this.panels = new Panels(this, {
      why: ["Why", new Why(this)],
      whatif: ["What if", new WhatIf(this)],
      backward: ["Backward", new Backward(this)],
      compare: ["Compare", new Compare(this)],
      save: ["Save", new TakeAlong(this)],
    });
    this.dialog = new Help();
    this.visible = [this.checkpoints, this.transport, this.strip, this.cell, this.equation, this.panels, this.prediction, this.arrangement, this.heatmaps, this.curves];
    this.summary = element("p", { class: "hidden-text", role: "status", "aria-live": "polite" });
    this.message = element("span");
    this.notice = element(
      "p",
      { class: "notice", role: "alert", hidden: "" },
      this.message,
      element("button", { class: "small-tool", text: "×", "aria-label": "Close the message", onclick: () => this.say("") }),
    );
    this.waiting = element("p", { class: "waiting", text: "The engine is reading the sequence …" });
    this.content = element(
      "div",
      { class: "content", hidden: "" },
      this.checkpoints.root,
      this.strip.root,
      this.transport.root,
      element(
        "div",
        { class: "stage" },
        element("div", { class: "drawing" }, this.cell.root, this.equation.root),
        this.panels.root,
        this.prediction.root,
      ),
      this.arrangement.root,
      this.heatmaps.root,
      this.curves.root,
    );
    this.root = element(
      "div",
      { class: "step-view", tabindex: 0, role: "application", "aria-label": "LSTM cell, stepped with the arrow keys; press ? for all keys" },
      this.notice,
      this.waiting,
      this.content,
      this.summary,
      this.dialog.root,
    );
  }

  /** Whoever chooses by mouse or touch goes on stepping by keys; whoever moves by keys stays where they are. */
  returnFocus() {
    let byPointer = false;
    this.root.addEventListener("pointerdown", () => (byPointer = true));
    this.root.addEventListener("keydown", () => (byPointer = false));
    const done = (event) => byPointer && !this.dialog.root.open && event.target.closest("button, select, [type=checkbox]") && this.root.focus({ preventScroll: true });
    this.root.addEventListener("change", done);
    this.root.addEventListener("click", (event) => event.target.tagName !== "SELECT" && done(event));
  }

  // ---- what the page's script says

  update(component) {
    this.component = component;
    const { data } = component;
    const turned = this.gone || this.run !== data.run; // it may have been brought back
    this.gone = false;
    const other = turned || this.sequence !== data.sequence;
    if (turned) {
      this.engine.turnTo(data);
      if (this.run !== undefined) Object.assign(this.state, { checkpoint: "newest", clamps: [], beside: null, lossAt: null, pins: [] });
    }
    this.run = data.run;
    this.engine.token = data.token;
    if (turned) this.listen(data);
    if (!other) {
      if (this.view) this.show(); // the theme may have changed
      return;
    }
    const continued = this.continuedTo === data.sequence;
    if (this.trace && !continued && !turned) Object.assign(this.state, { timestep: 0, clamps: [], lossAt: null });
    this.sequence = data.sequence;
    if (!this.trace) this.openLink();
    else this.load();
  }

  listen({ run, end_step }) {
    this.close();
    clearInterval(this.poll);
    this.close = listen(`run/${run}`, end_step, {
      run: ({ checkpoint }) => this.heard(checkpoint),
      gone: () => this.tellGone(),
      broken: () => {
        clearInterval(this.poll);
        this.poll = setInterval(() => this.state.checkpoint === "newest" && this.load(), POLL_EVERY);
      },
    });
  }

  /** The run itself is no more; the page then says so and turns to another. It happens once, and is not a state. */
  tellGone() {
    this.gone = true;
    this.component.setTriggerValue("gone", this.run);
  }

  destroy() {
    this.close();
    clearInterval(this.poll);
    clearTimeout(this.urlTimer);
    clearTimeout(this.followTimer);
    this.transport.stop();
    this.cell.destroy();
    this.panels.destroy();
    this.root.remove();
  }

  // ---- from the engine to the screen

  /** Open what the address says; what it says in vain is told, and the nearest sensible view is shown. */
  async openLink() {
    const parameters = new URLSearchParams(location.search);
    const problems = [];
    try {
      const steps = await this.engine.checkpoints();
      const wanted = parameters.get("checkpoint") ?? "newest";
      if (wanted !== "newest" && !steps.includes(Number(wanted))) problems.push(`There is no checkpoint “${wanted.slice(0, 20)}” in this run any more; here is the newest one.`);
      else this.state.checkpoint = wanted === "newest" ? wanted : Number(wanted);
    } catch (error) {
      problems.push(error.message);
    }
    this.state.beside = readBeside(parameters.get("beside"));
    const read = (trace) => {
      const link = readLink(parameters, trace, { panels: Object.keys(this.panels.parts), orders: Object.keys(ORDERS), mostPins: MOST_PINS });
      Object.assign(this.state, link.state);
      if (this.state.panel === "backward") this.state.lossAt = answeredAt(trace, this.state.lossAt ?? this.state.timestep);
      if (!KEEPS_GRADIENT.includes(this.state.panel)) this.state.lossAt = null;
      const named = link.problems.filter((problem) => !problem.includes(" cannot be ") && !/^(There is|\S+ is no)/.test(problem));
      const told = link.problems.filter((problem) => !named.includes(problem));
      if (named.length) problems.push(`The link names ${named.join(" and ")}, which this sequence does not have. Here is the nearest.`);
      problems.push(...told);
    };
    await this.load(read);
    if (problems.length) this.say(problems.join(" "));
    if ((document.activeElement ?? document.body) === document.body) this.root.focus({ preventScroll: true });
  }

  /** Ask for all that the state needs and show it; `first` is given the trace before anything else is asked. */
  async load(first = null) {
    const token = (this.loading = (this.loading ?? 0) + 1);
    const stale = () => token !== this.loading;
    try {
      const steps = await this.engine.checkpoints();
      const shown = this.state.checkpoint === "newest" ? steps.at(-1) : this.state.checkpoint;
      const question = { checkpoint: shown, sequence: this.sequence };
      const original = await this.engine.trace(question);
      if (stale()) return;
      first?.(original);
      const { clamps, beside, lossAt } = this.state;
      const asked = clamps.length ? { ...question, clamps: clamps.map(writeClamp).join(",") } : question;
      const [trace, gradients, other] = await Promise.all([
        clamps.length ? this.engine.trace(asked) : original,
        lossAt === null ? null : this.engine.gradients(asked, Math.min(lossAt, original.timesteps - 1)),
        beside ? this.traceBeside(question, beside) : null,
      ]);
      if (stale()) return;
      Object.assign(this, { steps, shown, trace, gradients, other, asked, question });
      this.original = clamps.length ? original : null;
    } catch (error) {
      if (stale()) return;
      this.recover(error, first);
      return;
    }
    this.waiting.hidden = true;
    this.content.hidden = false;
    this.within();
    this.show();
  }

  /** After a refusal: say it, and fall back to what can be had. */
  recover(error, first) {
    if (!(error instanceof Refusal)) throw error;
    if (error.kind === "checkpoint_missing") {
      // thinned out just now, or the newest one was replaced between the two questions
      if (this.state.checkpoint !== "newest") this.say(`${error.message} Here is the newest one.`);
      this.state.checkpoint = "newest";
      this.load(first);
    } else if (error.kind === "missing") {
      this.tellGone();
    } else if (error.kind === "invalid" && this.state.clamps.length) {
      this.state.clamps = [];
      this.say(error.message);
      this.load(first);
    } else {
      this.say(error.message);
      if (!this.trace) setText(this.waiting, "Nothing can be shown yet. Reload the page to try again.");
    }
  }

  /** The trace to compare with, or null and a word on why it cannot be had. */
  async traceBeside(question, { kind, value }) {
    const { compare } = this.panels.parts;
    try {
      const trace = await this.engine.trace({ ...question, [kind]: value });
      compare.complain("");
      return trace;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      compare.complain(error.message);
      this.state.beside = null;
      return null;
    }
  }

  /** Keep the cursor where there is something. */
  within() {
    const { timesteps, units, layers } = this.trace;
    const bounded = (value, count) => Math.max(0, Math.min(count - 1, Math.round(value) || 0));
    const { state } = this;
    state.timestep = state.timestep === Infinity ? timesteps - 1 : bounded(state.timestep, timesteps);
    state.unit = bounded(state.unit, units);
    state.layer = bounded(state.layer, layers);
    state.operation = bounded(state.operation, OPERATIONS.length);
    if (state.lossAt !== null) state.lossAt = bounded(state.lossAt, timesteps);
    state.pins = state.pins.filter((unit) => unit < units);
  }

  show() {
    const { data } = this.component;
    this.theme = readTheme(this.root);
    this.root.dataset.theme = this.theme.dark ? "dark" : "light";
    this.window = windowAt(this.state, this.trace, this.window);
    this.view = {
      state: this.state,
      trace: this.trace,
      original: this.original,
      other: this.other,
      gradients: this.gradients,
      field: this.gradients ?? this.trace,
      backward: Boolean(this.gradients),
      theme: this.theme,
      quantities: data.quantities,
      textbook: data.textbook,
      places: arrange(this.original ?? this.trace, this.state),
      window: this.window,
      steps: this.steps,
      shown: this.shown,
      endStep: data.end_step,
      examples: data.examples,
      database: data.database,
      run: data.run,
      sequence: this.sequence,
      undoable: this.undone.length > 0,
    };
    for (const part of this.visible) part.show(this.view);
    this.draw({ timestep: true, unit: true, layer: true, operation: true, quantity: true });
  }

  draw(changed) {
    for (const part of this.visible) part.draw(this.state, changed);
    clearTimeout(this.urlTimer);
    this.urlTimer = setTimeout(() => this.rest(), URL_DELAY);
  }

  /** The cursor has come to rest: write it into the address, so that a link leads here, and say it in words. */
  rest() {
    writeLink(this.state, this.trace);
    if (this.transport.playing) return;
    const { byOperation, operation } = this.state;
    const at = byOperation ? `Operation ${operation + 1} of 9, ${OPERATIONS[operation].name}: ${OPERATIONS[operation].words} ` : "";
    setText(this.summary, at + this.trace.describe(this.state));
    if (this.state.panel === "save") this.panels.show(this.view); // the code names the cursor's place
  }

  // ---- what a person does

  /** Change part of the state; values beyond the ends stop there. Returns whether the cursor moved. */
  move(change) {
    if (!this.trace) return false;
    const before = { ...this.state };
    Object.assign(this.state, change);
    this.within();
    const { state } = this;
    const changed = {};
    for (const name of ["timestep", "unit", "layer", "operation", "quantity", "output", "precision"]) changed[name] = before[name] !== state[name];
    if (before.panel !== state.panel) this.turnPanel();
    const sorted = changed.quantity && ["mean", "saturation"].includes(state.order);
    const scrolled = changed.timestep && windowAt(state, this.trace, this.window) !== this.window;
    if (changed.layer || sorted || scrolled) this.show();
    else if (Object.values(changed).includes(true)) this.draw(changed);
    return changed.timestep || changed.operation;
  }

  /** The backward panel shows gradients, the others the forward pass. */
  turnPanel() {
    const { state } = this;
    if (state.panel === "backward" && state.lossAt === null) this.takeLossHere();
    else if (state.lossAt !== null && !KEEPS_GRADIENT.includes(state.panel)) {
      state.lossAt = null;
      this.gradients = null;
      this.show();
    } else this.show();
  }

  /** Some steps forward, or back; returns whether there was somewhere to go. */
  step(count) {
    const { state, trace } = this;
    if (!state.byOperation) return this.move({ timestep: state.timestep + count });
    const place = state.timestep * OPERATIONS.length + state.operation + count;
    const reached = Math.max(0, Math.min(trace.timesteps * OPERATIONS.length - 1, place));
    const operation = reached % OPERATIONS.length;
    return this.move({ timestep: Math.floor(reached / OPERATIONS.length), operation, quantity: subject(operation) ?? state.quantity });
  }

  stepBy(byOperation) {
    this.state.byOperation = byOperation;
    this.state.operation = byOperation && this.gradients ? LAST : 0;
    if (byOperation) this.state.quantity = subject(this.state.operation) ?? this.state.quantity;
    this.show();
  }

  arrange(change) {
    Object.assign(this.state, change);
    this.show();
  }

  zoom(by) {
    this.arrange({ width: zoomed(this.state, this.trace, by) });
  }

  pin() {
    const { pins, unit } = this.state;
    if (pins.includes(unit)) return this.unpin(unit);
    if (pins.length === MOST_PINS) return this.say(`Six units are pinned already. Unpin one first.`);
    this.arrange({ pins: [...pins, unit] });
  }

  unpin(unit) {
    this.arrange({ pins: this.state.pins.filter((pinned) => pinned !== unit) });
  }

  /** Hold these values from now on. */
  hold(clamps) {
    this.undone.push(this.state.clamps);
    this.state.clamps = clamps;
    return this.load();
  }

  /** Hold the quantity asked about at a value, in this unit at this timestep. */
  holdHere(value) {
    const { quantity, layer, unit, timestep } = this.state;
    if (quantity === "prediction") return this.say("The prediction cannot be held; choose a gate or a state (f, i, g, o, c or h) first.");
    const { symbol } = this.trace.quantities[this.trace.index[quantity]];
    this.move({ panel: "whatif" });
    this.panels.parts.whatif.add({ symbol, layer, unit, first: timestep, last: timestep, value });
  }

  undo() {
    if (this.undone.length === 0) return;
    this.state.clamps = this.undone.pop();
    this.load();
  }

  takeLossHere() {
    this.state.panel = "backward";
    this.state.lossAt = answeredAt(this.trace, this.state.timestep);
    this.load();
  }

  lookAt(checkpoint) {
    this.state.checkpoint = checkpoint;
    this.load();
  }

  putBeside(beside) {
    this.state.beside = beside;
    this.load();
  }

  async continueFromHere(temperature) {
    if (!(temperature >= 0 && temperature <= 5)) return this.prediction.complain("The temperature must be a number from 0 to 5.");
    this.prediction.complain("");
    const seed = Math.floor(Math.random() * 2 ** 32);
    try {
      this.continuedTo = await this.engine.continuation(this.question, this.state.timestep, temperature, seed);
    } catch (error) {
      return this.prediction.complain(error.message);
    }
    if (this.continuedTo === this.sequence) return this.say("The model says the same as the sequence does.");
    Object.assign(this.state, { clamps: [], lossAt: null });
    if (this.state.panel === "backward") this.state.panel = "why";
    this.sequence = this.continuedTo;
    this.load();
    this.component.setStateValue("sequence", this.continuedTo); // so that the page's own field says it too
  }

  companion() {
    return this.engine.companion(this.question, this.gradients.lossAt);
  }

  makeCompanion() {
    return this.engine.makeCompanion();
  }

  file(kind) {
    return this.engine.file(kind, this.asked);
  }

  parts() {
    const { cell, heatmaps, curves, prediction } = this;
    return { cell, heatmaps, curves, prediction, ...this.panels.parts };
  }

  help() {
    this.dialog.open();
  }

  /** Say something above the view; an empty text closes it. */
  say(text) {
    this.notice.hidden = !text;
    setText(this.message, text);
  }

  key(event) {
    if (!this.trace || event.ctrlKey || event.metaKey || event.altKey || this.dialog.root.open) return;
    const { target } = event;
    if (target.matches("select, input:not([type=range], [type=checkbox])")) return;
    if (target.matches("input[type=range], [role=tab]") && target !== this.transport.slider && /^(Arrow|Home|End|Page)/.test(event.key)) return;
    if (target.matches("button, a, input") && event.key === " ") return;
    const action = this.actionOf(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  }

  actionOf(key) {
    const { timestep, unit } = this.state;
    const { unitAt, placeOf } = this.view.places;
    const unitBy = (by) => unitAt[Math.max(0, Math.min(unitAt.length - 1, placeOf[unit] + by))];
    const actions = {
      ArrowRight: () => this.step(1),
      ArrowLeft: () => this.step(-1),
      ArrowUp: () => this.move({ unit: unitBy(-1) }),
      ArrowDown: () => this.move({ unit: unitBy(1) }),
      PageDown: () => this.move({ timestep: timestep + 10 }),
      PageUp: () => this.move({ timestep: timestep - 10 }),
      Home: () => this.move({ timestep: 0 }),
      End: () => this.move({ timestep: Infinity }),
      " ": () => this.transport.toggle(),
      m: () => this.stepBy(!this.state.byOperation),
      j: () => this.transport.focusJump(),
      y: () => this.move({ quantity: "prediction", output: null }),
      p: () => this.pin(),
      l: () => this.takeLossHere(),
      w: () => this.move({ panel: "why" }),
      z: () => this.undo(),
      0: () => this.holdHere(0),
      1: () => this.holdHere(1),
      "[": () => this.checkpoints.go(-1),
      "]": () => this.checkpoints.go(1),
      "+": () => this.zoom(2),
      "-": () => this.zoom(0.5),
      "?": () => this.help(),
    };
    const quantity = this.view.quantities.find(({ symbol }) => symbol === key);
    return quantity ? () => this.move({ quantity: quantity.name }) : actions[key];
  }

  /** The run has a newer checkpoint: look at it, not more often than people can see. */
  heard(checkpoint) {
    if (!this.steps || checkpoint === this.steps.at(-1)) return;
    clearTimeout(this.followTimer);
    const wait = Math.max(0, (this.followedAt ?? 0) + FOLLOW_EVERY - performance.now());
    this.followTimer = setTimeout(() => {
      this.followedAt = performance.now();
      this.load();
    }, wait);
  }
}

/** The quantity that an operation is about. */
function subject(operation) {
  if (operation === LAST) return "prediction";
  return OPERATIONS[operation].quantity ?? { c: "cell", h: "cell" }[OPERATIONS[operation].line];
}

/** The nearest timestep at which the task asks for an answer, so that there is a loss: this one, a later, or the last. */
function answeredAt({ right }, timestep) {
  const later = right.findIndex((answers, t) => t >= timestep && answers.length > 0);
  return later >= 0 ? later : right.findLastIndex((answers) => answers.length > 0);
}

function readBeside(text) {
  const match = /^(checkpoint|sequence):(.+)$/.exec(text ?? "");
  return match ? { kind: match[1], value: match[2] } : null;
}
