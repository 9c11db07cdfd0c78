// Who leads and who follows, as far as one tab can tell; pure.

/** What a tab begins with; `touched` says whether a person has done something here since it was last led somewhere. */
export const startState = () => ({ role: null, seat: null, room: null, place: null, follows: true, touched: false });

/** Whether what a person does in this tab leads the room. */
export const leads = ({ role, seat, room }) =>
  room !== null && (role === "teacher" ? room.leader === null : role === "student" && room.leader?.seat === seat);

/** Whether this tab goes where the room goes. */
export const isLed = (state) => state.role !== null && !leads(state) && state.follows;

/** Whether a student may leave the lead; a teacher always may, while somebody else has it. */
export const mayLeave = ({ role, room }) => role === "teacher" || room?.may_leave !== false;

/** Whether this person may open another run by themselves. */
export const mayOpen = (state) =>
  state.role === "teacher" ||
  leads(state) ||
  (mayLeave(state) && !["pages", "run"].some((name) => state.room?.closed.includes(name)));

/**
 * What follows when this tab comes to another place.
 * @returns {"lead"|"leave"|"stay"|null} lead the room there; leave the lead; go back, since one may not leave; nothing
 */
export function onOwnMove(state, place) {
  if (state.role === null || !state.touched) return null;
  if (leads(state)) return isRoomsOwn(place) ? null : "lead";
  if (isRoomsOwn(place)) return state.follows ? "leave" : null; // from there one may always leave the room itself
  if (!state.follows) return mayLeave(state) ? null : "stay";
  if (place === state.place) return null;
  return mayLeave(state) ? "leave" : "stay";
}

/**
 * What follows when the room is said to be at a place.
 * @param {{version: number, by: string}} said `version` counts the room's moves
 * @param {string} tab this one
 * @param {boolean} isFirst whether it is the first word since the tab was opened, or came into the room
 * @param {string} here where the tab is
 */
export function onRoomMove(state, { version, by }, tab, isFirst, here) {
  if (by === tab || !version) return null;
  if (state.role === "teacher" && isRoomsOwn(here)) return null; // it shows who is there, beside a projected tab
  if (leads(state)) return isFirst ? null : "go"; // another tab of the same teacher's leads
  return isLed(state) ? "go" : null;
}

/** Whether a place is the page of rooms itself, where nobody is led. */
export const isRoomsOwn = (place) => pageOf(place) === "classroom";

export const pageOf = (place) => place.split("?", 1)[0];

/** A place with what students may not change left out of the screen, and what they may again put back. */
export function withClosed(place, closed, former = []) {
  if (pageOf(place) !== "step") return place;
  const url = new URL(place, "http://x/");
  const hidden = (url.searchParams.get("hide") ?? "").split(",").filter((name) => name && !former.includes(name));
  const all = [...new Set([...hidden, ...closed])];
  if (all.length) url.searchParams.set("hide", all.join(","));
  else url.searchParams.delete("hide");
  return pageOf(place) + url.search;
}

const PAGES = { "": "Start", model: "Your model" };
const NUMBERS = { run: "run", timestep: "timestep", position: "position" };

/** A place in a few words: "Step, run 3, timestep 5". */
export function inWords(place) {
  const page = pageOf(place);
  const parameters = new URLSearchParams(place.slice(page.length));
  const name = PAGES[page] ?? page.charAt(0).toUpperCase() + page.slice(1);
  const numbers = Object.entries(NUMBERS).filter(([key]) => /^\d{1,9}$/.test(parameters.get(key) ?? ""));
  return [name, ...numbers.map(([key, word]) => `${word} ${parameters.get(key)}`)].join(", ");
}
