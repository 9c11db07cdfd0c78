// For a student: the question, a way to answer it, and, once it is shown, what the class and the engine answer.

import { answered } from "../../../../browser/ask.js";
import { element, setText } from "../../../../browser/dom.js";
import { base } from "../../../../browser/places.js";
import { room } from "../room.js";
import { inputFor } from "./inputs.js";
import { resultsOf } from "./results.js";
import { AnswerSending } from "./sending.js";
import { paragraphs } from "./text.js";
import { isRight, shownScene, statusOf } from "./words.js";

export class StudentPart {
  constructor() {
    this.asked = element("div", { class: "q-asked" });
    this.place = element("div");
    this.status = element("p", { class: "q-status", role: "status" });
    this.scene = element("button", { class: "room-button", text: "Open the scene" });
    this.root = element("div", {}, this.asked, this.place, this.status, this.scene);
    this.sending = new AnswerSending(
      (message) => room.post("questions/answer", message),
      (how, why) => this.tell(how, why),
    );
    this.answer = null;
  }

  /** Nothing is asked any more. */
  end() {
    this.sending.stop();
    this.key = null;
  }

  draw(all) {
    const { vote, turn, question, is_open: isOpen, is_revealed: isRevealed } = all;
    const key = `${vote} ${turn}`;
    if (key !== this.key) this.begin(all, key);
    Object.assign(this, { all });
    this.scene.hidden = !isRevealed;
    this.scene.onclick = () => room.visit(shownScene(question.scene));
    if (isRevealed) {
      this.sending.stop();
      this.place.replaceChildren(this.verdict(all), resultsOf(question, all.engine, all.turns, this.answer));
    } else this.input.enable(isOpen);
    this.say();
  }

  /** Another question, or the same once more. */
  begin({ vote, turn, question }, key) {
    Object.assign(this, { key, sent: "", problem: "" });
    this.asked.replaceChildren(...paragraphs(question.text));
    this.input = inputFor(question, (answer) => this.give(answer));
    this.place.replaceChildren(this.input.root);
    this.answer = this.sending.recall(vote, turn);
    if (this.answer === null) this.askMine(vote, turn);
    this.input.set(this.answer);
  }

  /** What counts of one's own, where this tab does not know: another tab of the same browser may have answered. */
  async askMine(vote, turn) {
    let mine;
    try {
      mine = await answered(`${base}api/rooms/questions/own_answer`, "json");
    } catch {
      return; // one answers once more, which is counted once
    }
    if (mine.vote !== vote || mine.turn !== turn || this.key !== `${vote} ${turn}` || this.answer !== null) return;
    this.answer = mine.answer;
    this.draw(this.all);
    this.input.set(this.answer);
  }

  give(answer) {
    const { vote, turn, is_open: isOpen } = this.all;
    if (!isOpen) return;
    this.answer = answer;
    this.input.set(answer);
    this.sending.give(vote, turn, answer);
  }

  tell(how, why) {
    this.sent = how;
    this.problem = how === "refused" ? why : "";
    this.say();
  }

  say() {
    if (!this.all) return;
    const { is_open: isOpen, is_revealed: isRevealed, turn } = this.all;
    const { sent, problem, answer } = this;
    setText(this.status, statusOf({ isOpen, isRevealed, turn, sent, problem, answer }));
    this.status.classList.toggle("q-problem", Boolean(problem));
  }

  verdict({ question, engine }) {
    if (this.answer === null) return element("p", { class: "q-verdict", text: "You have not answered." });
    const right = isRight(question, engine, this.answer);
    return element("p", {
      class: `q-verdict${right ? " q-is-right" : ""}`,
      text: right ? "Your answer is right." : "Your answer is not what the engine computes; below stands why.",
    });
  }
}
