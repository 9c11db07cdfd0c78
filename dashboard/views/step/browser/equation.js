// The operation at work in words, as an equation, with the selected unit's numbers, and as the textbook's line.

import { element, setText } from "../../../browser/dom.js";
import { compact } from "../../../browser/format.js";
import { backwardStep, explained, reader } from "./operations.js";

export class Equation {
  constructor() {
    this.name = element("b");
    this.words = element("span");
    this.equation = element("span", { class: "symbols" });
    this.numbers = element("span", { class: "numbers" });
    this.code = element("code");
    this.root = element(
      "div",
      { class: "equation", "aria-label": "Equation" },
      element("p", {}, this.name, this.words),
      element("p", {}, this.equation, this.numbers),
      this.code,
    );
  }

  show({ trace, gradients, textbook }) {
    this.trace = trace;
    this.gradients = gradients;
    this.textbook = textbook;
  }

  draw(state) {
    if (this.gradients && state.quantity !== "prediction") return this.drawBackward(state);
    const operation = explained(state);
    setText(this.name, operation.name);
    setText(this.words, operation.words);
    setText(this.equation, operation.equation);
    setText(this.numbers, operation.numbers(reader(this.trace, state)));
    const line = this.textbook[operation.line];
    setText(
      this.code,
      line ? `equations.py, line ${line.number}: ${line.code}` : "equations.py: softmax(z), over all outputs",
    );
  }

  drawBackward(state) {
    const { words, equation, gradient, factor } = backwardStep(state.quantity, this.trace, this.gradients, state);
    setText(this.name, "backward");
    setText(this.words, words);
    setText(this.equation, equation);
    setText(this.numbers, `${compact(gradient)} · ${compact(factor)} = ${compact(gradient * factor)}`);
    setText(this.code, "derived beside each line of kernel.py that computes it");
  }
}
