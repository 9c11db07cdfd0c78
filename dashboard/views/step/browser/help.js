// The overlay on '?': every key, and what to look at first.

import { element } from "../../../browser/dom.js";

const KEYS = [
  ["← →", "one step back or forward"],
  ["Page ↑ ↓", "ten timesteps"],
  ["Home, End", "the first, the last timestep"],
  ["↑ ↓", "the unit above or below"],
  ["Space", "play and pause"],
  ["m", "step by timestep or by operation"],
  ["f i g o c h", "ask about that quantity"],
  ["y", "ask about the prediction"],
  ["j", "jump to a timestep or symbol"],
  ["[ ]", "an earlier or a later checkpoint"],
  ["+ −", "zoom into the sequence, and out"],
  ["p", "pin the unit"],
  ["0 1", "hold the quantity at 0 or 1, here"],
  ["z", "undo what was held last"],
  ["l", "take the loss here and follow its gradient back"],
  ["w", "back to “Why”"],
  ["?", "this help; Escape closes it"],
];

export class Help {
  constructor() {
    this.root = element(
      "dialog",
      { class: "help", "aria-label": "Keys and help" },
      element("h3", { text: "Step inside the cell" }),
      element("p", {
        text: "The memory c runs along the top. At each timestep the forget gate f keeps part of it, the input gate i writes part of the candidate g into it, and the output gate o says part of it as h. Click any unit, or any symbol, to ask about it; a double-click on a unit lets you hold its value.",
      }),
      element("dl", {}, ...KEYS.flatMap(([key, text]) => [element("dt", { text: key }), element("dd", { text })])),
      element("form", { method: "dialog" }, element("button", { class: "action", text: "Close" })),
    );
    this.root.addEventListener("click", (event) => event.target === this.root && this.root.close());
  }

  open() {
    this.root.showModal();
  }
}
