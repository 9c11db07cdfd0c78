// What the script drew is for one status of the run, the live data tells another: who asks the script to draw anew?

const ASK_AGAIN = 3000; // ms before the script is asked for the same once more: it may still be at it
const NEWS_COMES = 300; // ms in which the live data has told what a press has just done

/** Asks the script to draw what is its own whenever that is of another time than the live data. */
export class Agreement {
  /** `ask(status)` makes the script look for itself, which may find what it found before. */
  constructor(ask) {
    this.ask = ask;
    this.heard = null; // the run's status as the live data told it last
    this.drawn = null; // the status that the script has drawn
    this.asked = null; // the status for which it was asked to draw anew
  }

  /** The script has drawn. What it drew may be over already: ten steps take less than their buttons. */
  hasDrawn(status) {
    this.drawn = status;
    this.lookAfter(NEWS_COMES);
  }

  /** The live data told a status; `mended` if the script told of trouble that is over. */
  hears(status, mended = false) {
    this.heard = status;
    this.look(mended);
  }

  /** The live data means nothing for now, until it is heard again. */
  end() {
    clearTimeout(this.timer);
    this.heard = this.asked = null;
  }

  look(mended) {
    clearTimeout(this.timer);
    if (this.heard === null) return;
    if (this.heard === this.drawn && !mended) {
      this.asked = null;
      return;
    }
    const now = performance.now();
    if (mended || this.heard !== this.asked || now - this.askedAt >= ASK_AGAIN) {
      this.asked = this.heard;
      this.askedAt = now;
      this.ask(this.heard);
    }
    this.lookAfter(ASK_AGAIN);
  }

  lookAfter(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), wait);
  }
}
