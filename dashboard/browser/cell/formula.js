// Formulas of one unit, as the engine writes them (lstm_engine/cell/formulas.py): computed, and with numbers in the
// place of letters.

const STEPS = {
  "+": [2, (a, b) => a + b],
  "−": [2, (a, b) => a - b],
  "·": [2, (a, b) => a * b],
  "/": [2, (a, b) => a / b],
  negative: [1, (a) => -a],
  "²": [1, (a) => a * a],
  σ: [1, (a) => 1 / (1 + Math.exp(-a))],
  tanh: [1, Math.tanh],
  exp: [1, Math.exp],
  log: [1, Math.log],
  abs: [1, Math.abs],
  max: [2, Math.max],
};
const OPERATORS = ["+", "-", "−", "·", "/"];

/** What it comes to; `valueOf` gives the number of a letter. */
export function computed({ postfix }, valueOf) {
  const stack = [];
  for (const step of postfix) {
    const [count, apply] = Object.hasOwn(STEPS, step) ? STEPS[step] : [0, () => letter(step, valueOf)];
    stack.push(apply(...(count ? stack.splice(-count) : [])));
  }
  return stack[0];
}

const letter = (step, valueOf) => (/^\d/.test(step) ? Number(step) : valueOf(step));

/** Its right side with numbers; one that is negative stands in brackets behind an operator. */
export function filled({ tokens, letters }, textOf) {
  let former = null;
  return tokens
    .map((token) => {
      if (token.trim() === "") return token;
      const behind = former;
      former = token;
      if (!letters.includes(token)) return token.replace("-", "−");
      const text = textOf(token);
      return text.startsWith("−") && OPERATORS.includes(behind) ? `(${text})` : text;
    })
    .join("");
}

/** The formula as people read it. */
export const written = ({ tokens }) => tokens.join("").replaceAll("-", "−");

/** The same where it is multiplied: a sum stands in brackets. */
export const asFactor = (formula) =>
  ["+", "−"].includes(formula.postfix.at(-1)) ? `(${written(formula)})` : written(formula);

/**
 * What its right side is made of: the summands of a sum, or else the factors of a product, each a formula of its own
 * with its text; one alone if it is neither.
 */
export function partsOf({ postfix }) {
  const [sums, products] = [
    ["+", "−"],
    ["·", "/"],
  ];
  const kinds = sums.includes(postfix.at(-1)) ? ["+"] : products.includes(postfix.at(-1)) ? ["·"] : [];
  return split(postfix, kinds).map((part) => ({ postfix: part, text: textOf(part) }));
}

/** Postfix cut at its outermost steps of those kinds; what is subtracted is a summand that is negative. */
function split(postfix, kinds) {
  const last = postfix.at(-1);
  const minus = last === "−" && kinds.includes("+");
  if (!kinds.includes(last) && !minus) return [postfix];
  const middle = startOfLast(postfix.slice(0, -1));
  const [left, right] = [postfix.slice(0, middle), postfix.slice(middle, -1)];
  return [...split(left, kinds), ...(minus ? [[...right, "negative"]] : split(right, kinds))];
}

/** Where the last operand of postfix begins. */
function startOfLast(postfix) {
  let wanted = 1;
  let place = postfix.length;
  while (wanted > 0) {
    place -= 1;
    const step = postfix[place];
    wanted += (Object.hasOwn(STEPS, step) ? STEPS[step][0] : 0) - 1;
  }
  return place;
}

/** Postfix as text. */
function textOf(postfix) {
  const stack = [];
  for (const step of postfix) {
    if (!Object.hasOwn(STEPS, step)) stack.push({ text: step, rank: 3 });
    else if (step === "negative") stack.push({ text: `−${within(stack.pop(), 2)}`, rank: 1 });
    else if (step === "²") stack.push({ text: `${within(stack.pop(), 3)}²`, rank: 3 });
    else if (/^\p{L}/u.test(step)) {
      const given = stack.splice(-STEPS[step][0]).map(({ text }) => text);
      stack.push({ text: `${step}(${given.join(", ")})`, rank: 3 });
    } else {
      const rank = step === "+" || step === "−" ? 1 : 2;
      const [a, b] = stack.splice(-2);
      stack.push({
        text: `${within(a, rank)} ${step} ${within(b, rank + (step === "−" || step === "/" ? 1 : 0))}`,
        rank,
      });
    }
  }
  return stack[0].text;
}

const within = ({ text, rank }, least) => (rank < least ? `(${text})` : text);
