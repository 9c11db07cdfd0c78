"""Does an assembled model compute what its maker's computed?"""

from dataclasses import dataclass
from os import PathLike
from typing import BinaryIO

from numpy.typing import ArrayLike

from lstm_engine.model import LSTMModel

TOLERANCE = 1e-4


@dataclass(frozen=True)
class Verification:
    """How far a model's outputs are from those that were expected.

    Attributes:
        agrees: whether the largest difference is within the tolerance.
        largest: the largest absolute difference.
        where: timestep, sequence and output (t, b, o) at which it is.
        expected, computed: the two numbers there.
        reading: how the two were compared: ``"inputs (B, T, I), outputs after softmax"``.
        words: all of this in a sentence.
    """

    agrees: bool
    largest: float
    where: tuple[int, int, int]
    expected: float
    computed: float
    reading: str
    words: str


def verify(
    model: LSTMModel,
    inputs: ArrayLike,
    outputs: ArrayLike,
    *,
    batch_first: bool | None = None,
    tolerance: float = TOLERANCE,
) -> Verification:
    """Compare a model with what another library computed from the same inputs, from zero states.

    Args:
        model: to check.
        inputs: (T, B, I) or, batch first, (B, T, I); symbols (T, B) or (B, T); without a batch (T, I) or (T,).
        outputs: what came out, in the same order; of every timestep or of the last alone; before or after softmax.
        batch_first: which order; None takes the one that fits, and says so.
        tolerance: the largest difference that counts as agreement.

    Raises:
        ShapeError: the arrays fit neither the model nor each other.
    """
    raise NotImplementedError


def examples(source: str | PathLike[str] | bytes | BinaryIO) -> tuple[ArrayLike, ArrayLike]:
    """Inputs and outputs from a file: arrays ``inputs`` and ``outputs`` in ``.npz`` or safetensors, or in JSON.

    Raises:
        WeightsError: it cannot be read, or holds no such arrays.
    """
    raise NotImplementedError
