// What stands over each of two drawn cells: which one it is, its loss, and whether the panels ask about it.

import { element, setText } from "../../../browser/dom.js";
import { whole } from "../../../browser/format.js";
import { lossOf, standingOf } from "./pair.js";

export class Heading {
  /** `focus` is called when the panels are to ask about this one. */
  constructor(focus) {
    this.name = element("b");
    this.mark = element("i", { class: "mark", title: "The colour of its surprise at each symbol above" });
    this.said = element("span", { class: "said" });
    this.trains = element("span", { class: "trains" });
    this.asked = element("button", { class: "small-tool", onclick: focus });
    this.place = element("p", { class: "quiet place" });
    this.root = element(
      "header",
      { class: "heading", hidden: "" },
      element("p", {}, this.mark, this.name, this.said, this.trains),
      this.asked,
      this.place,
    );
  }

  show(view) {
    const { pair, trace, name, run, shown, endStep } = view;
    this.view = view;
    this.root.hidden = !pair.beside;
    if (!pair.beside) return;
    this.trace = trace;
    const { kind } = pair.choice;
    setText(this.name, kind === "run" ? `${view.cell}, ${trace.units} units` : view.called);
    this.who = kind === "run" ? `${name} (run ${run}), training step ${whole(shown)} of ${whole(endStep)} · ` : "";
    const focused = pair.focused === view;
    this.root.parentElement.classList.toggle("focused", focused);
    this.asked.setAttribute("aria-pressed", focused);
    this.mark.hidden = this.readsItsOwn = kind === "sequence";
    const said = focused ? "asked about" : "ask (b)";
    setText(this.asked, said);
    this.asked.setAttribute("aria-label", `${said}: ${view.called}`);
  }

  /** The run trains, or does so no more. */
  showTraining(training) {
    setText(this.trains, training ? "weights are changing" : "");
  }

  /** `state` is the common cursor, which stands elsewhere where this cell has less. */
  draw(state) {
    if (this.root.hidden) return;
    setText(this.said, `${this.who}${lossOf(this.view)}`);
    setText(this.place, standingOf(this.trace, state, this.readsItsOwn));
  }
}
