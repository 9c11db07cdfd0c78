// From the topmost hidden state to what is said, by the readout of the task: softmax, sigmoid, or the sum itself. Pure.

import { compact, fixed } from "../../../browser/format.js";

const FAR = 80; // scores beyond this are told from the largest on: exp of them is no number that says anything

/** An output's score: W_y h + b_y. */
export function scoreOf(trace, timestep, output) {
  const weights = trace.readoutOf(output);
  const hidden = trace.row(trace.layers - 1, "hidden", timestep);
  let score = weights[trace.units];
  for (let k = 0; k < trace.units; k++) score += weights[k] * hidden[k];
  return score;
}

/** Softmax as it is taught: of the score z, exp(z − shift) and the sum of that over all outputs. */
export function softmaxParts(scores, output) {
  const largest = Math.max(...scores);
  const shift = Math.abs(largest) > FAR ? largest : 0;
  const exps = scores.map((score) => Math.exp(score - shift));
  const sum = exps.reduce((total, value) => total + value, 0);
  return { shift, own: exps[output], sum, probability: exps[output] / sum };
}

export const percent = (probability) => `${(probability * 100).toFixed(1)} %`;

/** How an output comes to be said: {score, said, lines(number)}, the steps behind its score's parts. */
export function readOut(trace, timestep, output) {
  const score = scoreOf(trace, timestep, output);
  if (trace.readout_by === "softmax") {
    const scores = trace.output_labels.map((_, k) => scoreOf(trace, timestep, k));
    const { shift, own, sum, probability } = softmaxParts(scores, output);
    const exponent = shift ? `z − ${fixed(shift, 1)}` : "z";
    const lines = (number) => [
      `sum, the score z = ${number(score)}`,
      `exp(${exponent}) = ${sized(own, number)}`,
      `summed over all ${scores.length} answers: ${sized(sum, number)}`,
      `softmax: ${sized(own, number)} / ${sized(sum, number)} = ${percent(probability)}`,
    ];
    return { score, said: percent(probability), lines };
  }
  if (trace.readout_by === "sigmoid") {
    const said = percent(1 / (1 + Math.exp(-score)));
    const lines = (number) => [`sum, the score z = ${number(score)}`, `σ(z) = ${said}, apart from the others`];
    return { score, said, lines };
  }
  const asked = output === 0 && trace.kind === "value" ? trace.about.number_asked : trace.output_labels[output];
  const unit = output === 0 ? trace.own_unit : null;
  if (!unit) return { score, said: fixed(score), lines: (number) => [`sum = ${number(score)}, the ${asked}`] };
  const value = unit.zero + unit.one * score;
  const lines = (number) => [
    `sum = ${number(score)} standard deviations from the mean`,
    `· ${sized(unit.one, number)} + ${sized(unit.zero, number)}, in your unit`,
    `${asked} = ${sized(value, number)}`,
  ];
  return { score, said: sized(value, (found) => fixed(found)), lines };
}

/** With decimals, or with an exponent where these say nothing. */
const sized = (value, number) =>
  value !== 0 && (Math.abs(value) < 0.01 || Math.abs(value) >= 1e5) ? compact(value) : number(value);
