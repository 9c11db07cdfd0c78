// The overlay on '?': every key, and what to look at first.

import { element } from "../../../browser/dom.js";

export class Help {
  constructor() {
    this.keys = element("dl");
    this.root = element(
      "dialog",
      { class: "help", "aria-label": "Keys and help" },
      element("h3", { text: "Step inside the cell" }),
      element("p", {
        text:
          "The memory c runs along the top. At each timestep the forget gate f keeps part of it, the input gate i " +
          "writes part of the candidate g into it, and the output gate o says part of it as h. Click any unit, or " +
          "any symbol, to ask about it; a double-click on a unit lets you clamp its value.",
      }),
      this.keys,
      element("form", { method: "dialog" }, element("button", { class: "action", text: "Close" })),
    );
    this.root.addEventListener("click", (event) => event.target === this.root && this.root.close());
  }

  /** Open it on a table of keys, see `keyTable`. */
  open(table) {
    this.keys.replaceChildren(
      ...table.flatMap(({ shown, words }) => [element("dt", { text: shown }), element("dd", { text: words })]),
    );
    this.root.showModal();
  }
}
