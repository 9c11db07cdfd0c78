// What if a value were clamped? The form, the list of clamps, and what they changed.

import { element, setText } from "../../../browser/dom.js";
import { fixed } from "../../../browser/format.js";
import { describeClamp } from "../../../browser/cell/clamps.js";
import { rounded } from "../../../browser/cell/pointing.js";
import { hasCome, isRead } from "../../../browser/cell/progress.js";

export class WhatIf {
  constructor(actions) {
    this.actions = actions;
    const field = (label, input) => element("label", {}, element("span", { text: label }), input);
    this.quantity = element("select", { "aria-label": "Quantity to clamp" });
    this.quantity.addEventListener("change", () => actions.set({ quantity: this.quantity.value }));
    this.units = element("select", { "aria-label": "Units to clamp" });
    this.typed = false; // whether the timesteps were chosen, and stay when the cursor moves
    this.first = element("input", { type: "number", min: 1, required: "", "aria-label": "From timestep" });
    this.last = element("input", { type: "number", min: 1, required: "", "aria-label": "To timestep" });
    for (const field of [this.first, this.last]) field.addEventListener("input", () => (this.typed = true));
    // one number: dragged it is held at once, typed it is held when “Clamp” is pressed
    this.slider = element("input", { type: "range", "aria-label": "Hold at" });
    this.slider.addEventListener("input", () => this.slide());
    this.slider.addEventListener("change", () => {
      this.sliding = false;
      actions.letGo();
    });
    this.value = element("input", { type: "text", inputmode: "decimal", "aria-label": "Value to clamp at" });
    this.value.addEventListener("input", () => this.turnTo(this.value.value));
    this.given = false; // whether it was typed, and stays until it is held
    const preset = (text, title, value) =>
      element("button", {
        class: "small-tool",
        text,
        title,
        onclick: () => {
          this.value.value = value();
          this.turnTo(this.value.value);
        },
      });
    this.form = element(
      "form",
      { class: "clamp-form" },
      field("clamp", this.quantity),
      field("of", this.units),
      element(
        "div",
        { class: "span" },
        element("span", { text: "at" }),
        this.first,
        element("span", { text: "to" }),
        this.last,
        element("button", {
          type: "button",
          class: "small-tool",
          text: "all",
          title: "The whole sequence",
          onclick: () => this.spanAll(),
        }),
        element("button", {
          type: "button",
          class: "small-tool",
          text: "here",
          title: "The timestep at the cursor, wherever it goes",
          onclick: () => this.spanHere(),
        }),
      ),
      element("div", { class: "span" }, element("span", { text: "hold" }), this.slider, this.value),
      element(
        "div",
        { class: "span" },
        preset("0", "Closed", () => "0"),
        preset("1", "Open", () => "1"),
        preset("old", "As it was one timestep before", () => this.oldValue()),
      ),
      element("button", { type: "submit", class: "action", text: "Clamp" }),
    );
    for (const button of this.form.querySelectorAll("button:not([type])")) button.type = "button";
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.problem = element("p", { class: "problem", role: "alert", hidden: "" });
    this.list = element("ul", { class: "clamps" });
    this.reset = element("button", {
      class: "small-tool",
      text: "Reset",
      title: "Unclamp everything",
      onclick: () => this.trace.clamps.length && actions.unclampAll(),
    });
    this.outcome = element("p", { class: "outcome" });
    this.root = element(
      "section",
      { class: "whatif", "aria-label": "What if" },
      this.form,
      this.problem,
      this.outcome,
      element("div", { class: "span" }, this.reset),
      this.list,
    );
  }

  show({ trace, original, quantities, sequence }) {
    if (this.sequence !== sequence) this.typed = this.given = false;
    this.sequence = sequence;
    const clamps = JSON.stringify(trace.clamps);
    if (this.clamps !== clamps) this.given = false; // it is held by now
    this.clamps = clamps;
    this.trace = trace;
    this.original = original;
    const offered = quantities.filter(({ missing }) => !missing);
    if (this.offered !== trace.cell.variant) {
      this.offered = trace.cell.variant;
      this.quantity.replaceChildren(
        ...offered.map(({ name, label }) => element("option", { value: name, text: label.toLowerCase() })),
      );
    }
    // not disabled: the keyboard's focus would be lost
    this.reset.setAttribute("aria-disabled", trace.clamps.length === 0);
    this.list.replaceChildren(...trace.clamps.map((clamp, place) => this.row(clamp, place)));
    this.last.max = this.first.max = trace.timesteps;
    this.place = null;
  }

  row(clamp, place) {
    const { first, layer, unit } = clamp;
    const words = describeClamp(clamp, this.trace);
    const there = { timestep: first, layer, ...(unit === null ? {} : { unit }) };
    return element(
      "li",
      {},
      element("button", { class: "link", text: words, title: "Go there", onclick: () => this.actions.set(there) }),
      element("button", {
        class: "small-tool",
        text: "×",
        "aria-label": `Unclamp ${words}`,
        onclick: () => this.actions.unclamp(place),
      }),
    );
  }

  /** Say why a clamp cannot be; nothing if nothing is wrong. */
  complain(text) {
    this.problem.hidden = !text;
    setText(this.problem, text);
  }

  draw(state) {
    this.state = state;
    const called = this.trace.unitName(state.layer, state.unit);
    const place = `${state.timestep}/${state.operation}/${called}/${state.quantity}/${state.layer}`;
    if (this.place !== place) {
      this.place = place;
      const asked = this.trace.quantity(state.quantity);
      if (asked && !asked.missing) this.quantity.value = state.quantity;
      const [low, high] = this.trace.quantity(this.quantity.value).clamp_limits;
      this.value.title = `A number from ${low} to ${high}`;
      const [least, most] = this.actions.rangeOf(this.quantity.value);
      Object.assign(this.slider, { min: least, max: most, step: (most - least) / 100 });
      const chosen = this.units.value;
      this.units.replaceChildren(
        element("option", { value: "one", text: called }),
        element("option", { value: "all", text: "all units" }),
      );
      this.units.value = chosen || "one";
      if (!this.typed) this.first.value = this.last.value = state.timestep + 1;
      const shown = this.trace.value(state.layer, this.quantity.value, state.timestep, state.unit);
      const there = hasCome(this.trace, state, this.quantity.value);
      if (this.given) this.turnTo(this.value.value);
      else if (!this.sliding) this.showNumber(there ? rounded(shown, most - least) : "");
      this.slider.disabled = !there;
    }
    setText(this.outcome, this.said(state));
  }

  /** What clamping changed, in the loss and in the prediction at the cursor. */
  said(state) {
    const { trace, original } = this;
    const { timestep } = state;
    if (!original)
      return (
        "Nothing is clamped. Drag a unit in the drawing up or down (a finger rests on it first), or choose here what " +
        "is held, and when."
      );
    if (trace.kind === "numbers") {
      const output = original.top[timestep][0];
      const [before, after] = [original, trace].map((one) => {
        const place = one.top[timestep].indexOf(output);
        return place < 0 ? "nearer to 0 than the others" : fixed(one.top_values[timestep][place]);
      });
      return `${trace.output_labels[output]} here: ${before} → ${after}.`;
    }
    if (trace.loss === null) {
      const best = (one) => one.output_labels[one.top[timestep][0]];
      return `Likeliest: “${best(original)}” → “${best(trace)}”.`;
    }
    const change = trace.loss - original.loss;
    const by = `${change < 0 ? "" : "+"}${fixed(change)} ${trace.unit_of_loss}`;
    const loss = isRead(trace, state)
      ? `Loss ${fixed(original.loss)} → ${fixed(trace.loss)} (${by}).`
      : "The loss is known at the sequence’s end.";
    if (!hasCome(trace, state, "prediction")) return `${loss} The prediction here is not computed yet.`;
    if (trace.kind === "value")
      return `${loss} Prediction here: ${fixed(original.predicted[timestep])} → ${fixed(trace.predicted[timestep])}.`;
    if (trace.right[timestep].length === 0) return `${loss} No answer is asked here.`;
    const percent = (one) => `${(one.came_probability[timestep] * 100).toFixed(1)} %`;
    const best = (one) => one.output_labels[one.top[timestep][0]];
    const came = `“${trace.target_labels[timestep]}”, which came: ${percent(original)} → ${percent(trace)}.`;
    return `${loss} ${came} Likeliest: “${best(original)}” → “${best(trace)}”.`;
  }

  spanAll() {
    this.typed = true;
    this.first.value = 1;
    this.last.value = this.trace.timesteps;
  }

  spanHere() {
    this.typed = false;
    this.first.value = this.last.value = this.state.timestep + 1;
  }

  /** The timesteps at which something dragged at the cursor is held: those that were chosen, if it is among them. */
  span({ timestep, sequence }) {
    const [first, last] = [Number(this.first.value) - 1, Number(this.last.value) - 1];
    const isOurs = this.typed && this.sequence === sequence;
    const chosen = isOurs && first <= timestep && timestep <= last && first >= 0 && last < this.trace.timesteps;
    return chosen ? { first, last } : { first: timestep, last: timestep };
  }

  /** The number that the slider and its field say; empty while it is not known. */
  showNumber(text) {
    this.value.value = text;
    if (text !== "") this.slider.value = text;
  }

  /** A number was typed: the slider goes there, as far as it reaches. */
  turnTo(text) {
    this.given = true;
    const wanted = Number(numeral(text) || NaN);
    if (Number.isFinite(wanted)) this.slider.value = wanted;
  }

  slide() {
    this.sliding = true;
    this.given = false;
    this.value.value = rounded(Number(this.slider.value), this.slider.max - this.slider.min);
    const unit = this.units.value === "all" ? null : this.state.unit;
    this.actions.hold({ quantity: this.quantity.value, unit, value: Number(this.slider.value) });
  }

  oldValue() {
    const { layer, timestep, unit } = this.state;
    return String(+this.trace.value(layer, this.quantity.value, timestep - 1, unit).toPrecision(7));
  }

  submit() {
    this.actions.clamp({
      symbol: this.trace.quantity(this.quantity.value).symbol,
      layer: this.state.layer,
      unit: this.units.value === "all" ? null : this.state.unit,
      first: Number(this.first.value) - 1,
      last: Number(this.last.value) - 1,
      value: numeral(this.value.value),
    });
  }
}

/** A number as people type it, as the engine reads it. */
const numeral = (text) => text.trim().replace("−", "-").replace(",", ".");
