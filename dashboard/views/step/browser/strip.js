// The sequence as a strip of symbols, each with how surprised the model was to see it; the one being read is marked.

import { element } from "../../../browser/dom.js";
import { fixed } from "../../../browser/format.js";
import { spanOf } from "../../../browser/cell/progress.js";
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

  show({ trace, original, other, state }) {
    this.showBeside(trace, state.beside?.kind === "sequence" ? other : null);
    const hides = state.hide.includes("prediction");
    const scale = this.scale();
    const made = { trace, original, hides, lossAt: state.lossAt, width: widthOf(trace, scale) };
    if (Object.entries(made).every(([name, value]) => this[name] === value)) return;
    Object.assign(this, made, { visible: null });
    const most = trace.kind === "symbols" ? MOST_SURPRISE : Math.max(...(original ?? trace).surprise, 1e-12);
    const unit = trace.kind === "symbols" ? "nats" : "squared error";
    this.foretold = []; // of each symbol what is said of it once it was predicted, and before
    this.known = Infinity;
    this.symbols = trace.labels.map((label, timestep) => {
      // what came at this timestep was predicted at the one before; nothing predicts the first
      const predicted = !hides && timestep > 0 && trace.right[timestep - 1].length > 0;
      const surprise = predicted ? trace.surprise[timestep - 1] : null;
      const height = surprise === null ? 0 : Math.min(1, surprise / most);
      const loss = timestep === state.lossAt ? ", the loss is taken here" : "";
      const said = surprise === null ? "" : `surprise ${fixed(surprise, 2)} ${unit}`;
      const words = `Timestep ${timestep + 1}: ${label}`;
      const remark = remarkOn(trace, timestep);
      this.foretold.push([
        { name: `${words}${said && ", "}${said}${loss}`, title: said || remark },
        { name: `${words}${loss}`, title: remark },
      ]);
      return element(
        "button",
        {
          tabindex: -1,
          "data-timestep": timestep,
          style: `width: ${this.width}px`,
          title: said || remark || null,
          "aria-label": this.foretold[timestep][0].name,
          "data-loss": timestep === state.lossAt ? "" : null,
        },
        element("span", { text: label }),
        element("i", { class: "surprise", style: `transform: scaleY(${height.toFixed(3)})` }),
      );
    });
    this.marked = null;
    this.track.replaceChildren(...this.symbols);
  }

  /** Say the surprise at the symbols that the first so many predictions were about, and of no other. */
  tell(known) {
    const [from, to] = [known, this.known].sort((a, b) => a - b);
    for (let timestep = from + 1; timestep <= to && timestep < this.symbols.length; timestep++) {
      const symbol = this.symbols[timestep];
      const { name, title } = this.foretold[timestep][timestep > known ? 1 : 0];
      symbol.classList.toggle("unforetold", timestep > known);
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
    this.tell(spanOf(this.trace, state, "prediction")[1]);
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
