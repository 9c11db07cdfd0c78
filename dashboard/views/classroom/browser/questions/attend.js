// The sheet on which a question stands, on every page of whoever is in a room: students answer on it, the teacher sees
// how it stands, and all see the engine’s answer once it is shown.

import { element, setText } from "../../../../browser/dom.js";
import { room } from "../room.js";
import { StudentPart } from "./student_part.js";
import { TeacherPart } from "./teacher_part.js";

class Sheet {
  constructor() {
    this.title = element("h2");
    this.fold = element("button", { class: "room-button q-fold", onclick: () => this.toggle() });
    const head = element("header", { class: "q-head" }, this.title, this.fold);
    this.body = element("div", { class: "q-body" });
    this.root = element("section", { class: "q q-sheet", "aria-label": "Question" }, head, this.body);
    this.root.addEventListener("keydown", (event) => event.stopPropagation()); // the page below steps by keys
    room.watch((state) => this.turnTo(state));
    room.on("vote", (said) => this.hear("all", said));
    room.on("votes", (said) => this.hear("teacher", said));
  }

  turnTo({ role, code }) {
    const whose = role ? `${role} ${code}` : "";
    if (whose === this.whose) return;
    this.whose = whose;
    this.part?.end();
    this.said = { all: null, teacher: null };
    this.shown = null;
    this.root.remove();
    this.part = role && (role === "teacher" ? new TeacherPart(this) : new StudentPart());
    if (this.part) this.body.replaceChildren(this.part.root);
  }

  hear(whom, said) {
    if (!this.part) return;
    this.said = { ...this.said, [whom]: said };
    const { all, teacher } = this.said;
    if (!all?.vote) {
      this.root.remove();
      this.part.end();
      this.shown = null;
      return;
    }
    const key = `${all.vote} ${all.turn} ${all.is_revealed}`;
    if (key !== this.shown) this.unfold(true);
    this.shown = key;
    setText(this.title, all.question.title);
    const layer = document.querySelector(".room-layer");
    if (layer && this.root.parentNode !== layer) layer.append(this.root);
    this.part.draw(all, teacher?.vote === all.vote && teacher.turn === all.turn ? teacher : null);
  }

  toggle() {
    this.unfold(this.body.hidden);
  }

  /** Folded away, it leaves the scene in sight. */
  unfold(isOpen) {
    this.body.hidden = !isOpen;
    this.root.classList.toggle("q-folded", !isOpen);
    setText(this.fold, isOpen ? "Look at the page" : "Back to the question");
    this.fold.setAttribute("aria-expanded", String(isOpen));
  }
}

if (window === window.parent) new Sheet();
