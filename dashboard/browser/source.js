// The source that computes what is on the screen, in a window over the page, with the line in question marked.

import { element, setText } from "./dom.js";

const texts = new Map(); // file -> its lines, or the promise of them

/** Open a file of the app's source in a dialog within the parent, at a line: its number, or what it begins with. */
export async function openSource(parent, file, at) {
  const title = element("h3", { text: file });
  const list = element("ol", { class: "source-lines", tabindex: 0, "aria-label": `Source of ${file}` });
  const said = element("p", { role: "status", text: "The source is being fetched …" });
  const close = element("button", { class: "source-close", text: "Close", onclick: () => dialog.close() });
  const dialog = element(
    "dialog",
    { class: "source", "aria-label": `Source of ${file}` },
    element("header", {}, title, close),
    said,
    list,
  );
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("keydown", (event) => event.stopPropagation()); // the page's own keys wait
  dialog.addEventListener("close", () => dialog.remove());
  parent.append(dialog);
  dialog.showModal();
  try {
    const lines = await read(file);
    const line = typeof at === "number" ? at : lines.findIndex((text) => text.startsWith(at)) + 1;
    said.remove();
    setText(title, `${file}, line ${line}`);
    list.append(...lines.map((text, k) => element("li", { "aria-current": k + 1 === line ? "true" : null, text })));
    list.children[line - 1]?.scrollIntoView({ block: "center" });
    list.focus();
  } catch {
    setText(said, `The source could not be fetched. It stands in lstm_engine/cell/${file}.`);
  }
}

function read(file) {
  if (!texts.has(file)) {
    const lines = fetch(new URL(`../../source/${file}`, import.meta.url)).then(async (response) => {
      if (!response.ok) throw new Error(response.statusText);
      return (await response.text()).trimEnd().split("\n");
    });
    texts.set(file, lines);
    lines.catch(() => texts.delete(file));
  }
  return texts.get(file);
}

/** A line of a source, which opens it: a button in the form of the line. */
export class SourceLine {
  constructor() {
    this.code = element("code");
    this.root = element("button", { class: "source-line", title: "Show it in its source" }, this.code);
    this.root.addEventListener("click", () => {
      if (this.at !== null) openSource(this.root.parentElement, this.file, this.at);
    });
  }

  /** Show a text that stands in a file at a line; `at` is its number, what it begins with, or null if it is in none. */
  show(text, file, at) {
    setText(this.code, text);
    this.file = file;
    this.at = at ?? null;
    this.root.setAttribute("aria-disabled", this.at === null);
  }
}
