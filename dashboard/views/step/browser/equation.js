// The operation at work in words, as an equation, with the selected unit's numbers, and as the textbook's line.

import { element, setText } from "../../../browser/dom.js";
import { compact } from "../../../browser/format.js";
import { SourceLine } from "../../../browser/source.js";
import { backwardStep, explained, reader } from "./operations.js";

const TEXTBOOK = "equations.py";

export class Equation {
  constructor() {
    this.name = element("b");
    this.words = element("span");
    this.equation = element("span", { class: "symbols" });
    this.numbers = element("span", { class: "numbers" });
    this.code = new SourceLine();
    this.root = element(
      "div",
      { class: "equation", "aria-label": "Equation" },
      element("p", {}, this.name, this.words),
      element("p", {}, this.equation, this.numbers),
      this.code.root,
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
    if (line) this.code.show(`${TEXTBOOK}, line ${line.number}: ${line.code}`, TEXTBOOK, line.number);
    else this.code.show(`${TEXTBOOK}: softmax(z), over all outputs`, TEXTBOOK, "def softmax");
  }

  drawBackward(state) {
    const { words, equation, gradient, factor } = backwardStep(state.quantity, this.trace, this.gradients, state);
    setText(this.name, "backward");
    setText(this.words, words);
    setText(this.equation, equation);
    setText(this.numbers, `${compact(gradient)} · ${compact(factor)} = ${compact(gradient * factor)}`);
    this.code.show("derived beside each line of kernel.py that computes it", "", null);
  }
}
