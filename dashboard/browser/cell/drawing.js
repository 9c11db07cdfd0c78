// The drawn cell's wires, boxes and words, as SVG; only the numbers in it ever change.

import { svg } from "../dom.js";
import { BOX, BOXES, CIRCLES, HEIGHT, INPUT, PREDICTION, SQUASH, WIDTH, WIRES } from "./lstm.js";

const LOWER = 150; // boxes below have their names under them

export class CellDrawing {
  constructor() {
    this.parts = []; // {node, operation} of all that lights up or is greyed
    this.values = {};
    this.root = svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": "Diagram of the LSTM cell" },
      svg("defs", {}, arrowHead()),
    );
    this.drawWires();
    for (const circle of CIRCLES) this.drawCircle(circle);
    this.drawSquash(SQUASH);
    this.boxes = BOXES.map((box) => this.drawBox(box));
    this.drawInput(INPUT);
    this.drawPrediction(PREDICTION);
  }

  add(operation, node) {
    this.parts.push({ node, operation });
    this.root.append(node);
    return node;
  }

  drawWires() {
    this.signals = WIRES.map(({ d, quantity, operation }) => ({
      operation,
      node: svg("path", { d, class: "signal", "data-quantity": quantity }),
    }));
    for (const { quantity, d, operation, bare } of WIRES)
      this.add(
        operation,
        svg("path", { d, class: "wire", "data-quantity": quantity, "marker-end": bare ? null : "url(#arrow)" }),
      );
    this.root.append(...this.signals.map(({ node }) => node));
  }

  drawCircle({ x, y, text, title, operation }) {
    this.add(
      operation,
      svg(
        "g",
        { class: "operation" },
        svg("title", { text: title }),
        svg("circle", { cx: x, cy: y, r: 12 }),
        svg("text", { x, y: y + 6, text }),
      ),
    );
  }

  drawSquash({ x, y, width, height, text, operation }) {
    this.add(
      operation,
      svg(
        "g",
        { class: "operation" },
        svg("rect", { x, y, width, height, rx: height / 2 }),
        svg("text", { x: x + width / 2, y: y + 18, text, class: "small" }),
      ),
    );
  }

  drawBox(box) {
    this.values[box.id] = svg("text", {
      x: box.x + BOX.width - 8,
      y: box.y + 18,
      class: "value",
      "data-value": box.id,
    });
    const beside = box.y > LOWER && !box.before; // the name stands where no wire runs
    return this.add(
      box.operation,
      svg(
        "g",
        { class: "box", "data-quantity": box.name },
        svg("title", { text: box.title }),
        svg("rect", { x: box.x, y: box.y, width: BOX.width, height: BOX.height, rx: 7 }),
        svg("text", { x: box.x + 8, y: box.y + 18, class: "symbol", text: box.symbol }),
        this.values[box.id],
        svg("text", {
          x: box.x + BOX.width / 2 + (beside ? 8 : 0),
          y: box.y > LOWER ? box.y + BOX.height + 15 : box.y - 7,
          class: `name ${beside ? "beside" : ""}`,
          text: box.title,
        }),
      ),
    );
  }

  drawInput({ x, y, width, height, symbol, operation }) {
    this.input = svg("text", { x: x + width / 2, y: y + 29, class: "input-symbol", "data-value": "x" });
    this.add(
      operation,
      svg(
        "g",
        { class: "box plain" },
        svg("rect", { x, y, width, height, rx: 7 }),
        svg("text", { x: x + 8, y: y + 18, class: "symbol", text: symbol }),
        this.input,
      ),
    );
  }

  drawPrediction({ x, y, width, height, title, operation }) {
    const middle = x + width / 2;
    this.output = svg("text", { x: middle, y: y + 24, class: "output-symbol", "data-value": "prediction" });
    this.outputDetail = svg("text", { x: middle, y: y + 44, class: "name" });
    this.add(
      operation,
      svg(
        "g",
        { class: "box plain" },
        svg("rect", { x, y, width, height, rx: 7 }),
        this.output,
        this.outputDetail,
        svg("text", { x: middle, y: y + 70, class: "name", text: title }),
      ),
    );
  }
}

const arrowHead = () =>
  svg(
    "marker",
    {
      id: "arrow",
      viewBox: "0 0 8 8",
      refX: 6,
      refY: 4,
      markerWidth: 13,
      markerHeight: 13,
      markerUnits: "userSpaceOnUse",
      orient: "auto-start-reverse",
    },
    svg("path", { d: "M0 0 8 4 0 8z", fill: "context-stroke" }),
  );
