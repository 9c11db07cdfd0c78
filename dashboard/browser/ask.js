// Questions to the app's own routes.

/** Where an answer is found. */
export function address(questions, path, query = {}) {
  const url = new URL(`${questions}/${path}`, location.origin);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

/** The JSON of an answer; null if there is none, the server being away or saying no: what is on the screen stays. */
export async function ask(questions, path, query = {}) {
  try {
    const response = await fetch(address(questions, path, query));
    return response.ok ? await response.json() : null; // it can also break off in the middle
  } catch {
    return null;
  }
}

/**
 * What the server says against a question: a sentence for people, and for the program its kind, as the server names it,
 * or "away" if it cannot be reached. The `places` of a refusal of clamps are those of the ones that cannot be, and a
 * `field` is the one of a form that it is about.
 */
export class Refusal extends Error {
  constructor({ error, kind = "unexpected", places = [], field = null }) {
    super(error);
    Object.assign(this, { kind, places, field });
  }
}

/**
 * The answer to a question, read as "json", "text" or "arrayBuffer".
 * @throws {Refusal} there is none, and why
 */
export async function answered(url, format, options = {}) {
  let response;
  try {
    response = await fetch(url, options);
    if (response.ok) return await response[format]();
  } catch {
    throw new Refusal({
      error: "The server cannot be reached. It may be starting again; what you see stays as it is.",
      kind: "away",
    });
  }
  throw new Refusal(await response.json().catch(() => ({ error: `The server answered ${response.status}.` })));
}

/** How to ask for what changes something: with the token that the server hands its own pages. */
export function changing(token) {
  return { method: "POST", headers: { "X-Lstm-Token": token } };
}
