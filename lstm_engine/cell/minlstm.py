"""The minimal LSTM: 'Were RNNs All We Needed?' (Feng et al. 2024, section 3.2.4; its equations have no numbers).

Gates and candidate see x alone, never h′. So h = f h′ + i g is linear in h′, and all timesteps can be computed at once,
by a prefix scan; the numbers are the same, and a test holds them so. Here it is stepped, as it is read.

The gates are normalised (section 3.2.3), so that the scale of h does not depend on time: what the paper first calls f
and i are σ(W_f x + b_f) and σ(W_i x + b_i), which are then divided by their sum. The f and i here are those after the
division, as in algorithm 3 of the appendix, which calls it length independence scaling. There is no output gate and no
cell state, and the candidate (h̃ in the paper, g here, as in the LSTM) is not squashed: the function g(.) of the
paper's appendix belongs to its form in logarithms, which knows positive ones alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.cell import Cell, log_sigmoid, sigmoid
from lstm_engine.cell.equations_2024 import minlstm_step
from lstm_engine.cell.family import (
    GATE_RANGE,
    PREDICT,
    Family,
    GradientStep,
    Operation,
    Quantity,
    Variant,
    making,
)
from lstm_engine.cell.layer_trace import TracedLayer

FORGET_GATE = Quantity(
    "forget_gate",
    "Forget gate",
    "f",
    "f = σ(W_f x + b_f) / (σ(W_f x + b_f) + σ(W_i x + b_i))",
    GATE_RANGE,
    "vermillion",
    words="How much of the old state to keep: its share of what both gates ask for. It sees the input alone.",
    formula="f = σ(a_f) / (σ(a_f) + σ(a_i))",
)
INPUT_GATE = Quantity(
    "input_gate",
    "Input gate",
    "i",
    "i = σ(W_i x + b_i) / (σ(W_f x + b_f) + σ(W_i x + b_i))",
    GATE_RANGE,
    "bluish_green",
    words="How much of the new content to write: what the forget gate does not keep.",
    formula="i = σ(a_i) / (σ(a_f) + σ(a_i))",
)
CANDIDATE = Quantity(
    "candidate",
    "Candidate",
    "g",
    "g = W_g x + b_g",
    None,
    "reddish_purple",
    words="The new content itself, as large as it may be.",
    formula="g = a_g",
)
HIDDEN = Quantity(
    "hidden",
    "Hidden state",
    "h",
    "h = f · h′ + i · g",
    None,
    "sky_blue",
    True,
    words="The new content is added: memory and what is said are one.",
    formula="h = f · h′ + i · g",
    kept="f",
    written="i · g",
)

QUANTITIES = (FORGET_GATE, INPUT_GATE, CANDIDATE, HIDDEN)

VARIANTS = (
    Variant(
        "minlstm",
        "Minimal LSTM, whose gates see x alone (Feng et al. 2024)",
        family="minlstm",
        blocks=("forget_gate", "input_gate", "candidate"),
        sees_hidden=False,
        biases=1,
    ),
)


@dataclass(frozen=True)
class MinLSTMLayerTrace(TracedLayer):
    """One minimal LSTM layer's gates and state, each (T, B, H), and the state before the first timestep, (B, H).

    The pre-activations of the gates are what goes into their sigmoids, before they are divided by their sum.
    """

    quantities = QUANTITIES

    forget_gate: NDArray
    input_gate: NDArray
    candidate: NDArray
    hidden: NDArray
    forget_gate_preactivation: NDArray
    input_gate_preactivation: NDArray
    candidate_preactivation: NDArray
    initial_hidden: NDArray


class MinLSTMCell(Cell):
    """f = σ(W_f x) / (σ(W_f x) + σ(W_i x)), i = 1 - f, g = W_g x, h = f h′ + i g."""

    quantities = QUANTITIES

    @classmethod
    def operations_of(cls, variant: Variant) -> tuple[Operation, ...]:
        keep = "The forget gate lets part of the old state through."
        return (
            making(FORGET_GATE, "forget"),
            making(INPUT_GATE, "input"),
            making(CANDIDATE, "candidate"),
            Operation("keep", keep, "f · h′", ("f · h′",), about="hidden", line="h"),
            making(HIDDEN, "write"),
            PREDICT,
        )

    @classmethod
    def gradient_steps_of(cls, variant: Variant) -> tuple[GradientStep, ...]:
        share = "Both gates share what there is: more for one is less for the other."
        return (
            GradientStep("hidden", "h′", "f", "The only way back in time: one factor a timestep, the forget gate."),
            GradientStep("hidden", "f", "h′", "The old state decides how much the forget gate mattered."),
            GradientStep("hidden", "i", "g", "The new content decides how much the input gate mattered."),
            GradientStep("hidden", "g", "i", "The input gate lets it through to the new content."),
            GradientStep("candidate", "a_g", "1", "It passes whole."),
            GradientStep("forget_gate", "a_f", "f · i · (1 − σ(a_f))", share),
            GradientStep("forget_gate", "a_i", "−f · i · (1 − σ(a_i))", share),
            GradientStep("input_gate", "a_i", "f · i · (1 − σ(a_i))", share),
            GradientStep("input_gate", "a_f", "−f · i · (1 − σ(a_f))", share),
        )

    @classmethod
    def textbook_of(cls, variant: Variant) -> Callable[..., Any]:
        return minlstm_step

    def step(self, t: int, weights: NDArray, peepholes: NDArray) -> None:
        forget, input_, candidate = z = self._from_input(t, weights)
        self.preactivations[t] = z
        # σ(p) / (σ(p) + σ(q)) = σ(log σ(p) - log σ(q)), which does not become 0 / 0 where both are shut
        odds = log_sigmoid(forget) - log_sigmoid(input_)
        f = self.keep("forget_gate", t, sigmoid(odds))
        i = self.keep("input_gate", t, sigmoid(-odds))
        g = self.keep("candidate", t, candidate)
        self.hidden[t] = self.keep("hidden", t, f * self._hidden_before(t) + i * g)

    def back(
        self, t: int, dh: NDArray, weights: NDArray, peepholes: NDArray, d_weights: NDArray, d_peepholes: NDArray
    ) -> None:
        f, i, g, _ = (self.values[quantity.name][t] for quantity in QUANTITIES)
        forget, input_, _ = self.preactivations[t]
        df = self.note("forget_gate", t, dh * self._hidden_before(t))
        di = self.note("input_gate", t, dh * g)
        dg = self.note("candidate", t, dh * i)
        d_odds = (df - di) * self.raw["forget_gate"][t] * self.raw["input_gate"][t]
        self._spread_to_input(
            np.stack([d_odds * sigmoid(-forget), -d_odds * sigmoid(-input_), dg]), t, weights, d_weights
        )
        self.d_hidden[...] = dh * f


FAMILY = Family("minlstm", VARIANTS, MinLSTMCell, MinLSTMLayerTrace)
