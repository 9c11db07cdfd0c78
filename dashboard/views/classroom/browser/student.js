// For a student: which room this is, and the ways on.

import { element, setText } from "../../../browser/dom.js";
import { isLed, leads } from "./following.js";
import { room } from "./room.js";

export class StudentPanel {
  constructor() {
    this.title = element("h2");
    this.word = element("p");
    this.problem = element("p", { class: "problem", role: "alert" });
    this.back = element("button", { class: "main", text: "Go to the class", onclick: () => room.follow(true) });
    const leave = element("button", { text: "Leave the room", onclick: () => this.leave() });
    const ways = element("div", { class: "ways" }, this.back, leave);
    this.root = element("section", { class: "student" }, this.title, this.word, ways, this.problem);
  }

  draw(state) {
    setText(this.title, `You are in room ${state.shown} as ${state.nickname}.`);
    const begun = state.place !== null;
    this.back.hidden = !begun || leads(state);
    setText(
      this.word,
      leads(state)
        ? "You have the lead: go to any page, and the class goes there with you."
        : !begun
          ? "Your teacher has not begun yet. As soon as that happens, this screen follows by itself."
          : isLed(state)
            ? "This screen follows your teacher by itself."
            : "You are on your own: look around as you like, and go back whenever you want.",
    );
  }

  async leave() {
    try {
      await room.leaveRoom();
    } catch (refusal) {
      setText(this.problem, refusal.message);
    }
  }
}
