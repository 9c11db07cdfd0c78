"""The plain recurrent network with tanh (Elman 1990)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.cell import Cell
from lstm_engine.cell.family import SIGNED_RANGE, Family, Quantity, Variant
from lstm_engine.cell.layer_trace import TracedLayer

HIDDEN = Quantity("hidden", "Hidden state", "h", "h = tanh(W [x, h′] + b)", SIGNED_RANGE, "sky_blue", True)

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

    def step(self, t: int, weights: NDArray, peepholes: NDArray) -> None:
        self.preactivations[t, 0] = weights @ self.operand[t]
        self.hidden[t] = self.keep("hidden", t, np.tanh(self.preactivations[t, 0]))

    def back(
        self, t: int, dh: NDArray, weights: NDArray, peepholes: NDArray, d_weights: NDArray, d_peepholes: NDArray
    ) -> None:
        self._spread(dh * (1 - self.raw["hidden"][t] ** 2), t, weights, d_weights)


FAMILY = Family("rnn", VARIANTS, RNNCell, RNNLayerTrace)
