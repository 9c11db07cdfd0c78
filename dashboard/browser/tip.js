// A line of words beside the pointer, within a part of the page: what is under it, with its number.

import { element, setText } from "./dom.js";

const GAP = 14; // pixels between the pointer and the words

export class Tip {
  /** `root` is positioned, and holds the words. */
  constructor(root) {
    this.root = root;
    this.node = element("div", { class: "tip", hidden: "" });
    root.append(this.node);
  }

  /** Say something at a place of the window, where there is room: right of it, or left. */
  show(text, { clientX, clientY }) {
    const bounds = this.root.getBoundingClientRect();
    const [x, y] = [clientX - bounds.left, clientY - bounds.top];
    setText(this.node, text);
    this.node.hidden = false;
    const right = x < bounds.width / 2;
    this.node.style.left = right ? `${x + GAP}px` : "auto";
    this.node.style.right = right ? "auto" : `${bounds.width - x + GAP}px`;
    this.node.style.top = `${Math.max(0, y - 2 * GAP)}px`;
  }

  hide() {
    this.node.hidden = true;
  }
}
