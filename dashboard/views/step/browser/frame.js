// The view's layout: what stands where, what is said over it, and what of the page a link hides.

import { element, setText } from "../../../browser/dom.js";
import { explain } from "../../../browser/glossary.js";
import { HIDEABLE } from "./exercise.js";
import { Help } from "./help.js";
import { remarkOn } from "./opening.js";
import { Share } from "./share.js";
import { TERMS } from "./terms.js";

const RULE =
  "One cursor for both. By operation each cell goes through its own, and the one that has fewer waits at its end. ";
const WHICH = "Panels and curves ask about the framed one: click the other, or press b.";
const WHICH_ON_A_PHONE = "Above you choose which one is shown; panels and curves ask about it.";

export class Frame {
  /** `parts` by name, each with its `root`. */
  constructor(parts) {
    const { checkpoints, strip, transport, picker, whichCell, first, second, norms } = parts;
    const { panels, arrangeBar, heatmaps, curves } = parts;
    const ofBoth = (name) => [first[name].root, second[name].root];
    this.help = new Help();
    this.share = new Share();
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
    this.note = element("p", { class: "note", "aria-label": "The exercise", hidden: "" });
    this.remark = element("span", { class: "remark" });
    this.waiting = element("p", { class: "waiting", text: "The engine is reading the sequence …" });
    this.parts = {
      checkpoints: [checkpoints.root],
      transport: [transport.root],
      equation: ofBoth("equation"),
      prediction: ofBoth("prediction"),
      heatmaps: [arrangeBar.root, heatmaps.root],
      curves: [curves.root],
    };
    this.picker = picker.root;
    this.panels = panels.root;
    this.norms = norms.root;
    first.drawing.append(this.norms);
    Object.assign(this, { first, second });
    this.stage = element("div", { class: "stage" }, first.drawing, panels.root, first.prediction.root);
    this.rule = element(
      "p",
      { class: "rule", hidden: "" },
      RULE,
      element("span", { class: "keys-hint", text: WHICH }),
      element("span", { class: "touch-hint", text: WHICH_ON_A_PHONE }),
    );
    this.content = element(
      "div",
      { class: "content", hidden: "" },
      checkpoints.root,
      // what is needed at every step stays in sight on a phone
      element("div", { class: "steering" }, strip.root, whichCell.root, transport.root),
      element(
        "p",
        { class: "hint" },
        element(
          "span",
          { class: "keys-hint" },
          element("kbd", { text: "←" }),
          " ",
          element("kbd", { text: "→" }),
          " step, anywhere on this page; ",
          element("kbd", { text: "?" }),
          " lists all keys.",
        ),
        element("span", { class: "touch-hint", text: "Tap a letter or the arrows to step, a unit to ask about it." }),
        this.remark,
        this.picker,
      ),
      this.rule,
      this.stage,
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
        "aria-label": "The cell", // until it is known which
      },
      this.note,
      this.waiting,
      this.content,
      this.notice,
      this.summary,
      this.help.root,
      this.share.root,
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
      !event.target.closest("dialog") &&
      event.target.closest("button, select, [type=checkbox]") &&
      this.root.focus({ preventScroll: true });
    this.root.addEventListener("change", done);
    this.root.addEventListener("click", (event) => event.target.tagName !== "SELECT" && done(event));
  }

  /** Take the keys, unless somebody has them; a frame in another page, as a preview is, waits until it is chosen. */
  takeFocus() {
    if (window.parent !== window && !document.hasFocus()) return;
    if ((document.activeElement ?? document.body) === document.body) this.root.focus({ preventScroll: true });
  }

  destroy() {
    this.explanations.end();
  }

  showContent({ cell }) {
    this.root.setAttribute("aria-label", `${cell.name} cell, stepped with the arrow keys; press ? for all keys`);
    this.waiting.hidden = true;
    this.content.hidden = false;
  }

  /** Whether it is still to become what was asked for: readers of screens then wait, and keys change nothing. */
  showBusy(isBusy) {
    this.root.setAttribute("aria-busy", isBusy);
  }

  waitInVain() {
    setText(this.waiting, "Nothing can be shown yet. Reload the page to try again.");
  }

  setTheme({ dark }) {
    this.root.dataset.theme = dark ? "dark" : "light";
  }

  /** Hide what is to be hidden, grow for a projector, say the teacher's sentence. */
  obey({ hide, present, note }) {
    for (const [name, roots] of Object.entries(this.parts))
      for (const root of roots) root.classList.toggle("left-out", hide.includes(name));
    this.root.classList.toggle("present", present);
    for (const name of Object.keys(HIDEABLE)) this.root.classList.toggle(`without-${name}`, hide.includes(name));
    this.note.hidden = !note;
    setText(this.note, note);
    const page = document.documentElement.dataset; // page.css hides what Streamlit draws
    page.hide = hide.join(" ");
    page.present = present;
  }

  /** Make room for two drawn cells, or for one. */
  makeRoom({ hide }, pair) {
    this.picker.classList.toggle("left-out", hide.includes("run") || hide.includes("compare"));
    const isPaired = Boolean(pair.beside);
    const { first, second } = this;
    if (isPaired !== this.stage.classList.contains("paired")) {
      this.stage.classList.toggle("paired", isPaired);
      for (const name of ["drawing", "prediction"]) {
        const [one, other] = [first[name].root ?? first[name], second[name].root ?? second[name]];
        if (isPaired) one.after(other);
        else other.remove(); // what is not shown is not on the page
      }
      // of one it belongs to the drawing; of two it tells of the one in focus, wherever that stands
      if (isPaired) this.stage.after(this.norms);
      else first.drawing.append(this.norms);
    }
    this.rule.hidden = !pair.beside;
    this.panels.dataset.of = pair.focused.called;
  }

  /** The page is its own again. */
  leave() {
    const page = document.documentElement.dataset;
    delete page.hide;
    delete page.present;
  }

  /** What is special about the timestep at the cursor. */
  remarkOn(trace, timestep) {
    setText(this.remark, remarkOn(trace, timestep));
  }

  /** Say something over the view; an empty text takes it away. `kind` is that of a refusal. */
  say(text, kind = null) {
    this.kind = kind;
    this.notice.hidden = !text;
    setText(this.message, text);
  }

  /** What was said no longer holds, since something was changed; or, of a kind, since that is over. */
  forget(kind = null) {
    if (!this.notice.hidden && (kind === null || kind === this.kind)) this.say("");
  }

  /** Say where the cursor has come to rest, to those who hear the page. */
  summarise(text) {
    setText(this.summary, text);
  }
}
