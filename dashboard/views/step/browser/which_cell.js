// Which of two drawn cells a phone shows, where both would not be in sight at once; panels ask about the same one.

import { element, setText } from "../../../browser/dom.js";

export class WhichCell {
  constructor(actions) {
    this.buttons = Object.fromEntries(
      ["this", "beside"].map((side) => [side, element("button", { onclick: () => actions.turnFocus(side) })]),
    );
    this.root = element(
      "div",
      { class: "which-cell", role: "group", "aria-label": "Cell that is shown", hidden: "" },
      ...Object.values(this.buttons),
    );
  }

  show({ pair }) {
    this.root.hidden = !pair.beside;
    if (!pair.beside) return;
    for (const [side, button] of Object.entries(this.buttons)) {
      setText(button, pair[side].called);
      button.setAttribute("aria-pressed", pair.focused === pair[side]);
    }
  }

  draw() {}
}
