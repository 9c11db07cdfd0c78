// Why a number is what it is: its parts, and what contributed, each with where it can be gone to. Pure.

import { fixed } from "../../../browser/format.js";
import { isClamped } from "../../../browser/cell/clamps.js";
import { hasCome, makerOf } from "../../../browser/cell/progress.js";
import { asFactor, computed, partsOf, written } from "../../../browser/cell/formula.js";
import { reader } from "./operations.js";
import { readOut } from "./readout.js";

export const MOST_BARS = 7;

/** Those that contribute most, the strongest first. */
export function strongest(contributions) {
  return inOrder(contributions).slice(0, MOST_BARS);
}

/** All others together: {count, value}. */
export function others(contributions) {
  const rest = inOrder(contributions).slice(MOST_BARS);
  return { count: rest.length, value: rest.reduce((sum, { value }) => sum + value, 0) };
}

const inOrder = (contributions) =>
  contributions.filter(({ value }) => value !== 0).sort((a, b) => Math.abs(b.value) - Math.abs(a.value));

/** {title, lines(number), heading, contributions} of the quantity, unit and timestep that the state names. */
export function explain(trace, state) {
  if (!hasCome(trace, state, state.quantity)) return explainWaiting(trace, state);
  if (state.quantity === "prediction") return explainPrediction(trace, state);
  const quantity = trace.quantity(state.quantity);
  const { symbol, missing } = quantity;
  const called = trace.unitName(state.layer, state.unit);
  const title = `Why ${symbol} of ${called} = ${fixed(reader(trace, state).value(symbol))}?`;
  if (missing) return { title, lines: () => [quantity.equation, quantity.words], heading: "", contributions: [] };
  if (trace.sums[state.quantity]) return { title, ...explainSum(trace, state, quantity) };
  if (quantity.kept) return { title, ...explainState(trace, state, quantity) };
  return { title, ...explainParts(trace, state, quantity) };
}

/** What is not computed yet: when it will be. */
function explainWaiting(trace, { quantity: name, layer, unit }) {
  const quantity = trace.quantity(name);
  const operation = makerOf(trace, name);
  return {
    title: quantity ? `Why ${quantity.symbol} of ${trace.unitName(layer, unit)}?` : "Why this prediction?",
    lines: () => [
      "It is not computed yet.",
      `Operation ${operation + 1} of ${trace.operations.length}, ${trace.operations[operation].name}, makes it.`,
    ],
    heading: "",
    contributions: [],
  };
}

/** What goes through an activation: what its weighted sum is made of. */
function explainSum(trace, state, { name, symbol, formula }) {
  const { layer, timestep, unit } = state;
  const { peephole, gated_by: gate } = trace.sums[name];
  const weights = trace.weightsOf(layer, name, unit);
  const below = trace.below(layer, timestep);
  const { value, result } = reader(trace, state);
  const share = gate ? value(gate) : 1; // of what comes from the former hidden state
  const contributions = [];
  const parts = { input: 0, recurrent: 0, bias: weights.at(-2) + share * weights.at(-1) };
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
  trace.row(layer, "hidden", timestep - 1).forEach((h, k) => {
    const value = share * weights[below.length + k] * h;
    parts.recurrent += value;
    contributions.push({
      value,
      label: `h′ of ${trace.unitName(layer, k)}`,
      go: { unit: k, quantity: "hidden", timestep: timestep - 1 },
    });
  });
  const seen = peephole ? trace.peepholeOf(layer, name, unit) * value(peephole) : 0;
  if (peephole)
    contributions.push({ value: seen, label: `${peephole}, its memory`, go: whereIs(trace, state, peephole) });
  return {
    lines: (number) => [
      `input ${number(parts.input)}`,
      `former hidden state${gate ? `, times ${gate},` : ""} ${number(parts.recurrent)}`,
      `bias ${number(parts.bias)}`,
      ...(peephole ? [`peephole p · ${peephole} = ${number(seen)}`] : []),
      `sum a = ${number(trace.preactivation(layer, name, timestep, unit))}`,
      result(`${symbol} = ${activationOf(formula)}`, name),
    ],
    heading: "What went into the sum, the strongest first",
    contributions,
  };
}

/** “σ(a)”, where the formula is an activation of the sum alone or of its parts. */
function activationOf(formula) {
  const last = formula?.postfix.at(-1);
  if (last === "σ" || last === "tanh") return `${last}(a)`;
  return formula && formula.postfix.length > 1 ? written(formula) : "a";
}

/** A state that adds up: what is left of what each timestep wrote into it. */
function explainState(trace, state, { name, symbol, kept, written: added }) {
  const { layer, timestep, unit } = state;
  const at = (formula, t) => computed(formula, (letter) => trace.letter(letter, { ...state, timestep: t }));
  const contributions = [];
  const from = trace.quantities.find((quantity) => quantity.symbol === added.letters.at(-1));
  let left = 1; // product of what was kept since
  for (let t = timestep; t >= 0; t--) {
    if (isClamped(trace, state, name, t)) {
      const value = left * trace.value(layer, name, t, unit);
      contributions.push({ value, label: `clamped at ${t + 1}`, go: { timestep: t } });
      break; // whatever was written before is no longer in it
    }
    contributions.push({
      value: left * at(added, t),
      label: `“${trace.labels[t]}” at ${t + 1}`,
      go: { timestep: t, quantity: from.name },
    });
    left *= at(kept, t);
  }
  const was = trace.value(layer, name, timestep - 1, unit);
  return {
    lines: (number) => [
      `kept ${asFactor(kept)} · ${symbol}′ = ${number(at(kept, timestep) * was)}`,
      `written ${written(added)} = ${number(at(added, timestep))}`,
      reader(trace, state).result(`sum ${symbol}`, name),
    ],
    heading: `Who wrote it: ${written(added)} of each timestep, times ${written(kept)} of all since`,
    contributions,
  };
}

/** Anything else: the factors or the summands of its formula. */
function explainParts(trace, state, { name, symbol, equation, formula }) {
  const { result, value } = reader(trace, state);
  if (!formula) return { lines: () => [equation, result(symbol, name)], heading: "", contributions: [] };
  const parts = partsOf(formula).map(({ postfix, text }) => {
    const letter = postfix.find((step) => formula.letters.includes(step));
    return { text, value: computed({ postfix }, value), label: text, go: letter ? whereIs(trace, state, letter) : {} };
  });
  const product = !["+", "−"].includes(formula.postfix.at(-1));
  return {
    lines: (number) => [
      ...parts.map(({ text, value }) => `${text} = ${number(value)}`),
      result(`${product ? "product" : "sum"} ${symbol}`, name),
    ],
    heading: product ? "What is multiplied" : "What is added up",
    product,
    contributions: parts,
  };
}

/** Where a letter of a formula is to be found: its quantity, and its timestep if it has a prime. */
function whereIs(trace, { timestep }, letter) {
  const quantity = trace.named[letter.replace("′", "").replace(/^[awup]_/, "")];
  return letter.endsWith("′") ? { quantity, timestep: timestep - 1 } : { quantity };
}

/** An output: what each hidden unit adds to its score, and what the readout makes of that. */
function explainPrediction(trace, { timestep, output }) {
  const top = trace.layers - 1;
  const chosen = output ?? (trace.kind === "value" ? 0 : trace.top[timestep][0]);
  const weights = trace.readoutOf(chosen);
  const bias = weights[trace.units];
  const contributions = Array.from(trace.row(top, "hidden", timestep), (h, k) => ({
    value: weights[k] * h,
    label: `h of ${trace.unitName(top, k)}`,
    go: { layer: top, unit: k, quantity: "hidden" },
  }));
  const { score, said, lines } = readOut(trace, timestep, chosen);
  return {
    title: trace.kind === "value" ? `Why ${said}?` : `Why “${trace.output_labels[chosen]}”: ${said}?`,
    lines: (number) => [
      `hidden units ${number(score - bias)}`,
      `bias ${number(bias)}`,
      ...lines(number),
    ],
    heading: "What went into the sum, the strongest first",
    contributions,
  };
}
