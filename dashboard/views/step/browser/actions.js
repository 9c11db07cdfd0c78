// What a person can do. Keys, buttons and parts call these; what is set can be undone, what is merely stepped cannot.

import { MOST_PINS, zoomed } from "./arrange.js";
import { clampsIn, writeClamp } from "../../../browser/cell/clamps.js";
import { checkpointAway, otherStepSize, stepped, timestepOf, unitAway } from "./moves.js";
import { HOTTEST } from "./engine.js";
import { Holding } from "./holding.js";
import { NEWEST } from "./fields.js";

export class Actions {
  constructor(view) {
    this.view = view;
    this.clamping = Promise.resolve();
    this.holding = new Holding(view);
  }

  /** Which run and sequence are in view, and what beside them; what was asked about others comes too late. */
  subject() {
    const { run, state } = this.view;
    return JSON.stringify([run, state.sequence, state.beside, state.focus]);
  }

  // ---- the cursor

  /** Move it without a trace in the history: step after step. Returns whether it went anywhere. */
  move(change) {
    return this.view.turnTo(change);
  }

  /** Point somewhere; a drag is one command. */
  point(change) {
    this.view.commit(change, "point");
  }

  step(count) {
    const { state, there } = this.view;
    return this.move(stepped(state, there, count));
  }

  travel(by) {
    this.move({ timestep: this.view.state.timestep + by });
  }

  unitBy(by) {
    const { state, view } = this.view;
    this.move({ unit: unitAway(state, view.places, by) });
  }

  askAbout(quantity) {
    this.move(quantity === "prediction" ? { quantity, output: null } : { quantity });
  }

  turnStepSize() {
    this.set(otherStepSize(this.view.state, this.view.there));
  }

  play() {
    this.view.transport.toggle();
  }

  startJump() {
    this.view.transport.focusJump();
  }

  /** Go to a timestep, or to a symbol. */
  jump(text) {
    const { trace } = this.view.loaded;
    const timestep = timestepOf(text, trace, this.view.state.timestep);
    if (timestep === null)
      this.say(
        `“${text.slice(0, 20)}” does not come in this sequence. ` +
          `Type a timestep from 1 to ${trace.timesteps}, or a symbol that does.`,
      );
    else this.set({ timestep });
  }

  // ---- what is shown, and how

  /** Set something that is worth an undo; what is set under the same key at once is undone at once. */
  set(change, key = null) {
    this.view.commit(change, key);
  }

  turnPanel(panel) {
    this.set({ panel });
  }

  zoom(by) {
    const { state, there } = this.view;
    this.set({ width: zoomed(state, there, by) }, "zoom");
  }

  togglePin(unit = this.view.state.unit) {
    const { pins } = this.view.state;
    if (pins.includes(unit)) this.set({ pins: pins.filter((pinned) => pinned !== unit) });
    else if (pins.length === MOST_PINS) this.say("Six units are pinned already. Unpin one first.");
    else this.set({ pins: [...pins, unit] });
  }

  takeLossHere() {
    this.set({ panel: "backward", lossAt: this.view.state.timestep });
  }

  lookAt(checkpoint) {
    this.set({ checkpoint }, checkpoint === NEWEST ? null : "checkpoint");
  }

  checkpointBy(by) {
    const { state, loaded } = this.view;
    this.lookAt(checkpointAway(state, loaded.steps, by));
  }

  /** Put another run, checkpoint or sequence beside this one; what the engine refuses changes nothing. */
  async putBeside(beside) {
    const { loading, loaded } = this.view;
    const subject = this.subject();
    try {
      if (beside) await loading.beside.find(beside, loaded.question);
    } catch (refusal) {
      return this.view.keeper.complain(refusal.message, beside.kind);
    }
    if (subject !== this.subject()) return;
    this.view.keeper.complain("");
    this.set({ beside, clampsBeside: [], focus: "this" });
  }

  /** The runs that can stand beside this one: [{run, label}]. */
  async runsBeside() {
    return (await this.view.engine.ask("beside", {}, "json")).runs;
  }

  /** Let the panels ask about this one, or about the one beside; without a word, about the other of the two. */
  turnFocus(focus = this.view.state.focus === "this" ? "beside" : "this") {
    if (this.view.state.beside) this.set({ focus }, "focus");
    else if (focus === "beside") this.say("Nothing stands beside this one. Choose another run above the drawing.");
  }

  undo() {
    this.view.goBack();
  }

  redo() {
    this.view.goBack(false);
  }

  // ---- clamps

  /** Clamp something more, at a value that may be any text. */
  clamp(clamp) {
    return this.changeClamps((clamps) => [...clamps, writeClamp(clamp)]);
  }

  /** Clamp the quantity asked about, in this unit at this timestep; whoever types a name here must not. */
  clampHere(value) {
    const { state } = this.view;
    if (state.panel !== "whatif") return undefined;
    const { quantity, layer, unit, timestep } = state;
    const { quantities } = this.view.asked.trace;
    const { symbol, missing } = quantities.find(({ name }) => name === quantity) ?? { missing: true };
    if (missing) {
      const offered = quantities.filter((one) => !one.missing).map((one) => one.symbol);
      const what = symbol ? `There is no ${symbol} in this cell to clamp` : "The prediction cannot be clamped";
      return this.say(`${what}; choose a gate or a state (${offered.join(", ")}) first.`);
    }
    return this.clamp({ symbol, layer, unit, first: timestep, last: timestep, value });
  }

  mayHold() {
    return this.holding.may();
  }

  /** `side` is that of the two cells, or else the one that is asked about. */
  rangeOf(quantity, side) {
    return this.holding.rangeOf(quantity, side);
  }

  /** Hold {quantity, unit or null for all, value, side} while it is dragged, and let go of it: one command. */
  hold(wanted) {
    this.holding.to(wanted);
  }

  letGo() {
    this.holding.end();
  }

  unclamp(place) {
    return this.changeClamps((clamps) => clamps.filter((_, other) => other !== place));
  }

  unclampAll() {
    return this.changeClamps(() => []);
  }

  /** One after the other, since the engine judges each: what it refuses changes nothing. */
  changeClamps(change) {
    this.clamping = this.clamping.then(async () => {
      const { loading, state, whatif, asked } = this.view;
      const subject = this.subject();
      const of = asked.choice ? "clampsBeside" : "clamps"; // each of the two has its own
      const clamps = change(state[of]);
      const question = asked.choice ? asked.question : loading.question(state);
      try {
        await asked.engine.trace(loading.clamped(question, clamps));
      } catch (refusal) {
        if (refusal.kind === "clamp") {
          whatif.complain(refusal.message);
          return this.turnPanel("whatif");
        } // of anything else the loading itself will tell
      }
      if (subject !== this.subject()) return;
      whatif.complain("");
      this.set({ [of]: clamps, panel: "whatif" });
      this.view.pressed.take();
    });
    return this.clamping;
  }

  // ---- what the model says

  async continueFromHere(temperature, side = "this") {
    const { first, second, state, loaded } = this.view;
    const isBeside = side === "beside" && Boolean(loaded.beside);
    const { engine, asked, question } = isBeside ? loaded.beside : loaded;
    const { prediction } = isBeside ? second : first;
    if (!(temperature >= 0 && temperature <= HOTTEST))
      return prediction.complain(`The temperature must be a number from 0 to ${HOTTEST}.`);
    prediction.complain("");
    const subject = this.subject();
    const readsItsOwn = state.beside?.kind === "sequence"; // what stands beside
    const [mine, others] = isBeside ? ["clampsBeside", "clamps"] : ["clamps", "clampsBeside"];
    let found;
    try {
      const told = { ...asked, beside_clamps: state[others].join(",") };
      found = await engine.continuation(told, state.timestep, temperature);
    } catch (refusal) {
      return prediction.complain(refusal.message);
    }
    if (subject !== this.subject()) return;
    const { sequence } = found;
    if (sequence === question.sequence) return this.say("The model says the same as the sequence does.");
    const held = { [mine]: clampsIn(found.clamps) };
    if (!readsItsOwn) held[others] = clampsIn(found.beside_clamps);
    if (isBeside && readsItsOwn) return this.set({ beside: { kind: "sequence", value: sequence }, ...held });
    const { panel } = this.view.state;
    this.set({ sequence, ...held, lossAt: null, panel: panel === "backward" ? "why" : panel });
  }

  companion() {
    const { engine, question, gradients } = this.view.asked;
    return engine.companion(question, gradients.lossAt);
  }

  /** A run in which a gradient has far to go, or what it costs to make it. */
  farRun() {
    return this.view.asked.engine.farRun();
  }

  makeFarRun() {
    return this.view.asked.engine.makeFarRun();
  }

  /** Why whoever looks may begin no run; empty if they may. */
  beginRefused() {
    return this.view.asked.engine.beginRefused ?? "";
  }

  makeCompanion() {
    return this.view.asked.engine.makeCompanion();
  }

  // ---- to take along

  /** Where a file is had that the server makes, and what it is to be called. */
  file(path, name) {
    const { engine, asked } = this.view.asked;
    return engine.file(path, { ...asked, name });
  }

  pictures() {
    return this.view.pictures();
  }

  /** What `draw` gives, drawn as on white paper; all is as it was before anything is painted. */
  onPaper(draw) {
    const { view } = this;
    view.root.classList.add("on-paper");
    try {
      view.show();
      return draw();
    } finally {
      view.root.classList.remove("on-paper");
      view.show();
    }
  }

  // ---- words

  say(text) {
    this.view.frame.say(text);
  }

  help() {
    this.view.frame.help.open(this.view.keys);
  }

  present() {
    this.move({ present: !this.view.state.present });
  }

  share() {
    const { view } = this;
    view.visit.write();
    view.frame.share.open(view.pair.this, location.href);
  }
}
