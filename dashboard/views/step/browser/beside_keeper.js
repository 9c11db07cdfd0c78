// Keeps what stands beside: hears of its run, and says where it is chosen why something cannot stand there.

import { same } from "../../../browser/state_table.js";
import { runBeside } from "./pair.js";
import { hearOf } from "./run_news.js";

const PASSING = ["away", "busy", "store", "too_slow"]; // kinds of refusals after which it can be had again
const LOOK_AGAIN = 1000; // ms until a newest checkpoint that was replaced while it was asked for is asked for anew

export class BesideKeeper {
  constructor(view) {
    this.view = view;
    this.run = null;
    this.missed = false;
    this.stop = () => {};
  }

  /** Say why something cannot stand beside; nothing if nothing is wrong. `kind` is that of the choice. */
  complain(text, kind = "run") {
    const { picker, compare, visit } = this.view;
    picker.complain(kind === "run" ? text : "");
    compare.complain(kind === "run" ? "" : text);
    if (text && kind !== "run" && visit.problems) visit.complain(text); // of a link: its panel may not be open
  }

  /** What was said no longer holds, since something was changed. */
  forget() {
    if (!this.view.picker.problem.hidden) this.view.picker.complain("");
  }

  /** What the engine has given, or refused, for a state: what of the state is to be changed. */
  take(loaded, former, { beside: choice }) {
    const { beside, besideRefused: refusal } = loaded;
    if (beside?.problem) this.complain(beside.problem);
    if (!refusal) return beside ? { beside: beside.choice, clampsBeside: beside.clamps } : {};
    const replaced = refusal.kind === "checkpoint_missing" && isNewest(choice);
    if (PASSING.includes(refusal.kind) || replaced) {
      if (same(former?.beside?.choice, choice)) loaded.beside = former.beside;
      if (replaced) this.again = setTimeout(() => this.loadAnew(), LOOK_AGAIN);
      else this.view.visit.complain(refusal.message, refusal.kind);
      return {};
    }
    this.complain(refusal.message, choice?.kind);
    return { beside: null };
  }

  /** Hear of the run that stands beside, if one does. */
  hear(beside) {
    const about = beside?.about ?? null;
    if (this.run === (about?.run ?? null)) return;
    this.end();
    if (!about) return;
    this.run = about.run;
    const { view } = this;
    const steps = () => view.loaded?.beside?.steps ?? null; // that are known
    this.stop = hearOf(about, {
      checkpoint: (newest) => steps() && newest !== steps().at(-1) && this.loadAnew(),
      status: (status) => view.second.heading.showTraining(status === "training"),
      silence: () => steps() && this.loadAnew(),
      gone: () => {
        view.loading.beside.forget();
        this.loadAnew(); // which is refused, and says so
      },
    });
  }

  /** There are newer checkpoints of it. */
  loadAnew() {
    this.view.loading.beside.forgetSteps();
    this.missed = this.view.visit.opens; // a link, which may lead elsewhere
    if (!this.missed) this.view.load();
  }

  /** What came while a link was opened. */
  catchUp() {
    if (this.missed) this.loadAnew();
  }

  end() {
    clearTimeout(this.again);
    this.stop();
    this.run = null;
    this.stop = () => {};
    this.view.second.heading.showTraining(false);
  }
}

const isNewest = (choice) => choice?.kind === "run" && runBeside(choice.value).checkpoint === null;
