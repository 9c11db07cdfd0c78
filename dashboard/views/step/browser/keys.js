// Every key in one table: what it does, and the words for it in the help. A quantity whose letter is a key already (the
// GRU's z, which undoes) is asked about with Shift.

/** Rows of {shown, words, keys: {key: [command, ...arguments]}} for a cell; commands are methods of `Actions`. */
export function keyTable(quantities) {
  const keyOf = ({ symbol }) => (taken.has(symbol) ? symbol.toUpperCase() : symbol);
  const ask = {
    shown: quantities.map(keyOf).join(" "),
    words: "ask about that quantity",
    keys: Object.fromEntries(quantities.map((quantity) => [keyOf(quantity), ["askAbout", quantity.name]])),
  };
  return [...BEFORE, ask, ...BEHIND];
}

const BEFORE = [
  { shown: "← →", words: "one step back or forward", keys: { ArrowLeft: ["step", -1], ArrowRight: ["step", 1] } },
  { shown: "Page ↑ ↓", words: "ten timesteps", keys: { PageUp: ["travel", -10], PageDown: ["travel", 10] } },
  {
    shown: "Home, End",
    words: "the first, the last timestep",
    keys: { Home: ["travel", -Infinity], End: ["travel", Infinity] },
  },
  { shown: "↑ ↓", words: "the unit above or below", keys: { ArrowUp: ["unitBy", -1], ArrowDown: ["unitBy", 1] } },
  { shown: "Space", words: "play and pause", keys: { " ": ["play"] } },
  { shown: "m", words: "step by timestep or by operation", keys: { m: ["turnStepSize"] } },
];
const BEHIND = [
  { shown: "y", words: "ask about the prediction", keys: { y: ["askAbout", "prediction"] } },
  { shown: "j", words: "jump to a timestep or symbol", keys: { j: ["startJump"] } },
  {
    shown: "[ ]",
    words: "an earlier or a later checkpoint",
    keys: { "[": ["checkpointBy", -1], "]": ["checkpointBy", 1] },
  },
  { shown: "+ −", words: "zoom into the sequence, and out", keys: { "+": ["zoom", 2], "-": ["zoom", 0.5] } },
  { shown: "p", words: "pin the unit", keys: { p: ["togglePin"] } },
  { shown: "0 1", words: "clamp the quantity at 0 or 1, here", keys: { 0: ["clampHere", 0], 1: ["clampHere", 1] } },
  { shown: "l", words: "take the loss here and follow its gradient back", keys: { l: ["takeLossHere"] } },
  { shown: "w", words: "back to “Why”", keys: { w: ["turnPanel", "why"] } },
  { shown: "z, Ctrl Z", words: "undo what you changed last", keys: { z: ["undo"], "Ctrl+z": ["undo"] } },
  { shown: "Ctrl Y", words: "do it again", keys: { "Ctrl+y": ["redo"], "Ctrl+Shift+z": ["redo"] } },
  { shown: "?", words: "this help; Escape closes it", keys: { "?": ["help"] } },
];

const taken = new Set([...BEFORE, ...BEHIND].flatMap(({ keys }) => Object.keys(keys)));

const ALONG = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];

/** A key press as the table names it: Ctrl (on a Mac also ⌘) and Shift before it where they make a difference. */
function nameOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  if (altKey) return "";
  return ctrlKey || metaKey ? `Ctrl+${shiftKey ? "Shift+" : ""}${key.toLowerCase()}` : key;
}

/** [command, ...arguments] of a key press; undefined if it is for the field that has the focus, or for nobody here. */
export function commandOf(table, event, timeline) {
  const { target, key } = event;
  if (target.matches("select, input:not([type=range], [type=checkbox])")) return undefined;
  if (target.matches("input[type=range], [role=tab]") && target !== timeline && ALONG.includes(key)) return undefined;
  if (target.matches("button, a, input") && key === " ") return undefined;
  return table.find(({ keys }) => Object.hasOwn(keys, nameOf(event)))?.keys[nameOf(event)];
}
