// Where the view is opened, and what of it stands in the page's address and in the browser's history.

import { Address } from "../../../browser/address.js";
import { Refusal } from "./engine.js";
import { readLink, remember, tell, writeLink } from "./link.js";
import { FIELDS, startState } from "./state.js";

const AT_ONCE = ["hide", "present", "note", "beside", "focus"]; // needs no word of the engine's

export class Visit {
  constructor(view) {
    this.view = view;
    this.problems = null; // with the link, while it is opened
    this.isEntry = false; // whether the address at rest is to be one of the browser's history
    this.told = new Set(); // sequences that the page was told of, until it says one of them
    this.address = new Address((parameters) => this.goTo(parameters));
  }

  destroy() {
    this.address.destroy();
  }

  /** Open what an address says; what it says in vain is told, and the nearest sensible view is shown. */
  async open(parameters, sequence) {
    const { view } = this;
    const problems = (this.problems = []);
    this.parameters = parameters;
    // until its trace is there, the cursor must stand somewhere
    view.state = { ...startState(), sequence, timestep: 0 };
    const read = (there, names) => {
      const link = readLink(parameters, there, names);
      problems.push(...link.problems);
      return { ...view.state, ...link.change };
    };
    view.state = read({}, AT_ONCE);
    view.frame.obey(view.state);
    try {
      view.state = read({ steps: await view.loading.checkpoints() }, ["checkpoint"]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error; // the loading meets it as well, and tells it
    }
    const others = Object.keys(FIELDS).filter((name) => name !== "checkpoint" && !AT_ONCE.includes(name));
    await view.load((there) => {
      view.state = { ...view.state, timestep: null };
      return read(there, others);
    });
    this.problems = null;
    const beside = problems.filter(({ kind }) => kind === "beside");
    if (beside.length) view.keeper.complain(tell(beside));
    if (problems.length > beside.length) view.frame.say(tell(problems.filter((problem) => !beside.includes(problem))));
    view.frame.takeFocus();
  }

  /** The same once more, after it could not be had. */
  openAgain() {
    if (!this.problems) this.open(this.parameters, this.view.state.sequence);
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

  /** Back, or Forward, led to other parameters of this page. */
  goTo(parameters) {
    const { view } = this;
    const run = parameters.get("run") ?? String(view.run);
    const sequence = parameters.get("sequence") ?? view.state.sequence;
    if (run !== String(view.run)) {
      location.reload(); // the page's own fields then all read the address
      return;
    }
    this.isEntry = false;
    view.history.clear();
    if (sequence !== view.state.sequence) this.tellSequence(sequence);
    this.open(parameters, sequence);
  }

  /** Something is about to be changed on purpose: the address of what was before stays in the browser's history. */
  enter() {
    if (!this.isEntry && this.view.loaded) this.write();
    this.isEntry = true;
  }

  /** Write what is in view into the address. */
  write() {
    const { view } = this;
    const { run, state, there, component } = view;
    const href = writeLink(location.href, state, there, { run, sequence: state.sequence, task: component.data.task });
    this.address.write(href, this.isEntry);
    this.isEntry = false;
    remember(run, state.sequence, href);
  }
}
