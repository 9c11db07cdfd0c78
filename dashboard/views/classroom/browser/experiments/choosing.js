// A field for each thing that a student may vary, and the values that stand in them.

import { element, setText } from "../../../../browser/dom.js";
import { numberText, shareAt, valueAt } from "./words.js";

const FINE = 200; // places of a slider

/** A field of what may be varied: {root, value}. Where it begins differs from student to student. */
function fieldOf(freedom, nickname) {
  const id = `x-choose-${freedom.name}`;
  const hint = element("p", { class: "x-hint", text: freedom.help ?? "" });
  const label = element("label", { for: id, text: `Your ${freedom.label}` });
  if (freedom.name === "letters") {
    const attributes = { maxlength: freedom.most, autocomplete: "off", spellcheck: "false" };
    const input = element("input", { id, value: nickname, ...attributes });
    return { root: element("div", { class: "x-field" }, label, input, hint), value: () => input.value };
  }
  if (freedom.choices) {
    const first = Math.floor(Math.random() * freedom.choices.length);
    const options = freedom.choices.map((one) => element("option", { value: one.name, text: one.label }));
    const input = element("select", { id }, ...options);
    input.selectedIndex = first;
    const say = () => setText(hint, freedom.choices[input.selectedIndex].idea);
    input.addEventListener("change", say);
    say();
    return { root: element("div", { class: "x-field" }, label, input, hint), value: () => input.value };
  }
  const input = element("input", { id, type: "range", min: 0, max: FINE, step: 1 });
  const value = () => valueAt(freedom, Number(input.value) / FINE);
  input.value = Math.round(Math.random() * FINE);
  const said = element("output", { for: id });
  const say = () => {
    setText(said, numberText(value()));
    input.setAttribute("aria-valuetext", numberText(value()));
  };
  input.addEventListener("input", say);
  say();
  const ends = element(
    "div",
    { class: "x-ends" },
    element("span", { text: numberText(freedom.low) }),
    element("span", { text: numberText(freedom.high) }),
  );
  const head = element("div", { class: "x-field-head" }, label, said);
  const set = (next) => {
    input.value = Math.round(FINE * shareAt(freedom, next));
    say();
  };
  return { root: element("div", { class: "x-field" }, head, input, ends, hint), value, set };
}

/** All fields of an experiment. */
export class Choosing {
  constructor(freedoms, nickname) {
    this.fields = freedoms.map((freedom) => [freedom.name, fieldOf(freedom, nickname)]);
    this.root = element("div", { class: "x-fields" }, ...this.fields.map(([, { root }]) => root));
  }

  get chosen() {
    return Object.fromEntries(this.fields.map(([name, { value }]) => [name, value()]));
  }
}

