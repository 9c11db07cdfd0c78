"""Losses on a logarithmic axis, which has no place for 0: a loss may be 0 to the last digit that a number holds."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dashboard.views.compare.figures import Line

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NOTHING_TO_SHOW = "No loss is above 0, so a logarithmic axis would show nothing; the axis is as it was."


def above_zero(lines: Sequence[Line]) -> tuple[list[Line], bool, str]:
    """Lines that a logarithmic axis can show, whether it can show any, and a sentence on what was changed; else empty.

    What is not above 0 stands on the axis' lower edge, half a decade or more below the least loss that is. So does the
    lower end of a spread.
    """
    found = [line.middle[np.isfinite(line.middle) & (line.middle > 0)] for line in lines]
    positive = np.concatenate(found) if found else np.array([])
    if not len(positive):
        return list(lines), False, NOTHING_TO_SHOW
    exponent = math.floor(math.log10(float(positive.min())) - 0.5)
    edge = 10.0**exponent
    lifted = [replace(line, drawn=raised(line.middle, edge), edge=edge) for line in lines]
    none_left = any((line.middle <= 0).any() for line in lines)
    said = f"Where the loss is 0, the curve runs along 10{str(exponent).translate(RAISED)}, the lower edge."
    return lifted, True, said if none_left else ""


def raised(values: NDArray, edge: float) -> NDArray:
    """The values, (N,), with those at 0 or below on the edge."""
    return np.where(values <= 0, edge, values)
