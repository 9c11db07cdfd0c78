// What the model expects next, against what came; with clamps, also what it expected without.

import { element, setText } from "../../../browser/dom.js";
import { compact, fixed } from "../../../browser/format.js";
import { hasCome } from "../../../browser/cell/progress.js";
import { HOTTEST } from "./engine.js";
import { barsOf } from "../../../browser/pictures.js";

const ROWS = 5; // as many as the server sends, see TOP in messages.py
const TEMPERATURE = 0.8; // to begin with

export class Prediction {
  constructor(actions) {
    this.actions = actions;
    this.title = element("h3");
    this.rows = Array.from({ length: ROWS }, (_, k) => {
      const label = element("span", { class: "guess" });
      const bar = element("span", { class: "bar-fill" });
      const before = element("i", { class: "bar-before", title: "without the clamps" });
      const number = element("span", { class: "probability" });
      const root = element(
        "li",
        {},
        element(
          "button",
          { class: "row", title: "Why this one?", onclick: () => this.ask(k) },
          label,
          element("span", { class: "bar" }, bar, before),
          number,
        ),
      );
      return { root, label, bar, before, number };
    });
    this.list = element("ol", { class: "guesses" }, ...this.rows.map(({ root }) => root));
    this.apart = element("p", { class: "apart", text: "Each bar is a yes or no of its own; they need not add up." });
    this.came = element("p", { class: "came" });
    this.temperature = element("input", {
      type: "number",
      min: 0,
      max: HOTTEST,
      step: 0.1,
      value: TEMPERATURE,
      "aria-label": "Temperature",
      title: "Temperature: 0 takes the likeliest, 1 draws as the model thinks, above 1 wilder",
    });
    this.continueButton = element("button", {
      class: "action",
      text: "Continue from here",
      onclick: () => actions.continueFromHere(Number(this.temperature.value)),
    });
    this.heat = element("label", { class: "heat" }, element("span", { text: "temperature" }), this.temperature);
    this.further = element("div", { class: "continue" }, this.continueButton, this.heat);
    this.problem = element("p", { class: "problem", role: "alert", hidden: "" });
    this.root = element(
      "section",
      { class: "prediction", "aria-label": "Prediction" },
      this.title,
      this.apart,
      this.list,
      this.came,
      this.further,
      this.problem,
    );
  }

  /** Say what is wrong with the temperature; nothing if nothing is. */
  complain(text) {
    this.problem.hidden = !text;
    setText(this.problem, text);
  }

  show({ trace, original, called }) {
    this.trace = trace;
    this.original = original;
    this.list.hidden = trace.kind === "value";
    this.heat.hidden = trace.kind !== "symbols";
    const { question, reads, guesser, solved, continues, independent } = trace.about;
    setText(this.title, called ? `${called}: ${question}` : question);
    this.title.title = `${reads} ${guesser} ${solved}`;
    this.further.hidden = !continues;
    this.apart.hidden = !independent;
    const longest = Math.max(...trace.output_labels.map((label) => label.length));
    this.list.style.setProperty("--guess", `${Math.min(8, Math.max(2.2, 0.6 * longest))}em`);
  }

  pictures({ trace, state, theme }) {
    if (!hasCome(trace, state, "prediction")) return [];
    const draw = () =>
      barsOf(`Expected after timestep ${this.state.timestep + 1}`, expected(trace, this.state.timestep), theme);
    return [{ name: "prediction", label: "Prediction", draw }];
  }

  ask(k) {
    if (!hasCome(this.trace, this.state, "prediction")) return;
    const output = this.trace.top[this.state.timestep][k];
    if (output !== undefined) this.actions.set({ quantity: "prediction", output, panel: "why" });
  }

  /** Nothing is said yet; the rows keep their places. */
  empty() {
    const { name } = this.trace.operations.at(-1);
    setText(this.came, `Not computed yet: the last operation, ${name}, says it.`);
    this.rows.forEach(({ root, label, bar, before, number }, k) => {
      for (const node of [label, number]) setText(node, "");
      bar.style.transform = "scaleX(0)";
      before.hidden = true;
      root.hidden = k >= this.trace.output_labels.length;
      root.classList.remove("right");
    });
  }

  draw(state, changed) {
    this.state = state;
    if (!changed.timestep && !changed.operation) return;
    const { trace, original } = this;
    const { timestep } = state;
    const there = hasCome(trace, state, "prediction");
    this.root.classList.toggle("to-come", !there);
    if (!there) return this.empty();
    const came = trace.target_labels[timestep];
    const asked = trace.right[timestep].length > 0;
    if (trace.kind === "numbers") return this.drawNumbers(timestep);
    if (trace.kind === "value" && !asked)
      return setText(this.came, `says ${sized(trace.predicted[timestep])}, but no answer is asked here`);
    if (trace.kind === "value") {
      const error = trace.predicted[timestep] - trace.came[timestep];
      const [says, right] = trace.about.continues ? ["predicted", "came"] : ["says", "right is"];
      setText(
        this.came,
        `${says} ${sized(trace.predicted[timestep])}, ${right} ${sized(trace.came[timestep])}, error ${sized(error)}`,
      );
      return;
    }
    this.rows.forEach(({ root, label, bar, before, number }, k) => {
      const output = trace.top[timestep][k];
      const probability = trace.top_probabilities[timestep][k] ?? 0;
      const text = trace.output_labels[output] ?? "";
      setText(label, text);
      bar.style.transform = `scaleX(${probability})`;
      setText(number, `${(probability * 100).toFixed(1)} %`);
      root.hidden = output === undefined; // a task may have fewer answers than rows
      root.classList.toggle("right", trace.right[timestep].includes(output));
      const place = original ? original.top[timestep].indexOf(output) : -1;
      before.hidden = place < 0;
      if (place >= 0) before.style.left = `${original.top_probabilities[timestep][place] * 100}%`;
    });
    if (!asked) return setText(this.came, "No answer is asked here.");
    const probability = trace.came_probability[timestep];
    const without = original ? ` (${(original.came_probability[timestep] * 100).toFixed(1)} % without clamps)` : "";
    setText(
      this.came,
      `“${came}” ${trace.about.verdict}: ${(probability * 100).toFixed(1)} %${without}` +
        `${trace.about.independent ? " that all are told right" : ""}, ` +
        `a surprise of ${fixed(trace.surprise[timestep], 2)} nats`,
    );
  }

  /** Outputs that are numbers: those farthest from 0, as long as they are beside the farthest of all. */
  drawNumbers(timestep) {
    const { trace } = this;
    this.rows.forEach(({ root, label, bar, before, number }, k) => {
      const output = trace.top[timestep][k];
      root.hidden = output === undefined;
      if (output === undefined) return;
      const value = trace.top_values[timestep][k];
      setText(label, trace.output_labels[output]);
      bar.style.transform = `scaleX(${Math.abs(value) / (trace.farthest || 1)})`;
      setText(number, sized(value));
      before.hidden = true;
    });
    const count = trace.output_labels.length;
    const shown = trace.top[timestep].length;
    setText(this.came, count > shown ? `The ${shown} of ${count} outputs that are farthest from 0.` : "");
  }
}

/** A number in a person's own unit, which may be of any size. */
const sized = (value) =>
  value !== 0 && (Math.abs(value) < 0.01 || Math.abs(value) >= 1e5) ? compact(value) : fixed(value);

/** What the model expects, as rows of bars. */
function expected(trace, timestep) {
  if (trace.kind === "value") {
    const value = trace.predicted[timestep];
    return [{ label: trace.about.number_asked, value, text: sized(value) }];
  }
  if (trace.kind === "numbers")
    return trace.top[timestep].map((output, k) => {
      const value = trace.top_values[timestep][k];
      return { label: trace.output_labels[output], value, text: sized(value) };
    });
  return trace.top[timestep].map((output, k) => {
    const probability = trace.top_probabilities[timestep][k];
    return { label: trace.output_labels[output], value: probability, text: `${(probability * 100).toFixed(1)} %` };
  });
}
