// Which page of the text is shown, and ways to the others.

import { element, setText } from "../../../browser/dom.js";
import { whole } from "../../../browser/format.js";

export class Pager {
  constructor(actions) {
    this.before = element("button", {
      class: "small-tool",
      "aria-label": "Page before",
      text: "‹",
      onclick: () => actions.turnPage(this.page - 1),
    });
    this.next = element("button", {
      class: "small-tool",
      "aria-label": "Next page",
      text: "›",
      onclick: () => actions.turnPage(this.page + 1),
    });
    this.words = element("span", { role: "status" });
    this.root = element("div", { class: "pager" }, this.before, this.next, this.words);
    this.before.hidden = this.next.hidden = true;
  }

  show({ page, state }) {
    if (!page) return;
    const { first, labels, total, pages } = page.header;
    this.page = state.page;
    this.before.hidden = this.next.hidden = pages < 2;
    this.before.disabled = state.page === 0;
    this.next.disabled = state.page >= pages - 1;
    setText(this.words, `${whole(first + 1)} to ${whole(first + labels.length)} of ${whole(total)}`);
  }

  wait() {
    setText(this.words, "The text is read by the model …");
  }

  waitInVain(page) {
    if (!page) setText(this.words, "There is nothing to show yet.");
  }
}
