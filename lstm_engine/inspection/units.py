"""The figures of a unit's page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from numpy.typing import ArrayLike, NDArray

from lstm_engine.inspection.gates import Histogram
from lstm_engine.inspection.ranking import Findings, UnitScore


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
    """
    raise NotImplementedError


def extremes(values: ArrayLike, most: int = 10, context: int = 20) -> tuple[Place, ...]:
    """The highest of (N,) values whose contexts do not overlap, the highest first."""
    raise NotImplementedError
