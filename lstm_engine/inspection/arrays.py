"""What callers hand to inspection, judged once: activations, targets, spans."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_engine.checks import REAL, as_array, shown, whole_number
from lstm_engine.errors import SettingsError, ShapeError

FEWEST_POSITIONS = 20  # of which no half can be held out otherwise


def matrix(name: str, value: Any, fewest: int = 1) -> NDArray:
    """(N, H) finite reals in float32 or float64, or ShapeError."""
    array = as_array(name, value)
    if array.ndim != 2 or array.shape[0] < fewest or array.shape[1] < 1:
        raise ShapeError(
            f"{name} have shape {array.shape}, expected (N, H): a row for each of at least {fewest} positions, "
            "a column for each unit"
        )
    if array.dtype.kind not in REAL:
        raise ShapeError(f"{name} have dtype {array.dtype}, expected real numbers")
    if array.dtype not in (np.dtype("float32"), np.dtype("float64")):
        array = array.astype(np.float64)
    if not np.isfinite(array).all():
        raise ShapeError(f"{name} hold values that are not finite (NaN or infinity)")
    return array


def positions(name: str, value: Any, N: int) -> NDArray:
    """(N,) bool, or finite reals in float64, or ShapeError."""
    array = as_array(name, value)
    if array.shape != (N,):
        raise ShapeError(f"{name} has shape {array.shape}, expected (N,) = {(N,)}: one value for each position")
    if array.dtype.kind == "b":
        return array
    if array.dtype.kind not in REAL:
        raise ShapeError(f"{name} has dtype {array.dtype}, expected True and False, or real numbers")
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        raise ShapeError(f"{name} holds values that are not finite (NaN or infinity)")
    return array


def truths(name: str, value: Any, N: int) -> NDArray[np.bool_]:
    """(N,) bool, or ShapeError."""
    array = positions(name, value, N)
    if array.dtype.kind != "b":
        raise ShapeError(f"{name} has dtype {array.dtype}, expected True and False")
    return array


def whole_span(name: str, span: Any, N: int) -> tuple[int, int]:
    """Start and stop within 0..N, or SettingsError."""
    if isinstance(span, slice) and span.step in (None, 1):
        span = (span.start or 0, N if span.stop is None else span.stop)
    if isinstance(span, np.ndarray) and span.shape == (2,):
        span = span.tolist()
    if not isinstance(span, list | tuple) or len(span) != 2:
        raise SettingsError(f"{name} is {shown(span)}, expected a start and a stop, the last excluded")
    start = whole_number(f"the start of {name}", span[0], 0, N - 1)
    return start, whole_number(f"the stop of {name}", span[1], start + 1, N)
