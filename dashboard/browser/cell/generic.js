// Where the parts of a cell are drawn that has no file of its own: its quantities from left to right in the order in
// which they come to be, what it had before in a row below them. Over the quantities there is a lane for each wire, by
// what each formula reads; under them a lane for each that reads a former state, and [x, h′] for every weighted sum.

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
  const symbolOf = Object.fromEntries(order.map(({ name, symbol }) => [name, symbol]));
  const nameOf = Object.fromEntries(order.map(({ name, symbol }) => [symbol, name]));
  const read = readings(cell, order).filter(({ letter }) => nameOf[letter.replace("′", "")]);
  const [former, present] = [true, false].map((prime) => read.filter(({ letter }) => letter.endsWith("′") === prime));
  const step = Math.min(120, (WIDTH - 8) / Math.max(order.length, carried.length + 3));
  const box = { ...NARROW_BOX, decimals: 3, width: Math.floor(step) - 12 };
  const top = 24 + LANE * present.length;
  const bottom = top + box.height;
  const bus = bottom + 26 + LANE * former.length; // [x, h′], and below it the second row
  const left = Object.fromEntries([
    ...order.map(({ symbol }, k) => [symbol, 8 + k * step]),
    ...carried.map(({ symbol }, k) => [`${symbol}′`, 8 + (k + 1) * step]),
  ]);
  const summed = cell.sums.map(({ quantity }) => quantity);
  const [above, below] = [edge(left, box.width), edge(left, box.width)]; // where wires come to the boxes
  for (const { letter, to } of present) above.expect(letter, symbolOf[to]);
  for (const { letter, to } of former) below.expect(letter, symbolOf[to]);
  for (const name of summed) below.expect(symbolOf[name]);
  below.expect("h′");
  const wires = [
    ...present.map(({ letter, to }, k) => ({
      from: nameOf[letter],
      d: `M${above.next(letter)} ${top} V${top - 14 - LANE * k} H${above.next(symbolOf[to])} V${top - 4}`,
      at: to,
    })),
    ...former.map(({ letter, to }, k) => ({
      from: nameOf[letter.replace("′", "")],
      d: `M${below.next(letter)} ${bus + 16} V${bottom + 16 + LANE * k} H${below.next(symbolOf[to])} V${bottom + 4}`,
      at: to,
    })),
    { d: `M${below.next("h′")} ${bus + 16} V${bus} H39`, at: "concatenate", bare: true },
    ...summed.map((name) => ({ d: `M39 ${bus} H${below.next(symbolOf[name])} V${bottom + 4}`, at: name })),
    { d: `M39 ${bus + 16} V${bus}`, at: "concatenate", bare: true },
    { from: "hidden", d: `M${Math.round(left.h + box.width / 2)} ${bottom} V${bus + 16}`, at: "predict" },
  ];
  const prediction = { x: Math.min(WIDTH - 150, left.h), y: bus + 20, width: 142, height: 68 };
  return {
    width: WIDTH,
    height: bus + 16 + box.height + 6,
    box,
    boxes: [
      ...before(carried).map((one) => ({ ...one, x: left[one.symbol], y: bus + 16 })),
      ...now(order).map((one) => ({ ...one, x: left[one.id], y: top })),
    ],
    wires,
    input: { x: 8, y: bus + 16, width: 62, height: box.height },
    prediction,
  };
}

/** Shares out places along the edge of each box to as many wires as are expected there. */
function edge(left, width) {
  const expected = {};
  const used = {};
  return {
    expect(...ids) {
      for (const id of ids) expected[id] = (expected[id] ?? 0) + 1;
    },
    next(id) {
      used[id] = (used[id] ?? 0) + 1;
      return Math.round(left[id] + (width * used[id]) / (expected[id] + 1));
    },
  };
}

const before = (carried) =>
  carried.map(({ name, symbol }) => ({
    id: `${symbol}-before`,
    name,
    symbol: `${symbol}′`,
    title: "before",
    before: true,
  }));

const now = (order) =>
  order.map(({ name, symbol, label }) => ({ id: symbol, name, title: label.split(" ")[0].toLowerCase() }));

function narrow(cell, order) {
  const carried = order.filter((quantity) => quantity.carried);
  const boxes = [...before(carried), ...now(order)].map((box, k) => ({
    ...box,
    x: 4 + (k % IN_A_ROW) * 96,
    y: 6 + Math.floor(k / IN_A_ROW) * 88,
  }));
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
