// The Classroom page: come into a room, or see who is in one's own.

import { element } from "../../../browser/dom.js";
import "./bar.js"; // whoever comes into a room here has it from then on
import { Entrance } from "./entrance.js";
import { Alone } from "./questions/alone.js";
import { room } from "./room.js";
import { StudentPanel } from "./student.js";
import { TeacherPanel } from "./teacher.js";

export function mount(parent) {
  return new Classroom(parent);
}

class Classroom {
  constructor(parent) {
    this.root = element("div", { class: "classroom", "aria-busy": "true" });
    this.questions = new Alone();
    parent.append(this.root);
    this.role = undefined;
    this.stop = room.watch((state) => this.draw(state));
  }

  /** The script has run again, which changes nothing here. */
  update() {}

  draw(state) {
    if (!state.isKnown) return;
    if (state.role !== this.role) {
      this.role = state.role;
      const Part = { teacher: TeacherPanel, student: StudentPanel }[state.role] ?? Entrance;
      this.part = new Part();
      this.root.replaceChildren(this.part.root);
      this.root.removeAttribute("aria-busy");
      this.root.after(this.questions.root); // once what stands above has its height
      this.part.begin?.();
    }
    this.part.draw(state);
  }

  destroy() {
    this.stop();
    this.root.remove();
    this.questions.root.remove();
  }
}
