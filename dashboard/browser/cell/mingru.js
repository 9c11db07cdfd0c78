// Where the parts of the minimal GRU are drawn: its state runs across the top, and nothing leads from
// what it was to the gate and the candidate below, which see x alone.

import { NARROW_DRAWING, WIDE_DRAWING } from "./boxes.js";

export const places = (_, upright) => (upright ? NARROW : WIDE);

const WIDE = {
  ...WIDE_DRAWING,
  boxes: [
    { id: "h-before", name: "hidden", symbol: "h′", title: "hidden before", x: 8, y: 22, before: true },
    { id: "z", name: "update_gate", title: "update σ", x: 192, y: 172, named: "beside" },
    { id: "n", name: "candidate", title: "candidate", x: 402, y: 172, named: "beside" },
    { id: "h", name: "hidden", title: "hidden", x: 636, y: 22 },
  ],
  wires: [
    { from: "hidden", d: "M116 57 H230", at: "keep", kind: "conveyor" },
    { from: "hidden", d: "M258 57 H345", at: "keep" },
    { from: "hidden", d: "M373 57 H630", at: "write" },
    { from: "update_gate", d: "M246 172 V122", at: "keep" },
    { from: "update_gate", d: "M246 90 V73", at: "keep" },
    { from: "update_gate", d: "M246 140 H345", at: "write" },
    { from: "candidate", d: "M456 172 V140 H377", at: "write" },
    { from: "hidden", d: "M361 128 V73", at: "write" },
    { d: "M116 311 H246 V248", at: "update_gate" }, // x, and nothing else
    { d: "M116 311 H456 V248", at: "candidate" },
    { from: "hidden", d: "M690 92 V226", at: "predict" },
  ],
  circles: [
    { x: 246, y: 57, text: "×", title: "keep: (1 - z) · h′", at: "keep" },
    { x: 246, y: 104, text: "1−", title: "what is not written anew is kept: 1 - z", at: "keep" },
    { x: 361, y: 57, text: "+", title: "add what is kept and what is written", at: "write" },
    { x: 361, y: 140, text: "×", title: "write: z · n", at: "write" },
  ],
};

const NARROW = {
  ...NARROW_DRAWING,
  boxes: [
    { id: "h-before", name: "hidden", symbol: "h′", title: "before", x: 4, y: 6, before: true },
    { id: "z", name: "update_gate", title: "update σ", x: 66, y: 166 },
    { id: "n", name: "candidate", title: "new", x: 192, y: 166 },
    { id: "h", name: "hidden", title: "hidden", x: 294, y: 6 },
  ],
  wires: [
    { from: "hidden", d: "M66 45 H82", at: "keep", kind: "conveyor" },
    { from: "hidden", d: "M109 45 H145", at: "keep" },
    { from: "hidden", d: "M172 45 H290", at: "write" },
    { from: "update_gate", d: "M97 166 V108", at: "keep" },
    { from: "update_gate", d: "M97 76 V60", at: "keep" },
    { from: "update_gate", d: "M97 130 H145", at: "write" },
    { from: "candidate", d: "M223 166 V130 H175", at: "write" },
    { from: "hidden", d: "M160 118 V60", at: "write" },
    { d: "M66 321 H97 V248", at: "update_gate" },
    { d: "M66 321 H144 V270 H223 V248", at: "candidate" },
    { from: "hidden", d: "M325 84 V288", at: "predict" },
  ],
  circles: [
    { x: 97, y: 45, text: "×", title: "keep: (1 - z) · h′", at: "keep" },
    { x: 97, y: 91, text: "1−", title: "what is not written anew is kept: 1 - z", at: "keep" },
    { x: 160, y: 45, text: "+", title: "add what is kept and what is written", at: "write" },
    { x: 160, y: 130, text: "×", title: "write: z · n", at: "write" },
  ],
};
