// How much of a gradient is left after its way back: read from the figures that are drawn, and put into words. Pure.

import { compact } from "../../../browser/format.js";

const MUCH = 10; // times as much, from which on two are said to differ
const NOISE = 1e-6; // of the largest gradient: what float32 leaves of nothing
const GONE = 1e-30; // what is less is nothing that float32 could tell

/** Which share of the norm at the loss is left at the first timestep; null where there is none at the loss. */
export function left(norms) {
  const [first, last] = [norms[0], norms.at(-1)];
  return last > GONE ? first / last : null;
}

/** Of curves {label, norms} the one of which most is left; null if nothing can be said of any. */
export function lasting(lines) {
  const most = Math.max(...lines.map(({ norms }) => norms.at(-1)));
  // what the loss does not depend on, as on a stabiliser, has a gradient of rounding errors
  const known = lines.filter(({ norms }) => left(norms) !== null && norms.at(-1) > NOISE * most);
  return known.reduce((best, line) => (best && left(best.norms) >= left(line.norms) ? best : line), null);
}

/**
 * What the curves show, in sentences.
 * @param {{label: string, norms: number[]}[]} own of the cell's states, each up to the loss
 * @param {number[] | null} plain of a plain network's hidden state
 * @param {string[]} labels of the timesteps
 */
export function fading(own, plain, labels) {
  const line = lasting(own);
  if (!line) return "No gradient comes back from this loss.";
  const far = line.norms.length - 1;
  if (far === 0) return "The loss is at the first timestep, so there is no way back. Take it at a later one.";
  const steps = `${far} timestep${far === 1 ? "" : "s"}`;
  const share = left(line.norms);
  const first = `Over ${steps}, back to “${labels[0]}”, the gradient at ${line.label} ${becomes(share)}`;
  const other = plain && left(plain);
  if (other === null) return `${first}.`;
  return `${first}; that at the plain network’s h ${becomes(other)}. ${verdict(share, other)}`;
}

function verdict(share, other) {
  if (share <= GONE && other <= GONE) return "Neither learns from so far back.";
  const ratio = share / Math.max(other, GONE);
  const times = (value) => `${compact(+value.toPrecision(2))} times as much`;
  if (ratio >= MUCH) return `This cell keeps ${times(ratio)}.`;
  if (ratio <= 1 / MUCH) return `Here the plain network keeps more: ${times(1 / ratio)}.`;
  return "Here the two differ by less than a factor of ten.";
}

function becomes(share) {
  if (share <= GONE) return "vanishes";
  if (Math.abs(share - 1) < 0.05) return "stays as large as it was";
  if (share > 1) return `becomes ${compact(+share.toPrecision(2))} times as large`;
  return share >= 0.001 ? `falls to ${+(share * 100).toPrecision(2)} %` : `falls to ${compact(share)} of what it was`;
}
