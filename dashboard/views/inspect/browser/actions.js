// What a person can do on the Inspect page.

import { same } from "../../../browser/state_table.js";

export class Actions {
  constructor(view) {
    this.view = view;
    this.wantsBest = false; // once units were ranked, the best of them is to be chosen
  }

  turnTo(change) {
    this.view.turnTo(change);
  }

  // ---- the text

  turnSource(source) {
    const { view } = this;
    view.turnTo({ source, own: source === "own" ? view.state.own || view.data.example : view.state.own });
  }

  readOwn(own) {
    this.view.turnTo({ source: "own", own });
  }

  turnPage(page) {
    this.view.turnTo({ page, position: null });
  }

  /** Point at a position with a mouse; null when it has gone. */
  point(position) {
    const { view } = this;
    if (view.pointed === position || !view.view) return;
    view.pointed = position;
    view.readout.show(view.view, position ?? view.state.position);
  }

  moveTo(position) {
    const { view } = this;
    if (!view.page) return;
    const at = Math.max(0, Math.min(view.page.header.total - 1, position));
    view.pointed = null;
    view.moved = true;
    const page = Math.floor(at / view.page.header.page_size);
    view.turnTo({ position: at, page });
    view.text.reveal(at);
  }

  moveBy(by) {
    const { state, page } = this.view;
    if (page) this.moveTo(state.position === null ? page.header.first : state.position + by);
  }

  /** Go to a place that a list names. */
  goTo(position) {
    this.moveTo(position);
    this.view.text.root.scrollIntoView({ block: "nearest" });
  }

  async stepAt(position) {
    const { view } = this;
    const { state, data } = view;
    try {
      const { sequence, timestep } = await view.engine.ask("step", { ...view.query(), position: position + 1 });
      const url = new URL(data.step_page, location.origin);
      const to = { run: data.run, checkpoint: view.page.header.step, sequence, timestep, unit: state.unit };
      if (data.layers > 1) to.layer = state.layer + 1;
      for (const [name, value] of Object.entries({ ...to, quantity: state.quantity }))
        url.searchParams.set(name, value);
      view.turnTo({ position });
      view.write();
      location.assign(url);
    } catch (refusal) {
      view.say(refusal.message);
    }
  }

  // ---- painting

  paint(from, to) {
    const { view } = this;
    const span = [Math.min(from, to), Math.max(from, to) + 1];
    if (same(span, view.state.span)) return;
    view.painting = true;
    view.state = { ...view.state, span };
    view.text.set({ ...view.view.look, span });
    view.readout.show(view.view, to);
  }

  painted() {
    const { view } = this;
    view.painting = false;
    const asksForSpans = view.state.panel === "find" && view.find.choice.value === "spans";
    const panel = asksForSpans ? "find" : "match";
    view.turnTo({ panel });
  }

  /** Paint by keys: the span grows from the cursor. */
  paintBy(by) {
    const { view } = this;
    const { state, page } = view;
    if (!page) return;
    const at = state.position ?? page.header.first;
    const [first, last] = state.span ? [state.span[0], state.span[1] - 1] : [at, at];
    const anchor = at === last ? first : at === first ? last : at; // the cursor stands at one end of what is painted
    const to = Math.max(0, Math.min(page.header.total - 1, at + by));
    view.moved = true;
    view.turnTo({ position: to, span: [Math.min(anchor, to), Math.max(anchor, to) + 1] });
    clearTimeout(this.painting);
    this.painting = setTimeout(() => this.painted(), 600);
  }

  clearSpan() {
    this.view.turnTo({ span: null });
  }

  showPlaces(places) {
    const { view } = this;
    if (same(places, view.places)) return;
    view.places = places;
    if (view.view) view.text.set({ ...view.view.look, places });
  }

  // ---- units

  choose(unit) {
    this.view.turnTo({ unit });
  }

  turnUnit(by) {
    const { units } = this.view.data;
    this.choose((this.view.state.unit + by + units) % units);
  }

  openUnit(unit = this.view.state.unit) {
    this.view.turnTo({ unit, panel: "unit" });
  }

  keepRow() {
    const { unit, rows } = this.view.state;
    this.view.turnTo({ rows: [...rows.filter((row) => row !== unit), unit] });
  }

  dropRow(unit) {
    this.view.turnTo({ rows: this.view.state.rows.filter((row) => row !== unit) });
  }

  /** Rank all units by a property; the best one then colours the text. */
  find(property) {
    this.wantsBest = true;
    this.view.turnTo({ property, found: true, broken: null });
  }

  chooseBest(unit) {
    this.wantsBest = false;
    this.choose(unit);
  }

  breakIt(units = [this.view.state.unit], by = this.view.state.by, held = this.view.state.held) {
    this.view.turnTo({ broken: units, by, held, panel: "break" });
  }

  /** Names have changed: all that shows them is drawn anew. */
  async renamed() {
    for (const name of ["gates", "break"]) this.view.engine.forget(name);
    await this.view.loadNames();
  }

  /** Labels were added, which the glossary explains. */
  labelled() {
    this.view.explanations.refresh();
  }
}
