// Where a student is, told to the server now and then, for the teacher to see.

import { isLed, leads } from "./following.js";

const EVERY = 30_000; // ms between two words, if nothing changes
const AFTER = 1_500; // ms at rest before a change is told
const LONGEST = 200; // characters

export class Whereabouts {
  /**
   * @param {function(): object} state of the room
   * @param {function(): string} here the place where this tab is
   * @param {function(object): Promise} post
   */
  constructor(state, here, post) {
    Object.assign(this, { state, here, post });
  }

  begin() {
    this.end();
    this.told = null;
    this.timer = setInterval(() => this.tell(), EVERY);
    this.tell();
  }

  end() {
    clearInterval(this.timer);
    clearTimeout(this.soon);
  }

  tellSoon() {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.tell(), AFTER);
  }

  /** Tell it; what was told last is told again only after a while. */
  tell() {
    const state = this.state();
    if (state.role !== "student") return;
    const follows = isLed(state) || leads(state);
    const where = follows ? "" : this.here().slice(0, LONGEST);
    const [word, now] = [`${follows} ${where}`, performance.now()];
    if (word === this.told && now - this.toldAt < EVERY / 2) return;
    [this.told, this.toldAt] = [word, now];
    this.post({ follows, where }).catch(() => {}); // it is told again before long
  }
}
