// The sequence as a strip of symbols; the one being read is marked.

import { element } from "../shared/dom.js";

export class Strip {
  constructor(move) {
    this.move = move;
    this.track = element("div", { class: "strip-track" });
    this.root = element("div", { class: "strip", role: "group", "aria-label": "Symbols" }, this.track);
    this.track.addEventListener("click", (event) => {
      const symbol = event.target.closest("[data-timestep]");
      if (symbol) this.move({ timestep: Number(symbol.dataset.timestep) });
    });
  }

  setTrace(trace) {
    if (this.trace === trace) return;
    this.trace = trace;
    const longest = Math.max(...trace.labels.map((label) => label.length));
    this.width = Math.max(30, 9 * longest + 14); // px; fixed, so that the marked symbol's place needs no measuring
    this.symbols = trace.labels.map((label, timestep) =>
      element("button", {
        text: label,
        tabindex: -1,
        "data-timestep": timestep,
        style: `width: ${this.width}px`,
        "aria-label": `Timestep ${timestep + 1}: ${label}`,
      }),
    );
    this.marked = null;
    this.track.replaceChildren(...this.symbols);
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
