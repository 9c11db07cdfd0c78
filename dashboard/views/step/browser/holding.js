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
  rangeOf(name) {
    const { trace, original } = this.view.loaded;
    const { bounded, clamp_limits: limits } = trace.quantity(name);
    const end = (original ?? trace).extent(this.view.state.layer, name);
    return bounded ? limits : [Math.max(limits[0], -end), Math.min(limits[1], end)];
  }

  /** Hold a quantity of a unit, or of all (null), at a value. */
  to({ quantity, unit, value }) {
    this.latest = { quantity, unit, value, key: `hold ${this.gesture}`, subject: this.view.actions.subject() };
    if (!this.busy) this.goOn();
  }

  /** The drag is over: the next one is a command of its own. */
  end() {
    this.gesture += 1;
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

  async hold({ quantity, unit, value, key, subject }) {
    const { view } = this;
    const { state, loaded, loading, whatif } = view;
    const { layer } = state;
    const [low, high] = this.rangeOf(quantity);
    const { symbol } = loaded.trace.quantity(quantity);
    const { first, last } = whatif.span(state);
    const clamp = writeClamp({ symbol, layer, unit, first, last, value: rounded(value, high - low) });
    const place = clamp.slice(0, clamp.indexOf("=") + 1);
    const clamps = [...state.clamps.filter((other) => !other.startsWith(place)), clamp];
    try {
      await view.engine.trace(loading.clamped({ ...state, clamps }));
    } catch (refusal) {
      return whatif.complain(refusal.message);
    }
    if (subject !== view.actions.subject()) return;
    whatif.complain("");
    view.commit({ clamps, panel: "whatif", quantity, ...(unit === null ? {} : { unit }) }, key);
  }
}
