// Moved by: how strongly each earlier symbol moves a chosen prediction, in this model and in another beside it.

import { colourScale } from "../../../browser/cell/colours.js";
import { element, setText } from "../../../browser/dom.js";
import { compact, whole } from "../../../browser/format.js";
import { Asking } from "./asking.js";
import { fill } from "./bar.js";
import { Engine } from "./engine.js";
import { percent } from "./naming.js";
import { inkOn } from "./text_view.js";

export class Movers {
  constructor(actions) {
    this.actions = actions;
    this.say = element("p", { class: "quiet" });
    this.outputs = element("p", { class: "chips" });
    this.beside = element("select", {
      "aria-label": "Beside it",
      onchange: () => actions.turnTo({ beside: besideOf(this.beside.value) }),
    });
    this.ours = new Side(actions);
    this.theirs = new Side(actions);
    this.other = new Engine(); // of another run
    this.root = element(
      "div",
      { class: "moved" },
      this.say,
      this.outputs,
      this.ours.root,
      element("label", { class: "field-row" }, element("span", { text: "Beside it" }), this.beside),
      this.theirs.root,
    );
  }

  show(view) {
    const { state, page, engine, query, data, steps } = view;
    if (!page) return;
    this.view = view;
    const step = page.header.step;
    fill(
      this.beside,
      [
        ["", "nothing"],
        ...steps.filter((one) => one !== step).map((one) => [`checkpoint:${one}`, `step ${whole(one)} of this run`]),
        ...data.others.map(({ run, name }) => [`run:${run}`, name]),
      ],
      state.beside ? `${state.beside.kind}:${state.beside.value}` : "",
    );
    const there = state.position !== null;
    setText(
      this.say,
      there
        ? `What the network expects after position ${whole(state.position + 1)}, and what moved it.`
        : "Choose a position of the text, by the arrow keys or by a list's place: then it stands here what moved the " +
            "prediction there.",
    );
    for (const part of [this.outputs, this.ours.root]) part.hidden = !there;
    this.theirs.root.hidden = !there || !state.beside;
    if (!there) return;
    const output = state.output === null ? {} : { output: state.output };
    const asked = { ...query, position: state.position + 1, ...output };
    this.ours.ask(engine, asked, view, `This run at step ${whole(step)}`, (found) => this.tell(found));
    if (this.ours.isOf(asked)) this.tell(this.ours.found);
  }

  /** Ours is there: what can be asked about, and the same output in the model beside it. */
  tell(found) {
    const { state, engine, query, data } = this.view;
    this.tellOutputs(found);
    this.drawBoth();
    if (!state.beside) return;
    const asked = { ...query, position: state.position + 1, output: found.output };
    if (state.beside.kind === "checkpoint") {
      const title = `This run at step ${whole(state.beside.value)}`;
      this.theirs.ask(engine, { ...asked, checkpoint: state.beside.value }, this.view, title, () => this.drawBoth());
      return;
    }
    const other = data.others.find(({ run }) => run === state.beside.value);
    if (!other) return this.theirs.refuse("The run beside it is no more, or learns another task; choose another.");
    this.other.turnTo({ questions: other.questions, token: data.token });
    const { checkpoint: _, layer: __, ...rest } = asked;
    this.theirs.ask(this.other, rest, this.view, other.name, () => this.drawBoth());
  }

  /** On one scale, since they are compared. */
  drawBoth() {
    const sides = [this.ours, this.theirs].filter(({ root, found }) => found && !root.hidden);
    const most = Math.max(1e-9, ...sides.flatMap(({ found }) => found.moves.map(Math.abs)));
    for (const side of sides) side.draw(most);
  }

  /** The outputs that can be asked about: those that are likeliest, and what came. */
  tellOutputs(found) {
    const choices = found.likeliest.map(({ output, label, chance }) => ({
      output,
      text: `${label} ${percent(chance)}`,
    }));
    if (found.came !== null && !choices.some(({ output }) => output === found.came))
      choices.push({ output: found.came, text: `${found.came_label}, which is right` });
    this.outputs.replaceChildren(
      ...choices.map(({ output, text }) =>
        element("button", {
          class: "small-tool",
          text,
          "aria-pressed": output === found.output,
          onclick: () => this.actions.turnTo({ output }),
        }),
      ),
    );
  }
}

function besideOf(value) {
  const [kind, number] = value.split(":");
  return value ? { kind, value: Number(number) } : null;
}

/** One model's symbols, coloured by how they move its prediction. */
class Side {
  constructor(actions) {
    this.actions = actions;
    this.asking = new Asking("The gradient is followed back through the text …");
    this.title = element("h3", { "data-term": "moved by" });
    this.text = element("p", { class: "moved-text" });
    this.words = element("small");
    this.root = element("section", { class: "part" }, this.title, this.asking.status, this.text, this.words);
  }

  ask(engine, query, view, title, told) {
    setText(this.title, title);
    this.view = view;
    this.asking.ask(
      engine,
      "movers",
      query,
      (found) => {
        Object.assign(this, { found, asked: JSON.stringify(query) });
        told(found);
      },
      () => this.refuse(this.asking.status.textContent),
    );
  }

  /** Whether what is shown answers that question. */
  isOf(query) {
    return Boolean(this.found) && this.asked === JSON.stringify(query);
  }

  refuse(sentence) {
    this.asking.forget();
    this.found = null;
    setText(this.asking.status, sentence);
    this.text.replaceChildren();
    setText(this.words, "");
  }

  draw(most) {
    const { labels, moves, label, cut } = this.found;
    const { theme } = this.view.look;
    const { blanks, breaks, gap } = this.view.page.header;
    const scale = colourScale({}, theme, 1);
    this.text.replaceChildren(
      ...labels.flatMap((symbol, k) => {
        const colour = scale.colour(moves[k] / most);
        const span = element("span", {
          text: blanks.includes(symbol) ? " " : symbol,
          title: `${symbol}: ${compact(moves[k])}`,
        });
        span.style.background = colour;
        span.style.color = inkOn(colour);
        return [span, ...(breaks.includes(symbol) ? [document.createElement("br")] : gap ? [" "] : [])];
      }),
    );
    const order = moves.map((value, k) => [Math.abs(value), k]).sort(([a], [b]) => b - a);
    const strongest = order.slice(0, 3).map(([, k]) => `“${labels[k]}” ${compact(moves[k])}`);
    setText(
      this.words,
      `On “${label}”: red made it likelier, blue less likely; the strongest: ` +
        `${strongest.join(", ")}.${cut ? " Read anew from 200 symbols before." : ""}`,
    );
  }
}
