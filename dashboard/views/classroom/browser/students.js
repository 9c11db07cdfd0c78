// The students of a room, one row each: who follows, where the others are.

import { element, setText } from "../../../browser/dom.js";
import { inWords } from "./following.js";
import { counted, crowd } from "./words.js";

const SURE = 4000; // ms in which a second press takes a student out

/** Where a student is, in words. */
export function whereOf({ here, follows, where }) {
  if (!here) return "away";
  return follows ? "follows" : `on their own: ${inWords(where)}`;
}

export class Students {
  /** @param {function([string, object])} attempt does what a button says */
  constructor(attempt) {
    this.attempt = attempt;
    this.count = element("p", { class: "count" });
    this.list = element("ul", { class: "students" });
    this.root = element("div", {}, this.count, this.list);
    this.rows = new Map(); // by seat
  }

  draw(seats, leader) {
    const { away } = counted(seats);
    const text = crowd(seats);
    setText(this.count, `${text.charAt(0).toUpperCase()}${text.slice(1)}${away ? `; ${away} away` : ""}.`);
    const there = new Set(seats.map(({ seat }) => seat));
    for (const [seat, row] of this.rows) {
      if (there.has(seat)) continue;
      row.root.remove();
      this.rows.delete(seat);
    }
    for (const one of seats) {
      if (!this.rows.has(one.seat)) this.add(one);
      const row = this.rows.get(one.seat);
      const isLeader = leader?.seat === one.seat;
      setText(row.where, isLeader ? "leads" : whereOf(one));
      row.root.classList.toggle("away", !one.here);
      row.lead.hidden = isLeader || !one.here;
    }
  }

  add({ seat, nickname }) {
    const where = element("span", { class: "where" });
    const lead = element("button", {
      text: "Hand the lead",
      "aria-label": `Hand the lead to ${nickname}`,
      onclick: () => this.attempt(["lead", { seat }]),
    });
    const out = element("button", {
      text: "Take out",
      "aria-label": `Take ${nickname} out of the room`,
      onclick: () => this.takeOut(out, seat),
    });
    const root = element("li", {}, element("span", { class: "nickname", text: nickname }), where, lead, out);
    this.rows.set(seat, { root, where, lead });
    this.list.append(root);
  }

  takeOut(button, seat) {
    if (button.dataset.sure) return this.attempt(["take_out", { seat }]);
    button.dataset.sure = "yes";
    setText(button, "Really?");
    setTimeout(() => {
      delete button.dataset.sure;
      setText(button, "Take out");
    }, SURE);
  }
}
