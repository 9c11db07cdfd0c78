// The loss as it falls: of each batch, on held-out sequences, and what a guesser without memory reaches.

import { setText } from "../../../browser/dom.js";
import { significant, whole } from "../../../browser/format.js";
import { LineChart } from "../../../browser/lines.js";
import { lengthened, newestValues, smoothed, thinned } from "../../../browser/thinning.js";

const POINTS = 300; // drawn of a curve
const KEPT = 4000; // points in memory
const GUESSER = "a guesser without memory"; // the sentence below says which
const SMOOTHING = 10; // points, so that the trend of the batches is seen

export class Falling {
  constructor(part) {
    this.stands = part("stands");
    this.chart = new LineChart({ label: "The loss over the steps of training", x: "training step", y: "loss" });
    part("curve").replaceChildren(this.chart.root);
    this.pace = { draw_every: 0.1 };
  }

  destroy() {
    clearTimeout(this.timer);
    this.chart.destroy();
  }

  turnTo({ unit, baseline, colours }) {
    Object.assign(this, { baseline, colours, unit, run: null });
    this.training = { x: [], y: [] };
    this.validation = { x: [], y: [] };
    this.newest = {};
    this.chart.name({ x: "training step", y: `loss (${unit})` });
    this.draw();
  }

  add(metrics) {
    for (const [name, curve] of [
      ["loss", "training"],
      ["validation_loss", "validation"],
    ]) {
      const found = metrics[name];
      if (found) this[curve] = lengthened(this[curve], found.step, found.value, KEPT);
    }
    this.newest = newestValues(this.newest, metrics);
    this.timer ??= setTimeout(() => this.draw(), 1000 * this.pace.draw_every);
  }

  /** Where the run stands. */
  stand(run) {
    this.run = run;
    this.say();
  }

  say() {
    const { run, newest, baseline, unit } = this;
    if (!run) return;
    const parts = [`Step ${whole(run.step)} of ${whole(run.end_step)}, ${STATUS[run.status] ?? run.status}.`];
    const loss = newest.validation_loss;
    if (loss !== undefined && loss !== null) {
      parts.push(`On held-out sequences ${significant(loss, 3)} ${unit}.`);
    }
    if (baseline) parts.push(baseline.words);
    setText(this.stands, parts.join(" "));
  }

  draw() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.say();
    const { training, validation, baseline, colours } = this;
    const [batches, held] = [training, validation]
      .map((curve) => thinned(curve, POINTS))
      .map(({ x, y }) => ({ x: x.slice(), y: y.slice() })); // as they are now; the curves go on growing
    this.chart.show({
      lines: [
        {
          name: "training batch",
          term: "training loss",
          x: batches.x,
          y: smoothed(batches.y, SMOOTHING),
          colour: colours.training,
          width: 1.5,
        },
        { name: "held out", term: "validation loss", x: held.x, y: held.y, colour: colours.validation, width: 3 },
      ],
      levels: baseline ? [{ name: GUESSER, term: "baseline", y: baseline.loss }] : [],
    });
  }
}

const STATUS = { queued: "waiting for a free core", lost: "being taken up again", unreadable: "of another version" };
