// The nine operations of a timestep, in the order in which the cell carries them out.

import { fixed } from "../shared/format.js";

const sigma = (symbol, name) => ({
  equation: `${symbol} = σ(W_${symbol} [x, h′] + b_${symbol})`,
  numbers: (at) => `${symbol} = σ(${at.z(name)}) = ${at(name)}`,
});

/** name; words: what it does; quantity: which one results; line: letter of the textbook's line; numbers: filled in. */
export const OPERATIONS = [
  {
    name: "concatenate",
    words: "The input and what the cell said last stand side by side.",
    line: "xh",
    equation: "[x, h′]",
    numbers: (at) => `x = “${at.label}”, h′ = ${at("hidden", -1)} in this unit`,
  },
  { name: "forget", words: "How much of the memory to keep.", quantity: "forget_gate", line: "f", ...sigma("f", "forget_gate") },
  { name: "input", words: "How much of the new content to write.", quantity: "input_gate", line: "i", ...sigma("i", "input_gate") },
  {
    name: "candidate",
    words: "The new content itself.",
    quantity: "candidate",
    line: "g",
    equation: "g = tanh(W_g [x, h′] + b_g)",
    numbers: (at) => `g = tanh(${at.z("candidate")}) = ${at("candidate")}`,
  },
  {
    name: "keep",
    words: "The forget gate lets part of the old memory through.",
    line: "c",
    equation: "f · c′",
    numbers: (at) => `f · c′ = ${at("forget_gate")} · ${at.within("cell", -1)} = ${at.number(at.raw("forget_gate") * at.raw("cell", -1))}`,
  },
  {
    name: "write",
    words: "The new content is added: this is the new memory.",
    quantity: "cell",
    line: "c",
    equation: "c = f · c′ + i · g",
    numbers: (at) =>
      `c = ${at("forget_gate")} · ${at.within("cell", -1)} + ${at("input_gate")} · ${at.within("candidate")} = ${at("cell")}`,
  },
  {
    name: "squash",
    words: "The memory, however large, is brought between −1 and 1.",
    line: "h",
    equation: "tanh(c)",
    numbers: (at) => `tanh(c) = tanh(${at("cell")}) = ${at.number(Math.tanh(at.raw("cell")))}`,
  },
  {
    name: "output",
    words: "The output gate decides how much of it is said.",
    quantity: "hidden",
    line: "h",
    equation: "h = o · tanh(c)",
    numbers: (at) =>
      `o = σ(${at.z("output_gate")}) = ${at("output_gate")}; h = ${at("output_gate")} · tanh(${at("cell")}) = ${at("hidden")}`,
  },
  {
    name: "predict",
    words: "All hidden values together say what comes next.",
    equation: "p = softmax(W_y h + b_y)",
    numbers: (at) => at.trace.expectation(at.timestep),
  },
];
const OUTPUT_GATE = {
  ...OPERATIONS[7],
  words: "How much of the memory to say.",
  line: "o",
  ...sigma("o", "output_gate"),
};

/** The operation to explain: the one at work, or, where whole timesteps are stepped, that of the quantity asked about. */
export function explained(state) {
  if (state.byOperation) return OPERATIONS[state.operation];
  if (state.quantity === "output_gate") return OUTPUT_GATE;
  return OPERATIONS.find(({ quantity }) => quantity === state.quantity) ?? OPERATIONS.at(-1);
}

/** Reads a unit's numbers for the equations: at(name, shift), at.raw, at.z (pre-activation), at.within (in brackets if negative). */
export function reader(trace, { layer, timestep, unit, precision }) {
  const number = (value) => fixed(value, precision);
  const raw = (name, shift = 0) => trace.value(layer, name, timestep + shift, unit);
  const at = (name, shift) => number(raw(name, shift));
  const within = (name, shift) => (raw(name, shift) < 0 ? `(${at(name, shift)})` : at(name, shift));
  const z = (name) => number(trace.preactivation(layer, trace.index[name], timestep, unit));
  return Object.assign(at, { raw, z, number, within, trace, timestep, label: trace.labels[timestep] });
}
