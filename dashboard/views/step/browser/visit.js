// Where the view is opened, and what of it stands in the page's address and in the browser's history.

import { Refusal } from "../../../browser/ask.js";
import { Address } from "../../../browser/address.js";
import { isWatched } from "../../../browser/places.js";
import { readLink, remember, tell, writeLink } from "./link.js";
import { FIELDS, startState } from "./state.js";

const AT_ONCE = ["hide", "present", "note", "beside", "focus"]; // needs no word of the engine's

export class Visit {
  constructor(view) {
    this.view = view;
    this.problems = null; // with the link, while it is opened
    this.openings = 0; // of links: of two that are under way, the later one counts
    this.entry = ""; // what was changed for the present entry of the browser's history, until all is at rest
    this.told = new Set(); // sequences that the page was told of, until it says one of them
    this.address = new Address(
      "step",
      (parameters) => this.goTo(parameters),
      () => this.write(), // the cursor may not have come to rest
      (parameters) => this.move(parameters),
    );
  }

  destroy() {
    this.abandon();
    this.address.destroy();
  }

  /** Whether a link is being opened: until it is, the state is none that a person can change. */
  get opens() {
    return this.problems !== null;
  }

  /** The problems with the link that begins to be opened, or null when it is open. */
  setProblems(problems) {
    this.problems = problems;
    this.view.frame.showBusy(this.opens);
    return problems;
  }

  /** Open what an address says; what it says in vain is told, and the nearest sensible view is shown. */
  async open(parameters, sequence) {
    const { view } = this;
    this.abandon();
    const opening = this.openings;
    const problems = this.setProblems([]);
    this.parameters = parameters;
    view.history.clear();
    // until its trace is there, the cursor must stand somewhere
    view.state = { ...startState(), sequence, timestep: 0 };
    try {
      await this.read(parameters, problems, () => opening === this.openings);
    } finally {
      if (opening === this.openings) this.setProblems(null);
    }
    if (opening !== this.openings) return;
    const beside = problems.filter(({ kind }) => kind === "beside");
    if (beside.length) view.keeper.complain(tell(beside));
    if (problems.length > beside.length) view.frame.say(tell(problems.filter((problem) => !beside.includes(problem))));
    view.frame.takeFocus();
    view.turnToNewest();
    view.keeper.catchUp();
  }

  /** Take the state from an address, as far as it is known what there is, and load it. */
  async read(parameters, problems, isWanted) {
    const { view } = this;
    const read = (there, names) => {
      const link = readLink(parameters, there, names);
      problems.push(...link.problems);
      return { ...view.state, ...link.change };
    };
    view.state = read({}, AT_ONCE);
    view.frame.obey(view.state);
    let steps = null;
    try {
      steps = await view.loading.checkpoints();
      if (/^\d+$/.test(parameters.get("checkpoint")) && !steps.includes(Number(parameters.get("checkpoint")))) {
        view.loading.forget(); // it may be newer than what is known here
        steps = await view.loading.checkpoints();
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error; // the loading meets it as well, and tells it
    }
    if (!isWanted()) return;
    if (steps) view.state = read({ steps }, ["checkpoint"]);
    const others = Object.keys(FIELDS).filter((name) => name !== "checkpoint" && !AT_ONCE.includes(name));
    await view.load((there) => {
      view.state = { ...view.state, timestep: null };
      return read(there, others);
    });
  }

  /** Something else is to be seen than the link that may just be opened, or what is being asked for. */
  abandon() {
    this.openings++;
    this.setProblems(null);
    this.view.opener = null;
    this.view.loading.abandon();
  }

  /** The same once more, after it could not be had. */
  openAgain() {
    if (!this.opens) this.open(this.parameters, this.view.state.sequence);
  }

  /** Say what went wrong; while a link is opened, with all else that is wrong with it. */
  complain(text, kind = null) {
    if (this.problems) this.problems.push({ kind: "refusal", text });
    else this.view.frame.say(text, kind);
  }

  // ---- the page's own field

  tellSequence(sequence) {
    this.told.add(sequence);
    this.view.component.setStateValue("sequence", sequence);
  }

  /** Whether the page says a sequence that this view has just gone on from, or, late, one that it has left again. */
  isEcho(sequence) {
    const echo = this.told.has(sequence);
    if (echo) this.told.clear();
    return echo;
  }

  // ---- the browser's history

  /** Judge what the page's script says, see `Address.judge`. */
  judge(told) {
    return this.address.judge(told, (question) => this.ask(question));
  }

  /** Ask the page's script to follow the address. */
  ask(question) {
    this.view.component.setTriggerValue("back", question);
  }

  /** Back, or Forward, led to other parameters of this page. */
  goTo(parameters) {
    const { view, address } = this;
    const run = parameters.get("run") ?? String(view.run);
    if (run !== String(view.run) || address.isForScript || !view.loaded) {
      this.ask(address.question()); // the page's own fields then all read the address
      return;
    }
    address.followed();
    view.frame.say("");
    const sequence = parameters.get("sequence") ?? view.state.sequence;
    if (sequence !== view.state.sequence) this.tellSequence(sequence);
    this.open(parameters, sequence);
  }

  /** Go to another address of this run and sequence by what is here; whether that can be. */
  move(parameters) {
    const { view } = this;
    const says = (name, here) => (parameters.get(name) ?? here) === here;
    if (this.opens || !view.loaded || !says("run", String(view.run))) return false;
    if (!says("sequence", view.state.sequence)) return false;
    const { change, problems } = readLink(parameters, view.there);
    if (problems.length) {
      view.loading.forget(); // it may be a checkpoint that is newer than what is known here
      return false;
    }
    if (view.transport.playing) view.transport.stop();
    view.history.clear();
    const { sequence, present } = view.state;
    view.turnTo({ ...startState(), ...change, sequence, present }, false);
    return true;
  }

  /** Something is about to be changed on purpose: the address of what was before stays in the browser's history. */
  enter(names) {
    if (this.entry !== names) this.write();
  }

  /** It was changed; if the same is changed again before all is at rest, as by dragging, that is no further entry. */
  entered(names) {
    this.write(this.entry !== names);
    this.entry = names;
  }

  /** All is at rest. */
  rest() {
    this.write();
    this.entry = "";
  }

  /** Write what is in view into the address. */
  write(isEntry = false) {
    const { view } = this;
    if (this.opens || !view.loaded) return; // what the address says is not in view yet
    const href = this.href;
    if (this.address.write(href, isEntry)) remember(view.run, view.state.sequence, href);
  }

  /** What is in view, as an address. */
  get href() {
    const { run, state, there, component } = this.view;
    return writeLink(location.href, state, there, { run, sequence: state.sequence, task: component.data.task });
  }

  /** Tell whoever follows, before it has come to rest. */
  tellFollowers() {
    if (isWatched() && !this.opens) this.address.tell(this.href);
  }
}
