// What people call the units of a run: a name that they gave on the Inspect page.

import { ask } from "../../../browser/ask.js";

export class UnitNames {
  /** `onknown` is called when the names of a run have come. */
  constructor(onknown) {
    Object.assign(this, { onknown, names: new Map(), run: null });
  }

  turnTo(run) {
    if (run === this.run) return;
    this.run = run;
    this.names = new Map();
    const questions = new URL(`../../../../runs/${run}`, import.meta.url).pathname; // beside the modules
    ask(questions, "unit_names").then((found) => {
      if (run !== this.run || !found?.units.length) return;
      this.names = new Map(found.units.map(({ layer, unit, name }) => [`${layer}/${unit}`, name]));
      this.onknown();
    });
  }

  /** The name of a unit; empty if it has none. */
  of({ layer, unit }) {
    return this.names.get(`${layer}/${unit}`) ?? "";
  }
}
