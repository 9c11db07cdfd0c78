// Everything to take along: pictures, data, a link, and the same trace in a notebook.

import { element, setText } from "../../../browser/dom.js";
import { captioned, saveFile, toPicture } from "../../../browser/pictures.js";
import { captionOf, modelName, sequenceName } from "./naming.js";

export class Save {
  constructor(actions) {
    this.actions = actions;
    this.pictures = element("ul");
    this.dark = element("input", { type: "checkbox", "aria-label": "Pictures with a dark background" });
    this.darkness = element("label", { class: "span", hidden: "" }, this.dark, " dark pictures, as on the screen");
    this.files = ["csv", "parquet", "npz"].map((kind) => ({
      kind,
      link: element("a", {
        class: "small-tool",
        text: kind === "parquet" ? "Parquet" : kind === "csv" ? "CSV" : kind,
        "aria-label": `Trace as ${kind}`,
      }),
    }));
    this.weights = element("a", { class: "small-tool", text: "Weights", "aria-label": "Weights as safetensors" });
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
      this.darkness,
      element("p", { class: "span" }, element("span", { text: "Trace" }), ...this.files.map(({ link }) => link)),
      element("p", {
        class: "quiet",
        text: "CSV and Parquet count timesteps and layers from 1, as this page does; npz and code from 0, as arrays.",
      }),
      element("p", { class: "span" }, this.copyLink, this.copyCode, this.weights),
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
    this.view = view;
    this.darkness.hidden = !view.theme.dark;
    for (const { kind, link } of this.files) this.offer(link, `trace.${kind}`, `${sequenceName(view)}-trace.${kind}`);
    this.offer(this.weights, "weights.safetensors", `${modelName(view)}.safetensors`);
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

  /** Let a link fetch what the server makes, under a name that says what it is. */
  offer(link, path, name) {
    link.href = this.actions.file(path, name);
    link.download = name;
  }

  draw() {}

  async savePicture(name, kind) {
    this.problem.hidden = true;
    const draw = () => {
      const { view } = this; // of the theme in which it is drawn
      const picture = this.actions.pictures().find((one) => one.name === name);
      return captioned(picture.draw(), captionOf(view, view.state), view.theme);
    };
    try {
      const { view } = this;
      // most pictures are printed, or stand on a white page
      const light = view.theme.dark && !this.dark.checked;
      const drawing = light ? this.actions.onPaper(draw) : draw();
      saveFile(await toPicture(drawing, kind), `${sequenceName(view)}-${name}.${kind}`);
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

/** Code that computes the trace on the screen from the weights, on any machine, and the number at the cursor. */
export function snippet(view) {
  const { sequence, state, trace } = view;
  const { layer, timestep, unit, quantity } = state;
  const clamps = trace.clamps.map(({ quantity, layer, unit, first, last, value }) => {
    const units = unit === null ? "None" : `[${unit}]`;
    return `    Intervention.clamp("${quantity}", ${value}, range(${first}, ${last + 1}), ${units}, ${layer}),\n`;
  });
  const number =
    quantity === "prediction"
      ? `trace.outputs[${timestep}, 0]`
      : `trace.layers[${layer}].${quantity}[${timestep}, 0, ${unit}]`;
  return [
    `# Beside this: the file that “Weights” saves. Needs the project: pip install -e . in its folder`,
    "from safetensors import safe_open",
    "",
    `from lstm_engine import ${clamps.length ? "Intervention, " : ""}load_model`,
    "from lstm_engine.runs import RunSettings",
    "",
    `file = "${modelName(view)}.safetensors"`,
    "model = load_model(file)",
    'with safe_open(file, "numpy") as opened:',
    '    task = RunSettings.from_json(opened.metadata()["settings"]).task_object',
    `sequence = task.encode(${JSON.stringify(sequence)})`,
    clamps.length ? `clamps = [\n${clamps.join("")}]` : null,
    `trace = model.trace(sequence.inputs${clamps.length ? ", interventions=clamps" : ""})`,
    `# counted from 0: on the page, timestep ${timestep + 1}${trace.layers > 1 ? ` of layer ${layer + 1}` : ""}`,
    `print(${number})${quantity === "prediction" ? "  # before the softmax" : ""}`,
  ]
    .filter((line) => line !== null)
    .join("\n");
}
