// The view's part of the page's address: everything that makes another person see the same.

import { FIELDS } from "./state.js";

/** What the address says, as far as there is such a thing: {change, problems}, each problem of a kind. */
export function readLink(parameters, there, names = Object.keys(FIELDS)) {
  const change = {};
  const problems = [];
  for (const name of names) {
    const { address, read } = FIELDS[name];
    const text = address ? parameters.get(address) : null;
    if (text === null) continue;
    const { value, problem } = read(text, there);
    if (value !== undefined) change[name] = value;
    if (problem) problems.push({ name: address, ...problem });
  }
  return { change, problems };
}

/** The address with the state written into it. */
export function writeLink(href, state, there) {
  const url = new URL(href);
  for (const [name, { address, start, told, write, when }] of Object.entries(FIELDS)) {
    if (!address) continue;
    const text = when && !when(state, there) ? null : write(state[name]);
    if (text === null || (!told && text === write(start))) url.searchParams.delete(address);
    else url.searchParams.set(address, text);
  }
  return url.href;
}

/** Problems as sentences for people. */
export function tell(problems) {
  const nearest = problems
    .filter(({ kind }) => kind === "nearest")
    .map(({ name, text, there }) => `${name} “${text.slice(0, 40)}” (${there})`);
  const sentences = problems.filter(({ kind }) => kind !== "nearest").map(sentence);
  if (nearest.length)
    sentences.push(`The link names ${nearest.join(" and ")}, which this sequence does not have. Here is the nearest.`);
  return sentences.join(" ");
}

function sentence({ kind, text }) {
  if (kind === "checkpoint")
    return `There is no checkpoint “${text.slice(0, 20)}” in this run any more; here is the newest one.`;
  return text; // a refusal, already in words
}
