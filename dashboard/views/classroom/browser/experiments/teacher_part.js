// For the teacher: the wall, for a projector too, and what can be done with the experiment.

import { element, setText } from "../../../../browser/dom.js";
import { base } from "../../../../browser/places.js";
import { room } from "../room.js";
import { Wall } from "./wall.js";
import * as words from "./words.js";

const SURE = 4000; // ms in which a second press clears the wall, or takes a curve away
const ROUTES = `${base}api/rooms/experiments`;

export class TeacherPart {
  constructor(sheet) {
    this.sheet = sheet;
    this.wall = new Wall((curve) => this.removal(curve));
    this.what = element("p", { class: "x-hint" });
    this.left = element("p", { class: "x-hint", role: "status" });
    this.problem = element("p", { class: "q-problem", role: "alert" });
    const button = (text, act, main = "") => element("button", { class: `room-button ${main}`, text, onclick: act });
    this.freeze = button("Freeze", () => this.act(this.experiment.is_frozen ? "go_on" : "freeze"));
    this.large = button("Large", () => this.enlarge());
    this.clear = button("Clear", () => this.sure(this.clear, "clear", "Press again: all curves go"));
    this.done = button("Done", () => this.act("end"));
    const csv = element("a", {
      class: "room-button x-save",
      href: `${ROUTES}/curves.csv?nicknames=1`,
      download: "",
      text: "Save (CSV)",
    });
    const ways = element("div", { class: "q-ways" }, this.freeze, this.large, this.clear, csv, this.done);
    this.root = element("div", { class: "x-parts" }, this.what, this.wall.root, this.left, ways, this.problem);
  }

  end() {
    clearInterval(this.clock);
    this.experiment = null;
    this.wall.begin(null);
    this.sheet.root.classList.remove("q-large");
  }

  draw(experiment) {
    if (experiment.experiment !== this.experiment?.experiment) {
      this.wall.begin(experiment);
      clearInterval(this.clock);
      this.clock = setInterval(() => this.say(), 1000);
    }
    this.experiment = experiment;
    this.wall.experiment = experiment;
    const varied = experiment.freedoms.map(({ label }) => label).join(", ");
    setText(this.what, `${experiment.what}. Each varies: ${varied}. ${experiment.same}`);
    setText(this.freeze, experiment.is_frozen ? "Go on" : "Freeze");
    this.say();
  }

  say() {
    setText(this.large, this.sheet.root.classList.contains("q-large") ? "Smaller" : "Large");
    if (this.experiment) setText(this.left, words.leftText(this.experiment));
  }

  enlarge() {
    const isLarge = this.sheet.root.classList.toggle("q-large");
    setText(this.large, isLarge ? "Smaller" : "Large");
  }

  async act(name, message = { experiment: this.experiment.experiment }) {
    setText(this.problem, "");
    try {
      await room.post(`experiments/${name}`, message);
    } catch (refusal) {
      setText(this.problem, refusal.message);
    }
  }

  /** At the second press. */
  sure(button, name, question, message) {
    if (button.dataset.sure) return this.act(name, message);
    const text = button.textContent;
    button.dataset.sure = "yes";
    setText(button, question);
    setTimeout(() => {
      delete button.dataset.sure;
      setText(button, text);
    }, SURE);
  }

  removal({ run }) {
    const button = element("button", { class: "room-button", text: "Take it away" });
    button.addEventListener("click", () => this.sure(button, "remove_curve", "Really?", { run }));
    return button;
  }
}
