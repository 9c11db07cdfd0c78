"""From the curves of runs that differ in their seed alone to the one line that is drawn of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dashboard.views.compare.figures import Line
from lstm_engine.runs.curves import thin_indices
from lstm_engine.runs.run import Series

MOST_DRAWN = 2_000  # points of a line


def line_of(label: str, curves: Sequence[Series]) -> Line:
    """The line of one run, or of several as median and spread, at steps at which all of them were measured.

    Curves without a point as yet are left out, and the label says so: their runs still wait.
    """
    measured = [curve for curve in curves if len(curve.step)]
    if 0 < len(measured) < len(curves):
        label = f"{label}, {len(measured)} of them so far"
    step, middle, low, high = median_and_spread(measured)
    kept = thin_indices(middle, MOST_DRAWN)
    spread = (low[kept], high[kept]) if len(measured) > 1 else (None, None)
    return Line(label, step[kept], middle[kept], *spread)


def median_and_spread(curves: Sequence[Series]) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Steps, median, least and largest of several curves, at the steps that all of them have, each (N,).

    Of a few seeds the worst tells more than a standard deviation, and one that failed does not move the median.
    """
    if not curves:
        return np.array([]), np.array([]), np.array([]), np.array([])
    common = curves[0].step
    for curve in curves[1:]:
        common = np.intersect1d(common, curve.step)
    values = np.stack([curve.value[np.isin(curve.step, common)] for curve in curves])  # (seeds, N)
    return common, np.median(values, axis=0), values.min(axis=0), values.max(axis=0)
