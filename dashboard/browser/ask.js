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

/** How to ask for what changes something: with the token that the server hands its own pages. */
export function changing(token) {
  return { method: "POST", headers: { "X-Lstm-Token": token } };
}
