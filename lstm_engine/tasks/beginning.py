"""What a model is given to go on with, and how what comes next is drawn from what it says."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.equations import softmax

if TYPE_CHECKING:
    from lstm_engine.model import LSTMModel


@dataclass(frozen=True)
class Beginning:
    """The beginning of a sequence, and how a model is to go on with it.

    Attributes:
        model: which goes on.
        labels: what it reads of the sequence, T of them. inputs: (T, 1, I) float32.
        count: how many symbols or values to add at most.
        temperature: of the draw: below 1 the likely gets likelier, at 0 the likeliest is taken. Without meaning where
            the model predicts numbers.
        generator: of what is drawn.
    """

    model: "LSTMModel"
    labels: list[str]
    inputs: NDArray
    count: int
    temperature: float
    generator: np.random.Generator


def draw_symbols(scores: NDArray, generator: np.random.Generator, temperature: float = 1.0) -> NDArray:
    """A symbol for each row of scores (B, symbols), drawn from their softmax at a temperature; at 0 the likeliest."""
    scores = scores.astype(np.float64)
    if temperature == 0:
        return scores.argmax(axis=1)
    cumulative = softmax(scores / temperature).cumsum(axis=1)  # (B, symbols)
    return np.minimum((cumulative < generator.random((len(scores), 1))).sum(axis=1), scores.shape[1] - 1)
