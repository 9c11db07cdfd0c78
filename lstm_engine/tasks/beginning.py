"""What a model is given to go on with, and how what comes next is drawn from what it says."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.equations import softmax
from lstm_engine.cell.interventions import Intervention

if TYPE_CHECKING:
    from lstm_engine.cell.state import State
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
        interventions: what is clamped, scaled or shifted meanwhile; timesteps count from the sequence's first, and may
            lie in what is added. None stands for all of them.
    """

    model: "LSTMModel"
    labels: list[str]
    inputs: NDArray
    count: int
    temperature: float
    generator: np.random.Generator
    interventions: Sequence[Intervention] = ()

    def reader(self) -> "Reader":
        """Reads the beginning's inputs, and then what is added to them."""
        return Reader(self.model, self.interventions)


class Reader:
    """A model that reads a sequence part by part; what is changed in it is changed at the sequence's own timesteps."""

    def __init__(self, model: "LSTMModel", interventions: Sequence[Intervention] = ()):
        self._model = model
        self._interventions = interventions
        self._state: State | None = None
        self._timestep = 0  # that comes next

    def read(self, inputs: NDArray) -> NDArray:
        """From the next inputs, as ``LSTMModel.forward`` takes them, to the outputs (T, B, O)."""
        present = range(self._timestep, self._timestep + len(inputs))
        within = [part for change in self._interventions if (part := part_within(change, present))]
        if within:
            outputs = self._model.trace(inputs, self._state, within).outputs
            self._state = self._model.last_state()
        else:
            outputs, self._state = self._model.forward(inputs, self._state)
        self._timestep = present.stop
        return outputs


def part_within(change: Intervention, present: range) -> Intervention | None:
    """What it changes in a part of the sequence, whose first timestep is then 0; None if nothing."""
    if change.timesteps is None:
        return change
    timesteps = [t - present.start for t in change.timesteps if t in present]
    return replace(change, timesteps=timesteps) if timesteps else None


def draw_symbols(scores: NDArray, generator: np.random.Generator, temperature: float = 1.0) -> NDArray:
    """A symbol for each row of scores (B, symbols), drawn from their softmax at a temperature; at 0 the likeliest."""
    scores = scores.astype(np.float64)
    if temperature == 0:
        return scores.argmax(axis=1)
    cumulative = softmax(scores / temperature).cumsum(axis=1)  # (B, symbols)
    return np.minimum((cumulative < generator.random((len(scores), 1))).sum(axis=1), scores.shape[1] - 1)
