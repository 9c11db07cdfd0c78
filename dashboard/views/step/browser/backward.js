// The gradient on its way back: its factors at this timestep, and how it fades with distance, beside a plain RNN's.

import { element, setText, svg } from "../../../browser/dom.js";
import { compact, fixed, whole } from "../../../browser/format.js";
import { passedOn } from "./operations.js";
import { stackOf } from "../../../browser/pictures.js";

const ASK_AGAIN = 2000; // ms between two looks at the plain RNN while it trains
const LEAST = 1e-8; // of the largest norm; the axis ends there
const WIDTH = 300;
const HEIGHT = 110;

export class Backward {
  constructor(actions) {
    this.actions = actions;
    this.title = element("h3");
    this.here = element("button", {
      class: "small-tool",
      text: "loss here",
      title: "Take the loss at this timestep (l)",
      onclick: () => actions.takeLossHere(),
    });
    this.table = element("tbody");
    this.norms = new NormChart();
    this.companion = element("p", { class: "quiet" });
    this.train = element("button", {
      class: "action",
      text: "Train a plain RNN beside it",
      hidden: "",
      onclick: () => this.makeCompanion(),
    });
    this.root = element(
      "section",
      { class: "backward", "aria-label": "Backward" },
      element("header", {}, this.title, this.here),
      element(
        "table",
        {},
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            ...["", "arrives", "× factor", "= goes on"].map((text) => element("th", { scope: "col", text })),
          ),
        ),
        this.table,
      ),
      this.norms.root,
      this.companion,
      this.train,
    );
  }

  destroy() {
    clearTimeout(this.timer);
  }

  show({ trace, gradients, state, theme }) {
    if (this.cell !== trace.cell.variant) this.drawRows(trace);
    this.trace = trace;
    this.gradients = gradients;
    clearTimeout(this.timer);
    if (!gradients) return;
    setText(this.title, `Loss at ${gradients.lossAt + 1}: ${fixed(gradients.loss)}`);
    this.theme = theme;
    this.drawNorms(state.layer);
    this.lookForCompanion(state);
  }

  drawNorms(layer) {
    const { gradients, found, trace } = this;
    const lines = trace.quantities
      .filter(({ carried }) => carried)
      .map(({ name, symbol, colour }) => ({ label: symbol, colour, norms: gradients.norms(layer, name) }));
    if (found?.norms)
      lines.push({
        label: "h of a plain RNN",
        dashed: true,
        norms: found.norms[Math.min(layer, found.norms.length - 1)],
      });
    this.norms.show(lines, gradients.lossAt);
  }

  pictures({ trace, gradients, state, theme }) {
    if (!gradients) return [];
    const draw = () => {
      Object.assign(this, { trace, gradients });
      this.drawNorms(state.layer);
      return stackOf([{ title: this.norms.title, drawing: this.norms.drawing }], theme);
    };
    return [{ name: "norms", label: "Gradient norms", draw }];
  }

  async lookForCompanion(state) {
    const asked = this.gradients;
    let found;
    try {
      found = await this.actions.companion();
    } catch (error) {
      return setText(this.companion, error.message);
    }
    if (asked !== this.gradients) return; // another loss by now
    this.found = found;
    this.train.hidden = found.status !== "missing";
    if (found.status === "itself") return setText(this.companion, "This is a plain network itself.");
    if (found.status === "missing")
      return setText(
        this.companion,
        "A plain RNN of equal size, trained on the same task, shows why there is a cell state.",
      );
    const underWay = ["queued", "training", "lost"].includes(found.status) && found.newest < found.wanted;
    const later = underWay ? `, still training towards step ${whole(found.wanted)}` : "";
    setText(
      this.companion,
      found.status === "failed"
        ? `The plain RNN (“${found.name}”) failed to train; its last checkpoint is shown.`
        : `Dashed: a plain RNN of equal size at step ${whole(found.step)}${later}.`,
    );
    this.drawNorms(state.layer);
    this.draw(this.state ?? state);
    if (underWay) this.timer = setTimeout(() => this.lookForCompanion(state), ASK_AGAIN);
  }

  async makeCompanion() {
    this.train.hidden = true;
    try {
      await this.actions.makeCompanion();
    } catch (error) {
      setText(this.companion, error.message);
      this.train.hidden = false;
      return;
    }
    this.lookForCompanion(this.state);
  }

  draw(state) {
    this.state = state;
    const { trace, gradients } = this;
    if (!gradients) return;
    this.norms.mark(gradients.lossAt - state.timestep);
    for (const { step, cells } of this.rows) {
      const { gradient, factor } = passedOn(step, trace, gradients, state);
      [gradient, factor, gradient * factor].forEach((value, k) => setText(cells[k], compact(value)));
    }
  }

  /** A row for each way on which a gradient goes on in this cell. */
  drawRows(trace) {
    this.cell = trace.cell.variant;
    this.found = null;
    this.rows = trace.cell.gradient_steps.map((step) => {
      const { symbol } = trace.quantity(step.quantity);
      const choose = element("button", {
        class: "link",
        text: `${symbol} → ${step.onto}`,
        title: step.words,
        onclick: () => this.actions.set({ quantity: step.quantity }),
      });
      const cells = [element("td"), element("td"), element("td")];
      return { step, cells, root: element("tr", {}, element("th", { scope: "row" }, choose), ...cells) };
    });
    this.table.replaceChildren(...this.rows.map(({ root }) => root));
  }
}

/** Norms over the distance to the loss, on a logarithmic axis. */
class NormChart {
  constructor() {
    this.drawing = svg("svg", {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": "Gradient norm over distance from the loss",
    });
    this.cursor = element("i");
    this.legend = element("p", { class: "norm-legend" });
    this.high = element("span");
    this.low = element("span");
    this.far = element("span");
    this.root = element(
      "figure",
      { class: "norms" },
      this.legend,
      element("div", { class: "norm-field" }, this.drawing, this.cursor, this.high, this.low),
      element(
        "figcaption",
        {},
        element("span", { text: "0" }),
        element("span", { text: "timesteps before the loss" }),
        this.far,
      ),
    );
  }

  show(lines, longest) {
    this.longest = longest;
    const all = lines.flatMap(({ norms }) => norms).filter((norm) => norm > 0);
    const most = Math.max(...all, 1e-30);
    const least = Math.max(Math.min(...all, most), most * LEAST);
    const top = Math.ceil(Math.log10(most));
    const bottom = Math.min(top - 1, Math.floor(Math.log10(least)));
    const x = (distance) => (longest ? (distance / longest) * WIDTH : WIDTH / 2);
    const y = (norm) => HEIGHT * (1 - (Math.log10(Math.max(norm, 10 ** bottom)) - bottom) / (top - bottom));
    const levels = Array.from({ length: top - bottom + 1 }, (_, k) =>
      svg("line", {
        x1: 0,
        x2: WIDTH,
        y1: (HEIGHT * k) / (top - bottom),
        y2: (HEIGHT * k) / (top - bottom),
        class: "level",
      }),
    );
    const curves = lines.map(({ norms, colour, dashed }) =>
      svg("polyline", {
        points: norms.map((norm, t) => `${x(norms.length - 1 - t).toFixed(2)},${y(norm).toFixed(2)}`).join(" "),
        stroke: colour ?? "currentColor",
        class: dashed ? "altered" : null,
      }),
    );
    this.drawing.replaceChildren(...levels, ...curves);
    this.legend.replaceChildren(
      element("span", { text: "norm of dL/d·:" }),
      ...lines.map(({ label, colour, dashed }) =>
        element("b", { text: label, class: dashed ? "dashed" : null, style: `--colour: ${colour ?? "currentColor"}` }),
      ),
    );
    const labels = lines.map(({ label }) => label).join(", ");
    const range = `${power(top)} to ${power(bottom)}`;
    this.title = `Gradient norm, ${range}, over 0 to ${longest} timesteps before the loss: ${labels}`;
    setText(this.high, power(top));
    setText(this.low, power(bottom));
    setText(this.far, String(longest));
  }

  mark(distance) {
    this.cursor.style.left = `${this.longest ? (distance / this.longest) * 100 : 50}%`;
    this.cursor.hidden = distance < 0;
  }
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const power = (exponent) =>
  `10${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[digit]).join("")}`;
