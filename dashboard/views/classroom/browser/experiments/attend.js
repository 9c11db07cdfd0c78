// The sheet of an experiment, on every page of whoever is in a room: students choose and train on it, and all see the
// wall.

import { element, setText } from "../../../../browser/dom.js";
import { listen } from "../../../../browser/listening.js";
import { room } from "../room.js";
import { StudentPart } from "./student_part.js";
import { TeacherPart } from "./teacher_part.js";

const CURVE = "curve "; // begins the name of a run's event
const LISTEN_AGAIN = 3000; // ms until what was not to be heard is listened to again

class Sheet {
  constructor() {
    this.title = element("h2");
    this.fold = element("button", { class: "room-button q-fold", onclick: () => this.unfold(this.body.hidden) });
    const head = element("header", { class: "q-head" }, this.title, this.fold);
    this.body = element("div", { class: "q-body" });
    this.root = element("section", { class: "q q-sheet x-sheet", "aria-label": "Experiment" }, head, this.body);
    this.root.addEventListener("keydown", (event) => event.stopPropagation()); // the page below steps by keys
    room.watch((state) => this.turnTo(state));
    room.on("experiment", (said) => this.hear(said));
  }

  turnTo({ role, code }) {
    const whose = role ? `${role} ${code}` : "";
    if (whose === this.whose) return;
    this.whose = whose;
    this.close();
    this.code = code;
    this.part = role && (role === "teacher" ? new TeacherPart(this) : new StudentPart());
    if (!this.part) return;
    this.part.wall.onvisit = () => this.unfold(false);
    this.body.replaceChildren(this.part.root);
  }

  hear(said) {
    if (!this.part) return;
    if (!said.experiment) return this.close();
    const isOther = said.experiment !== this.shown;
    this.shown = said.experiment;
    if (isOther) this.unfold(true);
    setText(this.title, said.title);
    const layer = document.querySelector(".room-layer");
    if (layer && this.root.parentNode !== layer) layer.append(this.root);
    this.part.draw(said);
    if (isOther) this.listen();
  }

  listen() {
    this.silence?.();
    clearTimeout(this.again);
    const { code } = this;
    const heard = (name) => (data) => {
      if (name.startsWith(CURVE)) this.part?.wall.hearCurve(data);
      else if (name === "wall" && data.experiment === this.shown) this.part?.wall.hearWall(data);
      else if (name === "broken") this.again = setTimeout(() => this.shown && this.listen(), LISTEN_AGAIN);
    };
    this.silence = listen(`wall/${code}`, 0, new Proxy({}, { get: (_, name) => heard(name) }));
  }

  close() {
    this.silence?.();
    this.silence = null;
    clearTimeout(this.again);
    this.shown = null;
    this.root.remove();
    this.part?.end();
  }

  /** Folded away, it leaves the page in sight. */
  unfold(isOpen) {
    this.body.hidden = !isOpen;
    this.root.classList.toggle("q-folded", !isOpen);
    if (!isOpen) this.root.classList.remove("q-large");
    setText(this.fold, isOpen ? "Look at the page" : "Back to the experiment");
    this.fold.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) this.part?.wall.drawSoon();
  }
}

if (window === window.parent) new Sheet();
