// What curves are drawn from: fewer points, smoother ones, and whether they fit the axes as they stand. Pure functions.
// A curve is {x, y}, its steps ascending; a value that was no finite number is null.

/**
 * A curve with at most so many points: the smallest and the largest of each group of neighbours, the first and the
 * last. The same as in lstm_engine/runs/curves.py: the server thins what it sends, the browser what comes later.
 * Groups begin at the first point and their width is a power of two, so that a curve that grows does not flicker.
 */
export function thinned({ x, y }, most) {
  const count = x.length;
  if (count <= most) return { x, y };
  let width = 4;
  while (2 * Math.ceil(count / width) + 2 > most && width < count) width *= 2;
  const kept = new Set([0]);
  for (let start = 0; start < count; start += width) {
    for (const place of extremes(y, start, Math.min(start + width, count))) kept.add(place);
  }
  kept.add(count - 1);
  const places = [...kept];
  return { x: places.map((place) => x[place]), y: places.map((place) => y[place]) };
}

/** Where the smallest and the largest of the values from one place up to another stand, ascending. */
function extremes(values, start, stop) {
  let low = -1;
  let high = -1;
  for (let k = start; k < stop; k++) {
    if (values[k] === null) continue;
    if (low < 0 || values[k] < values[low]) low = k;
    if (high < 0 || values[k] > values[high]) high = k;
  }
  if (low < 0) return [start]; // nothing but gaps: one of them stays, and the line is broken there
  return low < high ? [low, high] : [high, low];
}

/** A curve with further points; a step that comes twice is taken once. Beyond `most` points, it is thinned to half. */
export function lengthened({ x, y }, step, value, most) {
  const newest = x.at(-1) ?? -1;
  const grown = { x, y };
  for (let k = 0; k < step.length; k++) {
    if (step[k] <= newest) continue;
    grown.x.push(step[k]);
    grown.y.push(value[k]);
  }
  return grown.x.length > most ? thinned(grown, most / 2) : grown;
}

/** A curve with a finer one in the stretch that it covers; what lies beside it gets at most `most` points a side. */
export function refined({ x, y }, finer, [from, to], most) {
  const first = x.findIndex((step) => step > from);
  const before = first < 0 ? x.length : first;
  const after = x.findIndex((step) => step > to);
  const rest = after < 0 ? x.length : after;
  const left = thinned({ x: x.slice(0, before), y: y.slice(0, before) }, most);
  const right = thinned({ x: x.slice(rest), y: y.slice(rest) }, most);
  return { x: [...left.x, ...finer.x, ...right.x], y: [...left.y, ...finer.y, ...right.y] };
}

/** Exponential moving average over about so many points; 1 leaves the curve as it is. */
export function smoothed(values, points) {
  if (points <= 1) return values;
  const keep = 1 - 1 / points;
  let sum = 0;
  let weight = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = keep * sum + value;
    weight = keep * weight + 1; // so that the first values are not drawn towards 0
    return sum / weight;
  });
}

/** Whether an axis as it stands holds all values; one with a gap is not a line, a logarithm has no 0. */
export function holds(axis, values) {
  const logarithmic = axis.type === "log";
  const [low, high] = logarithmic ? axis.range.map((end) => 10 ** end) : axis.range;
  const chosen = axis.autorange === false; // by a person, who need not see all
  return values.every(
    (value) => value !== null && !(logarithmic && value <= 0) && (chosen || (value >= low && value <= high)),
  );
}

/** The path of a line through points on the screen; null if there is none to draw, or one of them is nowhere. */
export function linePath(x, y) {
  if (!x.length || !x.every(Number.isFinite) || !y.every(Number.isFinite)) return null;
  return `M${x.map((across, k) => `${across.toFixed(1)},${y[k].toFixed(1)}`).join("L")}`;
}

/** The newest value of each metric, over what was known before: a message need not bring all of them. */
export function newestValues(known, metrics) {
  const newest = { ...known };
  for (const [name, { value }] of Object.entries(metrics)) {
    if (value.length) newest[name] = value.at(-1);
  }
  return newest;
}
