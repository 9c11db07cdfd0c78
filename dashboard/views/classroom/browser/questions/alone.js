// The ready questions for one reader: answer alone, see why, and open the scene.

import { answered } from "../../../../browser/ask.js";
import { element, setText } from "../../../../browser/dom.js";
import { base } from "../../../../browser/places.js";
import { turnTo } from "../../../../browser/tab_history.js";
import { inputFor } from "./inputs.js";
import { resultsOf } from "./results.js";
import { paragraphs } from "./text.js";
import { shownScene } from "./words.js";

const ROUTES = `${base}api/rooms/questions`;

export class Alone {
  constructor() {
    this.list = element("div", { class: "q-alone-list" });
    this.problem = element("p", { class: "problem", role: "alert" });
    this.root = element(
      "section",
      { class: "q q-alone" },
      element("h2", { text: "Try the questions yourself" }),
      element("p", { text: "Answer, then see what the engine computes and why. Each has a scene to step through." }),
      this.problem,
      this.list,
    );
    this.load();
  }

  async load() {
    try {
      const { ready } = await answered(`${ROUTES}/ready`, "json");
      this.list.replaceChildren(...ready.map((one) => new OneQuestion(one).root));
    } catch (refusal) {
      setText(this.problem, refusal.message);
    }
  }
}

class OneQuestion {
  constructor({ name, title }) {
    this.name = name;
    this.body = element("div", { class: "q-body" });
    this.root = element("details", {}, element("summary", { text: title }), this.body);
    this.root.addEventListener("toggle", () => this.root.open && !this.question && this.load());
  }

  async load() {
    this.body.replaceChildren(element("p", { class: "q-hint", text: "The engine computes its scene …" }));
    try {
      ({ question: this.question } = await this.ask({}));
    } catch (refusal) {
      return this.body.replaceChildren(element("p", { class: "problem", role: "alert", text: refusal.message }));
    }
    const { question } = this;
    this.input = inputFor(question, (answer) => this.judge(answer));
    this.input.enable(true);
    this.result = element("div", { role: "status" });
    // no link: the tab would wait for Streamlit to follow it
    const scene = element("button", {
      class: "room-button",
      text: "Open the scene",
      onclick: () => turnTo(this.isAnswered ? shownScene(question.scene) : question.scene, true),
    });
    this.body.replaceChildren(...paragraphs(question.text), this.input.root, this.result, scene);
  }

  async judge(answer) {
    this.input.set(answer);
    const where = new URLSearchParams(this.question.scene.split("?")[1]);
    let found;
    try {
      found = await this.ask({
        run: where.get("run"),
        checkpoint: where.get("checkpoint"),
        answer: JSON.stringify(answer),
      });
    } catch (refusal) {
      return this.result.replaceChildren(element("p", { class: "problem", text: refusal.message }));
    }
    this.isAnswered = true;
    const { is_right: isRight, mistake, engine } = found;
    const why = !isRight && mistake !== null ? engine.reasons[mistake] : "";
    this.result.replaceChildren(
      element("p", {
        class: `q-verdict${isRight ? " q-is-right" : ""}`,
        text: isRight ? "Right." : `Not what the engine computes. ${why}`,
      }),
      ...(isRight ? [resultsOf(this.question, engine, [], answer)] : []),
      ...(isRight || this.question.kind === "choice"
        ? []
        : [element("button", { text: "Show the answer", onclick: () => this.show(engine, answer) })]),
    );
  }

  show(engine, answer) {
    this.result.replaceChildren(resultsOf(this.question, engine, [], answer));
  }

  ask(query) {
    return answered(`${ROUTES}/alone?${new URLSearchParams({ name: this.name, ...query })}`, "json");
  }
}
