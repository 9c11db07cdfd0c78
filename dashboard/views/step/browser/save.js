// Everything to take along: pictures, data, a link, and the same trace in a notebook.

import { element, setText } from "../../../browser/dom.js";
import { saveFile, toPicture } from "../../../browser/pictures.js";

export class Save {
  constructor(actions) {
    this.actions = actions;
    this.pictures = element("ul");
    this.files = ["csv", "parquet", "npz"].map((kind) => ({
      kind,
      link: element("a", {
        class: "small-tool",
        text: kind === "parquet" ? "Parquet" : kind === "csv" ? "CSV" : kind,
        download: `trace.${kind}`,
        "aria-label": `Trace as ${kind}`,
      }),
    }));
    this.copyLink = element("button", {
      class: "small-tool",
      text: "Copy link",
      onclick: () => this.copy(location.href, this.copyLink, "Copy link"),
    });
    this.code = element("pre", { tabindex: 0, "aria-label": "Code for a notebook" });
    this.copyCode = element("button", {
      class: "small-tool",
      text: "Copy code",
      onclick: () => this.copy(this.code.textContent, this.copyCode, "Copy code"),
    });
    this.problem = element("p", { class: "problem", role: "alert", hidden: "" });
    this.root = element(
      "section",
      { class: "save", "aria-label": "Save" },
      this.pictures,
      element("p", { class: "span" }, element("span", { text: "Trace" }), ...this.files.map(({ link }) => link)),
      element("p", { class: "span" }, this.copyLink, this.copyCode),
      this.problem,
      this.code,
    );
  }

  show(view) {
    const pictures = this.actions.pictures();
    if (this.offered !== pictures.map(({ name }) => name).join()) {
      this.offered = pictures.map(({ name }) => name).join();
      this.pictures.replaceChildren(...pictures.map((picture) => this.row(picture)));
    }
    for (const { kind, link } of this.files) link.href = this.actions.file(kind);
    setText(this.code, snippet(view));
  }

  row({ name, label }) {
    const button = (kind) =>
      element("button", {
        class: "small-tool",
        text: kind.toUpperCase(),
        "aria-label": `${label} as ${kind.toUpperCase()}`,
        onclick: () => this.savePicture(name, kind),
      });
    return element("li", { "data-picture": name }, element("span", { text: label }), button("svg"), button("png"));
  }

  draw() {}

  async savePicture(name, kind) {
    const { draw } = this.actions.pictures().find((picture) => picture.name === name);
    this.problem.hidden = true;
    try {
      saveFile(await toPicture(draw(), kind), `${name}.${kind}`);
    } catch (error) {
      this.problem.hidden = false;
      setText(this.problem, `The picture could not be made (${error.message}). Try SVG.`);
    }
  }

  async copy(text, button, label) {
    try {
      await navigator.clipboard.writeText(text);
      setText(button, "Copied");
    } catch {
      setText(button, "Select it and copy by hand"); // the browser allows the clipboard only on secure pages
    }
    setTimeout(() => setText(button, label), 2000);
  }
}

/** Code that computes the trace on the screen, and the number at the cursor. */
function snippet({ run, shown, sequence, state, trace, database }) {
  const clamps = trace.clamps.map(({ quantity, layer, unit, first, last, value }) => {
    const units = unit === null ? "None" : `[${unit}]`;
    return `    Intervention.clamp("${quantity}", ${value}, range(${first}, ${last + 1}), ${units}, ${layer}),\n`;
  });
  const name = state.quantity === "prediction" ? "hidden" : state.quantity;
  return [
    clamps.length ? "from lstm_engine import Intervention" : null,
    "from lstm_engine.runs import RunStore",
    "from lstm_engine.runs.checkpoints import restore",
    "",
    `store = RunStore(${JSON.stringify(database)})`,
    `trainer = store.get(${run}).settings.build_trainer()`,
    `restore(trainer, store.checkpoint(${run}, ${shown}))`,
    `sequence = trainer.task.encode(${JSON.stringify(sequence)})`,
    clamps.length ? `clamps = [\n${clamps.join("")}]` : null,
    `trace = trainer.model.trace(sequence.inputs${clamps.length ? ", interventions=clamps" : ""})`,
    `print(trace.layers[${state.layer}].${name}[${state.timestep}, 0, ${state.unit}])`,
  ]
    .filter((line) => line !== null)
    .join("\n");
}
