"""Properties of the positions of any task: counts, depths, phases, the position in the sequence."""

from numpy.typing import NDArray

from lstm_engine.tasks.base import Batch, EncodedSequence, Task


def sequence_properties(task: Task, sequence: Batch | EncodedSequence) -> dict[str, NDArray]:
    """Properties of each position of a task's sequences, (B * T,) each: one sequence after the other.

    ``position in the sequence`` for all; what ``text_properties`` gives for symbols; ``count of a``, and ``open count``
    (those of the first letter less those of the second) for counting languages; ``phase, sine``, ``phase, cosine`` and
    ``value`` for a series. Where a sequence is padded stands in ``positions_that_count``.
    """
    raise NotImplementedError


def positions_that_count(sequence: Batch | EncodedSequence) -> NDArray:
    """(B * T,), False where a sequence is padded at its end."""
    raise NotImplementedError


def in_reading_order(array: NDArray) -> NDArray:
    """(T, B, ...) -> (B * T, ...): one sequence after the other, as all of this package takes it."""
    raise NotImplementedError
