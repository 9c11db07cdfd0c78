"""The LSTM and the eight variants of 'LSTM: A Search Space Odyssey' (Greff et al. 2017, section 3).

Full gate recurrence is left out, as it changes the shape of the recurrence itself and brought nothing there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.cell import Cell, sigmoid
from lstm_engine.cell.equations import lstm_step, lstm_variant_step
from lstm_engine.cell.family import (
    CONCATENATE,
    PREDICT,
    SIGNED_RANGE,
    Family,
    GradientStep,
    Operation,
    Quantity,
    Sum,
    Variant,
    making,
    sigmoid_gate,
)
from lstm_engine.cell.layer_trace import TracedLayer

FORGET_GATE = sigmoid_gate("forget_gate", "Forget gate", "f", "vermillion", "How much of the memory to keep.")
INPUT_GATE = sigmoid_gate("input_gate", "Input gate", "i", "bluish_green", "How much of the new content to write.")
CANDIDATE = Quantity(
    "candidate",
    "Candidate",
    "g",
    "g = tanh(W_g [x, h′] + b_g)",
    SIGNED_RANGE,
    "reddish_purple",
    words="The new content itself.",
    formula="g = tanh(a_g)",
)
OUTPUT_GATE = sigmoid_gate("output_gate", "Output gate", "o", "blue", "How much of the memory to say.")
CELL = Quantity(
    "cell",
    "Cell state",
    "c",
    "c = f · c′ + i · g",
    None,
    "orange",
    True,
    words="The new content is added: this is the new memory.",
    formula="c = f · c′ + i · g",
    kept="f",
    written="i · g",
)
HIDDEN = Quantity(
    "hidden",
    "Hidden state",
    "h",
    "h = o · tanh(c)",
    SIGNED_RANGE,
    "sky_blue",
    True,
    words="The output gate decides how much of it is said.",
    formula="h = o · tanh(c)",
)

QUANTITIES = (FORGET_GATE, INPUT_GATE, CANDIDATE, OUTPUT_GATE, CELL, HIDDEN)
GATES = (FORGET_GATE, INPUT_GATE, CANDIDATE, OUTPUT_GATE)  # what the weights compute, the candidate among them
PEEPHOLES = {"input_gate": "c′", "forget_gate": "c′", "output_gate": "c"}  # the memory that each would see
WITHOUT = {
    "input_gate": "all of the new content is written.",
    "forget_gate": "all of the memory is kept, as in 1997.",
    "output_gate": "all of the memory is said.",
}

STANDARD = Variant(
    "standard",
    "LSTM with forget gate, without peepholes (Gers et al. 2000)",
    family="lstm",
    blocks=("input_gate", "forget_gate", "candidate", "output_gate"),
)
VANILLA = replace(
    STANDARD,
    name="vanilla",
    title="V: vanilla LSTM with peepholes (Gers and Schmidhuber 2000)",
    peepholes=("input_gate", "forget_gate", "output_gate"),
)


def without(gate: str, name: str, title: str) -> Variant:
    """The vanilla cell without one of its gates."""
    return replace(
        VANILLA,
        name=name,
        title=title,
        blocks=tuple(block for block in VANILLA.blocks if block != gate),
        peepholes=tuple(peephole for peephole in VANILLA.peepholes if peephole != gate),
    )


VARIANTS = (
    STANDARD,
    VANILLA,
    without("input_gate", "no_input_gate", "NIG: no input gate, i = 1"),
    without("forget_gate", "no_forget_gate", "NFG: no forget gate, f = 1 (as in 1997)"),
    without("output_gate", "no_output_gate", "NOG: no output gate, o = 1"),
    replace(VANILLA, name="no_input_activation", title="NIAF: g = z", input_activation=False),
    replace(VANILLA, name="no_output_activation", title="NOAF: h = o c", output_activation=False),
    replace(without("forget_gate", "coupled_input_forget", "CIFG: coupled gates, f = 1 - i"), coupled=True),
    replace(STANDARD, name="no_peepholes", title="NP: no peepholes; the standard cell"),
)


def is_standard(variant: Variant) -> bool:
    """Whether it is the standard cell, whatever it is called: the fast kernel knows no other."""
    return replace(variant, name=STANDARD.name, title=STANDARD.title) == STANDARD


@dataclass(frozen=True)
class LayerTrace(TracedLayer):
    """One LSTM layer's gates and states, each (T, B, H), in the order in which the cell computes them.

    The pre-activations are what goes into sigmoid or tanh: ``W [x, h'] + b``; a gate that a variant lacks is 1 and has
    none (None). ``initial_hidden`` and ``initial_cell``, each (B, H), are the states before the first timestep.
    """

    quantities = QUANTITIES

    forget_gate: NDArray
    input_gate: NDArray
    candidate: NDArray
    output_gate: NDArray
    cell: NDArray
    hidden: NDArray
    forget_gate_preactivation: NDArray | None
    input_gate_preactivation: NDArray | None
    candidate_preactivation: NDArray | None
    output_gate_preactivation: NDArray | None
    initial_hidden: NDArray
    initial_cell: NDArray


class LSTMCell(Cell):
    """The LSTM with or without each of its parts; a gate that is not there stays open, at 1."""

    quantities = QUANTITIES

    @classmethod
    def quantities_of(cls, variant: Variant) -> tuple[Quantity, ...]:
        found = {quantity.name: quantity for quantity in QUANTITIES}
        for name in variant.peepholes:
            seen = f" + p_{found[name].symbol} · {PEEPHOLES[name]} + b_"
            found[name] = replace(found[name], equation=found[name].equation.replace(" + b_", seen))
        for name in set(VANILLA.blocks) - set(variant.blocks):
            always = f"{found[name].symbol} = 1"
            words = f"This cell has no {found[name].label.lower()}: {WITHOUT[name]}"
            found[name] = replace(found[name], equation=always, formula=always, words=words, missing=True)
        if variant.coupled:
            words = "What is not written anew is kept: one gate decides both."
            found["forget_gate"] = replace(FORGET_GATE, equation="f = 1 - i", formula="f = 1 - i", words=words)
        if not variant.input_activation:
            found["candidate"] = replace(CANDIDATE, equation="g = W_g [x, h′] + b_g", formula="g = a_g", limits=None)
        if not variant.output_activation:
            found["hidden"] = replace(HIDDEN, equation="h = o · c", formula="h = o · c", limits=None)
        return tuple(found.values())

    @classmethod
    def operations_of(cls, variant: Variant) -> tuple[Operation, ...]:
        f, i, g, o, c, h = cls.quantities_of(variant)
        gates = (
            [making(i, "input"), making(f, "forget")] if variant.coupled else [making(f, "forget"), making(i, "input")]
        )
        keep = "The forget gate lets part of the old memory through."
        if f.missing:
            keep = "Nothing is forgotten: all of the old memory goes through."
        output = making(h, "output", formulas=(o.formula, h.formula), makes=(o.name, h.name))
        if o.missing:
            output = making(h, "output", "All of it is said.")
        squash = "The memory, however large, is brought between −1 and 1."
        found = [
            CONCATENATE,
            *(operation for operation in gates if operation.makes[0] in variant.blocks or variant.coupled),
            making(g, "candidate"),
            Operation("keep", keep, "f · c′", ("f · c′",), about=c.name, line="c"),
            making(c, "write"),
            Operation("squash", squash, "tanh(c)", ("tanh(c)",), about=c.name, line="h"),
            output,
            PREDICT,
        ]
        return tuple(
            found if variant.output_activation else [operation for operation in found if operation.name != "squash"]
        )

    @classmethod
    def sums_of(cls, variant: Variant) -> tuple[Sum, ...]:
        seen = {name: PEEPHOLES[name] for name in variant.peepholes}
        return tuple(Sum(q.name, seen.get(q.name, "")) for q in GATES if q.name in variant.blocks)

    @classmethod
    def gradient_steps_of(cls, variant: Variant) -> tuple[GradientStep, ...]:
        said, slope = ("tanh(c)", " · (1 − tanh(c)²)") if variant.output_activation else ("c", "")
        through = "It goes to the memory through the output gate" + (
            ", and less the more the memory is saturated." if slope else "."
        )
        survive = "The path along which gradients survive: one factor a timestep, the forget gate."
        shut = "Nothing of it passes where the gate is fully open or shut."
        steps = [
            GradientStep("hidden", "c", f"o{slope}", through),
            GradientStep("hidden", "o", said, "What was ready to be said decides how much the output gate mattered."),
            GradientStep("cell", "c′", "f", survive),
            GradientStep("cell", "f", "c′", "The old memory decides how much the forget gate mattered."),
            GradientStep("cell", "i", "g", "The new content decides how much the input gate mattered."),
            GradientStep("cell", "g", "i", "The input gate lets it through to the new content."),
            GradientStep(
                "candidate",
                "a_g",
                "1 − g²" if variant.input_activation else "1",
                "Nothing of it passes where the candidate is at −1 or 1."
                if variant.input_activation
                else "It passes whole.",
            ),
        ]
        for name, s in (("input_gate", "i"), ("forget_gate", "f"), ("output_gate", "o")):
            if name in variant.blocks:
                steps.append(GradientStep(name, f"a_{s}", f"{s} · (1 − {s})", shut))
            if name in variant.peepholes:
                back = "Through its peephole it reaches the memory, too."
                steps.append(GradientStep(name, PEEPHOLES[name], f"{s} · (1 − {s}) · p_{s}", back))
        if variant.coupled:
            steps.append(
                GradientStep("forget_gate", "i", "−1", "What it would rather have kept, the input gate wrote over.")
            )
        missing = {quantity.symbol for quantity in cls.quantities_of(variant) if quantity.missing}
        return tuple(step for step in steps if step.onto not in missing)

    @classmethod
    def textbook_of(cls, variant: Variant) -> Callable[..., Any]:
        return lstm_step if is_standard(variant) else lstm_variant_step

    def step(self, t: int, weights: NDArray, peepholes: NDArray) -> None:
        v, H = self.variant, self.hidden_size
        self.preactivations[t] = (weights @ self.operand[t]).reshape(-1, H, self.batch_size)
        z = dict(zip(v.blocks, self.preactivations[t], strict=True))
        p = dict(zip(v.peepholes, peepholes[:, :, None], strict=True))  # each (H, 1)
        c_before = self.cells[t]
        for gate in ("input_gate", "forget_gate"):
            if gate in p:
                z[gate] += p[gate] * c_before
        i = self.keep("input_gate", t, sigmoid(z["input_gate"]) if "input_gate" in z else 1)
        f = self.keep("forget_gate", t, 1 - i if v.coupled else sigmoid(z["forget_gate"]) if "forget_gate" in z else 1)
        g = self.keep("candidate", t, np.tanh(z["candidate"]) if v.input_activation else z["candidate"])
        c = self.keep("cell", t, f * c_before + i * g)
        if "output_gate" in p:
            z["output_gate"] += p["output_gate"] * c  # this peephole sees the new cell state
        o = self.keep("output_gate", t, sigmoid(z["output_gate"]) if "output_gate" in z else 1)
        h = self.keep("hidden", t, o * (np.tanh(c) if v.output_activation else c))
        self.cells[t + 1], self.hidden[t] = c, h

    def back(
        self, t: int, dh: NDArray, weights: NDArray, peepholes: NDArray, d_weights: NDArray, d_peepholes: NDArray
    ) -> None:
        v, c_before = self.variant, self.cells[t]
        f, i, g, o, c, _ = (self.values[quantity.name][t] for quantity in QUANTITIES)
        raw_f, raw_i, raw_g, raw_o, _, _ = (self.raw[quantity.name][t] for quantity in QUANTITIES)
        p = dict(zip(v.peepholes, peepholes[:, :, None], strict=True))
        d_p = dict(zip(v.peepholes, d_peepholes, strict=True))
        dz: dict[str, NDArray] = {}
        said = np.tanh(c) if v.output_activation else c  # h = o * said
        do = self.note("output_gate", t, dh * said)
        dc = self.d_cell + dh * o * (1 - said**2 if v.output_activation else 1)
        if "output_gate" in v.blocks:
            dz["output_gate"] = do * raw_o * (1 - raw_o)
        if "output_gate" in p:
            dc = dc + dz["output_gate"] * p["output_gate"]
            d_p["output_gate"] += (dz["output_gate"] * c).sum(axis=1)
        dc = self.note("cell", t, dc)
        dg = self.note("candidate", t, dc * i)
        df = self.note("forget_gate", t, dc * c_before)
        di = self.note("input_gate", t, dc * g - (df if v.coupled else 0))  # f = 1 - i, if coupled
        dz["candidate"] = dg * (1 - raw_g**2) if v.input_activation else dg
        if "input_gate" in v.blocks:
            dz["input_gate"] = di * raw_i * (1 - raw_i)
        if "forget_gate" in v.blocks:
            dz["forget_gate"] = df * raw_f * (1 - raw_f)
        self.d_cell[...] = dc * f
        for gate in ("input_gate", "forget_gate"):
            if gate in p:
                self.d_cell += dz[gate] * p[gate]
                d_p[gate] += (dz[gate] * c_before).sum(axis=1)
        self._spread(np.concatenate([dz[block] for block in v.blocks]), t, weights, d_weights)

    @classmethod
    def peephole(cls, variant: Variant, block: str, peepholes: NDArray, trace: TracedLayer) -> NDArray:
        assert isinstance(trace, LayerTrace)
        if block not in variant.peepholes:
            return np.zeros_like(trace.hidden)
        cell = trace.cell
        if block != "output_gate":  # whose peephole alone sees the new cell state
            cell = np.concatenate([trace.initial_cell[None], cell[:-1]])
        return cell * peepholes[variant.peepholes.index(block)]


FAMILY = Family("lstm", VARIANTS, LSTMCell, LayerTrace)
