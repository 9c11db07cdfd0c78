// The sequence as a strip of symbols, each with how surprised the model was to see it; the one being read is marked.

import { element } from "../../../browser/dom.js";
import { fixed } from "../../../browser/format.js";
import { remarkOn } from "./opening.js";

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
      { class: "strip", role: "group", "aria-label": "Symbols, with the model's surprise at each" },
      this.track,
      this.beside,
    );
    this.track.addEventListener("click", (event) => {
      const symbol = event.target.closest("[data-timestep]");
      if (symbol) actions.point({ timestep: Number(symbol.dataset.timestep) });
    });
  }

  show({ trace, state, pair, called }) {
    const { choice } = pair;
    this.showBeside(trace, choice?.kind === "sequence" ? pair.beside.trace : null);
    // both read the same: how surprised each is stands side by side
    const other = choice && choice.kind !== "sequence" ? pair.beside : null;
    const hides = state.hide.includes("prediction");
    const scale = this.scale();
    const width = widthOf(trace, scale);
    const made = { trace, hides, lossAt: state.lossAt, width, other: other?.trace ?? null };
    if (Object.entries(made).every(([name, value]) => this[name] === value)) return;
    Object.assign(this, made, { visible: null });
    const largest = Math.max(...trace.surprise, ...(other?.trace.surprise ?? []), 1e-12);
    const most = trace.kind === "symbols" ? MOST_SURPRISE : largest;
    const unit = trace.kind === "symbols" ? "nats" : "squared error";
    this.symbols = trace.labels.map((label, timestep) => {
      // what came at this timestep was predicted at the one before; nothing predicts the first
      const predicted = !hides && timestep > 0 && trace.right[timestep - 1].length > 0;
      const surprise = predicted ? trace.surprise[timestep - 1] : null;
      const loss = timestep === state.lossAt ? ", the loss is taken here" : "";
      const told = surprise === null ? "" : `surprise ${called ? `of ${called} ` : ""}${fixed(surprise, 2)} ${unit}`;
      const theirs = surprise !== null && other ? other.trace.surprise[timestep - 1] : null;
      const both = theirs === null ? told : `${told}, of ${other.called} ${fixed(theirs, 2)}`;
      const said = both && `, ${both}`;
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
          title: surprise === null ? remarkOn(trace, timestep) || null : both,
          "aria-label": `Timestep ${timestep + 1}: ${label}${said}${loss}`,
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

  draw({ timestep }, changed) {
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
