// Turning to another page of the tab, one at a time.
//
// Streamlit answers Back, Forward and a link by running the script for a page. It would take the next before that has
// ended, and run the script once more; but a script cut short may not have read its address, and what a view of the
// page that is being left says meanwhile is sent in that page's name. The script is then run for that page after all:
// under another page's address, or to draw a part of what is no longer there (“Cannot set a node at a delta path”). So
// the next waits until the script has ended, of several only where they led to in the end is turned to, and what views
// say waits as well.

const PATIENCE = 5000; // ms, after which an answer is no longer waited for: it may have been lost

export class Turning {
  /**
   * @param {function(): {page: string, address: string}} here the page that the address names, and the address
   * @param {function(string)} writerOf the writer of a page's address, if there is one, see address.js
   * @param {function()} tell lets Streamlit hear of Back or Forward, and read the address
   */
  constructor({ here, writerOf, tell }) {
    Object.assign(this, { here, writerOf, tell });
    this.shown = null; // the page that Streamlit shows, or will when its script has ended
    this.isBehind = false; // Back or Forward has led on since
    this.held = []; // what views have to say
    this.begin(here().page);
  }

  /** Whether the script has to end, or to answer, before it can be asked for another page. */
  get isBusy() {
    return this.awaited !== null || Boolean(this.writerOf(this.shown)?.waits);
  }

  /** Streamlit is being asked for a page. */
  begin(page) {
    clearTimeout(this.soon);
    this.isBehind = false;
    this.awaited = this.shown = page; // whose script has not ended
    this.waitFor();
  }

  /** The script of the awaited page has led on to another one. */
  ledOn(page) {
    if (this.awaited !== null) this.awaited = this.shown = page;
  }

  /** Back or Forward has led to where the address says. */
  turn() {
    this.isBehind = true;
    this.waitFor();
    this.rest();
  }

  /** The script of a page has ended. */
  arrived(page) {
    if (this.awaited !== null && page !== this.awaited) return; // of one that was left
    this.shown = page;
    this.isAnswered();
    this.rest();
  }

  /** Go on, if nothing has to be waited for. */
  rest() {
    if (this.isBusy) return;
    const { page, address } = this.here();
    // a request that crossed ours may have led to another page; but an address may also name a page that is none
    const isElsewhere = page !== this.shown && address !== this.mended;
    if (page === this.shown) this.mended = null;
    else if (isElsewhere && !this.isBehind) this.mended = address;
    if (!this.isBehind && !isElsewhere) return clearTimeout(this.patience);
    clearTimeout(this.soon);
    // views' last words are sent a moment after they were said; they are about the page that is still shown
    this.soon = setTimeout(() => this.goOn());
  }

  goOn() {
    if (this.isBusy) return;
    this.isBehind = false;
    const { page } = this.here();
    const writer = this.writerOf(page);
    if (page !== this.shown || !writer) {
      this.begin(page);
      this.tell();
    } else if (writer.isLed) writer.follow();
  }

  /** Say something to the script: at once, or when it has ended, since until then it would be another page's. */
  whenTurned(say) {
    if (this.awaited === null) say();
    else this.held.push(say);
  }

  isAnswered() {
    clearTimeout(this.patience);
    this.awaited = null;
    for (const say of this.held.splice(0)) say();
  }

  waitFor() {
    clearTimeout(this.patience);
    this.patience = setTimeout(() => {
      this.writerOf(this.shown)?.giveUp();
      this.isAnswered();
      this.rest();
    }, PATIENCE);
  }
}
