// The operation at work in words, as an equation, with the selected unit's numbers, and as the textbook's line.

import { element, setText } from "../../../browser/dom.js";
import { compact } from "../../../browser/format.js";
import { gradientHasCome } from "../../../browser/cell/progress.js";
import { SourceLine } from "../../../browser/source.js";
import { explained, numbers, passedOn, waysFrom } from "./operations.js";

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

  show({ trace, gradients }) {
    this.trace = trace;
    this.gradients = gradients;
  }

  draw(state) {
    if (this.gradients && state.quantity !== "prediction") return this.drawBackward(state);
    const operation = explained(this.trace, state);
    setText(this.name, operation.name);
    setText(this.words, operation.words);
    setText(this.equation, operation.equation);
    setText(this.numbers, numbers(operation, this.trace, state));
    this.showLineOf(operation);
  }

  /** The textbook's line; nothing for a cell that it does not tell of. */
  showLineOf({ line }) {
    const found = this.trace.textbook[line];
    if (found) this.code.show(`${found.file}, line ${found.number}: ${found.code}`, found.file, found.number);
    else this.code.show("", "", null);
  }

  drawBackward(state) {
    const [way] = waysFrom(this.trace, state.quantity);
    const { symbol } = this.trace.quantity(state.quantity);
    setText(this.name, "backward");
    if (!way) {
      setText(this.words, `How the gradient goes on from ${symbol} is not written down for this cell.`);
      for (const node of [this.equation, this.numbers]) setText(node, "");
      this.code.show("", "", null);
      return;
    }
    const { words, equation, gradient, factor } = passedOn(way, this.trace, this.gradients, state);
    setText(this.words, words);
    setText(this.equation, equation);
    const isThere = gradientHasCome(this.trace, state, way.quantity);
    setText(this.numbers, isThere ? `${compact(gradient)} · ${compact(factor)} = ${compact(gradient * factor)}` : "");
    this.code.show("the chain rule, held to the engine's own gradients by its tests", "", null);
  }
}
