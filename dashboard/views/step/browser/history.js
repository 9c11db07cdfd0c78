// Undo and redo. A command is what a person changed: the fields it set, with their values before and after.

import { same } from "../../../browser/state_table.js";
import { differing } from "./state.js";

const MOST = 200; // commands that are kept

const pick = (state, names) => Object.fromEntries(names.map((name) => [name, state[name]]));

export class History {
  constructor() {
    this.clear();
  }

  clear() {
    this.done = [];
    this.undone = [];
  }

  /**
   * Note a change of the state. Changes under the same key that follow each other with nothing between them are one
   * command: whoever drags over a heatmap goes back to where the drag began.
   */
  record(before, after, key = null) {
    const names = differing(before, after);
    if (names.length === 0) return;
    this.undone = [];
    const last = this.done.at(-1);
    const goesOn =
      key !== null &&
      last?.key === key &&
      Object.entries(last.after).every(([name, value]) => same(before[name], value));
    if (goesOn) this.done.pop();
    const command = {
      key,
      before: { ...pick(before, names), ...(goesOn ? last.before : {}) },
      after: { ...(goesOn ? last.after : {}), ...pick(after, names) },
    };
    if (!same(command.before, pick(command.after, Object.keys(command.before)))) this.done.push(command);
    if (this.done.length > MOST) this.done.shift();
  }

  /** The state before the last command; the state itself if there is none. */
  undo(state) {
    return this.turn(state, this.done, this.undone, "before");
  }

  /** The state after the command that was undone last. */
  redo(state) {
    return this.turn(state, this.undone, this.done, "after");
  }

  turn(state, from, to, side) {
    const command = from.pop();
    if (!command) return state;
    to.push(command);
    return { ...state, ...command[side] };
  }
}
