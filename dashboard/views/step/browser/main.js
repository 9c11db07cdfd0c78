// The step view: one trace, one cursor, and the parts that show it. The whole trace is here, so a step is drawn in the
// same frame as the key press; the server is asked only for what the engine has to compute anew.

import { readTheme } from "../../../browser/theme.js";
import { Actions } from "./actions.js";
import { ORDERS_OF_QUANTITY, arrange, windowAt } from "./arrange.js";
import { ArrangeBar } from "./arrange_bar.js";
import { Backward } from "./backward.js";
import { Beside } from "./beside.js";
import { Cell } from "../../../browser/cell/cell.js";
import { Checkpoints } from "./checkpoints.js";
import { Curves } from "./curves.js";
import { Engine, Refusal } from "./engine.js";
import { Equation } from "./equation.js";
import { NEWEST } from "./fields.js";
import { Frame } from "./frame.js";
import { Heatmaps } from "./heatmaps.js";
import { History } from "./history.js";
import { Keys, keyTable } from "./keys.js";
import { toOpen } from "./link.js";
import { Loading } from "./loading.js";
import { Norms } from "./norms.js";
import { Panels } from "./panels.js";
import { Prediction } from "./prediction.js";
import { hearOf } from "./run_news.js";
import { Save } from "./save.js";
import { FIELDS, costOf, differing, settled, startState, thereIs, turned } from "./state.js";
import { Strip } from "./strip.js";
import { Transport } from "./transport.js";
import { viewOf } from "./view.js";
import { Visit } from "./visit.js";
import { WhatIf } from "./whatif.js";
import { Why } from "./why.js";

const URL_DELAY = 300; // ms at rest before the cursor is written into the page's address
// what is changed on purpose, so that the browser's Back leads to what was before it
const ENTRIES = ["sequence", "checkpoint", "panel", "clamps", "beside"];
const EVERYTHING = Object.fromEntries(Object.keys(FIELDS).map((name) => [name, true]));

export function mount(parent) {
  const view = new StepView();
  parent.append(view.root);
  return view;
}

class StepView {
  constructor() {
    this.engine = new Engine();
    this.loading = new Loading(this.engine);
    this.state = startState();
    this.history = new History();
    this.loaded = null; // what the engine has given for the state, see `Loading.load`
    this.there = null; // what there is to choose from in it
    this.first = null; // gives the state, as soon as that is known, whichever call of `load` finds it out
    this.newest = null; // checkpoint that was heard of
    this.make(new Actions(this));
    this.stopHearing = () => {};
    this.visit = new Visit(this);
    this.pressed = new Keys(this);
  }

  make(actions) {
    this.actions = actions;
    this.checkpoints = new Checkpoints(actions);
    this.transport = new Transport(actions);
    this.strip = new Strip(actions);
    this.cell = new Cell(actions);
    this.equation = new Equation();
    this.why = new Why(actions);
    this.whatif = new WhatIf(actions);
    this.backward = new Backward(actions);
    this.norms = new Norms(actions);
    this.compare = new Beside(actions);
    this.save = new Save(actions);
    const { why, whatif, backward, compare, save } = this;
    this.panels = new Panels(actions, { why, whatif, backward, compare, save });
    this.prediction = new Prediction(actions);
    this.arrangeBar = new ArrangeBar(actions);
    this.heatmaps = new Heatmaps(actions);
    this.curves = new Curves(actions);
    this.parts = [
      this.checkpoints,
      this.transport,
      this.strip,
      this.cell,
      this.equation,
      this.norms,
      this.panels,
      this.prediction,
      this.arrangeBar,
      this.heatmaps,
      this.curves,
    ];
    this.frame = new Frame(this);
    this.root = this.frame.root;
  }

  destroy() {
    this.stopHearing();
    this.pressed.destroy();
    this.visit.destroy();
    this.frame.leave();
    clearTimeout(this.urlTimer);
    for (const part of [...this.parts, this.frame]) part.destroy?.();
    this.root.remove();
  }

  // ---- what the page's script says

  update(component) {
    const { data } = component;
    this.component = component;
    const word = this.visit.judge(data.told);
    if (word === "late") return;
    const otherRun = this.gone || data.run !== this.run; // it may have been brought back
    const echo = this.visit.isEcho(data.sequence);
    const otherSequence =
      otherRun || (!echo && data.sequence !== this.saidSequence && data.sequence !== this.state.sequence);
    if (otherSequence && this.loaded && !this.gone && word === "calm") this.visit.enter(otherRun ? "run" : "sequence");
    this.saidSequence = data.sequence;
    this.run = data.run;
    this.engine.token = data.token;
    this.keys = keyTable(data.quantities);
    if (otherRun) this.hear(data);
    this.gone = false;
    if (word === "arrived") {
      this.frame.say("");
      this.visit.open(toOpen(location.search, data.run, data.sequence), data.sequence);
    } else if (otherSequence) {
      this.turnToSequence(data, otherRun);
    } else if (this.loaded && !this.visit.opens) {
      this.show(); // the theme may have changed
    }
  }

  /** The page's fields say another sequence, or another run. */
  turnToSequence({ sequence, refused }, otherRun) {
    this.history.clear();
    this.frame.say("");
    // the run's picker loses the focus by itself; taken from it, it would choose once more
    if (!refused && !otherRun) this.pressed.take();
    this.visit.abandon();
    this.state = { ...turned(this.state, otherRun ? "run" : "sequence"), sequence, timestep: null };
    this.visit.entered(otherRun ? "run" : "sequence");
    this.state.timestep = 0; // until its trace is there, the cursor must stand somewhere
    this.load(() => ({ ...this.state, timestep: null }));
  }

  /** Hear of another run. */
  hear(run) {
    this.newest = null;
    this.engine.turnTo(run);
    this.loading.forget();
    this.stopHearing();
    this.stopHearing = hearOf(run, {
      checkpoint: (newest) => this.turnToNewest(newest),
      training: (trains) => this.checkpoints.showTraining(trains),
      silence: () => this.lookAgain(),
      gone: () => this.tellGone(),
    });
  }

  /** Nothing can be heard, so look: for what is newer, or for what could not be had when the view was opened. */
  lookAgain() {
    if (this.visit.opens) return;
    if (this.loaded && this.state.checkpoint === NEWEST) this.loadAnew();
    else if (!this.loaded) this.visit.openAgain();
  }

  /** There is a newer checkpoint, or, without a number, there may have been one while a link was opened. */
  turnToNewest(newest = this.newest) {
    this.newest = newest;
    if (this.loaded && !this.visit.opens && newest && newest !== this.loaded.steps.at(-1)) this.loadAnew();
  }

  /** The run is no more: the page says so, and turns to another. It happens once, and is not a state. */
  tellGone() {
    this.gone = true;
    this.component.setTriggerValue("gone", this.run);
  }

  // ---- from the engine to the screen

  loadAnew() {
    this.loading.forget();
    return this.load();
  }

  /** Ask for all that the state needs and show it; `first` gives the state, once it is known what there is. */
  async load(first = this.first) {
    this.first = first;
    let loaded, there;
    try {
      loaded = await this.loading.load(this.state, (trace) => {
        there = thereIs(trace, this.loading.steps);
        if (this.first) this.state = this.first(there);
        this.first = null;
        return settled(this.state, there);
      });
    } catch (error) {
      return this.recover(error);
    }
    if (!loaded) return;
    this.frame.forget("away");
    this.loaded = loaded;
    this.there = there;
    this.state = settled(this.state, there);
    if (loaded.otherRefused) {
      this.compare.complain(loaded.otherRefused.message);
      this.state = { ...this.state, beside: null };
    }
    this.frame.showContent(loaded.trace);
    this.show();
  }

  /** After a refusal: say it, and fall back to what can be had. */
  async recover(refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    const { state, loading } = this;
    const lost = loading.lostBy(refusal);
    if (lost === "run") {
      this.tellGone();
    } else if (lost === "checkpoint" && state.checkpoint !== NEWEST) {
      this.state = { ...state, checkpoint: NEWEST }; // thinned out just now
      this.visit.complain(`${refusal.message} Here is the newest one.`);
      loading.forget();
      await this.load();
    } else if (refusal.kind === "clamp" && state.clamps.length) {
      this.state = {
        ...state,
        clamps: state.clamps.filter((_, place) => refusal.places.length && !refusal.places.includes(place)),
      };
      this.visit.complain(refusal.message);
      await this.load();
    } else {
      this.visit.complain(refusal.message, refusal.kind);
      if (!this.loaded) this.frame.waitInVain();
    }
  }

  show() {
    const { state, loaded } = this;
    const theme = readTheme(this.root);
    this.frame.setTheme(theme);
    this.frame.obey(state);
    this.window = windowAt(state, loaded.trace, this.window);
    this.places = arrange(loaded.original ?? loaded.trace, state);
    const { window, places } = this;
    this.view = viewOf(state, loaded, this.component.data, { theme, window, places });
    for (const part of this.parts) part.show(this.view);
    this.draw(EVERYTHING);
    this.frame.explanations.refresh();
  }

  draw(changed) {
    this.view.state = this.state;
    for (const part of this.parts) part.draw(this.state, changed);
    this.transport.showHistory(this.history);
    if (changed.timestep) this.frame.remarkOn(this.loaded.trace, this.state.timestep);
    clearTimeout(this.urlTimer);
    this.urlTimer = setTimeout(() => this.rest(), URL_DELAY);
  }

  /** The cursor has come to rest: write it into the address, so that a link leads here, and say it in words. */
  rest() {
    this.visit.rest();
    if (this.transport.playing) return;
    const { operation } = this.state;
    const { operations } = this.loaded.trace;
    const { name, words } = operations[operation] ?? {};
    const at = name ? `Operation ${operation + 1} of ${operations.length}, ${name}: ${words} ` : "";
    const { trace } = this.loaded;
    const { gradients } = this.view;
    const back = gradients ? ` ${gradients.describe(trace, this.state)}` : "";
    this.frame.summarise(at + trace.describe(this.state) + back);
    if (this.state.panel === "save") this.panels.show(this.view); // the code names the cursor's place
  }

  pictures() {
    const { cell, heatmaps, curves, prediction, why, norms } = this;
    return [cell, heatmaps, curves, prediction, why, norms].flatMap((part) => part.pictures(this.view));
  }

  // ---- what a person does

  /** Change part of the state; values beyond the ends stop there. Returns whether the cursor moved. */
  turnTo(change) {
    if (!this.loaded || this.visit.opens) return false;
    const before = this.state;
    const after = settled({ ...before, ...change }, this.there);
    const cost = costOf(before, after);
    if (cost === null) return false;
    const changed = Object.fromEntries(differing(before, after).map((name) => [name, true]));
    const entry = ENTRIES.filter((name) => changed[name]).join(" ");
    if (entry) this.visit.enter(entry);
    this.frame.forget();
    this.state = after;
    if (entry) this.visit.entered(entry);
    if (cost !== "cursor" || this.rearranges(changed)) this.show();
    else this.draw(changed);
    if (cost === "engine") this.load();
    if (changed.sequence) this.visit.tellSequence(this.state.sequence);
    return Boolean(changed.timestep || changed.operation);
  }

  /** Whether a move of the cursor lays the heatmaps out anew. */
  rearranges(changed) {
    const sorted = changed.quantity && ORDERS_OF_QUANTITY.includes(this.state.order);
    return sorted || (changed.timestep && windowAt(this.state, this.loaded.trace, this.window) !== this.window);
  }

  /** The same, to be undone; under the same key as the last one, together with it. */
  commit(change, key = null) {
    if (!this.loaded || this.visit.opens) return;
    this.history.record(this.state, settled({ ...this.state, ...change }, this.there), key);
    this.turnTo(change);
  }

  /** Undo the last command, or do it again. */
  goBack(undo = true) {
    this.turnTo(undo ? this.history.undo(this.state) : this.history.redo(this.state));
    this.transport.showHistory(this.history);
  }
}
