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

const LONGEST_SEQUENCE = 2_000; // characters; of a longer address browsers and proxies would cut the end

/** The address with the state written into it, and `where` it is: {run, task, sequence}. */
export function writeLink(href, state, there, where = null) {
  const url = new URL(href);
  if (where) {
    url.searchParams.set("run", where.run);
    if (where.sequence.length <= LONGEST_SEQUENCE) url.searchParams.set("sequence", where.sequence);
    else url.searchParams.delete("sequence");
    if (url.searchParams.get("task") !== where.task) url.searchParams.delete("task");
  }
  for (const [name, { address, start, told, write, when }] of Object.entries(FIELDS)) {
    if (!address) continue;
    const text = when && !when(state, there) ? null : write(state[name]);
    if (text === null || (!told && text === write(start))) url.searchParams.delete(address);
    else url.searchParams.set(address, text);
  }
  return url.href;
}

const KEPT = "step view"; // in the tab's own store
const WHERE = ["run", "sequence", "task"]; // which sequence of which run: all else of an address is the view's

/** Keep the view for this tab, for when it comes back from another page. */
export function remember(run, sequence, href) {
  if (window !== window.parent) return; // a frame of this very page shares the store with it
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ run, sequence, search: new URL(href).search }));
  } catch {
    // a browser that keeps nothing for a frame of another site: the view then begins anew
  }
}

/** What to open: what the address says, or, where it says nothing of the view, what this tab was last looking at. */
export function toOpen(search, run, sequence) {
  const parameters = new URLSearchParams(search);
  const addresses = Object.values(FIELDS).map(({ address }) => address);
  if (addresses.some((address) => address && parameters.has(address))) return parameters;
  if (window !== window.parent) return parameters;
  let kept;
  try {
    kept = JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return parameters;
  }
  if (!kept) return parameters;
  const former = new URLSearchParams(kept.search);
  const over = [kept.run === run ? [] : "run", kept.sequence === sequence ? [] : "sequence"].flat();
  for (const { address, ends = [] } of Object.values(FIELDS))
    if (address && ends.some((end) => over.includes(end))) former.delete(address);
  for (const name of WHERE) former.delete(name);
  return former;
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
  if (kind === "beside")
    return `The link puts “${text.slice(0, 40)}” beside this, which is no run, checkpoint or sequence. Here is one.`;
  if (kind === "hidden")
    return `The link hides “${text.slice(0, 40)}”, which this page does not have; all else is as it says.`;
  return text; // a refusal, already in words
}
