// What an experiment says, how a number is chosen from a range, and where curves lie, in numbers; pure.

export const MOST_WIDE = 3; // a scale reaches to so many times the median of the first losses; beyond, curves leave it

const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

// ---- choosing

/** The value of a number at a share, 0 to 1, of its range. */
export function valueAt({ low, high, is_log: isLog, is_whole: isWhole, step }, share) {
  const at = isLog ? low * (high / low) ** share : low + share * (high - low);
  if (!isWhole) return Math.min(high, Math.max(low, Number(at.toPrecision(2))));
  const first = Math.ceil(low / step) * step; // a multiple, where there is one
  if (first > high) return Math.round(at);
  return Math.min(Math.floor(high / step) * step, Math.max(first, Math.round(at / step) * step));
}

/** The share of its range at which a value lies. */
export function shareAt({ low, high, is_log: isLog }, value) {
  return isLog ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

/** A number as people read it. */
export const numberText = (value) => String(Number(Number(value).toPrecision(3))).replace("-", "−");

/** What may be varied, in a sentence: "Choose your cell and your learning rate, then train your own network." */
export function invitation(freedoms) {
  const names = freedoms.map(({ label }) => `your ${label}`);
  const all = names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names.at(-1)}` : names[0];
  return `Choose ${all}, then train your own network.`;
}

/** Seconds as a clock shows them. */
export const clock = (seconds) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** For how long runs may still be begun, in words; empty where that has no end. */
export function leftText({ closes_at: closesAt, is_frozen: isFrozen }, now = Date.now() / 1000) {
  if (isFrozen) return "Frozen: all curves rest.";
  if (!closesAt) return "";
  return closesAt > now ? `Open for ${clock(closesAt - now)} more.` : "Nobody begins any more; what trains goes on.";
}

/** Whether a run can be begun. */
export const isOpen = ({ closes_at: closesAt, is_frozen: isFrozen }, now = Date.now() / 1000) =>
  !isFrozen && !(closesAt && closesAt <= now);

// ---- saying

/** How many there are, and what they do. */
export function crowd(curves) {
  const how = (state) => curves.filter((curve) => curve.state === state).length;
  if (!curves.length) return "No curve yet. Each line will be somebody’s run; lower is better.";
  const [training, waiting, resting, failed] = ["training", "waiting", "resting", "failed"].map(how);
  const parts = [
    training && `${training} training`,
    waiting && `${waiting} waiting for a turn`,
    resting && `${resting} resting`,
    failed && `${failed} diverged`,
  ].filter(Boolean);
  const rest = parts.length ? `: ${parts.join(", ")}` : ", all trained";
  return `${count(curves.length, "curve")}${rest}. Lower is better.`;
}

/** Who that is, for all to read. */
export const whose = ({ nickname, number }) => nickname || `Curve ${number}`;

/** Those that came furthest, the lowest loss first, as the server ranks them. */
export function ranked(curves) {
  const reached = Math.max(0, ...curves.map(({ values }) => values.length));
  const last = ({ values }) => values.at(-1);
  return curves
    .filter(({ values }) => reached && values.length === reached)
    .sort((one, other) => last(one) - last(other) || one.run - other.run);
}

/** How one curve stands, in a sentence. */
export function standingText(curve, curves, steps) {
  const { state, step, values } = curve;
  const loss = values.length ? `, loss ${numberText(values.at(-1))}` : "";
  if (state === "failed") return "It diverged: its numbers grew without bound. Try a smaller learning rate.";
  if (state === "waiting") {
    const before = curves.filter((one) => one.state === "waiting" && one.run < curve.run).length;
    const queue = before ? `${count(before, "run")} before it` : "next in turn";
    return step ? `At step ${step} of ${steps}${loss}; it waits, ${queue}.` : `Waiting for a free processor: ${queue}.`;
  }
  if (state === "training") return `Training: step ${step} of ${steps}${loss}.`;
  if (state === "resting") return `Resting at step ${step} of ${steps}${loss}.`;
  const order = ranked(curves);
  const place = order.findIndex(({ run }) => run === curve.run) + 1;
  return `Trained${loss}${place && order.length > 1 ? `: place ${place} of ${order.length}` : ""}.`;
}

// ---- drawing

/** The top of the scale: all first losses are within it, but for those far above the others. */
export function topOf(curves) {
  const firsts = curves.map(({ values }) => values[0]).filter((value) => value !== undefined);
  if (!firsts.length) return 1;
  const sorted = [...firsts].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  return 1.05 * Math.min(sorted.at(-1), MOST_WIDE * median) || 1;
}

/** The bottom of the scale: a little below the lowest loss of all, so that curves lie apart. */
export function bottomOf(curves, top) {
  const lowest = Math.min(top, ...curves.flatMap(({ values }) => values));
  return curves.some(({ values }) => values.length) ? Math.max(0, lowest - 0.08 * (top - lowest)) : 0;
}

/** Round numbers in a range, some four of them. */
export function ticks(low, high, most = 4) {
  const raw = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= raw * (1 - 1e-9));
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(6)));
}

/** How dark each of so many lines is: many that lie over each other still show where most of them are. */
export const opacityOf = (count) => Math.min(0.55, Math.max(0.14, 2.6 / Math.sqrt(count + 1)));

/** Where the middle of a part of a curve lies. */
export const xOf = (part, { parts, left, width }) => left + ((part + 0.5) / parts) * width;
export const yOf = (loss, { top, bottom, above, height }) => above + ((top - loss) / (top - bottom)) * height;

/** A curve as the path of an SVG element. */
export const pathOf = (values, box) =>
  values.map((loss, part) => `${part ? "L" : "M"}${xOf(part, box).toFixed(1)} ${yOf(loss, box).toFixed(1)}`).join("");

/** The curve that lies nearest to a point, and none if all are far. */
export function nearest(curves, x, y, box, within = 40) {
  const part = Math.floor(((x - box.left) / box.width) * box.parts);
  let found = null;
  let least = within;
  for (const curve of curves) {
    const loss = curve.values[Math.min(Math.max(part, 0), curve.values.length - 1)];
    if (loss === undefined) continue;
    const end = xOf(curve.values.length - 1, box);
    const off = Math.hypot(Math.max(0, x - end), yOf(loss, box) - y);
    if (off < least) [found, least] = [curve, off];
  }
  return found;
}

/** Heights of labels that do not cover each other, in the order given; `gap` apart, within the box. */
export function apart(heights, gap, { above, height }) {
  const order = heights.map((y, at) => [y, at]).sort((one, other) => one[0] - other[0]);
  let lowest = above;
  for (const each of order) {
    each[0] = Math.max(each[0], lowest);
    lowest = each[0] + gap;
  }
  let highest = above + height;
  for (const each of [...order].reverse()) {
    each[0] = Math.min(each[0], highest);
    highest = each[0] - gap;
  }
  const placed = [];
  for (const [y, at] of order) placed[at] = y;
  return placed;
}
