// What the network makes up: before it had learned anything, and now.

import { ask } from "../../../browser/ask.js";
import { element, setText, svg } from "../../../browser/dom.js";
import { whole } from "../../../browser/format.js";
import { linePath } from "../../../browser/thinning.js";

const SHOWN = 6;
const WIDE = 200;
const TALL = 120;

export class MadeUp {
  constructor(part) {
    this.title = part("samples-title");
    this.columns = Object.fromEntries(
      ["oldest", "newest"].map((name) => [name, { title: part(`${name}-title`), list: part(name) }]),
    );
    for (const { list } of Object.values(this.columns)) list.replaceChildren(...waiting());
  }

  turnTo({ questions, samples_title }) {
    this.questions = questions;
    this.oldest = null;
    setText(this.title, samples_title);
    for (const { list } of Object.values(this.columns)) list.replaceChildren(...waiting());
  }

  /** There is a checkpoint, so there is an oldest one, whose samples stay the same. */
  async goTo(checkpoint) {
    if (checkpoint === null || this.oldest) return;
    this.oldest = this.questions;
    const found = await ask(this.questions, "checkpoints");
    const samples = found && (await ask(this.questions, "samples", { checkpoint: found.steps[0] }));
    if (this.oldest !== this.questions) return; // another run by now
    if (samples) this.fill("oldest", samples, `at training step ${whole(samples.step)}`);
    else this.oldest = null; // asked again at the next word
  }

  show(samples) {
    this.fill("newest", samples, samples.step ? `now, at training step ${whole(samples.step)}` : "now");
  }

  fill(column, { texts, curves, problem }, title) {
    const { title: heading, list } = this.columns[column];
    setText(heading, title);
    if (problem) return list.replaceChildren(element("li", { text: problem }));
    if (curves.length) return list.replaceChildren(element("li", {}, sketch(curves[0])));
    list.replaceChildren(
      ...texts.slice(0, SHOWN).map(({ text, origin }) =>
        element(
          "li",
          { "data-origin": origin },
          element("b", { text: text || "(nothing)" }),
          element("small", { text: origin }),
        ),
      ),
    );
  }
}

/** As many rows as there will be. */
const waiting = () => Array.from({ length: SHOWN }, () => element("li", { class: "waiting" }));

/** A true curve and a predicted one, by name. */
function sketch(curves) {
  const all = Object.values(curves).flat().filter(Number.isFinite);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const lines = Object.entries(curves).map(([name, values]) => {
    const x = values.map((_, k) => (k / Math.max(1, values.length - 1)) * WIDE);
    const y = values.map((value) => TALL - ((value - low) / (high - low || 1)) * TALL);
    return svg("path", { d: linePath(x, y) ?? "", class: name });
  });
  const label = Object.keys(curves).join(" and ");
  return svg("svg", { viewBox: `-2 -2 ${WIDE + 4} ${TALL + 4}`, role: "img", "aria-label": label }, ...lines);
}
