// The ways to answer: one of several, a number, a curve to sketch, a unit to point at. Each has a root, `set(answer)`
// and `enable(isOpen)`, and says an answer by `onanswer`.

import { element, svg } from "../../../../browser/dom.js";
import { LETTERS, numberText, pointsOf, sketched } from "./words.js";

const MOST_BUTTONS = 160; // units; of more, one types the number
const BOX = { width: 320, height: 160, edge: 12 };

export function inputFor(question, onanswer) {
  const { kind, units } = question;
  if (kind === "choice") return new Choices(question, onanswer);
  if (kind === "curve") return new Sketch(question, onanswer);
  if (kind === "unit" && units <= MOST_BUTTONS) return new Units(question, onanswer);
  return new NumberField(question, onanswer);
}

class Choices {
  constructor({ options }, onanswer) {
    this.buttons = options.map((text, place) =>
      element(
        "button",
        { class: "q-choice", "aria-pressed": "false", onclick: () => onanswer(place) },
        element("span", { class: "q-letter", text: LETTERS[place] }),
        element("span", { text }),
      ),
    );
    this.root = element("div", { class: "q-choices", role: "group", "aria-label": "Answers" }, ...this.buttons);
  }

  set(answer) {
    this.buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(place === answer)));
  }

  enable(isOpen) {
    for (const button of this.buttons) button.disabled = !isOpen;
  }
}

class Units {
  constructor({ units }, onanswer) {
    this.buttons = Array.from({ length: units }, (_, unit) =>
      element("button", {
        class: "q-unit",
        text: String(unit),
        "aria-pressed": "false",
        "aria-label": `Unit ${unit}`,
        onclick: () => onanswer(unit),
      }),
    );
    this.root = element("div", { class: "q-units", role: "group", "aria-label": "Units" }, ...this.buttons);
  }

  set(answer) {
    this.buttons.forEach((button, unit) => button.setAttribute("aria-pressed", String(unit === answer)));
  }

  enable(isOpen) {
    for (const button of this.buttons) button.disabled = !isOpen;
  }
}

class NumberField {
  constructor({ kind, units }, onanswer) {
    const whole = kind === "unit" ? { step: 1, min: 0, max: units - 1 } : { step: "any" };
    this.input = element("input", { type: "number", inputmode: "decimal", "aria-label": "Your number", ...whole });
    this.button = element("button", { class: "q-main", text: "Answer" });
    this.root = element("form", { class: "q-number", novalidate: "" }, this.input, this.button);
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      const value = Number(this.input.value.replace(",", "."));
      if (this.input.value.trim() && Number.isFinite(value)) onanswer(value);
      else this.input.focus();
    });
  }

  set(answer) {
    if (answer !== null && document.activeElement !== this.input) this.input.value = String(answer);
  }

  enable(isOpen) {
    this.input.disabled = this.button.disabled = !isOpen;
  }
}

class Sketch {
  constructor({ low, high, labels }, onanswer) {
    Object.assign(this, { low, high, labels, cursor: 0 });
    this.values = labels.map(() => Math.max(low, Math.min(high, 0)));
    this.line = svg("polyline", { class: "q-pen" });
    this.mark = svg("circle", { class: "q-pen-mark", r: 5 });
    const { width, height } = BOX;
    this.picture = svg(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, class: "q-sketch", tabindex: 0, role: "application" },
      ...axes({ low, high, labels }),
      this.line,
      this.mark,
    );
    this.word = element("p", { class: "q-hint", role: "status" });
    this.button = element("button", { class: "q-main", text: "Answer", onclick: () => onanswer(this.values) });
    this.root = element("div", { class: "q-curve" }, this.picture, this.word, this.button);
    this.picture.addEventListener("pointerdown", (event) => this.begin(event));
    this.picture.addEventListener("pointermove", (event) => event.buttons & 1 && this.draw(this.at(event)));
    this.picture.addEventListener("keydown", (event) => this.key(event));
    this.show();
  }

  at({ clientX, clientY }) {
    const bounds = this.picture.getBoundingClientRect();
    const { width, height, edge } = BOX;
    const x = ((clientX - bounds.left) / bounds.width) * width;
    const y = ((clientY - bounds.top) / bounds.height) * height;
    const across = (x - edge) / (width - 2 * edge);
    const up = 1 - (y - edge) / (height - 2 * edge);
    const t = Math.round(Math.min(1, Math.max(0, across)) * (this.values.length - 1));
    return { t, value: this.low + Math.min(1, Math.max(0, up)) * (this.high - this.low) };
  }

  begin(event) {
    if (!this.isOpen) return;
    this.picture.setPointerCapture(event.pointerId);
    this.last = this.at(event);
    this.draw(this.last);
  }

  draw(to) {
    if (!this.isOpen || !this.last) return;
    this.values = sketched(this.values, this.last, to);
    this.last = to;
    this.cursor = to.t;
    this.show();
  }

  /** Arrow keys do what a finger does. */
  key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const move = moves[event.key];
    if (!move || !this.isOpen) return;
    event.preventDefault();
    event.stopPropagation();
    this.cursor = Math.max(0, Math.min(this.values.length - 1, this.cursor + move[0]));
    const value = this.values[this.cursor] + (move[1] * (this.high - this.low)) / 20;
    this.values[this.cursor] = Math.max(this.low, Math.min(this.high, value));
    this.show();
  }

  show() {
    const points = pointsOf(this.values, { ...BOX, low: this.low, high: this.high });
    this.line.setAttribute("points", points.map((point) => point.join()).join(" "));
    const [x, y] = points[this.cursor];
    this.mark.setAttribute("cx", x);
    this.mark.setAttribute("cy", y);
    const said = `timestep ${this.cursor + 1} “${this.labels[this.cursor]}”: ${numberText(this.values[this.cursor])}`;
    this.word.textContent = `Draw with a finger or the mouse, or use the arrow keys. At ${said}.`;
    this.picture.setAttribute("aria-label", `Your sketch, at ${said}`);
  }

  set(answer) {
    if (answer === null || this.last) return;
    this.values = [...answer];
    this.show();
  }

  enable(isOpen) {
    this.isOpen = isOpen;
    this.button.disabled = !isOpen;
  }
}

/** The frame of a picture over the timesteps: its ends, 0, and what is read. */
export function axes({ low, high, labels }) {
  const { width, height, edge } = BOX;
  const y = (value) => pointsOf([value], { ...BOX, low, high })[0][1];
  const zero = low < 0 ? [svg("line", { class: "q-zero", x1: edge, x2: width - edge, y1: y(0), y2: y(0) })] : [];
  const ends = [high, low].map((value) =>
    svg("text", { class: "q-tick", x: 2, y: y(value) + (value === high ? 9 : -2), text: numberText(value) }),
  );
  const every = Math.ceil(labels.length / 20);
  const read = pointsOf(labels.map(() => low), { ...BOX, low, high }).flatMap(([x], t) =>
    t % every ? [] : [svg("text", { class: "q-tick q-read", x, y: height - 1, text: labels[t] })],
  );
  return [...zero, ...ends, ...read];
}

export const curveBox = BOX;
