// Every key in one table: what it does, and the words for it in the help.

/**
 * Rows of {shown, words, keys: {key: [command, ...arguments]}} for a cell; commands are methods of `Actions`. Letters
 * of its quantities come first: a command that has one of them too is then had by its other keys alone.
 */
export function keyTable(quantities) {
  const symbols = quantities.filter(({ symbol }) => symbol.length === 1);
  const asked = Object.fromEntries(symbols.map(({ symbol, name }) => [symbol, ["askAbout", name]]));
  const rows = COMMANDS.map(({ shown, words, keys }) => {
    const free = Object.entries(keys).filter(([key]) => !Object.hasOwn(asked, key));
    return { shown: shown ?? inWords(free.map(([key]) => key)), words, keys: Object.fromEntries(free) };
  });
  const row = { shown: symbols.map(({ symbol }) => symbol).join(" "), words: "ask about that quantity", keys: asked };
  return [...rows.slice(0, BEFORE), row, ...rows.slice(BEFORE)].filter(({ keys }) => Object.keys(keys).length);
}

/** Keys as they are written on them: "z, Ctrl Z". */
function inWords(keys) {
  const names = keys.map((key) => (key.startsWith("Ctrl+") ? `Ctrl ${key.at(-1).toUpperCase()}` : key));
  return names.join(names.every((name) => name.length === 1) ? " " : ", ");
}

const BEFORE = 6; // rows before that of the quantities
const COMMANDS = [
  {
    shown: "← →",
    words: "back or forward, by a timestep or an operation",
    keys: { ArrowLeft: ["step", -1], ArrowRight: ["step", 1] },
  },
  { shown: "Page ↑ ↓", words: "ten timesteps", keys: { PageUp: ["travel", -10], PageDown: ["travel", 10] } },
  {
    shown: "Home, End",
    words: "the first, the last timestep",
    keys: { Home: ["travel", -Infinity], End: ["travel", Infinity] },
  },
  { shown: "↑ ↓", words: "the unit above or below", keys: { ArrowUp: ["unitBy", -1], ArrowDown: ["unitBy", 1] } },
  { shown: "Space", words: "play and pause", keys: { " ": ["play"] } },
  { words: "move by timestep or by operation", keys: { s: ["turnStepSize"], m: ["turnStepSize"] } },
  { words: "ask about the prediction", keys: { y: ["askAbout", "prediction"] } },
  { words: "jump to a timestep or symbol", keys: { j: ["startJump"] } },
  { words: "an earlier or a later checkpoint", keys: { "[": ["checkpointBy", -1], "]": ["checkpointBy", 1] } },
  { shown: "+ −", words: "zoom into the sequence, and out", keys: { "+": ["zoom", 2], "-": ["zoom", 0.5] } },
  { words: "pin the unit", keys: { u: ["togglePin"] } },
  {
    words: "while “What if” is open: clamp the quantity at 0 or 1, here",
    keys: { 0: ["clampHere", 0], 1: ["clampHere", 1] },
  },
  { words: "take the loss here and follow its gradient back", keys: { l: ["takeLossHere"] } },
  { words: "back to “Why”", keys: { w: ["turnPanel", "why"] } },
  { words: "with two cells: let the panels ask about the other", keys: { b: ["turnFocus"] } },
  { words: "present: everything large, for a projector; again to leave", keys: { p: ["present"] } },
  { words: "undo what you changed last", keys: { z: ["undo"], "Ctrl+z": ["undo"] } },
  { shown: "Ctrl Y", words: "do it again", keys: { "Ctrl+y": ["redo"], "Ctrl+Shift+z": ["redo"] } },
  { shown: "?", words: "this help; Escape closes it", keys: { "?": ["help"] } },
];

const ALONG = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];
const TEXT = "select, textarea, [contenteditable=''], [contenteditable=true], input:not([type=range], [type=checkbox])";
const OTHERS = "dialog, [role=dialog], [role=listbox], [role=menu]"; // what lies over the page has its keys for itself

// fields that are left with Enter, or once something is chosen: the page's own, and those of the view
const PAGES_OWN = ".stTextInput input, .stSelectbox input";
const LEFT = "input[type=text], input[type=number]";

/** A key press as the table names it: Ctrl (on a Mac also ⌘) and Shift before it where they make a difference. */
function nameOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  if (altKey) return "";
  return ctrlKey || metaKey ? `Ctrl+${shiftKey ? "Shift+" : ""}${key.toLowerCase()}` : key;
}

/** [command, ...arguments] of a key press; undefined if it is for the field that has the focus, or for nobody here. */
export function commandOf(table, event, timeline) {
  const { target, key } = event;
  if (target.matches(TEXT) || target.closest(OTHERS)) return undefined;
  if (target.matches("input[type=range], [role=tab]") && target !== timeline && ALONG.includes(key)) return undefined;
  if (target.matches("button, a, input, summary") && key === " ") return undefined;
  return table.find(({ keys }) => Object.hasOwn(keys, nameOf(event)))?.keys[nameOf(event)];
}

/** Whether a key press ends the filling in of a field; a form says itself when it was. */
function isLeft(target, { key, isComposing }) {
  if (isComposing) return false;
  if (target.matches(PAGES_OWN)) return ["Enter", "Escape"].includes(key);
  return key === "Enter" && target.matches(LEFT) && !target.closest("form, dialog, [role=dialog]");
}

/** Hears the keys of the whole page, as long as the view is on it: one need not click into it first. */
export class Keys {
  constructor(view) {
    this.view = view;
    this.tabbed = false; // whether somebody moves by the keyboard alone, whose focus stays where it is
    this.hear = (event) => this.press(event);
    this.point = () => (this.tabbed = false);
    this.choose = (event) => event.target.closest?.("[role=option]") && this.takeSoon();
    document.addEventListener("keydown", this.hear);
    document.addEventListener("pointerdown", this.point, true);
    document.addEventListener("click", this.choose, true);
    view.root.addEventListener("change", (event) => this.fill(event));
  }

  destroy() {
    document.removeEventListener("keydown", this.hear);
    document.removeEventListener("pointerdown", this.point, true);
    document.removeEventListener("click", this.choose, true);
  }

  press(event) {
    const { view } = this;
    const target = event.composedPath()[0]; // the page itself sees the view as one element
    if (event.key === "Tab") this.tabbed = true;
    else if (target.matches?.(TEXT)) this.tabbed = false;
    if (!view.loaded || !(target instanceof Element)) return;
    if (isLeft(target, event)) return this.takeSoon();
    if (event.defaultPrevented) return;
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
    const pressed = { target, key, ctrlKey, metaKey, altKey, shiftKey };
    const command = commandOf(view.keys, pressed, view.transport.slider);
    if (!command) return;
    event.preventDefault();
    const [name, ...given] = command;
    view.actions[name](...given);
  }

  /** Something was chosen for a field that suggests it; if it changed by going elsewhere, it has the focus no more. */
  fill({ target }) {
    if (target.matches("[list]:focus")) this.take();
  }

  /** Once the field has taken what was chosen or typed, be it the same as before or refused. */
  takeSoon() {
    requestAnimationFrame(() => this.view.root.isConnected && this.take());
  }

  /** Whoever has just chosen or typed something goes on with the view, unless they went on by Tab. */
  take() {
    if (!this.tabbed) this.view.root.focus({ preventScroll: true });
  }
}
