"""Long curves with few points: each group of neighbours keeps its smallest and its largest value, so no spike is lost.

The server thins what it sends, so that a long run opens soon; the browser (``browser/thinning.js``) thins
what it draws of the curve as it grows, which only it sees. Both do it in the same way.
"""

import numpy as np
from numpy.typing import NDArray

from lstm_engine.runs.metrics import CURVES
from lstm_engine.runs.run import Curves, History, Series

MOST_POINTS = 4_000  # of a curve that is sent at once


def thin_indices(values: NDArray, most: int) -> NDArray[np.int64]:
    """Indices, ascending, of at most ``most`` of the values, with each group's extremes, the first and the last.

    Groups begin at the first value and their width is a power of two: a curve that grows keeps its points.

    >>> thin_indices(np.array([0.0, 0, 9, 0, 0, 0, -9, 0]), 6).tolist()
    [0, 2, 4, 6, 7]
    """
    count = len(values)
    if count <= most:
        return np.arange(count)
    width = 4
    while 2 * -(-count // width) + 2 > most and width < count:
        width *= 2
    kept = {0, count - 1}
    for start in range(0, count, width):
        part = values[start : start + width]
        kept |= {start + int(part.argmin()), start + int(part.argmax())}
    return np.array(sorted(kept))


def thinned(step: NDArray[np.int64], value: NDArray[np.float64], most: int) -> Series:
    """A curve with at most so many points, its spikes kept."""
    kept = thin_indices(value, most)
    return Series(step[kept], value[kept])


def curves_of(history: History, most: int) -> Curves:
    """A history's curves, each with at most so many points."""
    found = {}
    for metric in CURVES:
        value = getattr(history, metric.name)
        measured = slice(None) if metric.gapless else np.isfinite(value)
        found[metric.name] = thinned(history.step[measured], value[measured], most)
    return Curves(**found)
