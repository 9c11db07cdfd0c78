// What people call the units of runs: names that they gave on the Inspect page.

import { ask } from "../../../browser/ask.js";

export class UnitNames {
  /** `onknown` is called when names of a run have come. */
  constructor(onknown) {
    Object.assign(this, { onknown, runs: new Map() });
  }

  destroy() {
    this.onknown = () => {};
  }

  /** The names of a run's units, by "layer/unit"; empty until they have come. */
  of(run) {
    if (!this.runs.has(run)) {
      this.runs.set(run, new Map());
      const questions = new URL(`../../../../runs/${run}`, import.meta.url).pathname; // beside the modules
      ask(questions, "unit_names").then((found) => {
        if (!found?.units.length) return;
        this.runs.set(run, new Map(found.units.map(({ layer, unit, name }) => [`${layer}/${unit}`, name])));
        this.onknown();
      });
    }
    return this.runs.get(run);
  }
}
