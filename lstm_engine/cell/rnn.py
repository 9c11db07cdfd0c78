"""The plain recurrent network with tanh (Elman 1990)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.cell import Cell
from lstm_engine.cell.equations import rnn_step
from lstm_engine.cell.family import (
    CONCATENATE,
    PREDICT,
    SIGNED_RANGE,
    Family,
    GradientStep,
    Operation,
    Quantity,
    Variant,
    making,
)
from lstm_engine.cell.layer_trace import TracedLayer

HIDDEN = Quantity(
    "hidden",
    "Hidden state",
    "h",
    "h = tanh(W [x, h′] + b)",
    SIGNED_RANGE,
    "sky_blue",
    True,
    words="All that it remembers goes through tanh at every timestep: no gate keeps any of it.",
    formula="h = tanh(a_h)",
)

QUANTITIES = (HIDDEN,)

VARIANTS = (Variant("rnn", "Plain recurrent network with tanh", family="rnn", blocks=("hidden",)),)


@dataclass(frozen=True)
class RNNLayerTrace(TracedLayer):
    """One plain layer's state and what went into its tanh, each (T, B, H), and the state before, (B, H)."""

    quantities = QUANTITIES

    hidden: NDArray
    hidden_preactivation: NDArray
    initial_hidden: NDArray


class RNNCell(Cell):
    """The plain network: h = tanh(W x + U h′ + b)."""

    quantities = QUANTITIES

    @classmethod
    def operations_of(cls, variant: Variant) -> tuple[Operation, ...]:
        weigh = "The input and all that was said last are weighed and added up."
        return (
            CONCATENATE,
            Operation("weigh", weigh, "a_h = W [x, h′] + b", ("a_h = a_h",), about="hidden", line="h"),
            making(HIDDEN, "squash"),
            PREDICT,
        )

    @classmethod
    def gradient_steps_of(cls, variant: Variant) -> tuple[GradientStep, ...]:
        words = "Less of it passes the nearer h is to −1 or 1, and only W leads further back: that is how it vanishes."
        return (GradientStep("hidden", "a_h", "1 − h²", words),)

    @classmethod
    def textbook_of(cls, variant: Variant) -> Callable[..., Any]:
        return rnn_step

    def step(self, t: int, weights: NDArray, peepholes: NDArray) -> None:
        self.preactivations[t, 0] = weights @ self.operand[t]
        self.hidden[t] = self.keep("hidden", t, np.tanh(self.preactivations[t, 0]))

    def back(
        self, t: int, dh: NDArray, weights: NDArray, peepholes: NDArray, d_weights: NDArray, d_peepholes: NDArray
    ) -> None:
        self._spread(dh * (1 - self.raw["hidden"][t] ** 2), t, weights, d_weights)


FAMILY = Family("rnn", VARIANTS, RNNCell, RNNLayerTrace)
