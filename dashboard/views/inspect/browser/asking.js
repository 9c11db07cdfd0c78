// What every panel does that asks the server: says that it is under way, shows the answer, or the refusal in words.

import { element, setText } from "../../../browser/dom.js";

export class Asking {
  constructor(busy) {
    this.busy = busy; // in words
    this.status = element("p", { class: "status", role: "status" });
    this.asked = 0;
    this.key = null;
  }

  /** Ask, unless just that was asked last; `shown(answer)` is called with the newest answer alone. */
  async ask(engine, name, query, shown, refused = () => {}) {
    const key = `${engine.questions}/${name}?${new URLSearchParams(query)}`;
    if (key === this.key) return;
    this.key = key;
    const asked = ++this.asked;
    this.status.classList.remove("problem");
    const timer = setTimeout(() => asked === this.asked && setText(this.status, this.busy), 150);
    try {
      const answer = await engine.ask(name, query);
      if (asked !== this.asked) return;
      setText(this.status, "");
      shown(answer);
    } catch (refusal) {
      if (asked !== this.asked) return;
      this.key = null;
      this.status.classList.add("problem");
      setText(this.status, refusal.message);
      refused(refusal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** What was asked does not matter any more. */
  forget() {
    this.asked += 1;
    this.key = null;
    this.status.classList.remove("problem");
    setText(this.status, "");
  }
}
