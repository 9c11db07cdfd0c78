// Where the parts of the LSTM and its variants are drawn: the memory's conveyor across the top, the gates below it.

import { NARROW_BOX, WIDE_BOX } from "./boxes.js";

export function places(cell, upright) {
  const sees = (name) => cell.sums.some(({ quantity, peephole }) => quantity === name && peephole);
  const squashed = cell.operations.some(({ name }) => name === "squash");
  const coupled = cell.quantities.some(({ name, formula }) => name === "forget_gate" && formula.letters.includes("i"));
  return (upright ? narrow : wide)({ sees, squashed, coupled });
}

const peephole = (at, d, bare = false) => ({ from: "cell", d, at, bare, kind: "peephole" });

function wide({ sees, squashed, coupled }) {
  return {
    width: 752,
    height: 336,
    box: WIDE_BOX,
    boxes: [
      { id: "c-before", name: "cell", symbol: "c′", title: "cell before", x: 8, y: 22, before: true },
      {
        id: "h-before",
        name: "hidden",
        symbol: "h′",
        title: "hidden before",
        x: 8,
        y: 182,
        before: true,
        named: "below",
      },
      { id: "f", name: "forget_gate", title: coupled ? "1 − input" : "forget σ", x: 152, y: 172, named: "beside" },
      { id: "i", name: "input_gate", title: "input σ", x: 268, y: 172, named: "beside" },
      { id: "g", name: "candidate", title: "candidate", x: 384, y: 172, named: "beside" },
      { id: "o", name: "output_gate", title: "output σ", x: 512, y: 172, named: "beside" },
      { id: "c", name: "cell", title: "cell", x: 636, y: 22 },
      { id: "h", name: "hidden", title: "hidden", x: 636, y: 116 },
    ],
    wires: [
      { from: "cell", d: "M116 57 H194", at: "keep", kind: "conveyor" },
      { from: "cell", d: "M218 57 H368", at: "keep" },
      { from: "cell", d: "M392 57 H630", at: "write" },
      { from: "forget_gate", d: "M206 172 V73", at: "keep" },
      { from: "input_gate", d: "M322 172 V132 H362", at: "write" },
      { from: "candidate", d: "M438 172 V132 H398", at: "write" },
      { from: "cell", d: "M380 120 V73", at: "write" },
      { from: "cell", d: "M566 57 V84", at: "squash" },
      ...(squashed ? [] : [{ from: "cell", d: "M566 57 V135", at: "output" }]),
      { from: "output_gate", d: "M566 172 V167", at: "output" },
      ...(squashed ? [{ from: "hidden", d: "M566 112 V137", at: "output" }] : []),
      { from: "hidden", d: "M578 151 H630", at: "output" },
      { d: "M116 217 H134 V286", at: "concatenate", bare: true }, // [x, h′] to every gate
      { d: "M116 310 H134 V286 H206", at: "concatenate", bare: true },
      ...(coupled
        ? [
            { from: "input_gate", d: "M290 172 V152 H273", at: "forget_gate", bare: true },
            { from: "input_gate", d: "M245 152 H230 V166", at: "forget_gate" },
          ]
        : [{ d: "M206 286 V248", at: "forget_gate" }]),
      { d: "M206 286 H322 V248", at: "input_gate" },
      { d: "M206 286 H438 V248", at: "candidate" },
      { d: "M438 286 H566 V248", at: "output_gate" },
      { from: "hidden", d: "M690 186 V232", at: "predict" },
      ...(sees("forget_gate") ? [peephole("forget_gate", "M166 57 V168")] : []),
      ...(sees("input_gate") ? [peephole("input_gate", "M166 57 V108 H304 V168")] : []),
      ...(sees("output_gate") ? [peephole("output_gate", "M606 57 V168")] : []),
    ],
    circles: [
      { x: 206, y: 57, text: "×", title: "keep: f · c′", at: "keep" },
      { x: 380, y: 57, text: "+", title: "add what is kept and what is written", at: "write" },
      { x: 380, y: 132, text: "×", title: "write: i · g", at: "write" },
      { x: 566, y: 151, text: "×", title: squashed ? "say: o · tanh(c)" : "say: o · c", at: "output" },
      ...(coupled
        ? [{ x: 259, y: 152, text: "1−", title: "what is not written is kept: 1 − i", at: "forget_gate" }]
        : []),
    ],
    ovals: [{ x: 542, y: 86, width: 48, height: 26, text: "tanh", at: "squash" }],
    input: { x: 8, y: 290, width: 108, height: 42 },
    prediction: { x: 636, y: 232, width: 108, height: 54 },
  };
}

function narrow({ sees, squashed, coupled }) {
  return {
    width: 360,
    height: 364,
    box: NARROW_BOX,
    boxes: [
      { id: "c-before", name: "cell", symbol: "c′", title: "before", x: 4, y: 6, before: true },
      { id: "h-before", name: "hidden", symbol: "h′", title: "before", x: 4, y: 282, before: true },
      { id: "f", name: "forget_gate", title: coupled ? "1 − i" : "forget σ", x: 4, y: 166 },
      { id: "i", name: "input_gate", title: "input σ", x: 74, y: 166 },
      { id: "g", name: "candidate", title: "new", x: 144, y: 166 },
      { id: "o", name: "output_gate", title: "output σ", x: 214, y: 166 },
      { id: "c", name: "cell", title: "cell", x: 294, y: 6 },
      { id: "h", name: "hidden", title: "hidden", x: 294, y: 94 },
    ],
    wires: [
      { from: "cell", d: "M66 45 H80", at: "keep", kind: "conveyor" },
      { from: "cell", d: "M104 45 H128", at: "keep" },
      { from: "cell", d: "M152 45 H290", at: "write" },
      { from: "forget_gate", d: "M35 166 V132 H92 V60", at: "keep" },
      { from: "input_gate", d: "M105 166 V110 H125", at: "write" },
      { from: "candidate", d: "M175 166 V110 H155", at: "write" },
      { from: "cell", d: "M140 98 V60", at: "write" },
      { from: "cell", d: "M245 45 V76", at: "squash" },
      ...(squashed ? [] : [{ from: "cell", d: "M245 45 V118", at: "output" }]),
      ...(squashed ? [{ from: "hidden", d: "M245 102 V118", at: "output" }] : []),
      { from: "output_gate", d: "M245 166 V148", at: "output" },
      { from: "hidden", d: "M257 133 H290", at: "output" },
      { d: "M35 282 V262", at: "concatenate", bare: true },
      { d: "M105 282 V262 H35", at: "concatenate", bare: true },
      ...(coupled
        ? [
            { from: "input_gate", d: "M90 166 V150 H82", at: "forget_gate", bare: true },
            { from: "input_gate", d: "M58 150 H50 V162", at: "forget_gate" },
          ]
        : [{ d: "M35 262 V248", at: "forget_gate" }]),
      { d: "M35 262 H105 V248", at: "input_gate" },
      { d: "M105 262 H175 V248", at: "candidate" },
      { d: "M175 262 H245 V248", at: "output_gate" },
      { from: "hidden", d: "M325 172 V288", at: "predict" },
      ...(sees("forget_gate") ? [peephole("forget_gate", "M73 45 V146 H52 V162")] : []),
      ...(sees("input_gate")
        ? [peephole("input_gate", coupled ? "M73 45 V122 H112 V162" : "M73 45 V146 H90 V162")]
        : []),
      ...(sees("output_gate") ? [peephole("output_gate", "M276 45 V152 H262 V162")] : []),
    ],
    circles: [
      { x: 92, y: 45, text: "×", title: "keep: f · c′", at: "keep" },
      { x: 140, y: 45, text: "+", title: "add what is kept and what is written", at: "write" },
      { x: 140, y: 110, text: "×", title: "write: i · g", at: "write" },
      { x: 245, y: 133, text: "×", title: squashed ? "say: o · tanh(c)" : "say: o · c", at: "output" },
      ...(coupled
        ? [{ x: 70, y: 150, text: "1−", title: "what is not written is kept: 1 − i", at: "forget_gate" }]
        : []),
    ],
    ovals: [{ x: 221, y: 80, width: 48, height: 22, text: "tanh", at: "squash" }],
    input: { x: 74, y: 282, width: 62, height: 78 },
    prediction: { x: 214, y: 292, width: 142, height: 68 },
  };
}
