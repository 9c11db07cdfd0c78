// Colour scales: a gate runs from the page's surface (closed) to its own colour (open); signed values from blue over
// a neutral to red, which colour-blind people tell apart too. 256 steps each, made once a theme.

import { parseColour } from "../theme.js";

const NEGATIVE = [33, 102, 172];
const POSITIVE = [178, 24, 43];
const NEGATIVE_DARK = [90, 170, 240];
const POSITIVE_DARK = [250, 120, 100];

const scales = new Map();

/** The scale of a quantity: {table: Uint32Array(256) of ABGR pixels, css(level) -> colour string, low, high}. */
export function colourScale(quantity, theme, extent) {
  const key = `${quantity.gate ? quantity.colour : "signed"}/${theme.dark}/${theme.surface}/${extent}`;
  if (!scales.has(key)) scales.set(key, makeScale(quantity, theme, extent));
  return scales.get(key);
}

function makeScale(quantity, theme, extent) {
  const neutral = theme.dark ? [38, 45, 53] : [243, 244, 246];
  const stops = quantity.gate
    ? [neutral, parseColour(quantity.colour)]
    : [theme.dark ? NEGATIVE_DARK : NEGATIVE, neutral, theme.dark ? POSITIVE_DARK : POSITIVE];
  const low = quantity.gate ? 0 : -extent;
  const high = quantity.gate ? 1 : extent;
  const table = new Uint32Array(256);
  const strings = new Array(256);
  for (let level = 0; level < 256; level++) {
    const position = (level / 255) * (stops.length - 1);
    const k = Math.min(stops.length - 2, Math.floor(position));
    const share = position - k;
    const [r, g, b] = [0, 1, 2].map((c) => Math.round(stops[k][c] * (1 - share) + stops[k + 1][c] * share));
    table[level] = (255 << 24) | (b << 16) | (g << 8) | r;
    strings[level] = `rgb(${r},${g},${b})`;
  }
  const level = (value) => Math.max(0, Math.min(255, Math.round(((value - low) / (high - low)) * 255)));
  const gradient = `linear-gradient(90deg, ${[0, 64, 128, 191, 255].map((k) => strings[k]).join(", ")})`;
  return { table, level, colour: (value) => strings[level(value)], low, high, gradient };
}
