// For the teacher, on the Classroom page: begin an experiment, and show the class what one brought oneself.

import { answered } from "../../../../browser/ask.js";
import { element, setText } from "../../../../browser/dom.js";
import { base } from "../../../../browser/places.js";
import { room } from "../room.js";

const ROUTES = `${base}api/rooms/experiments`;
const LETTERS = "letters";
const CELL = "variant";

const csv = (nicknames) => `${ROUTES}/curves.csv?nicknames=${nicknames}`;
const capital = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** A labelled input. */
function labelled(text, attributes, tag = "input", ...children) {
  const input = element(tag, attributes, ...children);
  return { input, root: element("label", { class: "x-labelled" }, element("span", { text }), input) };
}

export class Beginning {
  constructor() {
    this.ready = element("div", { class: "x-ready", role: "group", "aria-label": "Ready experiments" });
    this.form = element("form", { class: "x-make", "aria-label": "Experiment", novalidate: "" });
    this.form.addEventListener("submit", (event) => this.begin(event));
    this.problem = element("p", { class: "problem", role: "alert" });
    this.word = element("p", { class: "hint", role: "status" });
    this.brought = element("ul", { class: "x-brought" });
    this.none = element("p", { class: "hint" });
    this.root = element(
      "section",
      { class: "x-teacher" },
      element("h2", { text: "A class experiment" }),
      element("p", {
        text:
          "Each student trains a run of their own and varies what you allow; a wall on all screens shows every curve " +
          "as it grows, with the best, the worst and the class’s mean.",
      }),
      this.ready,
      this.form,
      this.problem,
      this.word,
      element("h3", { text: "The curves" }),
      element("p", { text: "Of all experiments in this room. Take them home before you close it." }),
      element(
        "div",
        { class: "ways" },
        element("a", { class: "q-file", href: csv(1), download: "", text: "Save the curves (CSV)" }),
        element("a", { class: "q-file", href: csv(0), download: "", text: "Save the curves without nicknames" }),
      ),
      element("h2", { text: "What you show" }),
      element("p", {
        text:
          "A text, a table or a model that you brought is seen by you alone. Show it, and all in this room can look " +
          "at it and step it, as long as you do and the room is open; nobody can take it along.",
      }),
      this.brought,
      this.none,
    );
    this.load();
  }

  async load() {
    try {
      this.offered = await answered(`${ROUTES}/offered`, "json");
    } catch (refusal) {
      return setText(this.problem, refusal.message);
    }
    this.draw();
    this.drawBrought();
  }

  draw() {
    const { ready, learns, numbers, cells, most } = this.offered;
    this.ready.replaceChildren(
      ...ready.map((one) => element("button", { type: "button", text: one.title, onclick: () => this.fill(one) })),
    );
    this.title = labelled("Title", { maxlength: most.title });
    const options = learns.map(({ name, title }) => element("option", { value: name, text: title }));
    this.learns = labelled("What is learned", {}, "select", ...options);
    this.learns.input.addEventListener("change", () => this.fit());
    this.steps = labelled("Steps", { type: "number", min: 1, max: most.steps, inputmode: "numeric" });
    this.units = labelled("Units", { type: "number", min: 1, inputmode: "numeric" });
    this.tries = labelled("Runs for each", { type: "number", min: 1, max: most.tries, value: 1, inputmode: "numeric" });
    this.minutes = labelled("Minutes to begin in", {
      type: "number",
      min: 1,
      placeholder: "until you freeze it",
      inputmode: "numeric",
    });
    this.rows = new Map();
    const letters = this.row(LETTERS, "letters: each types their name, and the cell learns to spell it");
    const boxes = cells.map(({ name, label, is_on: isOn }) => {
      const input = element("input", { type: "checkbox", value: name, checked: isOn ? "" : null });
      return element("label", { class: "choice" }, input, element("span", { text: label }));
    });
    const cell = this.row(CELL, "cell, one of these", element("div", { class: "x-cells" }, ...boxes));
    const rest = numbers.map(({ name, label, low, high }) => {
      const from = element("input", { type: "number", step: "any", value: low, "aria-label": `${label}: lowest` });
      const to = element("input", { type: "number", step: "any", value: high, "aria-label": `${label}: highest` });
      return this.row(name, label, element("span", { class: "x-range" }, "from ", from, " to ", to));
    });
    this.form.replaceChildren(
      element("div", { class: "x-what" }, this.title.root, this.learns.root),
      element("div", { class: "x-numbers" }, this.steps.root, this.units.root, this.tries.root, this.minutes.root),
      element(
        "fieldset",
        { class: "x-varies" },
        element("legend", { text: "What each student may vary, within which limits" }),
        letters,
        cell,
        ...rest,
      ),
      element("button", { class: "main", type: "submit", text: "Begin it for the class" }),
    );
    this.fill(ready[0]);
  }

  /** One thing that may be varied: a box, and its limits while it is ticked. */
  row(name, text, limits = null) {
    const input = element("input", { type: "checkbox" });
    const root = element("div", { class: "x-row" });
    const box = element("label", { class: "choice" }, input, element("span", { text: capital(text) }));
    root.append(box, ...(limits ? [limits] : []));
    const show = () => limits && (limits.hidden = !input.checked);
    input.addEventListener("change", show);
    this.rows.set(name, { input, limits, root, show });
    return root;
  }

  fill({ title, learns, varies, steps, units }) {
    this.title.input.value = title;
    this.learns.input.value = learns;
    this.steps.input.value = steps;
    this.units.input.value = units;
    for (const [name, { input, show }] of this.rows) {
      input.checked = varies.includes(name);
      show();
    }
    this.fit();
  }

  /** Letters are typed where letters are learned, and then always. */
  fit() {
    const isSpelling = this.learns.input.value === LETTERS;
    const { input, root } = this.rows.get(LETTERS);
    input.checked = isSpelling;
    input.disabled = true;
    root.hidden = !isSpelling;
  }

  /** What is varied, as the server takes it. */
  get varies() {
    const ticked = [...this.rows].filter(([, { input }]) => input.checked);
    return ticked.map(([name, { limits }]) => {
      if (name === LETTERS) return { name };
      const inputs = [...limits.querySelectorAll("input")];
      if (name === CELL) return { name, choices: inputs.filter(({ checked }) => checked).map(({ value }) => value) };
      const [low, high] = inputs.map(({ value }) => Number(value));
      return { name, low, high };
    });
  }

  async begin(event) {
    event.preventDefault();
    setText(this.problem, "");
    setText(this.word, "");
    const whole = ({ input }) => Math.round(Number(input.value));
    const minutes = this.minutes.input.value === "" ? null : Number(this.minutes.input.value);
    const message = {
      title: this.title.input.value,
      learns: this.learns.input.value,
      varies: this.varies,
      steps: whole(this.steps),
      units: whole(this.units),
      tries: whole(this.tries),
      minutes,
    };
    if (await this.attempt("begin", message)) setText(this.word, "It is begun: the sheet stands on all screens.");
  }

  drawBrought() {
    const { brought } = this.offered;
    setText(this.none, brought.length ? "" : "You have brought nothing yet; the pages Train and Your model take it.");
    this.brought.replaceChildren(
      ...brought.map(({ run, name, is_shown: isShown }) =>
        element(
          "li",
          {},
          element("span", { text: `${name} (run ${run})${isShown ? ": the class sees it" : ""}` }),
          element("button", {
            type: "button",
            text: isShown ? "Stop showing it" : "Show it to the class",
            "aria-label": `${isShown ? "Stop showing" : "Show"} “${name}”`,
            onclick: () => this.show(run, !isShown),
          }),
        ),
      ),
    );
  }

  async show(run, isShown) {
    setText(this.problem, "");
    if (!(await this.attempt(isShown ? "show_run" : "hide_run", { run }))) return;
    try {
      this.offered = await answered(`${ROUTES}/offered`, "json");
      this.drawBrought();
    } catch (refusal) {
      setText(this.problem, refusal.message);
    }
  }

  async attempt(name, message) {
    try {
      await room.post(`experiments/${name}`, message);
      return true;
    } catch (refusal) {
      setText(this.problem, refusal.message);
      return false;
    }
  }
}
