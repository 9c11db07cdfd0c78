// The source that computes what is on the screen, in a window over the page, with the line in question marked.

import { element, setText } from "./dom.js";

const texts = new Map(); // file -> its lines, or the promise of them

/** Open a file of the app's source at a line, in a dialog that stands in the parent. */
export async function openSource(parent, file, line) {
  const title = element("h3", { text: `${file}, line ${line}` });
  const list = element("ol", { class: "source-lines", tabindex: 0, "aria-label": `Source of ${file}` });
  const said = element("p", { role: "status", text: "The source is being fetched …" });
  const close = element("button", { class: "source-close", text: "Close", onclick: () => dialog.close() });
  const dialog = element(
    "dialog",
    { class: "source", "aria-label": `${file}, line ${line}` },
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
    said.remove();
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
