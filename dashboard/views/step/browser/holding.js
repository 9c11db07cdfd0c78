// Values that are held while somebody drags: the engine computes each anew, one question at a time, and of several that
// wait the last. All of one drag is one command.

import { writeClamp } from "../../../browser/cell/clamps.js";
import { rounded } from "../../../browser/cell/pointing.js";

export class Holding {
  constructor(view) {
    this.view = view;
    this.gesture = 0;
    this.latest = null;
    this.busy = false;
  }

  /** Whether anything can be held: not on a gradient's way back, nor where a link hides the panel. */
  may() {
    const { state, loaded } = this.view;
    return Boolean(loaded) && state.lossAt === null && !state.hide.includes("whatif");
  }

  /** From which value to which a quantity can be dragged: its limits, or as far as it goes in the run as it was. */
  rangeOf(name, side = this.view.view.side) {
    const { trace, scales, state } = this.view.pair[side];
    const { bounded, clamp_limits: limits } = trace.quantity(name);
    const end = scales.extent(state.layer, name);
    return bounded ? limits : [Math.max(limits[0], -end), Math.min(limits[1], end)];
  }

  /** Hold a quantity of a unit, or of all (null), at a value: in one of the two cells, or in the one asked about. */
  to({ quantity, unit, value, side = this.view.view.side }) {
    this.latest = { quantity, unit, value, side, key: `hold ${this.gesture}`, subject: this.subject() };
    if (!this.busy) this.goOn();
  }

  /** The drag is over: the next one is a command of its own. */
  end() {
    this.gesture += 1;
  }

  /** What is in view; which of the two is asked about turns with the first value that is held. */
  subject() {
    const { run, state } = this.view;
    return JSON.stringify([run, state.sequence, state.beside]);
  }

  async goOn() {
    this.busy = true;
    while (this.latest) {
      const wanted = this.latest;
      this.latest = null;
      await this.hold(wanted);
    }
    this.busy = false;
  }

  async hold({ quantity, unit, value, side, key, subject }) {
    const { view } = this;
    const { loading, whatif } = view;
    const shown = view.pair[side];
    if (!shown || subject !== this.subject()) return;
    const { trace, state, sequence } = shown;
    const { layer } = state;
    const [low, high] = this.rangeOf(quantity, side);
    const { symbol } = trace.quantity(quantity);
    const { first, last } = whatif.span({ ...state, sequence });
    const clamp = writeClamp({ symbol, layer, unit, first, last, value: rounded(value, high - low) });
    const place = clamp.slice(0, clamp.indexOf("=") + 1);
    const of = side === "beside" ? "clampsBeside" : "clamps"; // each of the two has its own
    const clamps = [...state[of].filter((other) => !other.startsWith(place)), clamp];
    const { engine, question } = side === "beside" ? view.loaded.beside : view.loaded;
    const asked = side === "beside" ? question : loading.question(state);
    try {
      await engine.trace(loading.clamped(asked, clamps));
    } catch (refusal) {
      return whatif.complain(refusal.message);
    }
    if (subject !== this.subject()) return;
    whatif.complain("");
    const there = unit === null ? { quantity } : { quantity, unit };
    view.commit({ [of]: clamps, panel: "whatif", focus: side, ...there }, key);
  }
}
