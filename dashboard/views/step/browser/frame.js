// The view's layout: what stands where, what is said above it, and who has the keys.

import { element, setText } from "../../../browser/dom.js";
import { explain } from "../../../browser/glossary.js";
import { Help } from "./help.js";
import { TERMS } from "./terms.js";

export class Frame {
  /** `parts` by name, each with its `root`. */
  constructor({ checkpoints, strip, transport, cell, equation, panels, prediction, arrangeBar, heatmaps, curves }) {
    this.help = new Help();
    this.summary = element("p", { class: "hidden-text", role: "status", "aria-live": "polite" });
    this.message = element("span");
    this.notice = element(
      "p",
      { class: "notice", role: "alert", hidden: "" },
      this.message,
      element("button", {
        class: "small-tool",
        text: "×",
        "aria-label": "Close the message",
        onclick: () => this.say(""),
      }),
    );
    this.waiting = element("p", { class: "waiting", text: "The engine is reading the sequence …" });
    this.content = element(
      "div",
      { class: "content", hidden: "" },
      checkpoints.root,
      strip.root,
      transport.root,
      element(
        "div",
        { class: "stage" },
        element("div", { class: "drawing" }, cell.root, equation.root),
        panels.root,
        prediction.root,
      ),
      arrangeBar.root,
      heatmaps.root,
      curves.root,
    );
    this.root = element(
      "div",
      {
        class: "step-view",
        tabindex: 0,
        role: "application",
        "aria-label": "LSTM cell, stepped with the arrow keys; press ? for all keys",
      },
      this.notice,
      this.waiting,
      this.content,
      this.summary,
      this.help.root,
    );
    this.explanations = explain(this.root, TERMS);
    this.returnFocus();
  }

  /** Whoever chooses by mouse or touch goes on stepping by keys; whoever moves by keys stays where they are. */
  returnFocus() {
    let byPointer = false;
    this.root.addEventListener("pointerdown", () => (byPointer = true));
    this.root.addEventListener("keydown", () => (byPointer = false));
    const done = (event) =>
      byPointer &&
      !this.help.root.open &&
      event.target.closest("button, select, [type=checkbox]") &&
      this.root.focus({ preventScroll: true });
    this.root.addEventListener("change", done);
    this.root.addEventListener("click", (event) => event.target.tagName !== "SELECT" && done(event));
  }

  /** Take the keys, unless somebody has them. */
  takeFocus() {
    if ((document.activeElement ?? document.body) === document.body) this.root.focus({ preventScroll: true });
  }

  destroy() {
    this.explanations.end();
  }

  showContent() {
    this.waiting.hidden = true;
    this.content.hidden = false;
  }

  waitInVain() {
    setText(this.waiting, "Nothing can be shown yet. Reload the page to try again.");
  }

  setTheme({ dark }) {
    this.root.dataset.theme = dark ? "dark" : "light";
  }

  /** Say something above the view; an empty text closes it. */
  say(text) {
    this.notice.hidden = !text;
    setText(this.message, text);
  }

  /** Say where the cursor has come to rest, to those who hear the page. */
  summarise(text) {
    setText(this.summary, text);
  }
}
