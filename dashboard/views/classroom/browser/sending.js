// Where a leader is, on its way to the server: one message at a time, of several only the newest, and again if it got
// lost.

import { pageOf } from "./following.js";

const PAGE_REST = 400; // ms in which the view of a new page says the rest of its address
const EVERY = 100; // ms between two messages: a class that watches a film of steps sees ten of them a second
const AGAIN = 1000; // ms until what did not get through is sent once more

export class Sending {
  /**
   * @param {function(string): Promise} send one place
   * @param {function(Error): boolean} onrefused whether to send it once more
   */
  constructor(send, onrefused, every = EVERY) {
    Object.assign(this, { send, onrefused, every });
    this.waiting = null; // the newest place that is not sent yet
    this.sent = null;
    this.isUnderWay = false;
  }

  /** Lead there. */
  lead(place) {
    const isPage = pageOf(place) !== pageOf(this.waiting ?? this.sent ?? "?");
    this.waiting = place;
    clearTimeout(this.timer);
    if (isPage) this.timer = setTimeout(() => this.next(), PAGE_REST);
    else this.next();
  }

  /** Whether something has still to be said, so that what the room says is late. */
  get isPending() {
    return this.isUnderWay || this.waiting !== null;
  }

  /** The lead is another's. */
  stop() {
    clearTimeout(this.timer);
    this.waiting = this.sent = null;
  }

  async next() {
    if (this.isUnderWay || this.waiting === null) return;
    const place = this.waiting;
    this.waiting = null;
    this.isUnderWay = true;
    let rest = this.every;
    try {
      await this.send(place);
      this.sent = place;
    } catch (error) {
      if (this.onrefused(error)) {
        this.waiting ??= place;
        rest = AGAIN;
      }
    }
    setTimeout(() => this.rested(), rest);
  }

  rested() {
    this.isUnderWay = false;
    this.next();
  }
}
