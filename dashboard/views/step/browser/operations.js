// The nine operations of a timestep, in the order in which the cell carries them out.

import { fixed } from "../../../browser/format.js";
import { isClamped } from "../../../browser/cell/clamps.js";

const activation = (symbol, name, squash) => ({
  quantity: name,
  line: symbol,
  equation: `${symbol} = ${squash}(W_${symbol} [x, h′] + b_${symbol})`,
  numbers: (at) => at.result(`${symbol} = ${squash}(${at.z(name)})`, name),
});

/**
 * name; words: what it does; quantity: which one results; about: which it is on the way to; line: letter of the
 * textbook's line; numbers: filled in.
 */
export const OPERATIONS = [
  {
    name: "concatenate",
    words: "The input and what the cell said last stand side by side.",
    line: "xh",
    equation: "[x, h′]",
    numbers: (at) => `x = “${at.label}”, h′ = ${at("hidden", -1)} in this unit`,
  },
  { name: "forget", words: "How much of the memory to keep.", ...activation("f", "forget_gate", "σ") },
  { name: "input", words: "How much of the new content to write.", ...activation("i", "input_gate", "σ") },
  { name: "candidate", words: "The new content itself.", ...activation("g", "candidate", "tanh") },
  {
    name: "keep",
    words: "The forget gate lets part of the old memory through.",
    about: "cell",
    line: "c",
    equation: "f · c′",
    numbers: (at) =>
      `f · c′ = ${at("forget_gate")} · ${at.within("cell", -1)} = ` +
      at.number(at.raw("forget_gate") * at.raw("cell", -1)),
  },
  {
    name: "write",
    words: "The new content is added: this is the new memory.",
    quantity: "cell",
    line: "c",
    equation: "c = f · c′ + i · g",
    numbers: (at) =>
      at.result(
        `c = ${at("forget_gate")} · ${at.within("cell", -1)} + ${at("input_gate")} · ${at.within("candidate")}`,
        "cell",
      ),
  },
  {
    name: "squash",
    words: "The memory, however large, is brought between −1 and 1.",
    about: "cell",
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
      [
        at.result(`o = σ(${at.z("output_gate")})`, "output_gate"),
        at.result(`h = ${at("output_gate")} · tanh(${at("cell")})`, "hidden"),
      ].join("; "),
  },
  {
    name: "predict",
    words: "All hidden values together say what comes next.",
    about: "prediction",
    equation: "p = softmax(W_y h + b_y)",
    numbers: (at) => at.trace.expectation(at.timestep),
  },
];
const OUTPUT_GATE = { name: "output", words: "How much of the memory to say.", ...activation("o", "output_gate", "σ") };

// the same cell, walked through backwards: how the gradient arrives at each quantity, and by what it is multiplied next
const slope = (v) => v * (1 - v);
const BACKWARD = {
  hidden: [
    "dL/dh goes to the memory through the output gate, and less the more the memory is saturated.",
    "dL/dc += dL/dh · o (1 − tanh²c)",
    (at) => at.raw("output_gate") * (1 - Math.tanh(at.raw("cell")) ** 2),
  ],
  output_gate: [
    "Nothing of it passes where the gate is fully open or shut.",
    "dL/dz_o = dL/do · o (1 − o)",
    (at) => slope(at.raw("output_gate")),
  ],
  cell: [
    "The path along which gradients survive: one factor a timestep, the forget gate.",
    "dL/dc′ = dL/dc · f",
    (at) => at.raw("forget_gate"),
  ],
  candidate: [
    "Nothing of it passes where the candidate is at −1 or 1.",
    "dL/dz_g = dL/dg · (1 − g²)",
    (at) => 1 - at.raw("candidate") ** 2,
  ],
  input_gate: [
    "Nothing of it passes where the gate is fully open or shut.",
    "dL/dz_i = dL/di · i (1 − i)",
    (at) => slope(at.raw("input_gate")),
  ],
  forget_gate: [
    "Nothing of it passes where the gate is fully open or shut.",
    "dL/dz_f = dL/df · f (1 − f)",
    (at) => slope(at.raw("forget_gate")),
  ],
};

/** What the gradient of a quantity is multiplied with on its way on: {words, equation, gradient, factor}. */
export function backwardStep(name, trace, gradients, state) {
  const [words, equation, factor] = BACKWARD[name];
  return {
    words,
    equation,
    gradient: gradients.value(state.layer, name, state.timestep, state.unit),
    factor: factor(reader(trace, state)),
  };
}

/** The operation to explain: the one at work, or, where timesteps are stepped, that of the quantity asked about. */
export function explained(state) {
  if (state.operation !== null) return OPERATIONS[state.operation];
  if (state.quantity === "output_gate") return OUTPUT_GATE;
  return OPERATIONS.find(({ quantity }) => quantity === state.quantity) ?? OPERATIONS.at(-1);
}

/** The quantity that the operation of that number is about; undefined where it makes none. */
export function subjectOf(operation) {
  return OPERATIONS[operation].quantity ?? OPERATIONS[operation].about;
}

/**
 * Reads a unit's numbers for the equations: at(name, shift) as text, at.raw as a number, at.within in brackets if
 * negative, at.z the pre-activation, at.result an equation's end, which is not what was computed where it is clamped.
 */
export function reader(trace, state) {
  const { layer, timestep, unit, precision } = state;
  const number = (value) => fixed(value, precision);
  const raw = (name, shift = 0) => trace.value(layer, name, timestep + shift, unit);
  const at = (name, shift) => number(raw(name, shift));
  const within = (name, shift) => (raw(name, shift) < 0 ? `(${at(name, shift)})` : at(name, shift));
  const z = (name) => number(trace.preactivation(layer, trace.index[name], timestep, unit));
  const result = (left, name) =>
    `${left}${isClamped(trace, state, name, timestep) ? ", but it is clamped at" : " ="} ${at(name)}`;
  return Object.assign(at, { raw, z, number, within, result, trace, timestep, label: trace.labels[timestep] });
}
