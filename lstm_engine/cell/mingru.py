"""The minimal GRU: 'Were RNNs All We Needed?' (Feng et al. 2024, section 3.1.3, and algorithm 1 of its appendix; its
equations have no numbers).

Gate and candidate see x alone, never h′. So h = (1 - z) h′ + z n is linear in h′, and all timesteps can be computed at
once, by a prefix scan; the numbers are the same, and a test holds them so. Here it is stepped, as it is read.

There is no reset gate, which had nothing but h′ to reset, and the candidate (h̃ in the paper, n here, as in the GRU) is
not squashed: the function g(.) of the paper's appendix belongs to its form in logarithms. As in the paper, z says how
much is *written*; in PyTorch's GRU, and so in ``gru.py``, it says how much is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.cell import Cell, sigmoid
from lstm_engine.cell.equations_2024 import mingru_step
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

UPDATE_GATE = Quantity(
    "update_gate",
    "Update gate",
    "z",
    "z = σ(W_z x + b_z)",
    GATE_RANGE,
    "vermillion",
    words="How much of the new content to write; the rest of the old state is kept. It sees the input alone.",
    formula="z = σ(a_z)",
)
CANDIDATE = Quantity(
    "candidate",
    "Candidate",
    "n",
    "n = W_n x + b_n",
    None,
    "reddish_purple",
    words="The new content itself, as large as it may be.",
    formula="n = a_n",
)
HIDDEN = Quantity(
    "hidden",
    "Hidden state",
    "h",
    "h = (1 - z) · h′ + z · n",
    None,
    "sky_blue",
    True,
    words="New content takes the place of what is not kept: memory and what is said are one.",
    formula="h = (1 - z) · h′ + z · n",
    kept="1 - z",
    written="z · n",
)

QUANTITIES = (UPDATE_GATE, CANDIDATE, HIDDEN)

VARIANTS = (
    Variant(
        "mingru",
        "Minimal GRU, whose gate sees x alone (Feng et al. 2024)",
        family="mingru",
        blocks=("update_gate", "candidate"),
        sees_hidden=False,
        biases=1,
    ),
)


@dataclass(frozen=True)
class MinGRULayerTrace(TracedLayer):
    """One minimal GRU layer's gate and state, each (T, B, H), and the state before the first timestep, (B, H)."""

    quantities = QUANTITIES

    update_gate: NDArray
    candidate: NDArray
    hidden: NDArray
    update_gate_preactivation: NDArray
    candidate_preactivation: NDArray
    initial_hidden: NDArray


class MinGRUCell(Cell):
    """z = σ(W_z x), n = W_n x, h = (1 - z) h′ + z n."""

    quantities = QUANTITIES

    @classmethod
    def operations_of(cls, variant: Variant) -> tuple[Operation, ...]:
        keep = "What the update gate does not write anew is kept."
        return (
            making(UPDATE_GATE, "update"),
            making(CANDIDATE, "candidate"),
            Operation("keep", keep, "(1 - z) · h′", ("(1 - z) · h′",), about="hidden", line="h"),
            making(HIDDEN, "write"),
            PREDICT,
        )

    @classmethod
    def gradient_steps_of(cls, variant: Variant) -> tuple[GradientStep, ...]:
        return (
            GradientStep("hidden", "h′", "1 − z", "The only way back in time: one factor a timestep, what is kept."),
            GradientStep("hidden", "n", "z", "The update gate lets it through to the new content."),
            GradientStep(
                "hidden", "z", "n − h′", "How far new and old lie apart decides how much the update gate mattered."
            ),
            GradientStep("candidate", "a_n", "1", "It passes whole."),
            GradientStep(
                "update_gate", "a_z", "z · (1 − z)", "Nothing of it passes where the gate is fully open or shut."
            ),
        )

    @classmethod
    def textbook_of(cls, variant: Variant) -> Callable[..., Any]:
        return mingru_step

    def step(self, t: int, weights: NDArray, peepholes: NDArray) -> None:
        update, candidate = self.preactivations[t] = self._from_input(t, weights)
        z = self.keep("update_gate", t, sigmoid(update))
        n = self.keep("candidate", t, candidate)
        self.hidden[t] = self.keep("hidden", t, (1 - z) * self._hidden_before(t) + z * n)

    def back(
        self, t: int, dh: NDArray, weights: NDArray, peepholes: NDArray, d_weights: NDArray, d_peepholes: NDArray
    ) -> None:
        z, n, raw_z = self.values["update_gate"][t], self.values["candidate"][t], self.raw["update_gate"][t]
        dz = self.note("update_gate", t, dh * (n - self._hidden_before(t)))
        dn = self.note("candidate", t, dh * z)
        self._spread_to_input(np.stack([dz * raw_z * (1 - raw_z), dn]), t, weights, d_weights)
        self.d_hidden[...] = dh * (1 - z)


FAMILY = Family("mingru", VARIANTS, MinGRUCell, MinGRULayerTrace)
