// The parts of the view, by name, and which of them show what.

import { Panels } from "../../../browser/panels.js";
import { ArrangeBar } from "./arrange_bar.js";
import { Backward } from "./backward.js";
import { Beside } from "./beside.js";
import { BesidePicker } from "./beside_picker.js";
import { Checkpoints } from "./checkpoints.js";
import { Column } from "./column.js";
import { Curves } from "./curves.js";
import { Heatmaps } from "./heatmaps.js";
import { Norms } from "./norms.js";
import { Save } from "./save.js";
import { PANELS } from "./state.js";
import { Strip } from "./strip.js";
import { Transport } from "./transport.js";
import { WhatIf } from "./whatif.js";
import { WhichCell } from "./which_cell.js";
import { Why } from "./why.js";

/** All parts; `steering` of them are for both drawn cells, `asking` ask about the one in focus. */
export function makeParts(actions) {
  const why = new Why(actions);
  const whatif = new WhatIf(actions);
  const backward = new Backward(actions);
  const compare = new Beside(actions);
  const save = new Save(actions);
  const columns = { first: new Column("this", actions), second: new Column("beside", actions) };
  const steering = {
    transport: new Transport(actions), // drawn before anything else has changed, see there
    checkpoints: new Checkpoints(actions),
    strip: new Strip(actions),
    picker: new BesidePicker(actions),
    whichCell: new WhichCell(actions),
  };
  const asking = {
    panels: new Panels("Questions", PANELS, { why, whatif, backward, compare, save }, (name) =>
      actions.turnPanel(name),
    ),
    norms: new Norms(actions),
    arrangeBar: new ArrangeBar(actions),
    heatmaps: new Heatmaps(actions),
    curves: new Curves(actions),
  };
  return {
    ...{ why, whatif, backward, compare, save },
    ...columns,
    ...steering,
    ...asking,
    steering: Object.values(steering),
    asking: Object.values(asking),
    parts: Object.values({ ...steering, ...columns, ...asking }),
  };
}
