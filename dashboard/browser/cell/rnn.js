// Where the parts of the plain network are drawn: all that it has is one weighted sum and a tanh.

import { NARROW_BOX, WIDE_BOX } from "./boxes.js";

export const places = (_, upright) => (upright ? NARROW : WIDE);

const WIDE = {
  width: 752,
  height: 250,
  box: WIDE_BOX,
  boxes: [
    { id: "h-before", name: "hidden", symbol: "h′", title: "hidden before", x: 8, y: 30, before: true },
    { id: "h", name: "hidden", title: "hidden", x: 452, y: 84 },
  ],
  wires: [
    { from: "hidden", d: "M116 65 H180", at: "concatenate", bare: true },
    { d: "M116 191 H180", at: "concatenate", bare: true },
    { from: "hidden", d: "M180 65 H216 V103", at: "weigh" },
    { d: "M180 191 H216 V135", at: "weigh" },
    { d: "M228 119 H316", at: "squash" },
    { from: "hidden", d: "M368 119 H446", at: "squash" },
    { from: "hidden", d: "M560 119 H630", at: "predict" },
  ],
  circles: [{ x: 216, y: 119, text: "+", title: "weigh and add up: W [x, h′] + b", at: "weigh" }],
  ovals: [{ x: 320, y: 106, width: 48, height: 26, text: "tanh", at: "squash" }],
  input: { x: 8, y: 170, width: 108, height: 42 },
  prediction: { x: 636, y: 92, width: 108, height: 54 },
};

const NARROW = {
  width: 360,
  height: 250,
  box: NARROW_BOX,
  boxes: [
    { id: "h-before", name: "hidden", symbol: "h′", title: "before", x: 4, y: 6, before: true },
    { id: "h", name: "hidden", title: "hidden", x: 294, y: 56 },
  ],
  wires: [
    { from: "hidden", d: "M66 45 H100", at: "concatenate", bare: true },
    { d: "M66 155 H100", at: "concatenate", bare: true },
    { from: "hidden", d: "M100 45 H122 V80", at: "weigh" },
    { d: "M100 155 H122 V110", at: "weigh" },
    { d: "M134 95 H178", at: "squash" },
    { from: "hidden", d: "M230 95 H290", at: "squash" },
    { from: "hidden", d: "M325 134 V172", at: "predict" },
  ],
  circles: [{ x: 122, y: 95, text: "+", title: "weigh and add up: W [x, h′] + b", at: "weigh" }],
  ovals: [{ x: 182, y: 84, width: 48, height: 22, text: "tanh", at: "squash" }],
  input: { x: 4, y: 116, width: 62, height: 78 },
  prediction: { x: 214, y: 176, width: 142, height: 68 },
};
