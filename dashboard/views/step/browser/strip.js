// The sequence as a strip of symbols, each with how surprised the model was to see it; the one being read is marked.

import { element } from "../../../browser/dom.js";
import { fixed } from "../../../browser/format.js";
import { spanOf } from "../../../browser/cell/progress.js";
import { remarkOn } from "./opening.js";
import { cursorIn } from "./pair.js";

const MOST_SURPRISE = 6; // nats at which a bar is full
const TEXT = 15; // pixels of text on a laptop, see base.css
const FINGER = 44; // pixels

export class Strip {
  constructor(actions) {
    this.touch = matchMedia("(max-width: 640px), (pointer: coarse)");
    this.track = element("div", { class: "strip-track" });
    this.beside = element("div", { class: "strip-track beside" });
    this.root = element(
      "div",
      { class: "strip", role: "group", tabindex: 0, "aria-label": "Symbols, with the model's surprise at each" },
      this.track,
      this.beside,
    );
    this.track.addEventListener("click", (event) => {
      const symbol = event.target.closest("[data-timestep]");
      if (symbol) actions.point({ timestep: Number(symbol.dataset.timestep) });
    });
  }

  show({ trace, original, state, pair, called }) {
    const { choice } = pair;
    this.showBeside(trace, choice?.kind === "sequence" ? pair.beside.trace : null);
    // both read the same: how surprised each is stands side by side
    const other = choice && choice.kind !== "sequence" ? pair.beside : null;
    const hides = state.hide.includes("prediction");
    const scale = this.scale();
    const width = widthOf(trace, scale);
    const names = `${called}/${other?.called}`;
    const made = { trace, original, hides, lossAt: state.lossAt, width, theirs: other?.trace ?? null, names };
    if (Object.entries(made).every(([name, value]) => this[name] === value)) return;
    Object.assign(this, made, { visible: null });
    const asTheyWere = [original ?? trace, ...(other ? [other.original ?? other.trace] : [])];
    const largest = Math.max(...asTheyWere.flatMap(({ surprise }) => surprise), 1e-12);
    const most = trace.kind === "symbols" ? MOST_SURPRISE : largest;
    const unit = trace.kind === "symbols" ? "nats" : "squared error";
    this.foretold = []; // of each symbol what is said of it, by who of the two has predicted it
    this.known = [Infinity, Infinity];
    this.symbols = trace.labels.map((label, timestep) => {
      // what came at this timestep was predicted at the one before; nothing predicts the first
      const predicted = !hides && timestep > 0 && trace.right[timestep - 1].length > 0;
      const surprise = predicted ? trace.surprise[timestep - 1] : null;
      const loss = timestep === state.lossAt ? ", the loss is taken here" : "";
      const theirs = surprise !== null && other ? other.trace.surprise[timestep - 1] : null;
      const words = `Timestep ${timestep + 1}: ${label}`;
      const remark = remarkOn(trace, timestep);
      const told = surprise === null ? [] : [`surprise ${called ? `of ${called} ` : ""}${fixed(surprise, 2)} ${unit}`];
      const toldOfOther = theirs === null ? [] : [`surprise of ${other.called} ${fixed(theirs, 2)} ${unit}`];
      this.foretold.push((isForetold, isForetoldBeside) => {
        const said = [...(isForetold ? told : []), ...(isForetoldBeside ? toldOfOther : [])].join(", ");
        return { name: `${words}${said && ", "}${said}${loss}`, title: said || remark };
      });
      const { name, title } = this.foretold[timestep](true, true);
      const bar = (surprise, kind) =>
        element("i", {
          class: `surprise ${kind}`,
          style: `transform: scaleY(${(surprise === null ? 0 : Math.min(1, surprise / most)).toFixed(3)})`,
        });
      return element(
        "button",
        {
          tabindex: -1,
          "data-timestep": timestep,
          style: `width: ${this.width}px`,
          title: title || null,
          "aria-label": name,
          "data-loss": timestep === state.lossAt ? "" : null,
        },
        element("span", { text: label }),
        bar(surprise, other ? "of-this" : ""),
        ...(other ? [bar(theirs, "of-beside")] : []),
      );
    });
    this.marked = null;
    this.track.replaceChildren(...this.symbols);
  }

  /** Say the surprise at the symbols that the first so many predictions of each cell were about, and of no other. */
  tell(known) {
    if (known.every((count, k) => count === this.known[k])) return;
    const both = [...known, ...this.known];
    const [from, to] = [Math.min(...both), Math.max(...both)];
    for (let timestep = from + 1; timestep <= to && timestep < this.symbols.length; timestep++) {
      const symbol = this.symbols[timestep];
      const there = known.map((count) => timestep <= count);
      const { name, title } = this.foretold[timestep](...there);
      symbol.classList.toggle("unforetold", !there[0]);
      symbol.classList.toggle("unforetold-beside", !there[1]);
      symbol.setAttribute("aria-label", name);
      if (title) symbol.title = title;
      else symbol.removeAttribute("title");
    }
    this.known = known;
  }

  /** How large the text is and a finger's target must be, against a laptop's. */
  scale() {
    const text = parseFloat(getComputedStyle(this.root).fontSize) / TEXT || 1;
    return { text, least: this.touch.matches ? FINGER : 0 };
  }

  /** A second sequence under the first, timestep under timestep. */
  showBeside(trace, other) {
    this.beside.hidden = !other;
    const style = `width: ${widthOf(trace, this.scale())}px`;
    this.beside.replaceChildren(...(other?.labels ?? []).map((label) => element("span", { text: label, style })));
  }

  draw(state, changed) {
    const { timestep } = state;
    const spanIn = (trace, at) => spanOf(trace, at, "prediction")[1];
    const mine = spanIn(this.trace, cursorIn(this.trace, state));
    this.tell([mine, this.theirs ? spanIn(this.theirs, cursorIn(this.theirs, state)) : mine]);
    if (!changed.timestep && this.marked) return;
    this.marked?.removeAttribute("aria-current");
    this.marked = this.symbols[timestep];
    this.marked.setAttribute("aria-current", "step");
    const left = timestep * this.width;
    this.visible ??= this.root.clientWidth;
    this.position ??= 0;
    if (left < this.position || left + this.width > this.position + this.visible) {
      this.visible = this.root.clientWidth;
      this.position = Math.max(0, left - this.visible / 2);
      this.root.scrollLeft = this.position;
    }
  }
}

/** Pixels that a symbol takes; fixed, so that the marked one's place needs no measuring. */
const widthOf = ({ labels }, { text, least }) =>
  Math.max(least, Math.ceil(text * Math.max(30, 9 * Math.max(...labels.map((label) => label.length)) + 14)));
