// Where the parts of the LSTM are drawn: boxes of quantities, wires between them, and the operations on the wires.

export const WIDTH = 752;
export const HEIGHT = 336;
export const BOX = { width: 108, height: 70 };

// name: quantity, or where the value comes from; x, y: the box's corner; before: whether it is the former timestep's;
// operation: at which of the nine it comes to be
export const BOXES = [
  { id: "c-before", name: "cell", symbol: "c′", title: "cell before", x: 8, y: 22, before: true, operation: 0 },
  { id: "h-before", name: "hidden", symbol: "h′", title: "hidden before", x: 8, y: 182, before: true, operation: 0 },
  { id: "f", name: "forget_gate", symbol: "f", title: "forget σ", x: 152, y: 172, operation: 1 },
  { id: "i", name: "input_gate", symbol: "i", title: "input σ", x: 268, y: 172, operation: 2 },
  { id: "g", name: "candidate", symbol: "g", title: "candidate", x: 384, y: 172, operation: 3 },
  { id: "o", name: "output_gate", symbol: "o", title: "output σ", x: 512, y: 172, operation: 7 },
  { id: "c", name: "cell", symbol: "c", title: "cell", x: 636, y: 22, operation: 5 },
  { id: "h", name: "hidden", symbol: "h", title: "hidden", x: 636, y: 116, operation: 7 },
];
export const WIRES = [
  { quantity: "cell", d: "M116 57 H194", operation: 4 }, // conveyor
  { quantity: "cell", d: "M218 57 H368", operation: 4 },
  { quantity: "cell", d: "M392 57 H630", operation: 5 },
  { quantity: "forget_gate", d: "M206 172 V73", operation: 4 },
  { quantity: "input_gate", d: "M322 172 V132 H362", operation: 5 },
  { quantity: "candidate", d: "M438 172 V132 H398", operation: 5 },
  { quantity: "cell", d: "M380 120 V73", operation: 5 },
  { quantity: "cell", d: "M566 57 V84", operation: 6 },
  { quantity: "output_gate", d: "M566 172 V167", operation: 7 },
  { quantity: "hidden", d: "M566 112 V137", operation: 7 },
  { quantity: "hidden", d: "M578 151 H630", operation: 7 },
  { quantity: "input", d: "M116 217 H134 V286", operation: 0, bare: true }, // [x, h′] to every gate
  { quantity: "input", d: "M116 310 H134 V286 H206", operation: 0, bare: true },
  { quantity: "input", d: "M206 286 V248", operation: 1 },
  { quantity: "input", d: "M206 286 H322 V248", operation: 2 },
  { quantity: "input", d: "M322 286 H438 V248", operation: 3 },
  { quantity: "input", d: "M438 286 H566 V248", operation: 7 },
  { quantity: "hidden", d: "M690 186 V232", operation: 8 },
];
export const CIRCLES = [
  { x: 206, y: 57, text: "×", title: "keep: f · c′", operation: 4 },
  { x: 380, y: 57, text: "+", title: "add what is kept and what is written", operation: 5 },
  { x: 380, y: 132, text: "×", title: "write: i · g", operation: 5 },
  { x: 566, y: 151, text: "×", title: "say: o · tanh(c)", operation: 7 },
];
export const SQUASH = { x: 542, y: 86, width: 48, height: 26, text: "tanh", operation: 6 };
export const INPUT = { x: 8, y: 290, width: BOX.width, height: 42, symbol: "x", operation: 0 };
export const PREDICTION = { x: 636, y: 232, width: BOX.width, height: 54, title: "prediction", operation: 8 };
