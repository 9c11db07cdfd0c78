// One's answer on its way to the server: sent until it is confirmed, over reloads and servers that go; only the newest.

const AGAIN = 800; // ms until what did not get through is sent once more, then longer
const LONGEST = 8000;
// troubles after which one tries again
const PASSING = ["away", "busy", "store", "unexpected", "untrusted", "too_slow"];
const KEPT = "classroom answer";

export class AnswerSending {
  /**
   * @param {function(object): Promise} post sends {vote, turn, answer, said}
   * @param {function(string, string)} tell is told how it stands, "sending", "waiting", "counted" or "refused", and why
   */
  constructor(post, tell, store = sessionStorage) {
    Object.assign(this, { post, tell, store, current: null, isBusy: false, failures: 0 });
  }

  /** Answer; what was answered before is overtaken. */
  give(vote, turn, answer) {
    this.current = { vote, turn, answer, said: Date.now(), isConfirmed: false };
    this.keep();
    this.failures = 0;
    clearTimeout(this.timer);
    this.tell("sending", "");
    this.send();
  }

  /** What this tab has answered to that, and go on with it if nobody has confirmed it. */
  recall(vote, turn) {
    if (this.current?.vote === vote && this.current.turn === turn) return this.current.answer;
    clearTimeout(this.timer);
    this.current = null;
    let kept = null;
    try {
      kept = JSON.parse(this.store.getItem(KEPT));
    } catch {
      // nothing is kept here
    }
    if (kept?.vote !== vote || kept.turn !== turn) return null;
    this.current = kept;
    if (!kept.isConfirmed) this.send();
    return kept.answer;
  }

  /** It is asked no more. */
  stop() {
    clearTimeout(this.timer);
    this.current = null;
  }

  keep() {
    try {
      this.store.setItem(KEPT, JSON.stringify(this.current));
    } catch {
      // then a reload asks the server what counts
    }
  }

  async send() {
    const { current } = this;
    if (!current || this.isBusy) return;
    this.isBusy = true;
    let outcome = ["counted", ""];
    try {
      const { vote, turn, answer, said } = current;
      await this.post({ vote, turn, answer, said });
    } catch (refusal) {
      outcome = [PASSING.includes(refusal.kind) ? "waiting" : "refused", refusal.message];
    }
    this.isBusy = false;
    if (this.current !== current) return void this.send(); // overtaken meanwhile
    const [how, why] = outcome;
    if (how === "waiting") {
      const wait = Math.min(LONGEST, AGAIN * 2 ** this.failures);
      this.failures += 1;
      this.timer = setTimeout(() => this.send(), wait * (0.5 + Math.random()));
    } else {
      current.isConfirmed = true; // or refused for good
      this.keep();
    }
    this.tell(how, why);
  }
}
