"""The sLSTM: 'xLSTM: Extended Long Short-Term Memory' (Beck et al. 2024, equations 8 to 17).

Its input gate is an exponential, so that what comes later can outweigh all that was written before; a normaliser n
counts up what was written, and c / n is the mean that remains. A stabiliser m keeps exp within range: i, f, c and n are
scaled by exp(-m), which cancels in c / n. With ĩ, f̃, z̃, õ for the pre-activations W x + R h′ + b:

    m = max(log σ(f̃) + m′, ĩ)                  (15)
    i = exp(ĩ - m)                             (16; 12 is exp(ĩ), which overflows)
    f = exp(log σ(f̃) + m′ - m)                 (17; 13 allows σ(f̃) or exp(f̃): σ, as the authors' own code has it)
    z = tanh(z̃)                                (11)
    o = σ(õ)                                   (14)
    c = f c′ + i z                             (8)
    n = f n′ + i                               (9)
    h = o c / n                                (10)

The units form heads: R is block-diagonal, and a unit sees the h′ of its own head alone (section 2.2, memory mixing).

Compared line by line with the authors' code (NX-AI/xlstm, ``slstm_forward_pointwise``): the same order of blocks i, f,
z, o, one bias a gate, four heads, σ for f, states that begin at 0, and the same h. They take ĩ for m where n is 0,
which h does not depend on, and bound i and f at 1, above which they never are. What they put around the cell is no part
of it: norms, a convolution before i and f, and a W that is block-diagonal, too, where equations 11 to 14 have it full.

Every state is 0 before the first timestep. From then on |c| is at most n; and n never falls below 1 once i was the
larger of the two, of which one is always exp(0) = 1. Where i is shut from the start by more than numbers can hold, n is
0, and h too, until it opens.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.cell import Cell, log_sigmoid, sigmoid
from lstm_engine.cell.equations_2024 import slstm_step
from lstm_engine.cell.family import (
    CONCATENATE,
    GATE_RANGE,
    PREDICT,
    SIGNED_RANGE,
    Family,
    GradientStep,
    Operation,
    Quantity,
    Sum,
    Variant,
    making,
)
from lstm_engine.cell.layer_trace import TracedLayer

INPUT_GATE = Quantity(
    "input_gate",
    "Input gate",
    "i",
    "i = exp(W_i x + R_i h′ + b_i - m)",
    GATE_RANGE,
    "bluish_green",
    words="How much the new content counts: an exponential, so that it can outweigh all that was written before.",
    formula="i = exp(a_i - m)",
)
FORGET_GATE = Quantity(
    "forget_gate",
    "Forget gate",
    "f",
    "f = exp(log σ(W_f x + R_f h′ + b_f) + m′ - m)",
    GATE_RANGE,
    "vermillion",
    words="How much of what was written so far goes on counting.",
    formula="f = exp(log(σ(a_f)) + m′ - m)",
)
CANDIDATE = Quantity(
    "candidate",
    "Cell input",
    "z",
    "z = tanh(W_z x + R_z h′ + b_z)",
    SIGNED_RANGE,
    "reddish_purple",
    words="The new content itself.",
    formula="z = tanh(a_z)",
)
OUTPUT_GATE = Quantity(
    "output_gate",
    "Output gate",
    "o",
    "o = σ(W_o x + R_o h′ + b_o)",
    GATE_RANGE,
    "blue",
    words="How much of the memory to say.",
    formula="o = σ(a_o)",
)
CELL = Quantity(
    "cell",
    "Cell state",
    "c",
    "c = f · c′ + i · z",
    None,
    "orange",
    True,
    words="The new content is added, as much as it counts.",
    formula="c = f · c′ + i · z",
    kept="f",
    written="i · z",
)
NORMALISER = Quantity(
    "normaliser",
    "Normaliser",
    "n",
    "n = f · n′ + i",
    None,
    "yellow",
    True,
    words="How much was written in all: what the memory is to be divided by.",
    formula="n = f · n′ + i",
    kept="f",
    written="i",
)
STABILISER = Quantity(
    "stabiliser",
    "Stabiliser",
    "m",
    "m = max(log σ(W_f x + R_f h′ + b_f) + m′, W_i x + R_i h′ + b_i)",
    None,
    "grey",
    True,
    words="The larger of the two gates' exponents, taken out of both so that no number grows too large; it cancels.",
    formula="m = max(log(σ(a_f)) + m′, a_i)",
)
HIDDEN = Quantity(
    "hidden",
    "Hidden state",
    "h",
    "h = o · c / n",
    SIGNED_RANGE,
    "sky_blue",
    True,
    words="The output gate decides how much of the mean is said.",
    formula="h = o · c / n",
)

QUANTITIES = (INPUT_GATE, FORGET_GATE, CANDIDATE, OUTPUT_GATE, CELL, NORMALISER, STABILISER, HIDDEN)

VARIANTS = (
    Variant(
        "slstm",
        "sLSTM: exponential gates, normaliser, stabiliser, four heads (Beck et al. 2024)",
        family="slstm",
        blocks=("input_gate", "forget_gate", "candidate", "output_gate"),
        heads=4,
        biases=1,
    ),
)

NOTHING = 1e-20  # a normaliser below this counts as 0; the square of 1 / n could leave the range of a float32
LARGEST_EXPONENT = 5.0  # of i and f; without an intervention it is at most 0, and far below m they would overflow


@dataclass(frozen=True)
class SLSTMLayerTrace(TracedLayer):
    """One sLSTM layer's gates and states, each (T, B, H), and the states before the first timestep, (B, H).

    Gates, cell state and normaliser are those scaled by exp(-m).
    """

    quantities = QUANTITIES

    input_gate: NDArray
    forget_gate: NDArray
    candidate: NDArray
    output_gate: NDArray
    cell: NDArray
    normaliser: NDArray
    stabiliser: NDArray
    hidden: NDArray
    input_gate_preactivation: NDArray
    forget_gate_preactivation: NDArray
    candidate_preactivation: NDArray
    output_gate_preactivation: NDArray
    initial_cell: NDArray
    initial_normaliser: NDArray
    initial_stabiliser: NDArray
    initial_hidden: NDArray


class SLSTMCell(Cell):
    """The equations above, forward and backward; also through m, which matters where an intervention holds c or n."""

    quantities = QUANTITIES

    @classmethod
    def operations_of(cls, variant: Variant) -> tuple[Operation, ...]:
        keep = "The forget gate lets part of the old memory through."
        divide = "The memory by how much was written: the mean of all that still counts."
        return (
            CONCATENATE,
            making(STABILISER, "stabilise"),
            making(INPUT_GATE, "input"),
            making(FORGET_GATE, "forget"),
            making(CANDIDATE, "candidate"),
            Operation("keep", keep, "f · c′", ("f · c′",), about="cell", line="c"),
            making(CELL, "write"),
            making(NORMALISER, "count"),
            Operation("divide", divide, "c / n", ("c / n",), about="cell", line="h"),
            making(HIDDEN, "output", formulas=(OUTPUT_GATE.formula, HIDDEN.formula), makes=("output_gate", "hidden")),
            PREDICT,
        )

    @classmethod
    def sums_of(cls, variant: Variant) -> tuple[Sum, ...]:
        return tuple(Sum(block) for block in variant.blocks)

    @classmethod
    def gradient_steps_of(cls, variant: Variant) -> tuple[GradientStep, ...]:
        """None leads on from m, whose gradient is 0: what arrives there on all ways cancels."""
        survive = "The path along which gradients survive: one factor a timestep, the forget gate."
        count = "Had more been written, the same memory would have been a smaller mean."
        cancels = "It scales memory and count alike, so that all that arrives here cancels."
        return (
            GradientStep("hidden", "c", "o / n", "It goes to the memory through the output gate, as part of a mean."),
            GradientStep("hidden", "n", "−o · c / n / n", count),
            GradientStep("hidden", "o", "c / n", "What was ready to be said decides how much the gate mattered."),
            GradientStep("cell", "c′", "f", survive),
            GradientStep("cell", "f", "c′", "The old memory decides how much the forget gate mattered."),
            GradientStep("cell", "i", "z", "The new content decides how much the input gate mattered."),
            GradientStep("cell", "z", "i", "The input gate lets it through to the new content."),
            GradientStep("normaliser", "n′", "f", survive),
            GradientStep("normaliser", "f", "n′", "So does how much was written before."),
            GradientStep("normaliser", "i", "1", "What is written counts, whatever it is."),
            GradientStep("input_gate", "a_i", "i", "An exponential is its own slope: it never saturates."),
            GradientStep("input_gate", "m", "−i", cancels),
            GradientStep("forget_gate", "a_f", "f · (1 − σ(a_f))", "Nothing of it passes where all is kept."),
            GradientStep("forget_gate", "m′", "f", cancels),
            GradientStep("forget_gate", "m", "−f", cancels),
            GradientStep("candidate", "a_z", "1 − z²", "Nothing of it passes where the cell input is at −1 or 1."),
            GradientStep(
                "output_gate", "a_o", "o · (1 − o)", "Nothing of it passes where the gate is fully open or shut."
            ),
        )

    @classmethod
    def textbook_of(cls, variant: Variant) -> Callable[..., Any]:
        return slstm_step

    def _recurrent(self, weights: NDArray) -> NDArray:
        """R as one matrix a block and head: (4, heads, H/heads, H/heads)."""
        heads = self.variant.heads
        width = self.hidden_size // heads
        return weights[:, self.input_size : self.input_size + width].reshape(4, heads, width, width)

    def _by_head(self, array: NDArray) -> NDArray:
        """(..., H, B) as (..., heads, H/heads, B)."""
        heads = self.variant.heads
        return array.reshape(*array.shape[:-2], heads, self.hidden_size // heads, self.batch_size)

    def _exponents(self, t: int) -> tuple[NDArray, NDArray]:
        """What m is the larger of: log σ(f̃) + m′ and ĩ, each (H, B)."""
        of_input, of_forget = self.preactivations[t, :2]
        return log_sigmoid(of_forget) + self.states["stabiliser"][t], of_input

    def step(self, t: int, weights: NDArray, peepholes: NDArray) -> None:
        z = self.preactivations[t]
        from_hidden = self._recurrent(weights) @ self._by_head(self._hidden_before(t))
        z[...] = self._from_input(t, weights) + from_hidden.reshape(z.shape)
        kept, written = self._exponents(t)
        m = self.keep("stabiliser", t, np.maximum(kept, written))
        i = self.keep("input_gate", t, np.exp(np.minimum(written - m, LARGEST_EXPONENT)))
        f = self.keep("forget_gate", t, np.exp(np.minimum(kept - m, LARGEST_EXPONENT)))
        g = self.keep("candidate", t, np.tanh(z[2]))
        o = self.keep("output_gate", t, sigmoid(z[3]))
        c = self.keep("cell", t, f * self.cells[t] + i * g)
        n = self.keep("normaliser", t, f * self.states["normaliser"][t] + i)
        self.hidden[t] = self.keep("hidden", t, o * mean(c, n))
        self.cells[t + 1], self.states["normaliser"][t + 1], self.states["stabiliser"][t + 1] = c, n, m

    def back(
        self, t: int, dh: NDArray, weights: NDArray, peepholes: NDArray, d_weights: NDArray, d_peepholes: NDArray
    ) -> None:
        i, f, g, o, c, n, m, _ = (self.values[quantity.name][t] for quantity in QUANTITIES)
        raw_i, raw_f, raw_g, raw_o, *_ = (self.raw[quantity.name][t] for quantity in QUANTITIES)
        said = mean(c, n)
        do = self.note("output_gate", t, dh * said)
        from_said = mean(dh * o, n)  # dL/dc through h = o c / n
        dc = self.note("cell", t, self.d_cell + from_said)
        dn = self.note("normaliser", t, self.d_states["normaliser"] - from_said * said)
        dg = self.note("candidate", t, dc * i)
        di = self.note("input_gate", t, dc * g + dn)
        df = self.note("forget_gate", t, dc * self.cells[t] + dn * self.states["normaliser"][t])
        kept, written = self._exponents(t)
        d_written = di * raw_i * (written - m < LARGEST_EXPONENT)
        d_kept = df * raw_f * (kept - m < LARGEST_EXPONENT)
        dm = self.note("stabiliser", t, self.d_states["stabiliser"] - d_written - d_kept)
        largest_is_written = written > kept
        d_written = d_written + dm * largest_is_written
        d_kept = d_kept + dm * ~largest_is_written
        d_forget = d_kept * sigmoid(-self.preactivations[t, 1])
        dz = np.stack([d_written, d_forget, dg * (1 - raw_g**2), do * raw_o * (1 - raw_o)])  # (4, H, B)
        self.d_cell[...] = dc * f
        self.d_states["normaliser"][...] = dn * f
        self.d_states["stabiliser"][...] = d_kept
        self._spread_to_input(dz, t, weights, d_weights)
        by_head, before = self._by_head(dz), self._by_head(self._hidden_before(t))
        d_recurrent = by_head @ before.swapaxes(-1, -2)  # (4, heads, H/heads, H/heads)
        width = d_recurrent.shape[-1]
        d_weights[:, self.input_size : self.input_size + width] += d_recurrent.reshape(-1, width)
        self.d_hidden[...] = (self._recurrent(weights).swapaxes(-1, -2) @ by_head).sum(axis=0).reshape(dh.shape)


def mean(total: NDArray, count: NDArray) -> NDArray:
    """total / count; 0 where nothing was counted."""
    nothing = np.abs(count) < NOTHING
    return np.where(nothing, 0, total / np.where(nothing, 1, count))


FAMILY = Family("slstm", VARIANTS, SLSTMCell, SLSTMLayerTrace)
