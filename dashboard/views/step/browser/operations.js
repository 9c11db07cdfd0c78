// What is said of an operation or a quantity, forward and on the way back: words, equation, and the unit's numbers in
// it. The operations themselves are the cell's, and come with the trace. Pure.

import { fixed } from "../../../browser/format.js";
import { isClamped } from "../../../browser/cell/clamps.js";
import { asFactor, computed, filled, written } from "../../../browser/cell/formula.js";

/** The operation to explain: the one at work, or, where timesteps are stepped, that of the quantity asked about. */
export function explained(trace, { operation, quantity: name }) {
  if (operation !== null) return trace.operations[operation];
  const quantity = trace.quantity(name);
  if (!quantity) return trace.operations.at(-1);
  const making = trace.operations.find(({ makes }) => makes.includes(name));
  return {
    name: making?.name ?? "not there",
    kind: "computed",
    words: quantity.words || quantity.label,
    equation: quantity.equation,
    formulas: quantity.formula ? [quantity.formula] : [],
    makes: [name],
    line: quantity.symbol,
  };
}

/** An operation's equations with the numbers of the selected unit. */
export function numbers({ kind, formulas, makes }, trace, state) {
  const read = reader(trace, state);
  if (kind === "prediction") return trace.expectation(state.timestep);
  if (kind === "read") return `x = “${trace.labels[state.timestep]}”, h′ = ${read.text("h′")} in this unit`;
  if (formulas.length) return formulas.map((formula) => filledIn(formula, read)).join("; ");
  return makes.map((name) => read.result(trace.quantity(name).symbol, name)).join("; ");
}

/** “c = 0.5 · 0.2 + 0.1 · 0.3 = 0.13”; a lone letter or number is not said twice. */
function filledIn(formula, read) {
  const { left, letters, postfix } = formula;
  const name = read.trace.named[left];
  if (letters.length === 0) return formula.text;
  const start = `${left || written(formula)} = ${filled(formula, read.text)}`;
  if (name) return read.result(start, name);
  return postfix.length === 1 ? start : `${start} = ${read.number(computed(formula, read.value))}`;
}

/**
 * Reads a unit's numbers by the letters of formulas: value(letter), text(letter), number(value) as text, and
 * result(left, name), an equation's end, which is not what was computed where it is clamped.
 */
export function reader(trace, state) {
  const number = (value) => fixed(value, state.precision);
  const value = (letter) => trace.letter(letter, state);
  const text = (letter) => number(value(letter));
  const result = (left, name) =>
    `${left}${isClamped(trace, state, name, state.timestep) ? ", but it is clamped at" : " ="} ` +
    number(trace.value(state.layer, name, state.timestep, state.unit));
  return { trace, number, value, text, result };
}

/** The ways on which the gradient goes on from a quantity; the main one first. */
export const waysFrom = (trace, name) => trace.cell.gradient_steps.filter(({ quantity }) => quantity === name);

/** One way of the gradient: {way, words, equation}, and what is multiplied: {gradient, factor}. */
export function passedOn({ quantity, onto, factor, words }, trace, gradients, state) {
  const { symbol } = trace.quantity(quantity);
  const clamped = isClamped(trace, state, quantity, state.timestep);
  const alone = trace.cell.gradient_steps.filter((other) => other.onto === onto).length === 1;
  return {
    way: `${symbol} → ${onto}`,
    words: clamped ? `${symbol} is clamped: what it was made of no longer matters.` : words,
    equation: `dL/d${onto} ${alone ? "=" : "+="} dL/d${symbol} · ${asFactor(factor)}`,
    gradient: gradients.value(state.layer, quantity, state.timestep, state.unit),
    factor: clamped ? 0 : computed(factor, (letter) => trace.letter(letter, state)),
  };
}
