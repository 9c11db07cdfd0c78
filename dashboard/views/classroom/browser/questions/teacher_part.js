// For the teacher: what is asked, how many have answered, and the steps of peer instruction. Its screen may be the one
// that is projected, so what was answered stands there only once it is asked for.

import { element, setText } from "../../../../browser/dom.js";
import { counted } from "../words.js";
import { room } from "../room.js";
import { inputFor } from "./inputs.js";
import { wish } from "./menu.js";
import { resultsOf } from "./results.js";
import { paragraphs } from "./text.js";
import { shownScene } from "./words.js";

export class TeacherPart {
  constructor(sheet) {
    this.sheet = sheet;
    this.asked = element("div", { class: "q-asked" });
    this.place = element("div");
    this.count = element("p", { class: "q-count", role: "status" });
    this.advice = element("p", { class: "q-advice" });
    this.problem = element("p", { class: "q-problem", role: "alert" });
    const button = (text, act, main = "") => element("button", { class: `room-button ${main}`, text, onclick: act });
    this.buttons = {
      peek: button("Peek", () => this.peek()),
      stop: button("Stop answers", () => this.act("close_vote")),
      again: button("Ask again", () => this.act("ask_again")),
      reveal: button("Show the answer", () => this.act("reveal"), "main"),
      large: button("Large", () => this.enlarge()),
      done: button("Done", () => this.act("end_vote")),
    };
    const ways = element("div", { class: "q-ways" }, ...Object.values(this.buttons));
    this.root = element("div", {}, this.asked, this.place, this.count, this.advice, ways, this.problem);
    this.stopWatching = room.watch(() => this.say());
  }

  /** Nothing is asked any more. */
  end() {
    this.showScene();
    this.key = null;
    this.all = null;
    this.sheet.root.classList.remove("q-large");
  }

  draw(all, mine) {
    const key = `${all.vote} ${all.turn} ${all.is_revealed}`;
    if (key !== this.key) {
      if (all.vote !== this.all?.vote) this.goThere(all);
      Object.assign(this, { key, isPeeking: false });
      this.asked.replaceChildren(...paragraphs(all.question.text));
    }
    const isNews = all.is_revealed && !this.all?.is_revealed;
    Object.assign(this, { all, mine });
    if (isNews) this.showScene();
    const { question } = all;
    const isTold = all.is_revealed;
    if (isTold) this.place.replaceChildren(resultsOf(question, all.engine, all.turns));
    else if (this.isPeeking && mine) this.place.replaceChildren(resultsOf(question, mine.engine, mine.turns));
    else if (this.drawn !== key) this.showPlain(question);
    this.drawn = isTold || this.isPeeking ? null : key;
    this.say();
  }

  showPlain(question) {
    const isChoice = question.kind === "choice";
    const input = isChoice ? inputFor(question, () => {}) : null;
    input?.enable(false);
    const HOW = { number: "A number is asked.", curve: "A curve is sketched.", unit: "A unit is pointed at." };
    this.place.replaceChildren(input?.root ?? element("p", { class: "q-hint", text: HOW[question.kind] }));
  }

  say() {
    const { all, mine, buttons } = this;
    if (!all) return;
    const { is_open: isOpen, is_revealed: isRevealed, turn } = all;
    const turns = mine?.turns ?? [];
    const here = counted(room.state.seats).here;
    const count = turns.at(-1)?.count ?? 0;
    setText(this.count, isRevealed ? "" : `${count} of ${here} have answered${isOpen ? "" : "; no more are taken"}.`);
    const isAdvised = !isRevealed && mine && (!isOpen || this.isPeeking);
    setText(this.advice, isAdvised ? mine.advice : "");
    buttons.stop.hidden = !isOpen;
    buttons.again.hidden = isRevealed || turn > 1 || isOpen;
    buttons.reveal.hidden = isRevealed;
    buttons.peek.hidden = isRevealed;
    setText(buttons.peek, this.isPeeking ? "Hide what they answered" : "Peek at what they answered");
    buttons.done.classList.toggle("main", isRevealed);
  }

  peek() {
    this.isPeeking = !this.isPeeking;
    this.draw(this.all, this.mine);
  }

  enlarge() {
    const isLarge = this.sheet.root.classList.toggle("q-large");
    setText(this.buttons.large, isLarge ? "Smaller" : "Large");
  }

  async act(name) {
    setText(this.problem, "");
    try {
      await room.post(`questions/${name}`, { vote: this.all.vote });
    } catch (refusal) {
      setText(this.problem, refusal.message);
    }
  }

  /** The scene of what this tab has just asked; the class comes along. */
  goThere({ question }) {
    if (!wish.isUnderWay) return;
    wish.isUnderWay = false;
    room.visit(question.scene);
  }

  /** What was hidden, so that it would not tell the answer, may be seen. */
  showScene() {
    const { pathname, search } = location;
    const hidden = hiddenBy(search);
    const isOurs = hidden && hidden === hiddenBy(this.all?.question.scene.split("?")[1]);
    if (isOurs && pathname.endsWith("/step")) room.visit(shownScene(`step${search}`));
  }
}

/** What an address hides, in one order. */
const hiddenBy = (query) => (new URLSearchParams(query).get("hide") ?? "").split(",").sort().join();
