// The dialog that makes a link of what is in view: to share it, to set an exercise, or to show it on a course's page.

import { element, setText } from "../../../browser/dom.js";
import { HIDEABLE, LONGEST_NOTE, exerciseLink, frameOf, inWords } from "./exercise.js";

const PREVIEW_DELAY = 600; // ms at rest before the preview is opened anew

export class Share {
  constructor() {
    const renew = () => this.renew();
    this.note = element("input", {
      type: "text",
      maxlength: LONGEST_NOTE,
      placeholder: "Step to the x. Which gate closes, and why?",
      oninput: renew,
    });
    const box = (label, attributes = {}) => {
      const input = element("input", { type: "checkbox", onchange: renew, ...attributes });
      return { input, root: element("label", {}, input, element("span", { text: label })) };
    };
    this.hidden = Object.entries(HIDEABLE).map(([name, label]) => ({ name, ...box(label) }));
    this.byTask = box("");
    this.present = box("Large, for a projector");
    this.link = element("input", { type: "text", readonly: "", "aria-label": "Link" });
    this.words = element("p", { class: "quiet", role: "status" });
    this.visit = element("a", { class: "action", text: "Open it", target: "_blank", rel: "noopener" });
    this.frame = element("textarea", { readonly: "", rows: 3, "aria-label": "HTML of a frame" });
    this.mayEmbed = element("p", { class: "quiet" });
    this.preview = element("iframe", { title: "Preview of the link" });
    this.showPreview = element("details", {}, element("summary", { text: "Preview" }), this.preview);
    this.showPreview.addEventListener("toggle", () => this.renewPreview(0));
    this.root = element("dialog", { class: "share", "aria-label": "Share or exercise" });
    this.content = [
      element("h3", { text: "Share this, or make an exercise of it" }),
      element("p", {
        text:
          "The link leads to what is in view now: run, sequence, timestep, unit, panel and all that is clamped. " +
          "For an exercise, say what to do and hide what would give it away.",
      }),
      element("label", { class: "wide" }, element("span", { text: "A sentence on top" }), this.note),
      element(
        "fieldset",
        {},
        element("legend", { text: "Hide" }),
        ...this.hidden.map(({ root }) => root),
      ),
      element("p", { class: "span" }, this.byTask.root, this.present.root),
      element("p", { class: "with-button" }, this.link, this.copier(this.link, "Copy link"), this.visit),
      this.words,
      this.showPreview,
      element("h3", { text: "In a page of your course" }),
      element("p", { class: "with-button" }, this.frame, this.copier(this.frame, "Copy HTML")),
      this.mayEmbed,
      element("form", { method: "dialog" }, element("button", { class: "action", text: "Close" })),
    ];
    this.root.addEventListener("click", (event) => event.target === this.root && this.root.close());
    this.root.addEventListener("close", () => {
      this.showPreview.open = false;
      this.root.replaceChildren(); // while it is closed, nothing of it is on the page
    });
  }

  copier(field, text) {
    const button = element("button", { class: "action", text });
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(field.value);
        setText(button, "Copied");
      } catch {
        field.select(); // the browser allows the clipboard only on secure pages
        setText(button, "Press Ctrl C");
      }
      setTimeout(() => setText(button, text), 2000);
    });
    return button;
  }

  /** Open it on the view, whose address is `href`. */
  open({ state, task, embedding, pair }, href) {
    const cells = new Set([pair.beside, pair.this].map((view) => view?.trace.cell.variant));
    this.beside = pair.choice?.kind === "run" ? [...cells].join(",") : null;
    this.href = href;
    this.task = task;
    this.note.value = state.note;
    for (const { name, input } of this.hidden) input.checked = state.hide.includes(name);
    this.present.input.checked = state.present;
    this.byTask.input.checked = new URL(href).searchParams.has("task");
    setText(this.byTask.root.lastChild, `Any server's newest run of the task “${task}”, rather than this very run`);
    setText(
      this.mayEmbed,
      embedding.length
        ? `Pages of ${embedding.join(", ")} may show it.`
        : "Embedding is off on this server, so a browser shows an empty frame. Whoever runs the server allows it by " +
            "naming the course's site: LSTM_EMBED_ORIGINS=https://course.example",
    );
    this.root.replaceChildren(...this.content);
    this.renew();
    this.root.showModal();
  }

  renew() {
    const wanted = {
      note: this.note.value,
      hide: this.hidden.filter(({ input }) => input.checked).map(({ name }) => name),
      present: this.present.input.checked,
      task: this.byTask.input.checked ? this.task : null,
      beside: this.beside,
    };
    this.link.value = this.visit.href = exerciseLink(this.href, { ...wanted, embed: false });
    this.framed = exerciseLink(this.href, { ...wanted, embed: true });
    this.frame.value = frameOf(this.framed);
    setText(this.words, inWords(wanted.hide));
    this.renewPreview(PREVIEW_DELAY);
  }

  renewPreview(delay) {
    clearTimeout(this.timer);
    const href = this.showPreview.open ? this.framed : "about:blank";
    // not by src: each would be one more entry of the browser's history
    this.timer = setTimeout(() => this.preview.contentWindow?.location.replace(href), delay);
  }
}
