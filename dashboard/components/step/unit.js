// The two equations of the states with the selected unit's own numbers in them.

import { element, setText } from "../shared/dom.js";
import { fixed } from "../shared/format.js";

export class Unit {
  constructor() {
    this.title = element("h3");
    this.cell = element("p", { class: "equation" });
    this.hidden = element("p", { class: "equation" });
    this.root = element("section", { class: "unit", "aria-label": "Selected unit" }, this.title, this.cell, this.hidden);
  }

  setTrace(trace) {
    this.trace = trace;
  }

  draw({ timestep, unit, layer }) {
    const at = (name, time = timestep) => fixed(this.trace.value(layer, name, time, unit));
    const within = (text) => (text.startsWith("−") ? `(${text})` : text);
    setText(this.title, `Unit ${unit}`);
    setText(
      this.cell,
      `c = f·c′ + i·g\n= ${at("forget_gate")}·${within(at("cell", timestep - 1))} + ${at("input_gate")}·${within(at("candidate"))}\n= ${at("cell")}`,
    );
    setText(this.hidden, `h = o·tanh(c)\n= ${at("output_gate")}·tanh(${at("cell")})\n= ${at("hidden")}`);
  }
}
