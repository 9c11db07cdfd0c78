// The step view: one trace, one cursor, and the parts that show it. The whole trace is here, so a step is drawn in the
// same frame as the key press; the server is asked only for what the engine has to compute anew.

import { Agreement } from "../../../browser/agreement.js";
import { Refusal } from "../../../browser/ask.js";
import { readTheme } from "../../../browser/theme.js";
import { Actions } from "./actions.js";
import { ORDERS_OF_QUANTITY, windowAt } from "./arrange.js";
import { BesideKeeper } from "./beside_keeper.js";
import { Engine } from "./engine.js";
import { NEWEST } from "./fields.js";
import { Frame } from "./frame.js";
import { History } from "./history.js";
import { Keys, keyTable } from "./keys.js";
import { toOpen } from "./link.js";
import { Loading } from "./loading.js";
import { cursorIn, inWords } from "./pair.js";
import { makeParts } from "./parts.js";
import { hearOf } from "./run_news.js";
import { FIELDS, costOf, differing, settled, startState, thereIs, turned } from "./state.js";
import { UnitNames } from "./unit_names.js";
import { viewsOf } from "./view.js";
import { Visit } from "./visit.js";

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
    this.opener = null; // gives the state, as soon as that is known, whichever call of `load` finds it out
    this.newest = null; // checkpoint that was heard of
    this.make(new Actions(this));
    this.stopHearing = () => {};
    // the run's picker says its status
    this.agreement = new Agreement((status) => this.component.setTriggerValue("status", status));
    this.keeper = new BesideKeeper(this);
    this.visit = new Visit(this);
    this.unitNames = new UnitNames(() => this.loaded && this.show());
    this.pressed = new Keys(this);
  }

  make(actions) {
    this.actions = actions;
    Object.assign(this, makeParts(actions));
    this.frame = new Frame(this);
    this.root = this.frame.root;
  }

  destroy() {
    this.stopHearing();
    this.agreement.end();
    this.keeper.end();
    this.pressed.destroy();
    this.visit.destroy();
    this.unitNames.destroy();
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
    Object.assign(this.engine, { token: data.token, beginRefused: data.begin_refused });
    this.keys ??= keyTable(data.quantities);
    if (otherRun) this.hear(data);
    this.agreement.hasDrawn(data.status);
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
  turnToSequence({ sequence }, otherRun) {
    this.history.clear();
    this.frame.say("");
    this.visit.abandon();
    this.state = { ...turned(this.state, otherRun ? "run" : "sequence"), sequence, timestep: null };
    this.visit.entered(otherRun ? "run" : "sequence");
    this.state.timestep = 0; // until its trace is there, the cursor must stand somewhere
    this.load(() => ({ ...this.state, timestep: null }));
  }

  /** Hear of another run. */
  hear(run) {
    this.newest = null;
    this.agreement.end();
    this.engine.turnTo(run);
    this.loading.forget();
    this.loading.beside.forget();
    this.keeper.complain("");
    this.stopHearing();
    this.stopHearing = hearOf(run, {
      checkpoint: (newest) => this.turnToNewest(newest),
      status: (status) => this.takeStatus(status),
      silence: () => this.lookAgain(),
      gone: () => this.tellGone(),
    });
  }

  takeStatus(status) {
    this.checkpoints.showTraining(status === "training");
    if (status) this.agreement.hears(status);
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

  /** Ask for all that the state needs and show it; `opener` gives the state, once it is known what there is. */
  async load(opener = this.opener) {
    this.opener = opener;
    let loaded, theres;
    try {
      loaded = await this.loading.load(this.state, (trace, beside) => {
        theres = thereIs(trace, this.loading.steps, beside);
        if (this.opener) this.state = this.opener(thereFor(this.state, theres));
        this.opener = null;
        return this.settle(this.state, theres);
      });
    } catch (error) {
      return this.recover(error);
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
    const { window, there, unitNames } = this;
    this.pair = viewsOf(state, loaded, this.component.data, { theme, window, there, unitNames });
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
    this.visit.tellFollowers();
  }

  /** The cursor has come to rest: write it into the address, so that a link leads here, and say it in words. */
  rest() {
    this.visit.rest();
    if (this.transport.playing) return;
    this.frame.summarise(inWords(this.pair));
    if (this.state.panel === "save") this.panels.show(this.view); // the code names the cursor's place
  }

  pictures() {
    const { heatmaps, curves, why, norms } = this;
    const { cell, prediction } = this.view.side === "beside" ? this.second : this.first;
    return [cell, heatmaps, curves, prediction, why, norms].flatMap((part) => part.pictures(this.view));
  }

  // ---- what a person does

  /**
   * Change part of the state; values beyond the ends stop there. Returns whether the cursor moved.
   * @param {boolean} isOwn whether a person did so here, rather than one whom this tab follows
   */
  turnTo(change, isOwn = true) {
    if (!this.loaded || this.visit.opens) return false;
    const before = this.state;
    const after = this.settle({ ...before, ...change });
    const cost = costOf(before, after);
    if (cost === null) return false;
    const changed = Object.fromEntries(differing(before, after).map((name) => [name, true]));
    const entry = isOwn && ENTRIES.filter((name) => changed[name]).join(" ");
    if (entry) this.visit.enter(entry);
    this.frame.forget();
    this.keeper.forget();
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
    this.history.record(this.state, this.settle({ ...this.state, ...change }), key);
    this.turnTo(change);
  }

  /** Undo the last command, or do it again. */
  goBack(undo = true) {
    this.turnTo(undo ? this.history.undo(this.state) : this.history.redo(this.state));
    this.transport.showHistory(this.history);
  }
}
