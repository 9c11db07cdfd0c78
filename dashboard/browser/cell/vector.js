// The learned vector that stands for a symbol, as a strip of its numbers at the foot of a box.

import { colourScale } from "./colours.js";

const ROOM = { side: 8, height: 11, foot: 4 };

/** Where each number is painted in a box {x, y, width, height}, in rows: [colour, [x, y, width, height]]. */
export function vectorTiles(box, values, { colour }) {
  const [across, down] = [box.width - 2 * ROOM.side, ROOM.height];
  const columns = Math.ceil(Math.sqrt((values.length * across) / down));
  const rows = Math.ceil(values.length / columns);
  const [width, height] = [across / columns, down / rows];
  const gap = Math.min(0.5, width * 0.12);
  const top = box.y + box.height - ROOM.foot - down;
  return Array.from(values, (value, k) => [
    colour(value),
    [
      box.x + ROOM.side + (k % columns) * width,
      top + Math.floor(k / columns) * height,
      width - gap,
      height - gap,
    ],
  ]);
}

/** A scale for all vectors of a sequence; it ends at a power of two, so that it rarely changes while a run learns. */
export function vectorScale(values, theme) {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return colourScale({ gate: false }, theme, 2 ** Math.ceil(Math.log2(largest || 1)));
}
