// The address of one page and what follows from it: what a person changed on purpose is an entry of the browser's
// history, what merely moves is not. When Back, Forward or a link leads to the page, the address has the word until the
// page's script has read it; after that, the script and the page's view have it.

import { announce } from "./places.js";
import { answered, dismiss, enlist, pageOf, write } from "./tab_history.js";

const REST = 300; // ms
let turns = 0; // that scripts were asked to follow, in this tab

export class Address {
  /**
   * @param {string} page its name in the address
   * @param {function(URLSearchParams)} onback is called with what Back or Forward led to on this page
   * @param {function()} onleave is called when a link is about to lead to another page
   * @param {function(URLSearchParams): boolean} onmove goes to an address at once, by what is there; whether it could
   */
  constructor(page, onback, onleave = () => {}, onmove = () => false) {
    this.page = page;
    this.onback = onback;
    this.leave = onleave;
    this.onmove = onmove;
    this.isLed = true; // the address has the word
    this.hasAsked = false; // the script, since then
    this.asked = this.answered = 0; // the last turn that the script was asked to follow, and the last it has followed
    enlist(page, this);
  }

  destroy() {
    this.isLed = true; // what is still under way has nothing to say any more
    clearTimeout(this.timer);
    dismiss(this.page, this);
  }

  get parameters() {
    return new URLSearchParams(location.search);
  }

  /** Back or Forward led to an address of this page. */
  lead() {
    this.isLed = true;
    this.hasAsked = false;
  }

  /** The address has become another one; whether the view is there already, so that nobody need be asked. */
  move() {
    return !this.isLed && !this.isForScript && this.onmove(this.parameters);
  }

  /** It is this page that is shown, so nobody else turns to that address. */
  follow() {
    this.onback(this.parameters);
  }

  /** The script has not answered for so long that it will not. */
  giveUp() {
    this.answered = this.asked;
  }

  /** The view itself shows what the address says. */
  followed() {
    this.isLed = false;
  }

  /** Whether the script still has to answer. */
  get waits() {
    return this.answered < this.asked;
  }

  /** Whether the script is to follow, though the view could: it is to answer first, or shows what no longer holds. */
  get isForScript() {
    return this.waits || this.hasNotices;
  }

  /** What to ask the script for, so that it follows the address. */
  question() {
    this.hasAsked = true;
    this.asked = ++turns;
    return { turn: this.asked, parameters: Object.fromEntries(this.parameters) };
  }

  /**
   * Judge what the script says, see ``told_address`` in shell/selection.py.
   * @param {{turn: number, read: ?Object, names: string[], notices: boolean}} told
   * @param {function(Object)} ask sends a question to the script
   * @returns {string} "late": it is about another address; "arrived": the first word on this one; "calm" after that
   */
  judge(told, ask) {
    this.answered = told.turn;
    this.hasNotices = Boolean(told.notices);
    queueMicrotask(answered); // when this word, too, is judged
    if (pageOf(location) !== this.page || this.waits) return "late";
    if (!this.isLed) return "calm";
    const { parameters } = this;
    const differs = (name) => parameters.get(name) !== (told.read?.[name] ?? null);
    if (!this.hasAsked && (!told.read || told.names.some(differs))) {
      ask(this.question());
      return "late";
    }
    this.isLed = false;
    return "arrived";
  }

  /** Let the view write it when all is at rest. */
  writeSoon(write) {
    clearTimeout(this.timer);
    this.timer = setTimeout(write, REST);
  }

  /** The view writes it itself, now. */
  writeNow() {
    clearTimeout(this.timer);
  }

  /** Tell whoever follows where the view is, before that is at rest and stands in the address. */
  tell(href) {
    if (!this.isLed) announce(href);
  }

  /** Write it, unless the address has the word, or is another page's; returns whether it stands there. */
  write(href, isEntry = false) {
    const mayWrite = !this.isLed && !this.waits && pageOf(location) === this.page;
    if (mayWrite) write(href, isEntry);
    return mayWrite;
  }
}
