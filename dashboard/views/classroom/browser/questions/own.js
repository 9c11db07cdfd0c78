// For a teacher, on the Classroom page: questions of one's own, and the answers to take home.

import { answered } from "../../../../browser/ask.js";
import { element, setText } from "../../../../browser/dom.js";
import { base } from "../../../../browser/places.js";
import { room } from "../room.js";
import { openMenu } from "./menu.js";

const ROUTES = `${base}api/rooms/questions`;
const MOST_FILE = 32 * 1024; // bytes
const SURE = 4000; // ms in which a second press takes the nicknames away

export class OwnQuestions {
  constructor() {
    this.list = element("ul", { class: "q-own" });
    this.text = element("textarea", { rows: 8, spellcheck: "false", "aria-label": "A question in Markdown" });
    const accept = ".md,.txt,text/markdown,text/plain";
    this.file = element("input", { type: "file", accept, multiple: "", hidden: "" });
    this.file.addEventListener("change", () => this.read());
    this.problem = element("p", { class: "problem", role: "alert" });
    this.word = element("p", { class: "hint", role: "status" });
    this.forget = element("button", { text: "Take the nicknames away", onclick: () => this.forgetNicknames() });
    this.names = element("dl", { class: "q-names" });
    const csv = (nicknames) => `${ROUTES}/answers.csv?nicknames=${nicknames}`;
    const write = element(
      "details",
      {},
      element("summary", { text: "Write a question of your own" }),
      element(
        "p",
        {},
        "Markdown with a small head: the scene is an address of the Step page, and the engine decides what is right. ",
        element("a", { href: `${ROUTES}/question.md`, download: "question.md", text: "Take this one as an example" }),
        ".",
      ),
      element(
        "details",
        {},
        element("summary", { text: "What a question can ask of its scene" }),
        element("p", {
          text:
            "In the head: title, kind (choice, number, curve, unit), scene, engine, and if you like timestep, unit, " +
            "within, low, high. Behind if: and is:, and in braces in any text, as in {c[t, u]:.2f}, stand expressions.",
        }),
        this.names,
      ),
      this.text,
      element(
        "div",
        { class: "ways" },
        element("button", { class: "main", text: "Keep it", onclick: () => this.keep(this.text.value, true) }),
        element("button", { text: "Choose files", onclick: () => this.file.click() }),
        this.file,
      ),
    );
    this.root = element(
      "section",
      { class: "q-teacher" },
      element("h2", { text: "Questions" }),
      element("p", { text: "“Ask” stands in the bar on every page: a list, and a click on a line asks the class." }),
      element("div", { class: "ways" }, element("button", { class: "main", text: "Ask the class", onclick: openMenu })),
      this.list,
      write,
      this.problem,
      this.word,
      element("h3", { text: "The answers" }),
      element("p", { text: "Take them home before you close the room." }),
      element(
        "div",
        { class: "ways" },
        element("a", { class: "q-file", href: csv(1), download: "", text: "Save them (CSV)" }),
        element("a", { class: "q-file", href: csv(0), download: "", text: "Save them without nicknames" }),
        this.forget,
      ),
    );
    this.load();
  }

  async load() {
    let own = [];
    let names = [];
    try {
      ({ own, names } = await answered(`${ROUTES}/own`, "json"));
    } catch (refusal) {
      return setText(this.problem, refusal.message);
    }
    const terms = names.flatMap(({ name, words }) => [element("dt", { text: name }), element("dd", { text: words })]);
    this.names.replaceChildren(...terms);
    this.list.replaceChildren(
      ...own.map(({ own: number, title, problem = "" }) =>
        element(
          "li",
          {},
          element("span", { text: problem ? `${title}: ${problem}` : title }),
          element("button", { text: "Remove", "aria-label": `Remove “${title}”`, onclick: () => this.remove(number) }),
        ),
      ),
    );
  }

  async read() {
    const files = [...this.file.files];
    this.file.value = "";
    for (const file of files) {
      if (file.size > MOST_FILE) {
        setText(this.problem, `${file.name} is too large for a question: ${MOST_FILE / 1024} KB are enough.`);
        return;
      }
      if (!(await this.keep(await file.text(), false, `${file.name}: `))) return;
    }
  }

  async keep(text, isTyped, before = "") {
    setText(this.problem, "");
    setText(this.word, "");
    try {
      const { title } = await room.post("questions/add_question", { text });
      if (isTyped) this.text.value = "";
      setText(this.word, `“${title}” is kept with this room.`);
      await this.load();
      return true;
    } catch (refusal) {
      setText(this.problem, `${before}${refusal.message}`);
      return false;
    }
  }

  async remove(own) {
    await this.attempt("remove_question", { own });
    await this.load();
  }

  /** At the second press. */
  async forgetNicknames() {
    if (this.isSure) {
      const done = await this.attempt("forget_nicknames", {});
      if (done) setText(this.word, "No answer and no curve has a nickname any more.");
      return;
    }
    this.isSure = true;
    setText(this.forget, "Press again: that is for good");
    setTimeout(() => {
      this.isSure = false;
      setText(this.forget, "Take the nicknames away");
    }, SURE);
  }

  async attempt(name, message) {
    setText(this.problem, "");
    try {
      await room.post(`questions/${name}`, message);
      return true;
    } catch (refusal) {
      setText(this.problem, refusal.message);
      return false;
    }
  }
}
