// The wall: all curves of a class at once, with one's own, the best, the worst and the mean standing out, and what each
// of them is, for whoever points at one.

import { element, setText, svg } from "../../../../browser/dom.js";
import { mayOpen } from "../following.js";
import { room } from "../room.js";
import * as words from "./words.js";

const DRAW_EVERY = 150; // ms between two drawings
// around the curves, and between two labels, in heights of a letter
const EDGE = { left: 4.1, right: 4.1, above: 0.7, below: 3.1 };
const LABEL = 1.25;
const NAMES = { own: "You", best: "Best", worst: "Worst", mean: "Mean" };

const button = (text, onclick) => element("button", { class: "room-button", text, onclick });

export class Wall {
  /** @param {?function(object): HTMLElement} more what else is offered for a curve that was opened */
  constructor(more = null) {
    this.more = more;
    this.lines = svg("g", { class: "x-all" });
    this.marks = svg("g", { class: "x-marks" });
    this.axes = svg("g", { class: "x-axes" });
    this.clip = svg("rect", {});
    const id = `x-clip-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    const inside = svg("g", { "clip-path": `url(#${id})` }, this.lines, this.marks);
    this.labels = svg("g", { class: "x-labels" });
    this.picture = svg(
      "svg",
      { class: "x-picture", role: "img" },
      svg("defs", {}, svg("clipPath", { id }, this.clip)),
      this.axes,
      inside,
      this.labels,
    );
    this.picture.addEventListener("click", (event) => this.point(event));
    this.legend = element("div", { class: "x-legend" });
    this.crowd = element("p", { class: "x-crowd", role: "status" });
    this.card = element("div", { class: "x-card" });
    this.card.hidden = true;
    this.list = element("ul", { class: "x-list" });
    this.every = element("details", { class: "x-every" }, element("summary", { text: "All curves" }), this.list);
    this.every.addEventListener("toggle", () => this.drawSoon());
    const parts = [this.picture, this.legend, this.crowd, this.card, this.every];
    this.root = element("div", { class: "x-wall" }, ...parts);
    this.paths = new Map(); // by run
    this.curves = new Map();
    this.said = null;
    this.opened = null;
    this.watching = new ResizeObserver(() => this.drawSoon());
    this.watching.observe(this.picture);
  }

  /** Another experiment, or none. */
  begin(experiment) {
    this.experiment = experiment;
    this.curves.clear();
    this.said = null;
    this.open(null);
    this.drawSoon();
  }

  hearCurve(curve) {
    this.curves.set(curve.run, curve);
    this.drawSoon();
  }

  hearWall(said) {
    this.said = said;
    const there = new Set(said.runs);
    for (const run of [...this.curves.keys()]) if (!there.has(run)) this.curves.delete(run);
    this.drawSoon();
  }

  /** All that is there. */
  get all() {
    return [...this.curves.values()].sort((one, other) => one.run - other.run);
  }

  /** Those of the student who looks. */
  get mine() {
    const { seat } = room.state;
    return this.all.filter((curve) => seat !== null && curve.seat === seat);
  }

  drawSoon() {
    if (this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      if (this.experiment && this.root.isConnected) this.draw();
    }, DRAW_EVERY);
  }

  draw() {
    const { width, height } = this.picture.getBoundingClientRect();
    if (!width) return;
    const size = parseFloat(getComputedStyle(this.picture).fontSize);
    const all = this.all;
    const top = words.topOf(all);
    this.box = {
      parts: this.experiment.parts,
      top,
      bottom: words.bottomOf(all, top),
      left: EDGE.left * size,
      above: EDGE.above * size,
      width: width - (EDGE.left + EDGE.right) * size,
      height: height - (EDGE.above + EDGE.below) * size,
      size,
    };
    this.picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
    for (const [name, key] of Object.entries({ x: "left", y: "above", width: "width", height: "height" }))
      this.clip.setAttribute(name, this.box[key]);
    this.drawAxes(height);
    this.drawLines(all);
    this.drawMarks(width);
    setText(this.crowd, words.crowd(all));
    this.picture.setAttribute("aria-label", `Loss of each run, step by step. ${words.crowd(all)}`);
    if (this.every.open) this.drawList(all);
    this.every.hidden = !all.length;
    if (this.opened !== null) this.drawCard();
    this.ondraw?.();
  }

  drawAxes(height) {
    const { box } = this;
    const { steps, unit } = this.experiment;
    const right = box.left + box.width;
    const key = `${JSON.stringify(box)} ${steps}`;
    if (key === this.axesKey) return;
    this.axesKey = key;
    const parts = [];
    const { size } = box;
    for (const loss of words.ticks(box.bottom, box.top)) {
      const y = words.yOf(loss, box);
      const text = words.numberText(loss);
      parts.push(svg("line", { x1: box.left, x2: right, y1: y, y2: y }));
      parts.push(svg("text", { x: box.left - size / 2, y: y + size / 3, "text-anchor": "end", text }));
    }
    const bottom = box.above + box.height;
    for (const step of words.ticks(0, steps, box.width < 25 * size ? 3 : 5)) {
      const x = box.left + (step / steps) * box.width;
      parts.push(svg("text", { x, y: bottom + 1.3 * size, "text-anchor": "middle", text: String(step) }));
    }
    parts.push(
      svg("text", { x: box.left + box.width / 2, y: height - 5, "text-anchor": "middle", text: "training step" }),
      svg("text", {
        x: -(box.above + box.height / 2),
        y: size,
        transform: "rotate(-90)",
        "text-anchor": "middle",
        text: box.height > 12 * size ? `loss, ${unit}` : "loss",
      }),
    );
    this.axes.replaceChildren(...parts);
  }

  drawLines(all) {
    for (const [run, path] of this.paths) {
      if (this.curves.has(run)) continue;
      path.remove();
      this.paths.delete(run);
    }
    this.lines.style.setProperty("--x-opacity", String(words.opacityOf(all.length)));
    for (const { run, values } of all) {
      let path = this.paths.get(run);
      if (!path) {
        path = svg("path", {});
        this.paths.set(run, path);
        this.lines.append(path);
      }
      const d = words.pathOf(values, this.box);
      if (path.getAttribute("d") !== d) path.setAttribute("d", d);
    }
  }

  /** What stands out: the mean, the best, the worst, one's own, and the one that was opened. */
  drawMarks(width) {
    const { said, box, curves } = this;
    const shown = [];
    const opened = curves.get(this.opened);
    if (opened?.values.length) shown.push({ kind: "opened", values: opened.values });
    if (said?.mean.length) shown.push({ kind: "mean", values: said.mean });
    const best = curves.get(said?.best);
    const worst = curves.get(said?.worst);
    if (worst) shown.push({ kind: "worst", values: worst.values, curve: worst });
    if (best) shown.push({ kind: "best", values: best.values, curve: best });
    for (const curve of this.mine) shown.push({ kind: "own", values: curve.values, curve });
    const drawn = shown.map(({ kind, values }) => svg("path", { class: `x-${kind}`, d: words.pathOf(values, box) }));
    const dots = shown
      .filter(({ values }) => values.length)
      .filter(({ kind }) => !["mean", "opened"].includes(kind))
      .map(({ kind, values }) =>
        svg("circle", {
          class: `x-dot x-${kind}`,
          r: box.size * (kind === "own" ? 0.42 : 0.3),
          cx: words.xOf(values.length - 1, box),
          cy: words.yOf(values.at(-1), box),
        }),
      );
    this.marks.replaceChildren(...drawn, ...dots);
    this.drawLabels(shown, width);
    this.drawLegend(shown);
  }

  drawLabels(shown, width) {
    const { box } = this;
    const named = shown.filter(({ kind, values }) => NAMES[kind] && values.length);
    const last = named.filter(({ kind }, at) => named.findLastIndex((one) => one.kind === kind) === at);
    const wanted = last.map(({ values }) => Math.max(box.above, words.yOf(values.at(-1), box)));
    const placed = words.apart(wanted, LABEL * box.size, box);
    this.labels.replaceChildren(
      ...last.map(({ kind }, at) => {
        const y = placed[at] + box.size / 3;
        return svg("text", { class: `x-${kind}`, x: width - 2, y, "text-anchor": "end", text: NAMES[kind] });
      }),
    );
  }

  /** The best, the worst and one's own to open, and which line is the mean. */
  drawLegend(shown) {
    const key = shown.map(({ kind, curve }) => `${kind} ${curve?.run ?? ""} ${curve ? words.whose(curve) : ""}`).join();
    if (key === this.legendKey) return;
    this.legendKey = key;
    const order = ["own", "best", "worst"];
    const found = shown.filter(({ kind }) => order.includes(kind));
    found.sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
    const lines = found.map(({ kind, curve }) =>
      element(
        "button",
        { class: "x-key", onclick: () => this.open(curve.run) },
        element("span", { class: `x-line x-${kind}` }),
        kind === "own" ? `You: ${curve.what}` : `${NAMES[kind]}: ${words.whose(curve)}`,
      ),
    );
    if (shown.some(({ kind }) => kind === "mean"))
      lines.push(
        element("span", { class: "x-key" }, element("span", { class: "x-line x-mean" }), "Mean of the class"),
      );
    this.legend.replaceChildren(...lines);
  }

  // ---- one of them

  point(event) {
    const bounds = this.picture.getBoundingClientRect();
    const found = words.nearest(this.all, event.clientX - bounds.left, event.clientY - bounds.top, this.box);
    this.open(found?.run ?? null);
  }

  /** Say what a curve is, and offer to open its run. */
  open(run) {
    this.opened = run;
    this.cardKey = null;
    this.card.hidden = run === null;
    if (this.experiment && run !== null && this.root.isConnected) this.draw();
    else this.drawSoon();
  }

  drawCard() {
    const curve = this.curves.get(this.opened);
    if (!curve) return this.open(null);
    const { run } = curve;
    const title = `${words.whose(curve)}: ${curve.what}`;
    const isMine = this.mine.some((one) => one.run === run);
    const isToOpen = mayOpen(room.state);
    const key = `${run} ${title} ${isToOpen}`;
    if (this.cardKey !== key) {
      this.cardKey = key;
      this.cardText = element("p");
      const to = (page) => () => {
        this.onvisit?.(); // what lies over the page goes aside
        room.visit(`${page}?run=${run}`);
      };
      this.card.replaceChildren(
        element("h3", { text: isMine ? `Yours: ${curve.what}` : title }),
        this.cardText,
        element(
          "div",
          { class: "q-ways" },
          ...(isToOpen ? [button("Open in Train", to("train")), button("Step through it", to("step"))] : []),
          ...(this.more ? [this.more(curve)] : []),
          button("Close", () => this.open(null)),
        ),
      );
    }
    setText(this.cardText, words.standingText(curve, this.all, this.experiment.steps));
  }

  drawList(all) {
    const order = words.ranked(all);
    const rest = all.filter((curve) => !order.includes(curve));
    const rows = [...order, ...rest].map((curve) => {
      const { values, run, what } = curve;
      const end = values.length ? words.numberText(values.at(-1)) : "no loss yet";
      return [run, `${words.whose(curve)}: ${what}`, end];
    });
    const key = JSON.stringify(rows);
    if (key === this.listKey || this.list.contains(this.list.getRootNode().activeElement)) return;
    this.listKey = key;
    this.list.replaceChildren(
      ...rows.map(([run, text, end]) =>
        element(
          "li",
          {},
          element(
            "button",
            { class: "q-line", onclick: () => this.open(run) },
            element("span", { text }),
            element("small", { text: end }),
          ),
        ),
      ),
    );
  }
}
