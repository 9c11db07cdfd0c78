"""Long curves with few points: each bucket keeps its smallest and its largest value, so that no spike is lost."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lstm_engine.runs.run import Curves, History, Series


def thin_indices(values: NDArray, most: int) -> NDArray[np.int64]:
    """Indices, ascending, of at most ``most`` of the values, with each bucket's extremes, the first and the last.

    >>> thin_indices(np.array([0.0, 0, 9, 0, 0, 0, -9, 0]), 6).tolist()
    [0, 2, 4, 6, 7]
    """
    count = len(values)
    if count <= most:
        return np.arange(count)
    buckets = max(1, (most - 2) // 2)
    edges = np.linspace(0, count, buckets + 1).astype(int)
    kept = {0, count - 1}
    for start, stop in pairwise(edges):
        part = values[start:stop]
        kept |= {start + int(part.argmin()), start + int(part.argmax())}
    return np.array(sorted(kept))


def thinned(step: NDArray[np.int64], value: NDArray[np.float64], most: int) -> Series:
    """A curve with at most so many points, its spikes kept."""
    kept = thin_indices(value, most)
    return Series(step[kept], value[kept])


def curves_of(history: History, most: int) -> Curves:
    """A history's curves, each with at most so many points."""
    measured = np.isfinite(history.validation_loss)
    return Curves(
        thinned(history.step, history.loss, most),
        thinned(history.step, history.gradient_norm, most),
        thinned(history.step[measured], history.validation_loss[measured], most),
    )
