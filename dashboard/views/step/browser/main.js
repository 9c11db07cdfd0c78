// The step view: one trace, one cursor, and the parts that show it. The whole trace is here, so a step is drawn in the
// same frame as the key press; the server is asked only for what the engine has to compute anew.

import { readTheme } from "../../../browser/theme.js";
import { Actions } from "./actions.js";
import { ORDERS_OF_QUANTITY, windowAt } from "./arrange.js";
import { ArrangeBar } from "./arrange_bar.js";
import { Backward } from "./backward.js";
import { Beside } from "./beside.js";
import { BesideKeeper } from "./beside_keeper.js";
import { BesidePicker } from "./beside_picker.js";
import { Checkpoints } from "./checkpoints.js";
import { Column } from "./column.js";
import { Curves } from "./curves.js";
import { Engine, Refusal } from "./engine.js";
import { NEWEST } from "./fields.js";
import { Frame } from "./frame.js";
import { Heatmaps } from "./heatmaps.js";
import { History } from "./history.js";
import { Keys, keyTable } from "./keys.js";
import { toOpen } from "./link.js";
import { Loading } from "./loading.js";
import { cursorIn, inWords } from "./pair.js";
import { Panels } from "./panels.js";
import { hearOf } from "./run_news.js";
import { Save } from "./save.js";
import { FIELDS, costOf, differing, settled, startState, thereIs, turned } from "./state.js";
import { Strip } from "./strip.js";
import { Transport } from "./transport.js";
import { viewsOf } from "./view.js";
import { Visit } from "./visit.js";
import { WhatIf } from "./whatif.js";
import { Why } from "./why.js";

const URL_DELAY = 300; // ms at rest before the cursor is written into the page's address
// what is changed on purpose, so that the browser's Back leads to what was before it
const ENTRIES = ["sequence", "checkpoint", "panel", "clamps", "beside", "clampsBeside"];
/** What there is to choose from, in the one that is asked about. */
const thereFor = ({ focus }, theres) => (focus === "beside" && theres.beside) || theres.this;
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
    this.theres = null; // what there is to choose from in it, and in what stands beside
    this.make(new Actions(this));
    this.stopHearing = () => {};
    this.keeper = new BesideKeeper(this);
    this.visit = new Visit(this);
    this.pressed = new Keys(this);
  }

  make(actions) {
    this.actions = actions;
    this.checkpoints = new Checkpoints(actions);
    this.transport = new Transport(actions);
    this.strip = new Strip(actions);
    this.picker = new BesidePicker(actions);
    this.first = new Column("this", actions);
    this.second = new Column("beside", actions);
    this.why = new Why(actions);
    this.whatif = new WhatIf(actions);
    this.backward = new Backward(actions);
    this.compare = new Beside(actions);
    this.save = new Save(actions);
    const { why, whatif, backward, compare, save } = this;
    this.panels = new Panels(actions, { why, whatif, backward, compare, save });
    this.arrangeBar = new ArrangeBar(actions);
    this.heatmaps = new Heatmaps(actions);
    this.curves = new Curves(actions);
    this.steering = [this.checkpoints, this.transport, this.strip, this.picker];
    this.asking = [this.panels, this.arrangeBar, this.heatmaps, this.curves]; // about the one in focus
    this.parts = [...this.steering, this.first, this.second, ...this.asking];
    this.frame = new Frame(this);
    this.root = this.frame.root;
  }

  destroy() {
    this.stopHearing();
    this.keeper.end();
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
    const otherRun = this.gone || data.run !== this.run; // it may have been brought back
    const echo = this.visit.isEcho(data.sequence);
    const otherSequence =
      otherRun || (!echo && data.sequence !== this.component.data.sequence && data.sequence !== this.state.sequence);
    if (otherSequence && this.loaded && !this.gone) this.visit.enter();
    this.component = component;
    this.run = data.run;
    this.engine.token = data.token;
    this.keys ??= keyTable(data.quantities);
    if (otherRun) this.hear(data);
    this.gone = false;
    if (!otherSequence) {
      if (this.loaded) this.show(); // the theme may have changed
      return;
    }
    this.history.clear();
    this.frame.say("");
    if (!this.loaded) {
      this.visit.open(toOpen(location.search, data.run, data.sequence), data.sequence);
    } else {
      // the run's picker gives way to another and loses the focus by itself; taken from it, it would choose once more
      if (!data.refused && !otherRun) this.pressed.take();
      // until its trace is there, the cursor must stand somewhere
      this.state = { ...turned(this.state, otherRun ? "run" : "sequence"), sequence: data.sequence, timestep: 0 };
      this.load(() => ({ ...this.state, timestep: null }));
    }
  }

  /** Hear of another run. */
  hear(run) {
    this.engine.turnTo(run);
    this.loading.forget();
    this.loading.beside.forget();
    this.keeper.complain("");
    this.stopHearing();
    this.stopHearing = hearOf(run, {
      checkpoint: (newest) => this.loaded && newest !== this.loaded.steps.at(-1) && this.loadAnew(),
      training: (trains) => this.checkpoints.showTraining(trains),
      silence: () => this.lookAgain(),
      gone: () => this.tellGone(),
    });
  }

  /** Nothing can be heard, so look: for what is newer, or for what could not be had when the view was opened. */
  lookAgain() {
    if (this.loaded && this.state.checkpoint === NEWEST) this.loadAnew();
    else if (!this.loaded) this.visit.openAgain();
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
  async load(first = null) {
    let loaded, theres;
    try {
      loaded = await this.loading.load(this.state, (trace, beside) => {
        theres = thereIs(trace, this.loading.steps, beside);
        if (first) this.state = first(thereFor(this.state, theres));
        first = null;
        return this.settle(this.state, theres);
      });
    } catch (error) {
      return this.recover(error, first);
    }
    if (!loaded) return;
    this.frame.forget("away");
    const change = this.keeper.take(loaded, this.loaded, this.state);
    this.loaded = loaded;
    this.theres = theres;
    this.state = this.settle({ ...this.state, ...change });
    this.frame.showContent(loaded.trace);
    this.show();
    this.keeper.hear(loaded.beside);
  }

  get there() {
    return thereFor(this.state, this.theres);
  }

  settle(state, theres = this.theres) {
    return settled(state, thereFor(state, theres));
  }

  /** What the engine has given of the one that is asked about. */
  get asked() {
    return this.pair.focused.side === "beside" ? this.loaded.beside : this.loaded;
  }

  /** After a refusal: say it, and fall back to what can be had. */
  async recover(refusal, first) {
    if (!(refusal instanceof Refusal)) throw refusal;
    const { state, loading } = this;
    const lost = loading.lostBy(refusal);
    if (lost === "run") {
      this.tellGone();
    } else if (lost === "checkpoint" && state.checkpoint !== NEWEST) {
      this.state = { ...state, checkpoint: NEWEST }; // thinned out just now
      this.visit.complain(`${refusal.message} Here is the newest one.`);
      loading.forget();
      await this.load(first);
    } else if (refusal.kind === "clamp" && state.clamps.length) {
      this.state = {
        ...state,
        clamps: state.clamps.filter((_, place) => refusal.places.length && !refusal.places.includes(place)),
      };
      this.visit.complain(refusal.message);
      await this.load(first);
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
    const { window, there } = this;
    this.pair = viewsOf(state, loaded, this.component.data, { theme, window, there });
    this.view = this.pair.focused;
    this.keys = keyTable(this.view.quantities);
    this.frame.makeRoom(state, this.pair);
    const { focused, beside } = this.pair;
    for (const part of [...this.steering, this.first]) part.show(this.pair.this);
    this.second.show(beside);
    for (const part of this.asking) part.show(focused);
    this.draw(EVERYTHING);
    this.frame.explanations.refresh();
  }

  draw(changed) {
    const { state } = this;
    const { this: mine, beside, focused } = this.pair;
    for (const view of [mine, beside]) if (view) view.state = cursorIn(view.trace, state);
    for (const part of [...this.steering, this.first, this.second]) part.draw(state, changed);
    for (const part of this.asking) part.draw(focused.state, changed);
    this.transport.showHistory(this.history);
    if (changed.timestep) this.frame.remarkOn(this.loaded.trace, this.state.timestep);
    clearTimeout(this.urlTimer);
    this.urlTimer = setTimeout(() => this.rest(), URL_DELAY);
  }

  /** The cursor has come to rest: write it into the address, so that a link leads here, and say it in words. */
  rest() {
    this.visit.write();
    if (this.transport.playing) return;
    this.frame.summarise(inWords(this.pair));
    if (this.state.panel === "save") this.panels.show(this.view); // the code names the cursor's place
  }

  pictures() {
    const { heatmaps, curves, why, backward } = this;
    const { cell, prediction } = this.view.side === "beside" ? this.second : this.first;
    return [cell, heatmaps, curves, prediction, why, backward].flatMap((part) => part.pictures(this.view));
  }

  // ---- what a person does

  /** Change part of the state; values beyond the ends stop there. Returns whether the cursor moved. */
  turnTo(change) {
    if (!this.loaded) return false;
    const before = this.state;
    const after = this.settle({ ...before, ...change });
    const cost = costOf(before, after);
    if (cost === null) return false;
    const changed = Object.fromEntries(differing(before, after).map((name) => [name, true]));
    if (ENTRIES.some((name) => changed[name])) this.visit.enter();
    this.frame.forget();
    this.keeper.forget();
    this.state = after;
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
    if (!this.loaded) return;
    this.history.record(this.state, this.settle({ ...this.state, ...change }), key);
    this.turnTo(change);
  }

  /** Undo the last command, or do it again. */
  goBack(undo = true) {
    this.turnTo(undo ? this.history.undo(this.state) : this.history.redo(this.state));
    this.transport.showHistory(this.history);
  }
}
