// The Inspect view: the text in colour, and beside it what can be asked of its units. The numbers of all units are
// here, so another unit is drawn in the same frame; the server is asked only for what has to be computed anew.

import { Address } from "../../../browser/address.js";
import { element, setText } from "../../../browser/dom.js";
import { same } from "../../../browser/state_table.js";
import { explain } from "../../../browser/glossary.js";
import { Panels } from "../../../browser/panels.js";
import { addressOf } from "../../../browser/tab_history.js";
import { readTheme } from "../../../browser/theme.js";
import { Actions } from "./actions.js";
import { Bar } from "./bar.js";
import { BreakIt } from "./break_it.js";
import { Engine, NAMES } from "./engine.js";
import { Find } from "./find.js";
import { Gates } from "./gates.js";
import { Legend } from "./legend.js";
import { Match } from "./match.js";
import { Movers } from "./movers.js";
import { Pager } from "./pager.js";
import { kindOfText, Readout } from "./readout.js";
import { asksOf, NEWEST, PANELS, readLink, settled, startState, turned, writeLink } from "./state.js";
import { TERMS } from "./terms.js";
import { TextView } from "./text_view.js";
import { Unit } from "./unit.js";

// what is changed on purpose, so that the browser's Back leads to what was before it
const ENTRIES = ["source", "own", "checkpoint", "layer", "property", "panel", "broken", "by", "held", "found"];

export function mount(parent) {
  const view = new InspectView();
  parent.append(view.root);
  return view;
}

class InspectView {
  constructor() {
    this.engine = new Engine();
    this.state = startState();
    this.names = new Map(); // of the layer's units
    this.notes = new Map();
    this.notesVersion = 0;
    this.places = [];
    this.pointed = null;
    const actions = (this.actions = new Actions(this));
    this.bar = new Bar(actions);
    this.legend = new Legend(actions);
    this.text = new TextView(actions);
    this.pager = new Pager(actions);
    this.readout = new Readout(actions);
    this.find = new Find(actions);
    const parts = {
      find: this.find,
      unit: new Unit(actions),
      break: new BreakIt(actions),
      match: new Match(actions),
      movers: new Movers(actions),
      gates: new Gates(actions),
    };
    this.panels = new Panels("What to ask", PANELS, parts, (panel) => actions.turnTo({ panel }));
    this.notice = element("p", { class: "notice", role: "status", hidden: "" });
    this.root = element(
      "div",
      { class: "inspect-view" },
      this.bar.root,
      this.notice,
      element(
        "div",
        { class: "columns" },
        element(
          "section",
          { class: "text-part", "aria-label": "The text" },
          this.legend.root,
          this.text.root,
          this.pager.root,
          this.readout.root,
        ),
        element("section", { "aria-label": "Questions" }, this.panels.root),
      ),
    );
    this.root.setAttribute("aria-busy", "true");
    this.panels.root.inert = true; // nothing can be asked of a text that is not there yet
    this.explanations = explain(this.root, TERMS);
    this.address = new Address(
      "inspect",
      (parameters) => this.goTo(parameters),
      () => this.write(), // what moved last may not have come to rest
    );
  }

  destroy() {
    this.address.destroy();
    this.explanations.end();
    this.text.destroy();
    this.readout.destroy();
    this.panels.destroy();
    this.root.remove();
  }

  // ---- what the page's script says

  update(component) {
    const { data } = component;
    this.component = component;
    const word = this.address.judge(data.told, (question) => this.ask(question));
    if (word === "late") return; // it is about another address
    const otherRun = this.gone || data.run !== this.data?.run; // it may have been brought back
    this.gone = false;
    if (word === "calm" && otherRun && this.page) this.write(); // what was before stays in the browser's history
    this.data = data;
    this.engine.turnTo(data);
    if (word === "arrived") {
      this.openLink(new URLSearchParams(location.search));
    } else if (otherRun) {
      this.isEntry = true;
      this.say("");
      this.open(turned(this.state, "run"));
    } else if (this.page) {
      this.show(); // the theme may have changed
    }
  }

  /** Ask the page's script to follow the address. */
  ask(question) {
    this.component.setTriggerValue("back", question);
  }

  /** Open what an address says; what it says in vain is told. */
  openLink(parameters) {
    const { data } = this;
    const named = parameters.get("run");
    const isOther = named !== null && named !== String(data.run); // the page says why it shows another one
    const { state, problems } = readLink(isOther ? new URLSearchParams() : parameters);
    if (!parameters.has("checkpoint") && /^\d{1,15}$/.test(data.checkpoint ?? ""))
      state.checkpoint = Number(data.checkpoint); // selected on another page
    this.say(
      problems.length ? `The link says what cannot be read: ${problems.join(" and ")}. All else is as it says.` : "",
    );
    this.open(state);
  }

  /** Show another run, or what an address says. */
  open(state) {
    this.page = this.colours = this.marks = null;
    this.state = settled(state, this.data);
    this.text.setPage(null);
    this.bar.show(this); // it is there before the text is
    this.actions.wantsBest = state.found && state.unit === null; // a link that ranks, and chooses none
    this.loadNames();
    this.load(new Set(["text"]));
  }

  /** Back, or Forward, led to other parameters of this page. */
  goTo(parameters) {
    const run = String(this.data?.run);
    if ((parameters.get("run") ?? run) !== run || this.address.isForScript || !this.page) {
      this.ask(this.address.question()); // the page's own fields then all read the address
      return;
    }
    this.address.followed();
    this.isEntry = false;
    const before = this.state;
    this.state = settled(readLink(parameters).state, this.there());
    const asks = asksOf(before, this.state);
    if (asks.size) this.load(asks);
    else this.show();
  }

  // ---- from the server to the screen

  there() {
    const { page, data } = this;
    return page ? { ...data, positions: page.header.total, property: page.header.property } : data;
  }

  /** Which text as which model reads it: the part of a question that all have in common. */
  query(checkpoint = this.page.header.step) {
    const { source, own, layer } = this.state;
    return {
      checkpoint,
      text: source,
      ...(source === "own" ? { own: own || this.data.example } : {}),
      layer: layer + 1,
    };
  }

  /** Ask for what the state needs: a page of the text, its colours, the marks of the property. */
  async load(asks) {
    const loading = (this.loading = {});
    this.root.setAttribute("aria-busy", "true");
    const slow = setTimeout(() => loading === this.loading && this.pager.wait(), 200);
    try {
      if (asks.has("text")) {
        const page = await this.engine.ask("text", { ...this.query(this.state.checkpoint), page: this.state.page + 1 });
        if (loading !== this.loading) return;
        if (page !== this.page) this.marks = this.colours = null;
        this.page = page;
        this.state = settled(this.state, this.there());
      }
      const { quantity, property } = this.state;
      const which = { ...this.query(), page: this.state.page + 1 };
      const [colours, marks] = await Promise.all([
        this.engine.ask("colours", { ...which, quantity }),
        property
          ? this.engine.ask("marks", { ...which, property }).catch((refusal) => this.say(refusal.message))
          : null,
      ]);
      if (loading !== this.loading) return;
      this.colours = colours;
      this.marks = marks && !marks.header.number ? marks.arrays.marks.data : null;
    } catch (refusal) {
      if (loading === this.loading) this.recover(refusal, asks);
      return;
    } finally {
      clearTimeout(slow);
    }
    this.root.removeAttribute("aria-busy");
    this.text.setPage(this.page);
    this.show();
    this.text.reveal(this.state.position);
  }

  /** After a refusal: say it, and fall back to what can be had. */
  recover(refusal, asks) {
    const { state } = this;
    this.root.removeAttribute("aria-busy");
    if (refusal.kind === "missing" && state.page === 0) {
      this.gone = true;
      this.component.setTriggerValue("gone", this.data.run); // it happens once, and is not a state
    } else if (refusal.kind === "checkpoint_missing" && (state.checkpoint !== NEWEST || this.page)) {
      this.say(`${refusal.message} Here is the newest one.`);
      this.engine.kept.clear();
      this.state = { ...state, checkpoint: NEWEST };
      this.load(new Set(["text"]));
    } else if (state.page > 0 && refusal.kind === "missing") {
      this.state = { ...state, page: 0, position: null };
      this.load(asks);
    } else {
      this.say(refusal.message);
      this.pager.waitInVain(this.page);
      this.show(); // what was asked for can then be changed
    }
  }

  /** What people call the units. */
  async loadNames() {
    const run = this.data.run;
    const found = await this.engine.fetch(NAMES, {}).catch(() => null);
    if (!found || run !== this.data.run) return;
    this.allNotes = found.units;
    this.notesVersion += 1;
    if (this.page) this.show();
  }

  say(text) {
    setText(this.notice, text ?? "");
    this.notice.hidden = !text;
    return null;
  }

  show() {
    const { state, page, data } = this;
    this.panels.root.inert = !page;
    const ofLayer = (this.allNotes ?? []).filter(({ layer }) => layer === state.layer);
    this.names = new Map(ofLayer.map(({ unit, name }) => [unit, name]));
    this.notes = new Map(ofLayer.map(({ unit, note }) => [unit, note]));
    const quantity = data.quantities.find(({ name }) => name === state.quantity);
    const { names, notes, marks, places } = this;
    const theme = readTheme(this.root);
    const look = { theme, quantity, names, notes, marks, places, unit: state.unit, rows: state.rows };
    Object.assign(look, { position: state.position, span: state.span, colours: this.colours?.arrays ?? null });
    this.view = {
      state,
      page,
      data,
      look,
      engine: this.engine,
      query: page ? this.query() : null,
      steps: page?.header.steps,
      notesVersion: this.notesVersion,
      painting: this.painting,
      kindOfText: page ? kindOfText(page.header, data) : "",
    };
    this.bar.show(this.view);
    this.legend.show(this.view);
    this.text.set(look);
    this.pager.show(this.view);
    this.readout.show(this.view, this.pointed ?? state.position, this.moved);
    this.moved = false;
    this.panels.show(this.view);
    this.explanations.refresh();
    this.address.writeSoon(() => this.write());
    if (this.page) this.address.tell(addressOf(writeLink(this.data.run, this.state)));
  }

  write() {
    if (!this.page) return; // what the address says is not in view yet
    this.address.write(addressOf(writeLink(this.data.run, this.state)), this.isEntry);
    this.isEntry = false;
  }

  // ---- what a person does

  /** Change part of the state. */
  turnTo(change) {
    const before = this.state;
    const ends = ["source", "own"].some((name) => name in change && change[name] !== before[name]);
    const after = settled({ ...(ends ? turned(before, "text") : before), ...change }, this.there());
    if (ENTRIES.some((name) => !same(before[name], after[name]))) {
      this.address.writeNow();
      if (!this.isEntry) this.write(); // what was before stays in the browser's history
      this.isEntry = true;
    }
    this.state = after;
    const asks = asksOf(before, after);
    if (asks.size) this.say("");
    if (asks.size) this.load(asks);
    if (this.page) this.show();
  }
}
