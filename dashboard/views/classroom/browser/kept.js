// What a tab keeps over a reload: whether it follows; and what a browser keeps: whether it is in a room at all.

const KEPT = "classroom"; // in the tab's own store, and in the browser's

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

/** Whether this browser may be in a room; the server knows it for certain. */
export function isInRoom() {
  try {
    return localStorage.getItem(KEPT) !== null;
  } catch {
    return true;
  }
}

/** This browser is in a room, or in none. */
export function keepRoom(isIn) {
  try {
    if (isIn) localStorage.setItem(KEPT, "room");
    else localStorage.removeItem(KEPT);
  } catch {
    // a browser that keeps nothing is asked each time
  }
}
