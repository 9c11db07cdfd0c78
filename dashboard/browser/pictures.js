// Drawings as files that stand alone: styles and colours are written into the shapes.

import { svg } from "./dom.js";

const STYLES = [
  "fill",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linejoin",
  "opacity",
  "font-size",
  "font-weight",
  "font-style",
  "text-anchor",
  "font-variant-numeric",
  "vector-effect",
];
const GAP = 24;
const WIDE = 900; // of a drawing in a stack
const TALL = 160;
const MOST_TICKS = 40;
const APART = 4; // pixels between what stands along an axis
export const TILE = 360; // width of a picture in a mosaic
const LETTER = 7; // pixels that a caption's letter takes at most, on the average
const LINE = 20; // pixels
const SHARPNESS = 2; // pixels of a PNG for each of the drawing's

/** A copy of an SVG that needs no style sheet; `over` is laid over it. */
export function drawingOf(drawing, theme, over = null) {
  const bounds = drawing.getBoundingClientRect();
  const copy = drawing.cloneNode(true);
  const [originals, copies] = [drawing, copy].map((node) => [node, ...node.querySelectorAll("*")]);
  originals.forEach((original, k) => {
    const style = getComputedStyle(original);
    for (const name of STYLES) copies[k].style.setProperty(name, style.getPropertyValue(name));
  });
  copy.style.setProperty("font-family", "sans-serif");
  for (const signal of copy.querySelectorAll(".signal")) signal.remove();
  if (over) copy.append(over);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const [x, y, width, height] = copy.getAttribute("viewBox").split(" ").map(Number);
  copy.setAttribute("width", Math.round(bounds.width) || width);
  copy.setAttribute("height", Math.round(bounds.height) || height);
  copy.prepend(svg("rect", { x, y, width, height, fill: theme.background }));
  return copy;
}

/**
 * What stands along a stretch of time {from, to} that is so many pixels wide: the symbols that are read, each below its
 * place; where they are too many or too long for it, numbers as on the page.
 */
export function ticksOf({ labels }, { from, to }, width = WIDE) {
  const count = to - from;
  const needs = (letters) => (letters * LETTER + APART) / (width / count); // in timesteps
  const longest = Math.max(...labels.slice(from, to).map(({ length }) => length));
  const fit = count <= MOST_TICKS && needs(longest) <= 1;
  const every = fit ? 1 : Math.max(2, Math.ceil(count / MOST_TICKS), Math.ceil(needs(String(to).length)));
  return Array.from({ length: Math.ceil(count / every) }, (_, k) => ({
    at: (k * every + 0.5) / count,
    text: every === 1 ? labels[from + k] : String(from + k * every + 1),
  }));
}

/** Marks below a drawing that begins at x, y and is so wide. */
function timeAxis(ticks, x, y, width, theme) {
  return ticks.map(({ at, text }) =>
    caption(text, x + at * width, y, theme, { "text-anchor": "middle", "font-size": 12 }),
  );
}

/**
 * Drawings one below the other, each with a title, a legend of {symbol, colour}, and an axis {values, ticks}: what
 * stands beside it and below it, each {at, text}, `at` as a fraction of its height and of its width.
 */
export function stackOf(parts, theme) {
  const left = parts.some(({ axis }) => axis) ? 3 * GAP : GAP;
  const each = TALL + 3 * GAP;
  const drawing = sheet({ width: WIDE + left + GAP, height: parts.length * each + GAP }, theme);
  parts.forEach(({ title, drawing: part, legend = [], axis = { values: [], ticks: [] } }, k) => {
    const y = 2 * GAP + k * each;
    const copy = drawingOf(part, theme);
    for (const [name, value] of Object.entries({ x: left, y, width: WIDE, height: TALL }))
      copy.setAttribute(name, value);
    const values = axis.values.map(({ at, text }) =>
      caption(text, left - 8, y + at * TALL + 4, theme, { "text-anchor": "end", "font-size": 12 }),
    );
    drawing.append(...values, ...timeAxis(axis.ticks, left, y + TALL + 16, WIDE, theme));
    const letters = legend.map(({ symbol, colour }, place) =>
      caption(symbol, left + WIDE - GAP * (legend.length - place), y - 8, { text: colour }),
    );
    drawing.append(caption(title, left, y - 8, theme), ...letters, copy);
  });
  return drawing;
}

/** Rows of {label, value, text} as signed bars. */
export function barsOf(title, rows, theme) {
  const drawing = sheet({ width: 560, height: 3 * GAP + rows.length * 26 }, theme);
  const most = Math.max(1e-12, ...rows.map(({ value }) => Math.abs(value)));
  const signed = rows.some(({ value }) => value < 0);
  const [start, span] = signed ? [300, 120] : [180, 240];
  drawing.append(caption(title, GAP, GAP + 8, theme));
  rows.forEach(({ label, value, text }, k) => {
    const y = 2 * GAP + k * 26;
    const width = (Math.abs(value) / most) * span;
    drawing.append(
      caption(label, GAP, y + 16, theme),
      svg("rect", {
        x: value < 0 ? start - width : start,
        y: y + 4,
        width,
        height: 14,
        fill: signed ? (value < 0 ? "#2166ac" : "#b2182b") : "#009e73",
      }),
      caption(text, 450, y + 16, theme),
    );
  });
  return drawing;
}

const sheet = ({ width, height }, theme) =>
  svg(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${width} ${height}`, width, height },
    svg("rect", { width, height, fill: theme.background }),
  );
const caption = (text, x, y, theme, more = {}) =>
  svg("text", { x, y, fill: theme.text, "font-family": "sans-serif", "font-size": 15, text, ...more });

/** A drawing with words below it that say what it shows. */
export function captioned(drawing, words, theme) {
  const [width, height] = ["width", "height"].map((name) => Number(drawing.getAttribute(name)));
  const lines = wrapped(words, Math.floor((width - 2 * GAP) / LETTER));
  const all = sheet({ width, height: height + LINE * lines.length + GAP / 2 }, theme);
  all.append(
    drawing,
    ...lines.map((line, k) => caption(line, GAP, height + LINE * (k + 0.7), theme, { "font-size": 13 })),
  );
  return all;
}

/** Words in lines of at most so many characters. */
export function wrapped(text, most) {
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1) && lines.at(-1).length + word.length >= most) lines.push("");
    lines[lines.length - 1] += (lines.at(-1) && " ") + word;
  }
  return lines;
}

/** Canvases in three columns, each {title, canvas, ticks, from, width}: what is marked, as fractions of its width. */
export function mosaicOf(parts, theme) {
  const [width, height] = [TILE, 150];
  const columns = 3;
  const rows = Math.ceil(parts.length / columns);
  const drawing = sheet({ width: columns * (width + GAP) + GAP, height: rows * (height + 3 * GAP) + GAP }, theme);
  parts.forEach((part, k) => {
    const x = GAP + (k % columns) * (width + GAP);
    const y = 2 * GAP + Math.floor(k / columns) * (height + 3 * GAP);
    drawing.append(
      caption(part.title, x, y - 8, theme),
      ...timeAxis(part.ticks, x, y + height + 16, width, theme),
      svg("image", {
        x,
        y,
        width,
        height,
        href: part.canvas.toDataURL("image/png"),
        preserveAspectRatio: "none",
        style: "image-rendering: pixelated",
      }),
      svg("rect", {
        x: x + part.from * width,
        y,
        width: Math.max(1, part.width * width),
        height,
        fill: "none",
        stroke: theme.text,
        "stroke-width": 1.5,
      }),
    );
  });
  return drawing;
}

/** A drawing as a file's content: "svg" or "png". */
export async function toPicture(drawing, kind) {
  const text = new XMLSerializer().serializeToString(drawing);
  const file = new Blob([text], { type: "image/svg+xml" });
  if (kind === "svg") return file;
  const image = new Image();
  const url = URL.createObjectURL(file);
  try {
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = SHARPNESS * Number(drawing.getAttribute("width"));
    canvas.height = SHARPNESS * Number(drawing.getAttribute("height"));
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser gave none"))), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Hand a file to the person. */
export function saveFile(content, name) {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
