// Where the parts of a cell are drawn that has no file of its own: its quantities from left to right in the order in
// which they come to be; over them, a lane for each wire, by what each formula reads; under them, [x, h′] to every
// weighted sum.

import { NARROW_BOX } from "./boxes.js";

const WIDTH = 752;
const LANE = 11; // between two wires side by side
const IN_A_ROW = 4; // boxes, on a narrow screen

export function places(cell, upright) {
  const order = inOrder(cell);
  return upright ? narrow(cell, order) : wide(cell, order);
}

/** The quantities in the order in which the operations make them, then those that nothing makes. */
function inOrder({ quantities, operations }) {
  const made = operations.flatMap(({ makes }) => makes);
  const place = ({ name }) => (made.includes(name) ? made.indexOf(name) : made.length);
  return [...quantities].sort((a, b) => place(a) - place(b));
}

/** What each quantity is made from: pairs of the letter that is read, and the quantity that reads it. */
function readings(cell, order) {
  return order.flatMap((quantity) => {
    const { peephole, gated_by: gate } = cell.sums.find((sum) => sum.quantity === quantity.name) ?? {};
    const letters = new Set([...(quantity.formula?.letters ?? []), peephole, gate]);
    return [...letters].filter(Boolean).map((letter) => ({ letter, to: quantity.name }));
  });
}

function wide(cell, order) {
  const carried = order.filter((quantity) => quantity.carried);
  const ids = [...carried.map(({ symbol }) => `${symbol}′`), ...order.map(({ symbol }) => symbol)];
  const read = readings(cell, order).filter(({ letter }) => ids.includes(letter));
  const top = 20 + LANE * read.length;
  const room = WIDTH - 16 - 104;
  const box = { ...NARROW_BOX, decimals: 3, width: Math.min(100, Math.floor(room / ids.length) - 12) };
  const step = room / ids.length;
  const left = (id) => 8 + ids.indexOf(id) * step + (id.endsWith("′") ? 0 : 6);
  const boxes = [
    ...carried.map(({ name, symbol }) => ({
      id: `${symbol}-before`,
      name,
      symbol: `${symbol}′`,
      title: "before",
      before: true,
    })),
    ...order.map(({ name, symbol, label }) => ({ id: symbol, name, title: label.split(" ")[0].toLowerCase() })),
  ].map((one, k) => ({ ...one, x: left(ids[k]), y: top }));
  const bottom = top + box.height;
  const bus = bottom + 34;
  const symbolOf = Object.fromEntries(order.map(({ name, symbol }) => [name, symbol]));
  const nameOf = Object.fromEntries(order.map(({ name, symbol }) => [symbol, name]));
  const used = {}; // how many wires leave or reach the top of each box so far
  const foot = (id) => {
    used[id] = (used[id] ?? 0) + 1;
    return Math.round(left(id) + (box.width * used[id]) / (endsAt(id) + 1));
  };
  const endsAt = (id) => read.filter(({ letter, to }) => letter === id || symbolOf[to] === id).length;
  const above = read.map(({ letter, to }, k) => {
    const lane = 12 + LANE * k;
    const d = `M${foot(letter)} ${top} V${lane} H${foot(symbolOf[to])} V${top - 4}`;
    return { from: nameOf[letter.replace("′", "")], d, at: to };
  });
  const summed = cell.sums.map(({ quantity }) => quantity);
  const centre = (id) => Math.round(left(id) + box.width / 2);
  const below = summed.map((name) => ({
    d: `M70 ${bus} H${centre(symbolOf[name])} V${bottom + 4}`,
    at: name,
  }));
  const h = centre("h");
  return {
    width: WIDTH,
    height: bus + 46,
    box,
    boxes,
    wires: [
      ...above,
      { d: `M${centre("h′")} ${bottom} V${bus}`, at: "concatenate", bare: true },
      ...below,
      { from: "hidden", d: `M${h} ${bottom} V${bus + 22} H${WIDTH - 112}`, at: "predict" },
    ],
    input: { x: 8, y: bus + 2, width: 62, height: 42 },
    prediction: { x: WIDTH - 108, y: bus - 10, width: 100, height: 54 },
  };
}

function narrow(cell, order) {
  const carried = order.filter((quantity) => quantity.carried);
  const boxes = [
    ...carried.map(({ name, symbol }) => ({
      id: `${symbol}-before`,
      name,
      symbol: `${symbol}′`,
      title: "before",
      before: true,
    })),
    ...order.map(({ name, symbol, label }) => ({ id: symbol, name, title: label.split(" ")[0].toLowerCase() })),
  ].map((box, k) => ({ ...box, x: 4 + (k % IN_A_ROW) * 96, y: 6 + Math.floor(k / IN_A_ROW) * 88 }));
  const bottom = 6 + Math.ceil(boxes.length / IN_A_ROW) * 88;
  return {
    width: 360,
    height: bottom + 82,
    box: NARROW_BOX,
    boxes,
    wires: [],
    input: { x: 4, y: bottom, width: 62, height: 78 },
    prediction: { x: 214, y: bottom + 4, width: 142, height: 68 },
  };
}
