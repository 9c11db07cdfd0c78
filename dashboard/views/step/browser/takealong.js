// Everything to take along: pictures, data, a link, and the same trace in a notebook.

import { element, setText } from "../../../browser/dom.js";
import { fixed } from "../../../browser/format.js";
import { barsOf, drawingOf, heatmapsOf, save, stackOf, toPicture } from "./pictures.js";
import { explain, strongest } from "./why.js";

const PICTURES = { cell: "Diagram", heatmaps: "Heatmaps", curves: "Curves", prediction: "Prediction", why: "Why", norms: "Gradient norms" };

export class TakeAlong {
  constructor(actions) {
    this.actions = actions;
    this.pictures = Object.entries(PICTURES).map(([name, label]) =>
      element(
        "li",
        { "data-picture": name },
        element("span", { text: label }),
        ...["svg", "png"].map((kind) => element("button", { class: "small-tool", text: kind.toUpperCase(), "aria-label": `${label} as ${kind.toUpperCase()}`, onclick: () => this.savePicture(name, kind) })),
      ),
    );
    this.files = ["csv", "parquet", "npz"].map((kind) => ({
      kind,
      link: element("a", { class: "small-tool", text: kind === "parquet" ? "Parquet" : kind === "csv" ? "CSV" : kind, download: `trace.${kind}`, "aria-label": `Trace as ${kind}` }),
    }));
    this.copyLink = element("button", { class: "small-tool", text: "Copy link", onclick: () => this.copy(location.href, this.copyLink, "Copy link") });
    this.code = element("pre", { tabindex: 0, "aria-label": "Code for a notebook" });
    this.copyCode = element("button", { class: "small-tool", text: "Copy code", onclick: () => this.copy(this.code.textContent, this.copyCode, "Copy code") });
    this.problem = element("p", { class: "problem", role: "alert", hidden: "" });
    this.root = element(
      "section",
      { class: "takealong", "aria-label": "Take along" },
      element("ul", {}, ...this.pictures),
      element("p", { class: "span" }, element("span", { text: "Trace" }), ...this.files.map(({ link }) => link)),
      element("p", { class: "span" }, this.copyLink, this.copyCode),
      this.problem,
      this.code,
    );
  }

  show(view) {
    this.view = view;
    this.pictures.at(-1).hidden = !view.gradients;
    for (const { kind, link } of this.files) link.href = this.actions.file(kind);
    setText(this.code, snippet(view));
  }

  draw() {}

  async savePicture(name, kind) {
    const drawing = this.drawing(name);
    this.problem.hidden = true;
    try {
      save(await toPicture(drawing, kind), `${name}.${kind}`);
    } catch (error) {
      this.problem.hidden = false;
      setText(this.problem, `The picture could not be made (${error.message}). Try SVG.`);
    }
  }

  drawing(name) {
    const { theme, state, trace } = this.view;
    const { cell, heatmaps, curves, backward } = this.actions.parts();
    if (name === "cell") return drawingOf(cell.drawing, theme, cell.drawTiles());
    if (name === "heatmaps") return heatmapsOf(heatmaps.maps, theme);
    if (name === "curves") {
      const bands = [...curves.bands, ...curves.pins.map(({ band }) => band)];
      return stackOf(bands.map((band) => ({ title: band.title(), drawing: band.drawing, legend: band.quantities })), theme);
    }
    if (name === "norms") return stackOf([{ title: backward.norms.title, drawing: backward.norms.drawing }], theme);
    if (name === "why") {
      const { title, contributions } = explain(trace, state);
      return barsOf(title, strongest(contributions).map(({ label, value }) => ({ label, value, text: fixed(value, state.precision) })), theme);
    }
    return barsOf(`Expected after timestep ${state.timestep + 1}`, expected(trace, state.timestep), theme);
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

/** What the model expects, as rows of bars. */
function expected(trace, timestep) {
  if (trace.kind === "value") return [{ label: "next value", value: trace.predicted[timestep], text: fixed(trace.predicted[timestep]) }];
  return trace.top[timestep].map((output, k) => {
    const probability = trace.top_probabilities[timestep][k];
    return { label: trace.output_labels[output], value: probability, text: `${(probability * 100).toFixed(1)} %` };
  });
}

/** Code that computes the trace on the screen, and the number at the cursor. */
function snippet({ run, shown, sequence, state, trace, database }) {
  const clamps = state.clamps.map(({ symbol, layer, unit, first, last, value }) => {
    const { name } = trace.quantities.find((quantity) => quantity.symbol === symbol);
    return `    Intervention("${name}", range(${first}, ${last + 1}), ${unit === null ? "None" : `[${unit}]`}, shift=${value}, layer=${layer}),\n`;
  });
  const held = clamps.length ? `held = [\n${clamps.join("")}]\n` : "";
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
    held ? held.trimEnd() : null,
    `trace = trainer.model.trace(sequence.inputs${clamps.length ? ", interventions=held" : ""})`,
    `print(trace.layers[${state.layer}].${name}[${state.timestep}, 0, ${state.unit}])`,
  ]
    .filter((line) => line !== null)
    .join("\n");
}
