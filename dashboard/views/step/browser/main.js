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
import { commandOf, keyTable } from "./keys.js";
import { readLink, tell, writeLink } from "./link.js";
import { Loading } from "./loading.js";
import { Panels } from "./panels.js";
import { Prediction } from "./prediction.js";
import { hearOf } from "./run_news.js";
import { Save } from "./save.js";
import { FIELDS, costOf, differing, settled, startState, thereIs, turned } from "./state.js";
import { Strip } from "./strip.js";
import { Transport } from "./transport.js";
import { viewOf } from "./view.js";
import { WhatIf } from "./whatif.js";
import { Why } from "./why.js";

const URL_DELAY = 300; // ms at rest before the cursor is written into the page's address
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
    this.problems = null; // with the link, while it is opened
    this.make(new Actions(this));
    this.stopHearing = () => {};
    this.told = new Set(); // sequences that the page was told of, until it says one of them
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
      this.panels,
      this.prediction,
      this.arrangeBar,
      this.heatmaps,
      this.curves,
    ];
    this.frame = new Frame(this);
    this.root = this.frame.root;
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  destroy() {
    this.stopHearing();
    clearTimeout(this.urlTimer);
    for (const part of [...this.parts, this.frame]) part.destroy?.();
    this.root.remove();
  }

  // ---- what the page's script says

  update(component) {
    const { data } = component;
    const otherRun = this.gone || data.run !== this.run; // it may have been brought back
    // the page may still say the sequence that this view has just gone on from, or, late, one that it has left again
    const echo = this.told.has(data.sequence);
    if (echo) this.told.clear();
    const otherSequence =
      otherRun || (!echo && data.sequence !== this.component.data.sequence && data.sequence !== this.state.sequence);
    this.component = component;
    this.run = data.run;
    this.engine.token = data.token;
    this.keys = keyTable(data.quantities);
    if (otherRun) this.hear(data);
    this.gone = false;
    if (!otherSequence) {
      if (this.loaded) this.show(); // the theme may have changed
      return;
    }
    this.history.clear();
    if (!this.loaded) {
      this.state = { ...this.state, sequence: data.sequence };
      this.open();
    } else {
      this.state = { ...turned(this.state, otherRun ? "run" : "sequence"), sequence: data.sequence };
      this.load();
    }
  }

  /** Hear of another run. */
  hear(run) {
    this.engine.turnTo(run);
    this.loading.forget();
    this.stopHearing();
    this.stopHearing = hearOf(run, {
      checkpoint: (newest) => this.loaded && newest !== this.loaded.steps.at(-1) && this.loadAnew(),
      silence: () => this.lookAgain(),
      gone: () => this.tellGone(),
    });
  }

  /** Nothing can be heard, so look: for what is newer, or for what could not be had when the view was opened. */
  lookAgain() {
    if (this.loaded && this.state.checkpoint === NEWEST) this.loadAnew();
    else if (!this.loaded && !this.problems) this.open();
  }

  /** The run is no more: the page says so, and turns to another. It happens once, and is not a state. */
  tellGone() {
    this.gone = true;
    this.component.setTriggerValue("gone", this.run);
  }

  // ---- from the engine to the screen

  /** Open what the address says; what it says in vain is told, and the nearest sensible view is shown. */
  async open() {
    const parameters = new URLSearchParams(location.search);
    const problems = (this.problems = []);
    const read = (there, names) => {
      const link = readLink(parameters, there, names);
      problems.push(...link.problems);
      return { ...this.state, ...link.change };
    };
    try {
      this.state = read({ steps: await this.loading.checkpoints() }, ["checkpoint"]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error; // the loading meets it as well, and tells it
    }
    const others = Object.keys(FIELDS).filter((name) => name !== "checkpoint");
    await this.load((there) => read(there, others));
    this.problems = null;
    if (problems.length) this.frame.say(tell(problems));
    this.frame.takeFocus();
  }

  /** Say what went wrong; while a link is opened, with all else that is wrong with it. */
  complain(text) {
    if (this.problems) this.problems.push({ kind: "refusal", text });
    else this.frame.say(text);
  }

  loadAnew() {
    this.loading.forget();
    return this.load();
  }

  /** Ask for all that the state needs and show it; `first` gives the state, once it is known what there is. */
  async load(first = null) {
    let loaded, there;
    try {
      loaded = await this.loading.load(this.state, (trace) => {
        there = thereIs(trace, this.loading.steps);
        if (first) this.state = first(there);
        first = null;
        return settled(this.state, there);
      });
    } catch (error) {
      return this.recover(error, first);
    }
    if (!loaded) return;
    this.loaded = loaded;
    this.there = there;
    this.state = settled(this.state, there);
    if (loaded.otherRefused) {
      this.compare.complain(loaded.otherRefused.message);
      this.state = { ...this.state, beside: null };
    }
    this.frame.showContent();
    this.show();
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
      this.complain(`${refusal.message} Here is the newest one.`);
      loading.forget();
      await this.load(first);
    } else if (refusal.kind === "clamp" && state.clamps.length) {
      this.state = {
        ...state,
        clamps: state.clamps.filter((_, place) => refusal.places.length && !refusal.places.includes(place)),
      };
      this.complain(refusal.message);
      await this.load(first);
    } else {
      this.complain(refusal.message);
      if (!this.loaded) this.frame.waitInVain();
    }
  }

  show() {
    const { state, loaded } = this;
    const theme = readTheme(this.root);
    this.frame.setTheme(theme);
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
    clearTimeout(this.urlTimer);
    this.urlTimer = setTimeout(() => this.rest(), URL_DELAY);
  }

  /** The cursor has come to rest: write it into the address, so that a link leads here, and say it in words. */
  rest() {
    const href = writeLink(location.href, this.state, this.there);
    if (href !== location.href) history.replaceState(history.state, "", href);
    if (this.transport.playing) return;
    const { operation } = this.state;
    const { operations } = this.loaded.trace;
    const { name, words } = operations[operation] ?? {};
    const at = name ? `Operation ${operation + 1} of ${operations.length}, ${name}: ${words} ` : "";
    this.frame.summarise(at + this.loaded.trace.describe(this.state));
    if (this.state.panel === "save") this.panels.show(this.view); // the code names the cursor's place
  }

  pictures() {
    const { cell, heatmaps, curves, prediction, why, backward } = this;
    return [cell, heatmaps, curves, prediction, why, backward].flatMap((part) => part.pictures(this.view));
  }

  // ---- what a person does

  /** Change part of the state; values beyond the ends stop there. Returns whether the cursor moved. */
  turnTo(change) {
    if (!this.loaded) return false;
    const before = this.state;
    this.state = settled({ ...before, ...change }, this.there);
    const cost = costOf(before, this.state);
    if (cost === null) return false;
    const changed = Object.fromEntries(differing(before, this.state).map((name) => [name, true]));
    if (cost !== "cursor" || this.rearranges(changed)) this.show();
    else this.draw(changed);
    if (cost === "engine") this.load();
    if (changed.sequence) this.told.add(this.state.sequence);
    if (changed.sequence) this.component.setStateValue("sequence", this.state.sequence); // for the page's own field
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
    this.history.record(this.state, settled({ ...this.state, ...change }, this.there), key);
    this.turnTo(change);
  }

  /** Undo the last command, or do it again. */
  goBack(undo = true) {
    this.turnTo(undo ? this.history.undo(this.state) : this.history.redo(this.state));
    this.transport.showHistory(this.history);
  }

  key(event) {
    if (!this.loaded || this.frame.help.root.open) return;
    const command = commandOf(this.keys, event, this.transport.slider);
    if (!command) return;
    event.preventDefault();
    const [name, ...given] = command;
    this.actions[name](...given);
  }
}
