// Where the parts of the GRU are drawn: its one state runs across the top, the gates stand below it.

import { NARROW_DRAWING, WIDE_DRAWING } from "./boxes.js";

export const places = (_, upright) => (upright ? NARROW : WIDE);

const WIDE = {
  ...WIDE_DRAWING,
  boxes: [
    { id: "h-before", name: "hidden", symbol: "h′", title: "hidden before", x: 8, y: 22, before: true },
    { id: "z", name: "update_gate", title: "update σ", x: 172, y: 172, named: "beside" },
    { id: "r", name: "reset_gate", title: "reset σ", x: 314, y: 172, named: "beside" },
    { id: "n", name: "candidate", title: "candidate", x: 482, y: 172, named: "beside" },
    { id: "h", name: "hidden", title: "hidden", x: 636, y: 22 },
  ],
  wires: [
    { from: "hidden", d: "M116 57 H214", at: "keep", kind: "conveyor" },
    { from: "hidden", d: "M238 57 H524", at: "keep" },
    { from: "hidden", d: "M548 57 H630", at: "write" },
    { from: "update_gate", d: "M226 172 V73", at: "keep" },
    { from: "update_gate", d: "M226 132 H358", at: "write" },
    { from: "update_gate", d: "M386 132 H520", at: "write" },
    { from: "candidate", d: "M536 172 V148", at: "write" },
    { from: "hidden", d: "M536 120 V73", at: "write" },
    { from: "reset_gate", d: "M422 207 H436", at: "recall" },
    { from: "hidden", d: "M452 286 V223", at: "recall" }, // U h′ + b′, through the reset gate
    { from: "candidate", d: "M464 207 H478", at: "candidate" },
    { d: "M62 92 V250 H146 V286", at: "concatenate", bare: true },
    { d: "M116 310 H146 V286 H226", at: "concatenate", bare: true },
    { d: "M226 286 V248", at: "update_gate" },
    { d: "M226 286 H368 V248", at: "reset_gate" },
    { d: "M226 286 H452", at: "recall", bare: true },
    { d: "M226 286 H536 V248", at: "candidate" },
    { from: "hidden", d: "M690 92 V226", at: "predict" },
  ],
  circles: [
    { x: 226, y: 57, text: "×", title: "keep: z · h′", at: "keep" },
    { x: 372, y: 132, text: "1−", title: "what is not kept is written anew: 1 − z", at: "write" },
    { x: 536, y: 132, text: "×", title: "write: (1 − z) · n", at: "write" },
    { x: 536, y: 57, text: "+", title: "add what is kept and what is written", at: "write" },
    { x: 452, y: 207, text: "×", title: "recall: r · (U h′ + b′)", at: "recall" },
  ],
};

const NARROW = {
  ...NARROW_DRAWING,
  boxes: [
    { id: "h-before", name: "hidden", symbol: "h′", title: "before", x: 4, y: 6, before: true },
    { id: "z", name: "update_gate", title: "update σ", x: 56, y: 166 },
    { id: "r", name: "reset_gate", title: "reset σ", x: 132, y: 166 },
    { id: "n", name: "candidate", title: "new", x: 240, y: 166 },
    { id: "h", name: "hidden", title: "hidden", x: 294, y: 6 },
  ],
  wires: [
    { from: "hidden", d: "M66 45 H75", at: "keep", kind: "conveyor" },
    { from: "hidden", d: "M99 45 H255", at: "keep" },
    { from: "hidden", d: "M279 45 H290", at: "write" },
    { from: "update_gate", d: "M87 166 V60", at: "keep" },
    { from: "update_gate", d: "M87 110 H153", at: "write" },
    { from: "update_gate", d: "M180 110 H252", at: "write" },
    { from: "candidate", d: "M267 166 V125", at: "write" },
    { from: "hidden", d: "M267 98 V60", at: "write" },
    { from: "reset_gate", d: "M194 205 H202", at: "recall" },
    { from: "hidden", d: "M216 262 V220", at: "recall" },
    { from: "candidate", d: "M228 205 H237", at: "candidate" },
    { d: "M35 84 V262", at: "concatenate", bare: true },
    { d: "M35 282 V262 H87", at: "concatenate", bare: true },
    { d: "M87 262 V248", at: "update_gate" },
    { d: "M87 262 H163 V248", at: "reset_gate" },
    { d: "M87 262 H216", at: "recall", bare: true },
    { d: "M87 262 H271 V248", at: "candidate" },
    { from: "hidden", d: "M338 84 V288", at: "predict" },
  ],
  circles: [
    { x: 87, y: 45, text: "×", title: "keep: z · h′", at: "keep" },
    { x: 167, y: 110, text: "1−", title: "what is not kept is written anew: 1 − z", at: "write" },
    { x: 267, y: 110, text: "×", title: "write: (1 − z) · n", at: "write" },
    { x: 267, y: 45, text: "+", title: "add what is kept and what is written", at: "write" },
    { x: 216, y: 205, text: "×", title: "recall: r · (U h′ + b′)", at: "recall" },
  ],
};
