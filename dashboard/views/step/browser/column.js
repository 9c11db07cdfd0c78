// One of the two places for a drawn cell, with all that is the cell's own: heading, drawing, equation and prediction.

import { element } from "../../../browser/dom.js";
import { Cell } from "../../../browser/cell/cell.js";
import { Equation } from "./equation.js";
import { Heading } from "./heading.js";
import { actionsIn } from "./pair.js";
import { Prediction } from "./prediction.js";

export class Column {
  /** `side` is "this", which always stands there, or "beside". */
  constructor(side, actions) {
    const own = actionsIn(side, actions);
    const focus = () => actions.turnFocus(side);
    this.heading = new Heading(focus);
    this.cell = new Cell(own);
    this.equation = new Equation();
    this.prediction = new Prediction(own);
    this.drawing = element("div", { class: "drawing" }, this.heading.root, this.cell.root, this.equation.root);
    this.drawing.addEventListener("click", focus);
    this.view = null;
    if (side === "this") return;
    for (const root of [this.drawing, this.prediction.root]) root.classList.add("second");
    this.prediction.root.setAttribute("aria-label", "Prediction of the cell beside");
    this.cell.root.setAttribute("aria-label", "The cell beside at this timestep");
  }

  /** Show a view; null where nothing stands beside. */
  show(view) {
    this.view = view;
    if (view) for (const part of [this.heading, this.cell, this.equation, this.prediction]) part.show(view);
  }

  /** `state` is the common cursor, which stands elsewhere where this cell has less. */
  draw(state, changed) {
    if (!this.view) return;
    this.heading.draw(state);
    for (const part of [this.cell, this.equation, this.prediction]) part.draw(this.view.state, changed);
  }

  destroy() {
    this.cell.destroy();
  }
}
