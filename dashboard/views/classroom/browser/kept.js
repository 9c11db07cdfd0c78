// What a tab keeps over a reload: whether it follows.

const KEPT = "classroom"; // in the tab's own store

export function remember({ code, follows }) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ code, follows }));
  } catch {
    // a browser that keeps nothing: after a reload one follows
  }
}

export function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

export function forget() {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // as above
  }
}
