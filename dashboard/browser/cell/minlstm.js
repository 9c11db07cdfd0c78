// Where the parts of the minimal LSTM are drawn: its state runs across the top, and nothing leads from what it was to
// the gates below, which see x alone and share out what there is between them.

import { NARROW_DRAWING, WIDE_DRAWING } from "./boxes.js";

export const places = (_, upright) => (upright ? NARROW : WIDE);

const SHARE = "each by the sum of both: f = σ(a_f) / (σ(a_f) + σ(a_i)), and i = 1 - f";

const WIDE = {
  ...WIDE_DRAWING,
  boxes: [
    { id: "h-before", name: "hidden", symbol: "h′", title: "hidden before", x: 8, y: 22, before: true },
    { id: "f", name: "forget_gate", title: "forget", x: 172, y: 164, named: "beside" },
    { id: "i", name: "input_gate", title: "input", x: 304, y: 164, named: "beside" },
    { id: "g", name: "candidate", title: "candidate", x: 470, y: 164, named: "beside" },
    { id: "h", name: "hidden", title: "hidden", x: 636, y: 22 },
  ],
  wires: [
    { from: "hidden", d: "M116 57 H210", at: "keep", kind: "conveyor" },
    { from: "hidden", d: "M238 57 H425", at: "keep" },
    { from: "hidden", d: "M453 57 H630", at: "write" },
    { from: "forget_gate", d: "M226 164 V73", at: "keep" },
    { from: "input_gate", d: "M358 164 V120 H425", at: "write" },
    { from: "candidate", d: "M524 164 V120 H457", at: "write" },
    { from: "hidden", d: "M441 108 V73", at: "write" },
    { d: "M116 311 H524 V240", at: "candidate" }, // x, and nothing else, to every gate
    { d: "M116 311 H292 V290", at: "input_gate" },
    { d: "M116 311 H292 V290", at: "forget_gate" },
    { from: "forget_gate", d: "M262 273 H226 V240", at: "forget_gate" },
    { from: "input_gate", d: "M322 273 H358 V240", at: "input_gate" },
    { from: "hidden", d: "M690 92 V226", at: "predict" },
  ],
  circles: [
    { x: 226, y: 57, text: "×", title: "keep: f · h′", at: "keep" },
    { x: 441, y: 57, text: "+", title: "add what is kept and what is written", at: "write" },
    { x: 441, y: 120, text: "×", title: "write: i · g", at: "write" },
  ],
  ovals: [{ x: 262, y: 260, width: 60, height: 26, text: "σ / Σ σ", title: SHARE, at: "forget_gate" }],
};

const NARROW = {
  ...NARROW_DRAWING,
  boxes: [
    { id: "h-before", name: "hidden", symbol: "h′", title: "before", x: 4, y: 6, before: true },
    { id: "f", name: "forget_gate", title: "forget", x: 64, y: 166 },
    { id: "i", name: "input_gate", title: "input", x: 140, y: 166 },
    { id: "g", name: "candidate", title: "new", x: 228, y: 166 },
    { id: "h", name: "hidden", title: "hidden", x: 294, y: 6 },
  ],
  wires: [
    { from: "hidden", d: "M66 45 H80", at: "keep", kind: "conveyor" },
    { from: "hidden", d: "M107 45 H200", at: "keep" },
    { from: "hidden", d: "M227 45 H290", at: "write" },
    { from: "forget_gate", d: "M95 166 V60", at: "keep" },
    { from: "input_gate", d: "M171 166 V110 H200", at: "write" },
    { from: "candidate", d: "M259 166 V110 H230", at: "write" },
    { from: "hidden", d: "M215 98 V60", at: "write" },
    { d: "M66 321 H204 V270 H259 V248", at: "candidate" },
    { d: "M66 321 H133 V294", at: "input_gate" },
    { d: "M66 321 H133 V294", at: "forget_gate" },
    { from: "forget_gate", d: "M106 279 H95 V248", at: "forget_gate" },
    { from: "input_gate", d: "M160 279 H171 V248", at: "input_gate" },
    { from: "hidden", d: "M325 84 V288", at: "predict" },
  ],
  circles: [
    { x: 95, y: 45, text: "×", title: "keep: f · h′", at: "keep" },
    { x: 215, y: 45, text: "+", title: "add what is kept and what is written", at: "write" },
    { x: 215, y: 110, text: "×", title: "write: i · g", at: "write" },
  ],
  ovals: [{ x: 106, y: 268, width: 54, height: 22, text: "σ / Σ σ", title: SHARE, at: "forget_gate" }],
};
