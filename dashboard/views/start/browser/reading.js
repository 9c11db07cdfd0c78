// The drawn cell reads a sequence by itself, with the weights that the run has just now, then the next one.

import { address } from "../../../browser/ask.js";
import { Cell } from "../../../browser/cell/cell.js";
import { Trace } from "../../../browser/cell/trace.js";
import { element, setText, watchSight } from "../../../browser/dom.js";
import { fixed } from "../../../browser/format.js";
import { readTheme } from "../../../browser/theme.js";

const A_TIMESTEP = 1100; // ms
const AT_THE_END = 2200; // ms
const AGAIN = 3000; // ms until it is asked anew, where nothing could be had
const SHOWN = 16; // symbols of a long sequence
const EVERYTHING = { timestep: true, operation: true };
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Reading {
  constructor(part, button) {
    this.letters = part("letters");
    this.drawn = part("drawn");
    this.said = part("said");
    this.button = button;
    this.button.addEventListener("click", () => this.toggle());
    this.playing = !still.matches;
    this.cell = new Cell({ point: () => {}, turnPanel: () => {} });
    this.drawn.replaceChildren(this.cell.root);
    this.sight = watchSight(this.drawn, () => this.goOn());
    this.showPlaying();
  }

  destroy() {
    clearTimeout(this.timer);
    this.sight.end();
    this.cell.destroy();
    this.run = null;
  }

  turnTo({ run, questions, sequences }) {
    Object.assign(this, { run, questions, sequences, trace: null, place: 0, asking: false });
  }

  /** There is a checkpoint to read with. */
  heard({ checkpoint }) {
    if (checkpoint !== null && !this.trace) this.read();
  }

  /** Ask the engine to read the present sequence, and show it. */
  async read() {
    if (this.asking) return;
    this.asking = true;
    const { run } = this;
    const sequence = this.sequences[this.place % this.sequences.length];
    const trace = await traceOf(this.questions, sequence);
    if (this.run !== run) return; // another one by now
    this.asking = false;
    if (!trace) {
      this.timer = setTimeout(() => this.read(), AGAIN);
      return;
    }
    this.trace = trace;
    this.state = { layer: trace.layers - 1, unit: liveliest(trace), timestep: 0, operation: null, quantity: null };
    if (!this.playing) this.state.timestep = Math.min(2, trace.timesteps - 1);
    this.show();
    this.goOn();
  }

  show() {
    const { trace, state } = this;
    const units = Array.from({ length: trace.units }, (_, k) => k);
    const theme = readTheme(this.drawn);
    const places = { placeOf: units, unitAt: units };
    this.cell.show({ trace, field: trace, theme, state, places, backward: false });
    this.draw();
  }

  setTheme() {
    if (this.trace) this.show();
  }

  draw() {
    const { trace, state } = this;
    this.cell.draw(state, EVERYTHING);
    const { timestep } = state;
    const from = Math.max(0, Math.min(timestep - SHOWN / 2, trace.timesteps - SHOWN));
    this.letters.replaceChildren(
      ...trace.labels.slice(from, from + SHOWN).map((label, k) => {
        const t = from + k;
        return element("span", { class: t === timestep ? "now" : t < timestep ? "read" : "to-come", text: label });
      }),
    );
    setText(this.said, sentence(trace, timestep, state.unit));
  }

  /** Go on by itself, while it is seen and nobody holds it. */
  goOn() {
    clearTimeout(this.timer);
    if (!this.playing || !this.trace || !this.sight.seen) return;
    const ended = this.state.timestep >= this.trace.timesteps - 1;
    this.timer = setTimeout(() => this.advance(), ended ? AT_THE_END : A_TIMESTEP);
  }

  step() {
    this.state.timestep += 1;
    this.draw();
    this.goOn();
  }

  turnToNext() {
    this.place += 1;
    this.read();
  }

  toggle() {
    this.playing = !this.playing;
    this.showPlaying();
    clearTimeout(this.timer);
    if (this.playing && this.trace) this.advance();
  }

  advance() {
    if (this.state.timestep < this.trace.timesteps - 1) this.step();
    else this.turnToNext();
  }

  showPlaying() {
    setText(this.button, this.playing ? "❚❚" : "▶");
    this.button.setAttribute("aria-label", this.playing ? "Hold the cell still" : "Let the cell read");
  }
}

/** What the engine computed with the newest weights; null if it cannot be had. */
async function traceOf(questions, sequence) {
  try {
    const response = await fetch(address(questions, "trace", { sequence }));
    return response.ok ? new Trace(await response.arrayBuffer()) : null;
  } catch {
    return null;
  }
}

/** The unit whose state changes most over the sequence: its numbers are the ones worth seeing. */
function liveliest(trace) {
  const plane = trace.plane(trace.layers - 1, trace.index.cell === undefined ? "hidden" : "cell");
  let best = 0;
  let widest = -1;
  for (let unit = 0; unit < trace.units; unit++) {
    let [low, high] = [Infinity, -Infinity];
    for (let t = 0; t < trace.timesteps; t++) {
      const value = plane[t * trace.units + unit];
      [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
    if (high - low > widest) [best, widest] = [unit, high - low];
  }
  return best;
}

/** What happens at a timestep, in words. */
function sentence(trace, timestep, unit) {
  const read = timestep ? `It has read “${trace.labels.slice(1, timestep + 1).join("")}”` : "It begins";
  const which = ` The numbers are unit ${unit}’s, which is framed.`;
  if (!trace.right[timestep].length) return `${read}. No answer is asked here.${which}`;
  if (trace.kind === "value") {
    const [predicted, came] = [trace.predicted, trace.came].map((values) => fixed(values[timestep], 2));
    return `It reads ${trace.labels[timestep]} and predicts ${predicted}. What comes is ${came}.${which}`;
  }
  const likely = trace.top[timestep].slice(0, 3).map((output, k) => {
    const percent = Math.round(trace.top_probabilities[timestep][k] * 100);
    return `${trace.output_labels[output]} ${percent} %`;
  });
  const came = trace.target_labels[timestep];
  const chance = Math.round(trace.came_probability[timestep] * 100);
  return `${read} and expects ${likely.join(", ")}. What comes is ${came}, given ${chance} %.${which}`;
}
