// What if a value were held? The form, the list of what is held, and what it changed.

import { element, setText } from "../../../browser/dom.js";
import { fixed } from "../../../browser/format.js";
import { checkedClamp } from "./link.js";

export class WhatIf {
  constructor(actions) {
    this.actions = actions;
    const field = (label, input) => element("label", {}, element("span", { text: label }), input);
    this.quantity = element("select", { "aria-label": "Quantity to hold" });
    this.quantity.addEventListener("change", () => actions.move({ quantity: this.quantity.value }));
    this.units = element("select", { "aria-label": "Units to hold" });
    this.first = element("input", { type: "number", min: 1, "aria-label": "From timestep" });
    this.last = element("input", { type: "number", min: 1, "aria-label": "To timestep" });
    this.value = element("input", { type: "text", inputmode: "decimal", value: "0", "aria-label": "Value to hold" });
    const preset = (text, title, value) => element("button", { class: "small-tool", text, title, onclick: () => (this.value.value = value()) });
    this.form = element(
      "form",
      { class: "hold" },
      field("hold", this.quantity),
      field("of", this.units),
      element("div", { class: "span" }, element("span", { text: "at" }), this.first, element("span", { text: "to" }), this.last, element("button", { type: "button", class: "small-tool", text: "all", title: "The whole sequence", onclick: () => this.spanAll() })),
      element(
        "div",
        { class: "span" },
        element("span", { text: "value" }),
        this.value,
        preset("0", "Closed", () => "0"),
        preset("1", "Open", () => "1"),
        preset("old", "As it was one timestep before", () => this.oldValue()),
      ),
      element("button", { type: "submit", class: "action", text: "Hold" }),
    );
    for (const button of this.form.querySelectorAll("button:not([type])")) button.type = "button";
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.hold();
    });
    this.problem = element("p", { class: "problem", role: "alert", hidden: "" });
    this.list = element("ul", { class: "held" });
    this.undo = element("button", { class: "small-tool", text: "Undo", title: "Undo (z)", onclick: () => actions.undo() });
    this.reset = element("button", { class: "small-tool", text: "Reset", title: "Let everything go", onclick: () => this.clamps.length && actions.hold([]) });
    this.outcome = element("p", { class: "outcome" });
    this.root = element(
      "section",
      { class: "whatif", "aria-label": "What if" },
      this.form,
      this.problem,
      this.outcome,
      element("div", { class: "span" }, this.undo, this.reset),
      this.list,
    );
  }

  show({ trace, original, quantities, state, undoable }) {
    this.trace = trace;
    this.original = original;
    if (this.quantity.options.length === 0)
      this.quantity.replaceChildren(...quantities.map(({ name, label }) => element("option", { value: name, text: label.toLowerCase() })));
    this.clamps = state.clamps;
    this.undo.setAttribute("aria-disabled", !undoable); // not disabled: the keyboard's focus would be lost
    this.reset.setAttribute("aria-disabled", state.clamps.length === 0);
    this.list.replaceChildren(
      ...state.clamps.map((clamp, k) =>
        element(
          "li",
          {},
          element("button", { class: "link", text: describe(clamp, trace), title: "Go there", onclick: () => this.actions.move({ timestep: clamp.first, layer: clamp.layer, ...(clamp.unit === null ? {} : { unit: clamp.unit }) }) }),
          element("button", { class: "small-tool", text: "×", "aria-label": `Let go: ${describe(clamp, trace)}`, onclick: () => this.actions.hold(state.clamps.filter((_, other) => other !== k)) }),
        ),
      ),
    );
    this.last.max = this.first.max = trace.timesteps;
    this.place = null;
  }

  draw(state) {
    this.state = state;
    const place = `${state.timestep}/${state.unit}/${state.quantity}/${state.layer}`;
    if (this.place !== place) {
      this.place = place;
      if (state.quantity !== "prediction") this.quantity.value = state.quantity;
      const chosen = this.units.value;
      this.units.replaceChildren(element("option", { value: "one", text: `unit ${state.unit}` }), element("option", { value: "all", text: "all units" }));
      this.units.value = chosen || "one";
      this.first.value = this.last.value = state.timestep + 1;
    }
    setText(this.outcome, this.said(state.timestep));
  }

  /** What holding changed, in the loss and in the prediction at the cursor. */
  said(timestep) {
    const { trace, original } = this;
    if (!original) return "Nothing is held. Choose a value, a unit and a stretch of time, and hold it there; double-click a unit in the drawing to choose it.";
    const change = trace.loss - original.loss;
    const loss = `Loss ${fixed(original.loss)} → ${fixed(trace.loss)} (${change < 0 ? "" : "+"}${fixed(change)} ${trace.unit_of_loss}).`;
    if (trace.kind === "value") return `${loss} Prediction here: ${fixed(original.predicted[timestep])} → ${fixed(trace.predicted[timestep])}.`;
    if (trace.right[timestep].length === 0) return `${loss} No answer is asked here.`;
    const percent = (one) => `${(one.came_probability[timestep] * 100).toFixed(1)} %`;
    const best = (one) => one.output_labels[one.top[timestep][0]];
    return `${loss} “${trace.target_labels[timestep]}”, which came: ${percent(original)} → ${percent(trace)}. Likeliest: “${best(original)}” → “${best(trace)}”.`;
  }

  spanAll() {
    this.first.value = 1;
    this.last.value = this.trace.timesteps;
  }

  oldValue() {
    const { layer, timestep, unit } = this.state;
    return String(+this.trace.value(layer, this.quantity.value, timestep - 1, unit).toPrecision(7));
  }

  hold() {
    const { symbol } = this.trace.quantities[this.trace.index[this.quantity.value]];
    const text = this.value.value.trim().replace("−", "-").replace(",", ".");
    const clamp = {
      symbol,
      layer: this.state.layer,
      unit: this.units.value === "all" ? null : this.state.unit,
      first: Number(this.first.value) - 1,
      last: Number(this.last.value) - 1,
      value: text === "" ? NaN : Number(text),
    };
    this.add(clamp);
  }

  /** Hold something more, or say why not. */
  add(clamp) {
    const checked = checkedClamp(clamp, this.trace);
    this.problem.hidden = typeof checked !== "string";
    if (typeof checked === "string") return setText(this.problem, checked);
    this.actions.hold([...this.clamps, checked]);
  }
}

/** A clamp as people read it. */
function describe({ symbol, layer, unit, first, last, value }, trace) {
  const who = unit === null ? "all units" : `unit ${unit}`;
  const where = trace.layers > 1 ? `, layer ${layer + 1}` : "";
  const when = first === last ? `at ${first + 1}` : `at ${first + 1} to ${last + 1}`;
  return `${symbol} = ${+value.toPrecision(6)}, ${who}${where}, ${when}`.replace("= -", "= −");
}
