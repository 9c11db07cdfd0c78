// Why a number is what it is: its parts, and what contributed, each with where it can be gone to. Pure.

import { fixed } from "../../../browser/format.js";
import { isClamped } from "../../../browser/cell/clamps.js";
import { reader } from "./operations.js";

export const MOST_BARS = 7;

/** Those that contribute most, the strongest first. */
export function strongest(contributions) {
  return contributions
    .filter(({ value }) => value !== 0)
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    .slice(0, MOST_BARS);
}

/** {title, lines(number), heading, contributions} of the quantity, unit and timestep that the state names. */
export function explain(trace, state) {
  if (state.quantity === "prediction") return explainPrediction(trace, state);
  const place = `${trace.quantities[trace.index[state.quantity]].symbol} of unit ${state.unit}`;
  if (state.quantity === "cell") return explainCell(trace, state, place);
  if (state.quantity === "hidden") return explainHidden(trace, state, place);
  return explainGate(trace, state, place);
}

/** A gate: what its pre-activation is the sum of. */
function explainGate(trace, state, place) {
  const { layer, timestep, unit, quantity } = state;
  const gate = trace.index[quantity];
  const weights = trace.weightsOf(layer, gate, unit);
  const below = trace.below(layer, timestep);
  const before = trace.row(layer, "hidden", timestep - 1);
  const contributions = [];
  const parts = { input: 0, recurrent: 0, bias: weights[weights.length - 1] };
  below.forEach((x, k) => {
    const value = weights[k] * x;
    parts.input += value;
    if (layer > 0)
      contributions.push({
        value,
        label: `h ${k}, layer ${layer}`,
        go: { layer: layer - 1, unit: k, quantity: "hidden" },
      });
    else
      contributions.push({
        value,
        label: `“${trace.input_labels[k]}”`,
        go: { timestep },
        hint: "The symbol that is read",
      });
  });
  before.forEach((h, k) => {
    const value = weights[below.length + k] * h;
    parts.recurrent += value;
    contributions.push({
      value,
      label: `h′ of unit ${k}`,
      go: { unit: k, quantity: "hidden", timestep: timestep - 1 },
    });
  });
  const symbol = trace.quantities[gate].symbol;
  const activation = quantity === "candidate" ? "tanh" : "σ";
  const z = trace.preactivation(layer, gate, timestep, unit);
  const value = trace.value(layer, quantity, timestep, unit);
  return {
    title: `Why ${place} = ${fixed(value)}?`,
    lines: (number) => [
      `input ${number(parts.input)}`,
      `former hidden state ${number(parts.recurrent)}`,
      `bias ${number(parts.bias)}`,
      `sum z = ${number(z)}`,
      reader(trace, state).result(`${symbol} = ${activation}(z)`, quantity),
    ],
    heading: "What went into z, the strongest first",
    contributions,
  };
}

/** The cell state: what is left of what each timestep wrote into it. */
function explainCell(trace, state, place) {
  const { layer, timestep, unit } = state;
  const at = (name, t) => trace.value(layer, name, t, unit);
  const contributions = [];
  let kept = 1; // product of the forget gates since
  for (let t = timestep; t >= 0; t--) {
    if (isClamped(trace, state, "cell", t)) {
      contributions.push({ value: kept * at("cell", t), label: `clamped at ${t + 1}`, go: { timestep: t } });
      break; // whatever was written before is no longer in it
    }
    const value = kept * at("input_gate", t) * at("candidate", t);
    contributions.push({
      value,
      label: `“${trace.labels[t]}” at ${t + 1}`,
      go: { timestep: t, quantity: "candidate" },
    });
    kept *= at("forget_gate", t);
  }
  return {
    title: `Why ${place} = ${fixed(at("cell", timestep))}?`,
    lines: (number) => [
      `kept f · c′ = ${number(at("forget_gate", timestep) * at("cell", timestep - 1))}`,
      `written i · g = ${number(at("input_gate", timestep) * at("candidate", timestep))}`,
      reader(trace, state).result("sum c", "cell"),
    ],
    heading: "Who wrote it: i · g of each timestep times all forget gates since",
    contributions,
  };
}

/** The hidden state: two factors. */
function explainHidden(trace, state, place) {
  const { layer, timestep, unit } = state;
  const at = (name) => trace.value(layer, name, timestep, unit);
  return {
    title: `Why ${place} = ${fixed(at("hidden"))}?`,
    lines: (number) => [
      `output gate o = ${number(at("output_gate"))}`,
      `memory tanh(c) = ${number(Math.tanh(at("cell")))}`,
      reader(trace, state).result("product h", "hidden"),
    ],
    heading: "The two factors",
    contributions: [
      { value: at("output_gate"), label: "o, the output gate", go: { quantity: "output_gate" } },
      { value: Math.tanh(at("cell")), label: "tanh(c), the memory", go: { quantity: "cell" } },
    ],
  };
}

/** An output: what each hidden unit adds to its score. */
function explainPrediction(trace, { timestep, output }) {
  const top = trace.layers - 1;
  const chosen = output ?? (trace.kind === "symbols" ? trace.top[timestep][0] : 0);
  const weights = trace.readoutOf(chosen);
  const hidden = trace.row(top, "hidden", timestep);
  let score = weights[trace.units];
  const contributions = Array.from(hidden, (h, k) => {
    score += weights[k] * h;
    return { value: weights[k] * h, label: `h of unit ${k}`, go: { layer: top, unit: k, quantity: "hidden" } };
  });
  const name = trace.output_labels[chosen];
  return {
    title: trace.kind === "symbols" ? `Why “${name}”?` : `Why this value?`,
    lines: (number) => [
      `hidden units ${number(score - weights[trace.units])}`,
      `bias ${number(weights[trace.units])}`,
      `sum, the ${trace.kind === "symbols" ? "score" : "prediction"} = ${number(score)}`,
    ],
    heading: "What went into it, the strongest first",
    contributions,
  };
}
