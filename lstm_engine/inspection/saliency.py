"""How strongly each earlier symbol moves a chosen prediction: gradient times input."""

from dataclasses import dataclass

from numpy.typing import ArrayLike, NDArray

from lstm_engine.model import LSTMModel


@dataclass(frozen=True)
class Saliency:
    """How strongly each earlier timestep moves one output (gradient times input).

    Attributes:
        timestep: of the prediction. output: which of its numbers.
        value: of that output there, a score before softmax.
        of_inputs: (timestep + 1,), to first order what would be lost without the input of that timestep.
    """

    timestep: int
    output: int
    value: float
    of_inputs: NDArray


def saliency(
    model: LSTMModel, inputs: ArrayLike, timestep: int, output: int | None = None, log_probability: bool = False
) -> Saliency:
    """Gradient times input (Shrikumar et al. 2016; Denil et al. 2014) of one output at one timestep.

    Args:
        inputs: (T, 1, I) or, with an embedding, integers (T, 1).
        timestep: of the prediction. output: which; None for the largest there.
        log_probability: of the output after softmax, in nats, in the place of its score.
    """
    raise NotImplementedError
