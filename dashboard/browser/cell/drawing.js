// The drawn cell's wires, boxes and words, as SVG; only the numbers in it ever change.

import { setText, svg } from "../dom.js";
import { bothWays } from "./way_back.js";
import { wrapped } from "../pictures.js";

const LETTER = 7.4; // of the drawing's pixels that a letter of a name takes on the average
const GRADIENT = "How the loss changes with"; // a letter
const NAMES = {
  // where the name of a box stands, from its corner
  above: ({ width }) => ({ x: width / 2, y: -7 }),
  below: ({ width, height }) => ({ x: width / 2, y: height + 15 }),
  beside: ({ width, height }) => ({ x: width / 2 + 8, y: height + 15 }), // of the wire that comes from below
  inside: ({ width, height }) => ({ x: width / 2, y: height - 6 }),
};

export class CellDrawing {
  /** `places` as `placesOf` gives them. */
  constructor(places, cell) {
    this.places = places;
    this.colours = Object.fromEntries(cell.quantities.map(({ name, colour }) => [name, colour]));
    this.missing = cell.quantities.filter(({ missing }) => missing).map(({ name }) => name);
    this.parts = []; // {node, operation} of all that lights up or is greyed
    this.values = {};
    this.named = []; // {node, title, forward, back}: what boxes are called, forward and on a gradient's way back
    this.root = svg(
      "svg",
      {
        viewBox: `0 0 ${places.width} ${places.height}`,
        role: "img",
        "aria-label": `Diagram of the cell: ${cell.title}`,
        class: places.box.named === "inside" ? "small-boxes" : null,
      },
      svg("defs", {}, arrowHead(places.box.named === "inside" ? 10 : 13)),
    );
    this.drawWires();
    for (const circle of places.circles) this.drawCircle(circle);
    for (const oval of places.ovals) this.drawOval(oval);
    this.boxes = places.boxes.map((box) => this.drawBox(box));
    this.drawInput(places.input);
    this.drawPrediction(places.prediction);
    this.turn(false);
  }

  add(operation, node) {
    this.parts.push({ node, operation });
    this.root.append(node);
    return node;
  }

  colour(name) {
    return this.colours[name] ? `--wire: ${this.colours[name]}` : null;
  }

  drawWires() {
    const { wires } = this.places;
    this.signals = wires.map(({ from, operation }) => ({
      operation,
      node: svg("path", { class: "signal", style: this.colour(from) }),
    }));
    this.ways = wires.map((wire, k) => {
      const { from, operation, kind = "" } = wire;
      const missing = this.missing.includes(from) ? "missing" : "";
      const node = svg("path", { class: `wire ${kind} ${missing}`, style: this.colour(from) });
      this.add(operation, node);
      return { node, signal: this.signals[k].node, ...bothWays(wire, this.places) };
    });
    this.root.append(...this.signals.map(({ node }) => node));
  }

  /** Turn the wires, and what the boxes are called, to a gradient's way back, or forward again. */
  turn(backward) {
    if (this.backward === backward) return false;
    this.backward = backward;
    for (const { node, signal, forward, back } of this.ways) {
      const { d, arrow } = backward ? back : forward;
      for (const path of [node, signal]) path.setAttribute("d", d);
      if (arrow) node.setAttribute("marker-end", "url(#arrow)");
      else node.removeAttribute("marker-end");
    }
    for (const { node, title, forward, back } of this.named) {
      const [name, words] = backward ? back : forward;
      setText(node, name);
      setText(title, words);
    }
    setText(this.predictionName, backward ? "loss" : "prediction");
    return true;
  }

  drawCircle({ x, y, text, title, operation }) {
    this.add(
      operation,
      svg(
        "g",
        { class: "operation" },
        svg("title", { text: title }),
        svg("circle", { cx: x, cy: y, r: text.length > 1 ? 14 : 12 }),
        svg("text", { x, y: y + 6, text, class: text.length > 1 ? "small" : null }),
      ),
    );
  }

  drawOval({ x, y, width, height, text, title, operation }) {
    this.add(
      operation,
      svg(
        "g",
        { class: "operation" },
        title ? svg("title", { text: title }) : "",
        svg("rect", { x, y, width, height, rx: height / 2 }),
        svg("text", { x: x + width / 2, y: y + height / 2 + 5, text, class: "small" }),
      ),
    );
  }

  drawBox({ id, name, symbol, quantity, title, x, y, before, named, operation }) {
    const { box } = this.places;
    const missing = quantity.missing && !before;
    // no wire from below is in the way of the name of what is missing
    const side = missing && named === "beside" ? "below" : (named ?? box.named ?? "above");
    const place = NAMES[side](box);
    const words = missing ? `no ${quantity.label.toLowerCase()}` : title;
    this.values[id] = svg("text", {
      x: x + box.width - box.pad,
      y: y + box.head - 8,
      class: "value",
      "data-value": id,
    });
    const letter = symbol ?? quantity.symbol;
    const tooltip = svg("title");
    const caption = svg("text", { x: x + place.x, y: y + place.y, class: `name ${side}` });
    const forward = [missing && side === "inside" ? "" : words, missing ? quantity.words : quantity.label];
    const gradient = { inside: `dL/d${letter}`, beside: "gradient" }[side] ?? `gradient of ${letter}`;
    const back = missing ? forward : [gradient, `${GRADIENT} ${letter}`];
    this.named.push({ node: caption, title: tooltip, forward, back });
    return this.add(
      operation,
      svg(
        "g",
        { class: `box ${missing ? "missing" : ""}`, style: missing ? null : this.colour(name), "data-quantity": name },
        tooltip,
        svg("rect", { x, y, width: box.width, height: box.height, rx: 7 }),
        svg("text", { x: x + box.pad, y: y + box.head - 8, class: "symbol", text: letter }),
        this.values[id],
        missing
          ? svg("text", { x: x + box.width / 2, y: y + box.height / 2 + 10, class: "name", text: "missing" })
          : "",
        caption,
      ),
    );
  }

  /** A box for what is no quantity of the cell: what goes in and what comes out. */
  drawPlain({ x, y, width, height, operation }, ...parts) {
    const rect = svg("rect", { x, y, width, height, rx: 7 });
    this.add(operation, svg("g", { class: "box plain" }, rect, ...parts));
  }

  drawInput(place) {
    const { x, y, width } = place;
    const { pad, head } = this.places.box;
    this.input = svg("text", { x: x + width / 2, class: "input-symbol", "data-value": "x" });
    this.drawPlain(place, svg("text", { x: x + pad, y: y + head - 8, class: "symbol", text: "x" }), this.input);
  }

  /** Whether the symbol that is read leaves room for its vector below it. */
  raiseInput(leavesRoom) {
    const { y, height } = this.places.input;
    this.input.setAttribute("y", y + (leavesRoom && height < 60 ? 22 : Math.max(29, height / 2 + 8)));
  }

  drawPrediction(place) {
    const { x, y, width, height } = place;
    const middle = x + width / 2;
    const inside = this.places.box.named === "inside";
    this.output = svg("text", { x: middle, y: y + 24, class: "output-symbol", "data-value": "prediction" });
    // what a number is may take two lines; inside a small box the second stands where the box's own name does else
    this.lines = [0, 1].map(() => svg("text", { x: middle }));
    this.lettersOfLine = Math.floor(width / LETTER);
    const name = { x: middle, y: inside && height > 60 ? y + 62 : y + height + 16, class: "name", text: "prediction" };
    this.predictionName = svg("text", name);
    this.whole = svg("title");
    this.drawPlain(place, this.whole, this.output, ...this.lines, this.predictionName);
  }

  /** Say what the prediction's number or symbol is: a per cent, or what was asked for. */
  describe(text) {
    if (this.described === text) return;
    this.described = text;
    const [first, ...more] = wrapped(text, this.lettersOfLine + 1);
    const second = more.join(" ");
    const most = this.lettersOfLine;
    const cut = (line) => (line.length > most ? `${line.slice(0, most - 1)}…` : line);
    setText(this.lines[0], cut(first));
    setText(this.lines[1], cut(second));
    setText(this.whole, text);
    const inside = this.places.box.named === "inside";
    for (const line of this.lines) line.setAttribute("class", second && !inside ? "name two-lines" : "name");
    this.output.classList.toggle("two-lines", Boolean(second) && !inside); // its number then needs their room
    const heights = second && !inside ? [18, 33, 47] : [24, 44, 62];
    [this.output, ...this.lines].forEach((node, k) => node.setAttribute("y", this.places.prediction.y + heights[k]));
    this.predictionName.setAttribute("class", second && inside ? "name left-out" : "name");
  }
}

const arrowHead = (size) =>
  svg(
    "marker",
    {
      id: "arrow",
      viewBox: "0 0 8 8",
      refX: 6,
      refY: 4,
      markerWidth: size,
      markerHeight: size,
      markerUnits: "userSpaceOnUse",
      orient: "auto-start-reverse",
    },
    svg("path", { d: "M0 0 8 4 0 8z", fill: "context-stroke" }),
  );
