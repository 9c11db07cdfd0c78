// For a student: what may be varied, one's own curve, and the wall.

import { element, setText } from "../../../../browser/dom.js";
import { room } from "../room.js";
import { Choosing } from "./choosing.js";
import { Wall } from "./wall.js";
import * as words from "./words.js";

const AGAIN = 1500; // ms until a server that was busy is asked once more
const MOST_TRIES = 6;
const PASSING = ["busy", "store", "too_slow"]; // of which it is certain that nothing was begun

export class StudentPart {
  constructor() {
    this.wall = new Wall();
    this.wall.ondraw = () => this.say();
    this.invitation = element("p", { class: "x-invitation" });
    this.same = element("p", { class: "x-hint" });
    this.fields = element("div");
    this.train = element("button", { class: "room-button main x-train", type: "submit" });
    this.form = element("form", { class: "x-form", onsubmit: (event) => this.send(event) });
    this.form.append(this.invitation, this.fields, this.same, this.train);
    this.own = element("p", { class: "x-own", role: "status" });
    this.another = element("button", { class: "room-button x-another", onclick: () => this.choose(true) });
    this.problem = element("p", { class: "q-problem", role: "alert" });
    this.left = element("p", { class: "x-hint" });
    this.root = element("div", { class: "x-parts" }, this.own);
    this.root.append(this.another, this.form, this.problem, this.left, this.wall.root);
  }

  end() {
    clearInterval(this.clock);
    this.experiment = null;
    this.wall.begin(null);
  }

  /** Another experiment, or it has come further. */
  draw(experiment) {
    if (experiment.experiment !== this.experiment?.experiment) {
      this.wall.begin(experiment);
      this.choosing = new Choosing(experiment.freedoms, room.state.nickname ?? "");
      this.fields.replaceChildren(this.choosing.root);
      this.hasBegun = 0;
      this.isChoosing = false;
      setText(this.problem, "");
      clearInterval(this.clock);
      this.clock = setInterval(() => this.say(), 1000);
    }
    this.experiment = experiment;
    this.wall.experiment = experiment;
    setText(this.invitation, words.invitation(experiment.freedoms));
    setText(this.same, experiment.same);
    this.say();
  }

  say() {
    const { experiment, wall } = this;
    if (!experiment) return;
    const { mine, all } = wall;
    if (this.seen && !mine.length) this.hasBegun = 0; // the wall was cleared
    this.seen = mine.length;
    const [newest] = mine.slice(-1);
    const had = Math.max(mine.length, this.hasBegun);
    const left = experiment.tries - had;
    const isOpen = words.isOpen(experiment);
    const mayBegin = left > 0 && isOpen;
    this.form.hidden = !mayBegin || (had > 0 && !this.isChoosing); // one's own curve is to be seen first
    this.another.hidden = !mayBegin || !this.form.hidden;
    setText(this.another, `Try another (${left} left)`);
    setText(this.train, had ? "Train this one" : "Train mine");
    setText(
      this.own,
      newest
        ? `Yours, ${newest.what}. ${words.standingText(newest, all, experiment.steps)}`
        : this.hasBegun
          ? "Yours is begun; its curve comes in a moment."
          : isOpen
            ? ""
            : "You have no curve in this experiment.",
    );
    setText(this.left, words.leftText(experiment));
  }

  /** Show the fields once more. */
  choose(isChoosing) {
    this.isChoosing = isChoosing;
    this.say();
    this.form.querySelector("input, select")?.focus();
  }

  async send(event) {
    event.preventDefault();
    setText(this.problem, "");
    this.train.disabled = true;
    const message = { experiment: this.experiment.experiment, chosen: this.choosing.chosen };
    try {
      await this.insist(message);
      this.hasBegun = this.wall.mine.length + 1;
      this.isChoosing = false;
      document.activeElement?.blur?.(); // a phone's keyboard would cover the wall
    } catch (refusal) {
      setText(this.problem, refusal.message);
    }
    this.train.disabled = false;
    this.say();
  }

  /** A whole class presses at once: who finds the server busy asks again by themselves. */
  async insist(message) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await room.post("experiments/try", message);
      } catch (refusal) {
        if (!PASSING.includes(refusal.kind) || tries === MOST_TRIES) throw refusal;
        await new Promise((go) => setTimeout(go, AGAIN * (0.5 + Math.random())));
      }
    }
  }
}
