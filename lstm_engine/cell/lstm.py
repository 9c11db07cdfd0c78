"""The LSTM and the eight variants of 'LSTM: A Search Space Odyssey' (Greff et al. 2017, section 3).

Full gate recurrence is left out, as it changes the shape of the recurrence itself and brought nothing there.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.cell import Cell, sigmoid
from lstm_engine.cell.family import GATE_RANGE, SIGNED_RANGE, Family, Quantity, Variant
from lstm_engine.cell.layer_trace import TracedLayer

FORGET_GATE = Quantity("forget_gate", "Forget gate", "f", "f = σ(W_f [x, h′] + b_f)", GATE_RANGE, "vermillion")
INPUT_GATE = Quantity("input_gate", "Input gate", "i", "i = σ(W_i [x, h′] + b_i)", GATE_RANGE, "bluish_green")
CANDIDATE = Quantity("candidate", "Candidate", "g", "g = tanh(W_g [x, h′] + b_g)", SIGNED_RANGE, "reddish_purple")
OUTPUT_GATE = Quantity("output_gate", "Output gate", "o", "o = σ(W_o [x, h′] + b_o)", GATE_RANGE, "blue")
CELL = Quantity("cell", "Cell state", "c", "c = f · c′ + i · g", None, "orange", True)
HIDDEN = Quantity("hidden", "Hidden state", "h", "h = o · tanh(c)", SIGNED_RANGE, "sky_blue", True)

QUANTITIES = (FORGET_GATE, INPUT_GATE, CANDIDATE, OUTPUT_GATE, CELL, HIDDEN)
GATES = (FORGET_GATE, INPUT_GATE, CANDIDATE, OUTPUT_GATE)  # what the weights compute, the candidate among them

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
        missing = {gate for gate in VANILLA.blocks if gate not in variant.blocks}
        found = {q.name: replace(q, equation=f"{q.symbol} = 1") if q.name in missing else q for q in QUANTITIES}
        if variant.coupled:
            found["forget_gate"] = replace(FORGET_GATE, equation="f = 1 - i")
        if not variant.input_activation:
            found["candidate"] = replace(CANDIDATE, equation="g = W_g [x, h′] + b_g", limits=None)
        if not variant.output_activation:
            found["hidden"] = replace(HIDDEN, equation="h = o · c", limits=None)
        return tuple(found.values())

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
