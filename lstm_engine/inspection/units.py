"""The figures of a unit's page."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.checks import REAL, as_array, choice, instance, named_mapping, whole_number
from lstm_engine.errors import ShapeError
from lstm_engine.inspection.arrays import matrix
from lstm_engine.inspection.gates import Histogram, histogram
from lstm_engine.inspection.ranking import Findings, UnitScore

MOST_LISTED = 1_000
MOST_CONTEXT = 10_000
MOST_SYMBOLS = 1_000_000


@dataclass(frozen=True)
class Place:
    """A position that is worth a look, with what stands around it.

    Attributes:
        position: which. start, stop: of its context, the last excluded.
        value: of the unit there; of a change, what it changed by.
    """

    position: int
    start: int
    stop: int
    value: float


@dataclass(frozen=True)
class Weighted:
    """A symbol, or a unit, by its index, and a number that says how much: a weight, or a correlation."""

    index: int
    value: float


@dataclass(frozen=True)
class UnitProfile:
    """The figures of a unit's page.

    Attributes:
        unit: which. quantity: that the places are about.
        histogram: of that quantity; its ``counts`` are (1, bins).
        highest, lowest, changes: places whose contexts do not overlap, the most extreme first.
        counts: (V,), how often each symbol was read.
        by_symbol: (V,) by the name of the quantity: its mean where that symbol is read; NaN where it never was.
        response: (V,), by how much the quantity changes in the mean when that symbol is read; NaN likewise.
        raises, lowers: outputs that the readout's weights raise or lower most when h goes up.
        relatives: units with the most similar or opposite course, by correlation.
        scores: what it tells about every property that was judged, the best told first.
    """

    unit: int
    quantity: str
    histogram: Histogram
    highest: tuple[Place, ...]
    lowest: tuple[Place, ...]
    changes: tuple[Place, ...]
    counts: NDArray
    by_symbol: Mapping[str, NDArray]
    response: NDArray
    raises: tuple[Weighted, ...]
    lowers: tuple[Weighted, ...]
    relatives: tuple[Weighted, ...]
    scores: Mapping[str, UnitScore] = field(default_factory=dict)


def unit_profile(
    values: Mapping[str, ArrayLike],
    unit: int,
    quantity: str = "hidden",
    symbols: ArrayLike | None = None,
    symbol_count: int = 0,
    readout: ArrayLike | None = None,
    findings: Findings | None = None,
    most: int = 10,
    context: int = 20,
) -> UnitProfile:
    """Everything that stands on a unit's page.

    Args:
        values: (N, H) by the name of the quantity, as ``read`` gives them.
        unit: which. quantity: that histogram, places, response and relatives are about.
        symbols: (N,), the index of the symbol read at each position; None for tasks on numbers.
        symbol_count: V; 0 for as many as there are.
        readout: (O, H), the weights from h to the outputs; None for a layer that has none above it.
        findings: of ``find_units``, for what it tells about every property.
        most: places, outputs and relatives at most. context: positions shown on either side of a place.

    Raises:
        ShapeError: arrays have other shapes, or are not finite.
        SettingsError: there is no such unit or quantity.
    """
    arrays = {name: matrix(name, value) for name, value in named_mapping("values", values, ShapeError).items()}
    chosen = choice("quantity", quantity, arrays)
    N, H = chosen.shape
    for name, array in arrays.items():
        if array.shape != (N, H):
            raise ShapeError(f"{name} has shape {array.shape}, expected (N, H) = {(N, H)} as {quantity} has")
    unit = whole_number("unit", unit, 0, H - 1)
    most = whole_number("most", most, 1, MOST_LISTED)
    course = chosen[:, unit].astype(np.float64)
    change = np.diff(course, prepend=course[:1])
    read = np.zeros(0, np.intp) if symbols is None else checked_symbols(symbols, N)
    V = max(whole_number("symbol_count", symbol_count, 0, MOST_SYMBOLS), int(read.max(initial=-1)) + 1)
    counts = np.bincount(read, minlength=V)
    jumps = extremes(np.abs(change), most, context)
    if findings is not None:
        instance("findings", findings, Findings)
    return UnitProfile(
        unit=unit,
        quantity=quantity,
        histogram=histogram(chosen[:, [unit]]),
        highest=extremes(course, most, context),
        lowest=tuple(replace(place, value=-place.value) for place in extremes(-course, most, context)),
        changes=tuple(replace(jump, value=float(change[jump.position])) for jump in jumps),
        counts=counts,
        by_symbol={name: mean_by(read, array[:, unit], V) for name, array in arrays.items()},
        response=mean_by(read[1:], change[1:], V) if len(read) else np.zeros(0),
        raises=strongest(readout, unit, H, most, 1),
        lowers=strongest(readout, unit, H, most, -1),
        relatives=relatives(chosen, unit, most),
        scores={} if findings is None else findings.of_unit(unit),
    )


def extremes(values: ArrayLike, most: int = 10, context: int = 20) -> tuple[Place, ...]:
    """The highest of (N,) values whose contexts do not overlap, the highest first."""
    array = as_array("values", values)
    if array.ndim != 1 or not len(array) or array.dtype.kind not in REAL:
        raise ShapeError(f"values are {array.dtype} of shape {array.shape}, expected real numbers (N,)")
    most = whole_number("most", most, 1, MOST_LISTED)
    context = whole_number("context", context, 0, MOST_CONTEXT)
    left = array.astype(np.float64)
    found: list[Place] = []
    while len(found) < most and np.isfinite(value := left[at := int(left.argmax())]):
        found.append(Place(at, max(at - context, 0), min(at + context + 1, len(left)), float(value)))
        left[max(at - 2 * context, 0) : at + 2 * context + 1] = -np.inf
    return tuple(found)


def checked_symbols(symbols: ArrayLike, N: int) -> NDArray:
    """(N,) whole numbers from 0, or ShapeError."""
    array = as_array("symbols", symbols)
    if array.shape != (N,) or array.dtype.kind not in "iu" or array.min() < 0 or array.max() >= MOST_SYMBOLS:
        raise ShapeError(
            f"symbols are {array.dtype} of shape {array.shape}, expected integers from 0 of shape (N,) = {(N,)}"
        )
    return array.astype(np.intp)


def mean_by(symbols: NDArray, values: NDArray, V: int) -> NDArray:
    """The mean of values where each of V symbols stands; NaN where one never does."""
    if not len(symbols):
        return np.full(V, np.nan)
    counts = np.bincount(symbols, minlength=V)
    sums = np.bincount(symbols, weights=values.astype(np.float64), minlength=V)
    return np.divide(sums, counts, out=np.full(V, np.nan), where=counts > 0)


def strongest(readout: ArrayLike | None, unit: int, H: int, most: int, sign: int) -> tuple[Weighted, ...]:
    """Outputs with the largest weights of one sign."""
    if readout is None:
        return ()
    weights = matrix("readout", readout)
    if weights.shape[1] != H:
        raise ShapeError(f"readout has shape {weights.shape}, expected (O, H) with H = {H}")
    of_unit = weights[:, unit] * sign
    order = np.argsort(-of_unit, kind="stable")[:most]
    return tuple(Weighted(int(k), float(weights[k, unit])) for k in order if of_unit[k] > 0)


def relatives(values: NDArray, unit: int, most: int) -> tuple[Weighted, ...]:
    """Units whose course is most like that of one, or most opposite; values (N, H)."""
    mean = values.mean(axis=0, dtype=np.float64)
    deviation = values.std(axis=0, dtype=np.float64)
    course = values[:, unit] - mean[unit]
    product = course @ values / len(values) - course.mean() * mean  # (H,)
    scale = deviation * deviation[unit]
    correlation = np.divide(product, scale, out=np.zeros_like(product), where=scale > 0)
    correlation = np.clip(correlation, -1, 1)
    order = np.argsort(-np.abs(correlation), kind="stable")
    return tuple(Weighted(int(k), float(correlation[k])) for k in order[: most + 1] if k != unit)[:most]
