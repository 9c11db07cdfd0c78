// The text in colour: letters on coloured ground, and further units as rows under each line. Only the lines that are
// seen are drawn, so that another unit costs a few milliseconds, however long the text is.

import { colourScale } from "../../../browser/cell/colours.js";
import { element } from "../../../browser/dom.js";
import { parseColour } from "../../../browser/theme.js";
import { layOut, symbolAt } from "./layout.js";

const FONT = 14; // pixels
const ROW = 22; // pixels of a line of letters
const STRIP = 14; // pixels of a further unit's row
const BETWEEN = 4; // pixels between lines, where there are such rows
const GUTTER = 40; // pixels in which further units are named
const EDGE = 6;
const DARK_INK = "#14181c";
const LIGHT_INK = "#ffffff";
const DRAG = 3; // pixels that a pointer moves before it paints

export class TextView {
  constructor(actions) {
    this.actions = actions;
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.filler = element("div", { class: "text-filler" });
    this.root = element(
      "div",
      {
        class: "text-field",
        tabindex: 0,
        role: "application",
        "aria-roledescription": "text in colour",
        "aria-label":
          "The text in colour. Left and right move, up and down change the unit, with Shift they paint a span, " +
          "Enter opens the Step page there.",
      },
      element("div", { class: "text-window" }, this.canvas),
      this.filler,
    );
    this.root.addEventListener("scroll", () => this.drawSoon());
    this.root.addEventListener("keydown", (event) => this.press(event));
    this.hearPointer();
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.root);
    document.fonts?.ready.then(() => this.resize());
  }

  destroy() {
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
  }

  // ---- what is shown

  /** Another page of the text, or none yet. */
  setPage(page) {
    if (page === this.page) return;
    this.page = page;
    this.root.classList.toggle("filled", page !== null); // before that it takes the room that most texts need
    this.root.scrollTop = 0;
    this.layout = null;
    this.resize();
  }

  /** How it looks: {theme, quantity, colours, unit, rows, names, marks, position, span, places}. */
  set(look) {
    const stripsBefore = this.look?.rows.length;
    this.look = look;
    if (look.rows.length !== stripsBefore) this.resize();
    this.draw();
  }

  resize() {
    const width = this.root.clientWidth;
    if (!this.page || !width) return;
    const context = this.canvas.getContext("2d");
    context.font = `${FONT}px ${this.font()}`;
    this.letter = context.measureText("0000000000").width / 10;
    this.gutter = this.look?.rows.length ? GUTTER : EDGE;
    const columns = Math.max(8, Math.floor((width - this.gutter - EDGE) / this.letter));
    if (!this.layout || columns !== this.columns) this.layout = layOut(this.page.header, columns);
    this.columns = columns;
    this.height = ROW + (this.look?.rows.length ? this.look.rows.length * STRIP + BETWEEN : 0);
    this.filler.style.height = `${this.layout.lines.length * this.height + 2 * EDGE}px`;
    const sharp = Math.min(2, window.devicePixelRatio || 1);
    const [w, h] = [width, this.root.clientHeight].map((size) => Math.round(size * sharp));
    if (this.canvas.width !== w || this.canvas.height !== h) Object.assign(this.canvas, { width: w, height: h });
    this.canvas.style.height = `${this.root.clientHeight}px`;
    this.sharp = sharp;
    this.draw();
  }

  font() {
    return getComputedStyle(this.root).fontFamily;
  }

  drawSoon() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  draw() {
    const { page, look, layout } = this;
    if (!page || !look || !layout) return;
    performance.mark("recolour-begin");
    const context = this.canvas.getContext("2d");
    const { theme } = look;
    context.setTransform(this.sharp, 0, 0, this.sharp, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const top = this.root.scrollTop - EDGE;
    const first = Math.max(0, Math.floor(top / this.height));
    const last = Math.min(layout.lines.length - 1, Math.floor((top + this.root.clientHeight) / this.height));
    const units = look.colours ? [look.unit, ...look.rows] : [];
    const scale = inked(colourScale(look.quantity, theme, 1));
    context.textBaseline = "middle";
    for (let line = first; line <= last; line++) {
      const y = line * this.height - top;
      units.forEach((unit, k) => {
        if (k) this.drawStrip(context, line, y + ROW + (k - 1) * STRIP, unit, scale, theme);
        else this.drawGround(context, line, y, unit, scale);
      });
      this.drawLetters(context, line, y, units.length ? scale : null, theme);
      this.drawMarks(context, line, y, theme);
    }
    performance.measure("recolour", "recolour-begin");
  }

  /** 0 to 255, of a unit's value at a symbol of the page. */
  level(unit, k) {
    const { colours, quantity } = this.look;
    const value = colours.values.data[k * colours.values.shape[1] + unit];
    const share = quantity.gate ? value : value / colours.extents.data[unit] / 2 + 0.5;
    return share <= 0 ? 0 : share >= 1 ? 255 : Math.round(share * 255);
  }

  drawGround(context, line, y, unit, scale) {
    const { lines, column, width } = this.layout;
    for (let k = lines[line].from; k < lines[line].to; k++) {
      context.fillStyle = scale.strings[this.level(unit, k)];
      context.fillRect(this.gutter + column[k] * this.letter, y, width[k] * this.letter + 0.5, ROW - 1);
    }
  }

  drawStrip(context, line, y, unit, scale, theme) {
    const { lines, column, width } = this.layout;
    context.font = `11px ${this.font()}`;
    context.fillStyle = theme.text;
    context.fillText(String(unit), EDGE, y + STRIP / 2);
    for (let k = lines[line].from; k < lines[line].to; k++) {
      context.fillStyle = scale.strings[this.level(unit, k)];
      context.fillRect(this.gutter + column[k] * this.letter, y, width[k] * this.letter + 0.5, STRIP - 2);
    }
  }

  drawLetters(context, line, y, scale, theme) {
    const { labels, breaks, blanks } = this.page.header;
    const { lines, column, width } = this.layout;
    context.font = `${FONT}px ${this.font()}`;
    for (let k = lines[line].from; k < lines[line].to; k++) {
      const label = labels[k];
      if (blanks.includes(label)) continue;
      context.globalAlpha = breaks.includes(label) ? 0.45 : 1;
      context.fillStyle = scale ? scale.inks[this.level(this.look.unit, k)] : theme.text;
      context.fillText(label, this.gutter + column[k] * this.letter, y + ROW / 2, width[k] * this.letter);
    }
    context.globalAlpha = 1;
  }

  /** Where the property holds, what is painted, places that are like it, where a sequence begins, and the cursor. */
  drawMarks(context, line, y, theme) {
    const { lines, column, width } = this.layout;
    const { marks, span, places, position } = this.look;
    const { first, begins, sequences } = this.page.header;
    const begun = new Set(sequences > 1 ? begins : []);
    const inside = (k, [from, to]) => k + first >= from && k + first < to;
    for (let k = lines[line].from; k < lines[line].to; k++) {
      const x = this.gutter + column[k] * this.letter;
      const w = width[k] * this.letter;
      context.fillStyle = theme.text;
      if (marks?.[k]) context.fillRect(x, y + ROW - 3, w, 2);
      if (begun.has(k)) context.fillRect(x - 2, y + 2, 1, ROW - 5);
      if (places.some((place) => inside(k, place))) context.fillRect(x, y, w, 1);
      context.strokeStyle = theme.text;
      if (span && inside(k, span)) {
        context.lineWidth = 2;
        context.strokeRect(x, y + 1, w, ROW - 3);
      }
      if (k + first === position) {
        context.lineWidth = 2;
        context.strokeStyle = theme.background;
        context.strokeRect(x - 2, y - 1, w + 4, ROW + 1);
        context.strokeStyle = theme.text;
        context.strokeRect(x - 1, y, w + 2, ROW - 1);
      }
    }
  }

  /** Bring a position of this page into sight. */
  reveal(position) {
    if (!this.layout || position === null) return;
    const k = position - this.page.header.first;
    if (k < 0 || k >= this.page.header.labels.length) return;
    const y = this.layout.line[k] * this.height;
    const { scrollTop, clientHeight } = this.root;
    if (y < scrollTop || y + this.height > scrollTop + clientHeight)
      this.root.scrollTop = Math.max(0, y - clientHeight / 3);
  }

  // ---- what a person does

  at(event) {
    if (!this.layout) return -1;
    const bounds = this.root.getBoundingClientRect();
    const row = Math.floor((event.clientY - bounds.top + this.root.scrollTop - EDGE) / this.height);
    if (row < 0 || row >= this.layout.lines.length) return -1;
    const k = symbolAt(this.layout, row, (event.clientX - bounds.left - this.gutter) / this.letter);
    return k < 0 ? -1 : k + this.page.header.first;
  }

  hearPointer() {
    let from = null; // where a drag began: {position, x, y}
    let painting = false;
    this.root.addEventListener("pointermove", (event) => {
      const position = this.at(event);
      if (position < 0) return;
      if (from && event.pointerType !== "touch" && Math.hypot(event.clientX - from.x, event.clientY - from.y) > DRAG)
        painting = true;
      if (painting) this.actions.paint(from.position, position);
      else if (event.pointerType !== "touch") this.actions.point(position);
    });
    this.root.addEventListener("pointerdown", (event) => {
      const position = this.at(event);
      if (position < 0 || event.button !== 0 || event.offsetX > this.root.clientWidth) return;
      from = { position, x: event.clientX, y: event.clientY };
      if (event.pointerType !== "touch") this.root.setPointerCapture(event.pointerId);
    });
    this.root.addEventListener("pointerup", (event) => {
      const position = this.at(event);
      if (painting) this.actions.painted();
      else if (from && position === from.position)
        if (event.pointerType === "touch") this.actions.moveTo(position);
        else this.actions.stepAt(position);
      from = null;
      painting = false;
    });
    this.root.addEventListener("pointercancel", () => {
      from = null;
      painting = false;
    });
    this.root.addEventListener("pointerleave", () => this.actions.point(null));
  }

  press(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (by && event.shiftKey) this.actions.paintBy(by);
    else if (by) this.actions.moveBy(by);
    else if (event.key === "ArrowUp" || event.key === "ArrowDown")
      this.actions.turnUnit(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter") this.actions.stepAt(this.look.position ?? this.page.header.first);
    else if (event.key === "Escape") this.actions.clearSpan();
    else return;
    event.preventDefault();
  }
}

const inks = new WeakMap();

/** A colour scale with its 256 colours as text, and the ink that can be read on each. */
function inked(scale) {
  if (!inks.has(scale)) {
    const strings = [...scale.table].map((pixel) => `rgb(${pixel & 255},${(pixel >> 8) & 255},${(pixel >> 16) & 255})`);
    inks.set(scale, { strings, inks: strings.map(inkOn) });
  }
  return inks.get(scale);
}

/** Black or white, whichever contrasts more with a colour (WCAG 2.1's relative luminance). */
export function inkOn(colour) {
  const [r, g, b] = parseColour(colour).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? DARK_INK : LIGHT_INK;
}
