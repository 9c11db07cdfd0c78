// Where each family's parts are drawn. A family says it in a file of its own, as `places(cell, upright)`; one that does
// not is laid out by `generic.js`.
//
// Places: {width, height, box, boxes, wires, circles, ovals, input, prediction}. A box shows a quantity, by its name; a
// wire, circle or oval belongs to an operation, by its name or by that of the quantity which it makes, and is left out
// where the cell does not have it. `from` of a wire is the quantity that it carries: it has its colour, and is dashed
// where that is missing.

import * as generic from "./generic.js";
import * as gru from "./gru.js";
import * as lstm from "./lstm.js";
import * as mingru from "./mingru.js";
import * as minlstm from "./minlstm.js";
import * as rnn from "./rnn.js";
import * as slstm from "./slstm.js";

const FAMILIES = { lstm, gru, rnn, slstm, minlstm, mingru };

/** The places of a cell; `upright` asks for those of a narrow screen. */
export function placesOf(cell, upright) {
  const family = Object.hasOwn(FAMILIES, cell.family) ? FAMILIES[cell.family] : generic;
  const places = family.places(cell, upright);
  const at = (part) => ({ ...part, operation: operationOf(cell, part.at) });
  const there = (part) => part.operation !== null;
  return {
    ...places,
    boxes: places.boxes.map((box) => ({
      ...box,
      quantity: cell.quantities.find(({ name }) => name === box.name),
      operation: box.before ? 0 : operationOf(cell, box.name),
    })),
    wires: places.wires.map(at).filter(there),
    circles: (places.circles ?? []).map(at).filter(there),
    ovals: (places.ovals ?? []).map(at).filter(there),
    input: { ...places.input, operation: 0 },
    prediction: { ...places.prediction, operation: cell.operations.length - 1 },
  };
}

/** The number of the operation of that name, or of the one that makes the quantity; null if there is none. */
function operationOf({ operations }, name) {
  const place = operations.findIndex((operation) => operation.name === name || operation.makes.includes(name));
  return place < 0 ? null : place;
}
