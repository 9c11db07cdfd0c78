// Pointing into the drawn cell: a unit under the pointer says its name and its number, a click asks about it, and
// whoever drags it up or down holds it at a value, if the room lets them. A finger rests on it first, since swiping
// scrolls.

import { Tip } from "../tip.js";

const TRAVEL = 140; // pixels from the lowest value to the highest
const SLACK = 4; // pixels that a click may wander
const REST = 300; // ms that a finger rests until it holds

export class Pointing {
  /** `actions` has point and turnPanel, and, where values can be held, mayHold, hold and letGo. */
  constructor(cell, actions) {
    Object.assign(this, { cell, actions, grabbed: null, dragged: false });
    const { canvas } = cell;
    this.tip = new Tip(cell.root);
    const hear = (names, act, options) => names.forEach((name) => canvas.addEventListener(name, act, options));
    // the click that ends a drag is part of it: of what the drag holds, nobody hears at once
    hear(["click"], (event) => {
      if (this.dragged) event.stopPropagation();
      else this.pick(event, (change) => actions.point(change));
    });
    hear(["dblclick"], (event) => this.pick(event, () => actions.turnPanel("whatif")));
    hear(["pointerdown"], (event) => this.press(event));
    hear(["pointermove"], (event) => this.move(event));
    hear(["pointerup", "pointercancel", "lostpointercapture"], () => this.release());
    hear(["pointerleave", "blur"], () => this.tip.hide());
    hear(["focus"], () => canvas.matches(":focus-visible") && this.tellSelected());
    hear(["contextmenu"], (event) => this.grabbed?.holds && event.preventDefault());
    hear(["touchmove"], (event) => this.grabbed?.holds && event.preventDefault(), { passive: false });
  }

  destroy() {
    clearTimeout(this.timer);
  }

  /** What is under the pointer: {box, unit} with a unit or undefined, {prediction: true}, or null. */
  at({ clientX, clientY }) {
    const { layout, grid, places, trace } = this.cell;
    const bounds = this.cell.canvas.getBoundingClientRect();
    const x = ((clientX - bounds.left) / bounds.width) * layout.width;
    const y = ((clientY - bounds.top) / bounds.height) * layout.height;
    const within = (part, size) => x >= part.x && x <= part.x + size.width && y >= part.y && y <= part.y + size.height;
    const { box: size, boxes, prediction } = layout;
    if (within(prediction, prediction)) return { prediction: true };
    const box = boxes.find((one) => within(one, size));
    if (!box) return null;
    const column = Math.floor((x - box.x - size.pad) / grid.width);
    const row = Math.floor((y - box.y - size.head) / grid.height);
    const place = row * grid.columns + column;
    const isUnit = column >= 0 && column < grid.columns && row >= 0 && row < grid.rows && place < trace.units;
    return { box, unit: isUnit ? places.unitAt[place] : undefined };
  }

  /** Give `then` the unit and the quantity that were clicked on; a box's head chooses the quantity alone. */
  pick(event, then) {
    const found = this.at(event);
    if (!found) return;
    if (found.prediction) return then({ quantity: "prediction" });
    const { box, unit } = found;
    const { timestep } = this.cell.state;
    const change = { quantity: box.name };
    if (unit !== undefined) change.unit = unit;
    // a unit of the past is looked at, not travelled to
    else if (box.before && timestep > 0) change.timestep = timestep - 1;
    then(change);
    if (event.pointerType === "touch") this.tell(event);
  }

  // ---- holding

  /** The unit of a quantity that can be held here; null if there is none. */
  holdable(event) {
    if (this.cell.backward || !this.actions.mayHold?.()) return null;
    const found = this.at(event);
    if (!found?.box || found.unit === undefined || found.box.before || found.box.quantity.missing) return null;
    return this.cell.hasHappened(found.box.operation) ? found : null;
  }

  press(event) {
    this.dragged = false;
    const found = event.button === 0 ? this.holdable(event) : null;
    if (!found) return;
    const { box, unit } = found;
    const { timestep, layer } = this.cell.state;
    const [low, high] = this.actions.rangeOf(box.name);
    const value = this.cell.field.value(layer, box.name, timestep, unit);
    this.grabbed = { name: box.name, unit, value, low, high, from: event, holds: false };
    if (event.pointerType === "touch") this.timer = setTimeout(() => this.take(), REST);
  }

  /** From now on what is grabbed follows. */
  take() {
    this.grabbed.holds = this.dragged = true;
    this.cell.canvas.setPointerCapture?.(this.grabbed.from.pointerId);
    this.cell.canvas.classList.add("holding");
  }

  move(event) {
    const { grabbed } = this;
    if (!grabbed) return this.hover(event);
    const up = grabbed.from.clientY - event.clientY;
    if (!grabbed.holds) {
      const wandered = Math.hypot(up, event.clientX - grabbed.from.clientX) > SLACK;
      if (!wandered) return;
      if (event.pointerType === "touch") return this.release(); // a swipe
      this.take();
    }
    const { name, unit, value, low, high } = grabbed;
    const wanted = Math.max(low, Math.min(high, value + (up / TRAVEL) * (high - low)));
    this.actions.hold({ quantity: name, unit, value: wanted });
    this.tip.show(`${this.cell.nameOf(name, unit)} held at ${rounded(wanted, high - low)}`, event);
  }

  release() {
    clearTimeout(this.timer);
    if (this.grabbed?.holds) this.actions.letGo();
    this.grabbed = null;
    this.cell.canvas.classList.remove("holding");
  }

  // ---- saying what is there

  hover(event) {
    if (event.pointerType === "touch") return;
    this.cell.canvas.classList.toggle("can-hold", this.holdable(event) !== null);
    this.tell(event);
  }

  /** Say which unit is at a place of the window, and its number. */
  tell(place) {
    const found = this.at(place);
    if (found?.unit === undefined || (found.box.quantity.missing && !found.box.before)) return this.tip.hide();
    this.tip.show(this.cell.say(found.box, found.unit), place);
  }

  /** The same of the unit that is selected, for those who came by keys. */
  tellSelected() {
    const { cell } = this;
    const box = cell.layout.boxes.find(({ name, before }) => name === cell.state.quantity && !before);
    if (!box || box.quantity.missing) return this.tip.hide();
    const bounds = cell.canvas.getBoundingClientRect();
    const [x, y, width] = cell.tile(box, cell.state.unit);
    const scale = bounds.width / cell.layout.width;
    this.tip.show(cell.say(box, cell.state.unit), {
      clientX: bounds.left + (x + width / 2) * scale,
      clientY: bounds.top + y * scale,
    });
  }

  /** The cursor has moved: what is said of the selected unit goes with it. */
  refresh() {
    const { canvas } = this.cell;
    if (canvas.getRootNode().activeElement === canvas && canvas.matches(":focus-visible")) this.tellSelected();
  }
}

/** As a person would type it. */
export const rounded = (value, span) =>
  span <= 2 ? String(Math.round(value * 100) / 100) : String(+value.toPrecision(3));
