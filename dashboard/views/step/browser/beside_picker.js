// Which run of the same task stands beside this one, and at which of its checkpoints.

import { element, setText } from "../../../browser/dom.js";
import { whole } from "../../../browser/format.js";
import { runBeside } from "./pair.js";

const NONE = { value: "", text: "no other run" };
const LONGEST = 80; // characters of a label in the list

export class BesidePicker {
  constructor(actions) {
    this.actions = actions;
    this.run = element("select", { "aria-label": "Beside this" });
    this.run.addEventListener("change", () => this.choose(this.run.value));
    this.run.addEventListener("focus", () => this.look()); // there may be others by now
    this.checkpoint = element("select", { "aria-label": "Beside, at training step", hidden: "" });
    this.checkpoint.addEventListener("change", () => {
      const { run } = this.view;
      this.choose(this.checkpoint.value ? `${run}@${this.checkpoint.value}` : String(run));
    });
    this.problem = element("span", { class: "problem", role: "alert", hidden: "" });
    this.root = element(
      "div",
      { class: "beside-picker" },
      element("label", {}, element("span", { text: "beside" }), this.run),
      this.checkpoint,
      this.problem,
    );
    this.runs = null; // until it is known which there are
  }

  choose(value) {
    this.actions.putBeside(value === "" ? null : { kind: "run", value });
  }

  /** Ask which runs there are; a list that cannot be had is left as it is. */
  async look() {
    const found = await this.actions.runsBeside().catch(() => null);
    if (!found) return;
    this.runs = found;
    this.fill();
  }

  complain(text) {
    this.problem.hidden = !text;
    setText(this.problem, text);
    this.fill(); // what was refused is not chosen
  }

  show({ pair, run, state }) {
    if (this.of !== run) {
      this.of = run;
      this.runs = null;
      this.look();
    }
    this.choice = state.beside?.kind === "run" ? state.beside : null;
    this.view = this.choice ? pair.beside : null;
    this.fill();
  }

  draw() {}

  fill() {
    const chosen = this.choice && String(this.view?.run ?? runBeside(this.choice.value).run);
    const options = (this.runs ?? []).map(({ run, label }) => ({ value: String(run), text: label }));
    if (chosen && !options.some(({ value }) => value === chosen))
      options.unshift({ value: chosen, text: this.view ? `${this.view.name} · ${this.view.cell}` : `run ${chosen}` });
    const isAlone = this.runs?.length === 0;
    renew(this.run, [isAlone ? { value: "", text: "no other run of this task yet" } : NONE, ...options]);
    this.run.value = chosen ?? "";
    const steps = (this.choice && this.view?.steps) ?? [];
    this.checkpoint.hidden = !steps.length;
    const option = (step) => ({ value: String(step), text: `training step ${whole(step)}` });
    const newestFirst = [...steps].reverse().map(option);
    renew(this.checkpoint, [{ value: "", text: "newest, live" }, ...newestFirst]);
    this.checkpoint.value = (this.choice && runBeside(this.choice.value).checkpoint) ?? "";
  }
}

/** Give a select other options, unless it has these: one that is open would close. */
function renew(select, options) {
  const told = JSON.stringify(options);
  if (select.told === told) return;
  select.told = told;
  select.replaceChildren(
    ...options.map(({ value, text }) =>
      element("option", { value, title: text, text: text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text }),
    ),
  );
}
