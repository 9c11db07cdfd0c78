// The map of states: all positions of the text as points, coloured by the property, and the way of what is on the page.

import { colourScale } from "../../../browser/cell/colours.js";
import { element, setText } from "../../../browser/dom.js";
import { whole } from "../../../browser/format.js";
import { Asking } from "./asking.js";
import { fill } from "./bar.js";
import { percent, propertyName } from "./naming.js";

const METHODS = [
  ["pca", "principal components"],
  ["umap", "UMAP"],
];
const LACKING = "UMAP draws it as well where the extra is installed: pip install -e '.[umap]', then start anew.";
const ASK_AGAIN = 1500; // ms, while a map is drawn
const HEIGHT = 280;
const EDGE = 10;
const WAY = 30; // positions before the cursor whose way is drawn
const NEAR = 12; // pixels
const HOLDS = "#d55e00";

export class StateMap {
  constructor(actions) {
    this.actions = actions;
    this.asking = new Asking("The map of states is drawn …");
    this.method = element("select", {
      "aria-label": "Map drawn by",
      onchange: () => actions.turnTo({ map: this.method.value }),
    });
    this.choice = element("label", { class: "field-row" }, element("span", { text: "Map drawn by" }), this.method);
    this.lacking = element("small", { text: LACKING });
    this.canvas = element("canvas", { role: "img" });
    this.canvas.addEventListener("click", (event) => this.press(event));
    this.words = element("small");
    this.root = element(
      "section",
      { class: "part map" },
      element("h3", { text: "Map of states" }),
      this.choice,
      this.asking.status,
      this.canvas,
      this.words,
      this.lacking,
    );
    this.observer = new ResizeObserver(() => this.draw());
    this.observer.observe(this.root);
  }

  destroy() {
    clearTimeout(this.waiting);
    this.observer.disconnect();
  }

  show(view) {
    this.view = view;
    const { state, engine, query, data } = view;
    const method = data.umap ? state.map : "pca"; // a link may come from where it is installed
    fill(this.method, METHODS, method);
    this.choice.hidden = !data.umap;
    this.lacking.hidden = data.umap;
    const asked = { ...query, quantity: state.quantity, property: state.property, page: state.page + 1 };
    clearTimeout(this.waiting);
    this.asking.ask(engine, "map", { ...asked, by: method }, (found) => this.tell(found, method));
    if (this.found) this.draw();
  }

  /** A map, or that it is still drawn, by a process that nobody else waits for. */
  tell(found, method) {
    if (!found.header.waiting) {
      this.found = { ...found, method };
      this.draw();
      return;
    }
    this.view.engine.forget("map");
    this.asking.forget();
    setText(this.asking.status, "UMAP draws the map: up to a minute …");
    this.waiting = setTimeout(() => this.show(this.view), ASK_AGAIN);
  }

  draw() {
    const width = this.root.clientWidth;
    if (!this.found || !width || !this.view) return;
    const { header, arrays } = this.found;
    const { theme, position } = this.view.look;
    const sharp = Math.min(2, devicePixelRatio || 1);
    Object.assign(this.canvas, { width: width * sharp, height: HEIGHT * sharp });
    this.canvas.style.height = `${HEIGHT}px`;
    const context = this.canvas.getContext("2d");
    context.scale(sharp, sharp);
    const points = arrays.points.data;
    const ends = [0, 1].map((axis) => {
      let [low, high] = [Infinity, -Infinity];
      for (let k = axis; k < points.length; k += 2) [low, high] = [Math.min(low, points[k]), Math.max(high, points[k])];
      return [low, high - low || 1];
    });
    this.place = (x, y) => [
      EDGE + ((x - ends[0][0]) / ends[0][1]) * (width - 2 * EDGE),
      HEIGHT - EDGE - ((y - ends[1][0]) / ends[1][1]) * (HEIGHT - 2 * EDGE),
    ];
    const marks = arrays.marks.data;
    const most = Math.max(1e-9, ...marks.map(Math.abs));
    const scale = colourScale({ gate: true, colour: HOLDS }, theme, 1);
    for (let k = 0; k < marks.length; k++) {
      const [x, y] = this.place(points[2 * k], points[2 * k + 1]);
      const share = Math.abs(marks[k]) / most;
      context.fillStyle = share ? scale.colour(0.25 + 0.75 * share) : theme.dark ? "#7d8892" : "#9aa4ae";
      context.globalAlpha = share ? 0.85 : 0.35;
      context.fillRect(x - 1.5, y - 1.5, 3, 3);
    }
    context.globalAlpha = 1;
    this.drawWay(context, arrays.way.data, position);
    const drawn =
      this.found.method === "umap"
        ? `UMAP of ${whole(marks.length)} states, in which near ones stay near and far distances say little`
        : `Two principal components (${header.explained.map(percent).join(" and ")} of the variance)`;
    const said =
      `${drawn}; orange: ${header.number ? "the larger " : ""}` +
      `${propertyName(this.view.state.property)}; line: the last ${WAY} positions before the cursor. ` +
      "Press a point to go there.";
    setText(this.words, said);
    this.canvas.setAttribute("aria-label", `Map of states. ${said}`);
  }

  /** Where the state has been before the cursor. */
  drawWay(context, way, position) {
    const { page, look } = this.view;
    const k = position === null ? -1 : position - page.header.first;
    if (k < 0 || 2 * k >= way.length) return;
    const begin = Math.max(0, k - WAY, ...page.header.begins.filter((start) => start <= k).slice(-1));
    context.strokeStyle = look.theme.text;
    context.lineWidth = 1.5;
    context.beginPath();
    const known = [];
    for (let t = begin; t <= k; t++) {
      const [x, y] = [way[2 * t], way[2 * t + 1]];
      if (Number.isFinite(x)) known.push(this.place(x, y));
    }
    for (const point of known) context.lineTo(...point);
    context.stroke();
    if (!known.length) return;
    context.fillStyle = look.theme.text;
    const [x, y] = known.at(-1);
    context.beginPath();
    context.arc(x, y, 5, 0, 7);
    context.fill();
  }

  press(event) {
    const bounds = this.canvas.getBoundingClientRect();
    const { points, positions } = this.found.arrays;
    let [best, nearest] = [NEAR, -1];
    for (let k = 0; k < positions.data.length; k++) {
      const [x, y] = this.place(points.data[2 * k], points.data[2 * k + 1]);
      const distance = Math.hypot(x - event.clientX + bounds.left, y - event.clientY + bounds.top);
      if (distance < best) [best, nearest] = [distance, k];
    }
    if (nearest >= 0) this.actions.goTo(positions.data[nearest]);
  }
}
