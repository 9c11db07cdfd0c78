"""Select and match: which units are on in a span and off beside it, and where else they light up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.checks import named_mapping, shown, whole_number
from lstm_engine.errors import SettingsError, ShapeError
from lstm_engine.inspection.arrays import matrix, positions, whole_span

NARROWEST = 5  # positions beside a span, on either side
CONSISTENT = 0.75  # of the positions in the span a unit must be on, and of those beside it off
LEAST_DISTANCE = 0.5  # between inside and beside, in standard deviations
MOST_UNITS = 10
TOGETHER = 0.8  # of the units must be on for a place to match
MOST_PLACES = 100_000
FARTHEST_LISTED, LEAST_LISTED = 20, 0.05


@dataclass(frozen=True)
class Match:
    """A place where the units of a span light up again.

    Attributes:
        start, stop: positions, the last excluded.
        score: how far on they are there in the mean: 1 as far as in the span, 0 as beside it; a place that is shorter
            than the span counts as off for the rest of its length.
        units: how many of them are on.
    """

    start: int
    stop: int
    score: float
    units: int


@dataclass(frozen=True)
class Matches(Sequence[Match]):
    """Other places, the best first; and the units that were on in the span and off beside it.

    Attributes:
        span: that was asked about.
        units: that were on there, those farthest from beside first; empty where none was.
        signs: 1 for a unit that is on when it is high, -1 when it is low.
        thresholds: beyond which each counts as on.
        places: where they are on.
        found: how many places there are in all.
    """

    span: tuple[int, int]
    units: tuple[int, ...]
    signs: tuple[int, ...]
    thresholds: tuple[float, ...]
    places: tuple[Match, ...]
    found: int

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, index: int) -> Match: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Match]: ...
    def __getitem__(self, index: int | slice) -> Match | Sequence[Match]:
        return self.places[index]

    def __iter__(self) -> Iterator[Match]:
        return iter(self.places)


@dataclass(frozen=True)
class InCommon:
    """Something that is more frequent in places than elsewhere.

    Attributes:
        name: of the property, or the symbol.
        inside, overall: how frequent it is in the places, and everywhere; of a number, its mean.
        distance: how far both lie apart, in standard deviations of one position.
    """

    name: str
    inside: float
    overall: float
    distance: float


def matches(activations: ArrayLike, span: tuple[int, int], most: int = 50) -> Matches:
    """Other places where the units that are on in the span, and off beside it, light up (Strobelt et al. 2018).

    Args:
        activations: (N, H). span: start and stop, the last excluded. most: how many places at most.

    Raises:
        ShapeError: activations have another shape or are not finite.
        SettingsError: the span lies outside, or leaves nothing beside it.
    """
    array = matrix("activations", activations)
    start, stop = whole_span("the span", span, len(array))
    most = whole_number("most", most, 1, MOST_PLACES)
    chosen = on_in_the_span(array, start, stop)
    if not len(chosen.units):
        return Matches((start, stop), (), (), (), (), 0)
    picked = array[:, chosen.units].astype(np.float64)  # (N, k)
    level = np.clip((picked - chosen.beside) / (chosen.inside - chosen.beside), 0, 1)
    on = level > 0.5
    together = on.sum(axis=1) >= np.ceil(TOGETHER * len(chosen.units))
    places = [
        Match(first, last, score_of(level[first:last], stop - start), int(on[first:last].mean(axis=0).round().sum()))
        for first, last in runs(together)
        if last <= start or first >= stop
    ]
    places.sort(key=lambda place: (-place.score, place.start))
    return Matches(
        (start, stop),
        tuple(chosen.units.tolist()),
        tuple(np.sign(chosen.inside - chosen.beside).astype(int).tolist()),
        tuple(((chosen.inside + chosen.beside) / 2).tolist()),
        tuple(places[:most]),
        len(places),
    )


def in_common(
    places: Sequence[tuple[int, int]], properties: Mapping[str, ArrayLike], symbols: Sequence[str] = ""
) -> list[InCommon]:
    """What places have in common: properties, and symbols, that are more (or less) frequent there than everywhere.

    Args:
        places: start and stop of each. properties: (N,) each. symbols: N, what was read.

    Returns:
        those that differ, the farthest first.
    """
    given = named_mapping("properties", properties, ShapeError)
    if not isinstance(symbols, str | list | tuple) or not all(isinstance(symbol, str) for symbol in symbols):
        raise ShapeError(f"symbols are {shown(symbols)}, expected N texts")
    N = len(symbols) or np.size(next(iter(given.values()), ()))
    if not N:
        raise ShapeError("there are neither properties nor symbols to compare")
    if not isinstance(places, list | tuple) or not places:
        raise SettingsError(f"places are {shown(places)}, expected at least one start and stop")
    spans = [whole_span("a place", place, N) for place in places]
    inside, first = np.zeros(N, bool), np.zeros(N, bool)
    for start, stop in spans:
        inside[start:stop] = True
        first[start] = True
    before = np.append(first[1:], False)
    found = []
    for name, value in given.items():
        values = positions(f"the property {name!r}", value, N).astype(np.float64)
        found.append(compared(name, values, inside))
    if len(symbols):
        read = np.array(list(symbols))
        for where, words in ((inside, "reads"), (first, "begins with"), (before, "comes after")):
            for symbol in np.unique(read[where]):
                found.append(compared(f"{words} “{symbol}”", (read == symbol).astype(np.float64), where))
    listed = [one for one in found if abs(one.distance) >= LEAST_LISTED]
    return sorted(listed, key=lambda one: -abs(one.distance))[:FARTHEST_LISTED]


class Chosen(NamedTuple):
    """Units, and the mean of each in the span and beside it, (k,) each."""

    units: NDArray
    inside: NDArray
    beside: NDArray


def on_in_the_span(array: NDArray, start: int, stop: int) -> Chosen:
    """The units that are on in the span and off beside it, those farthest apart first."""
    width = max(stop - start, NARROWEST)
    within = array[start:stop].astype(np.float64)
    around = np.concatenate([array[max(start - width, 0) : start], array[stop : stop + width]]).astype(np.float64)
    if not len(around):
        raise SettingsError(f"the span covers all {len(array)} positions, so that nothing is beside it; choose less")
    inside, beside = within.mean(axis=0), around.mean(axis=0)  # (H,)
    deviation = array.std(axis=0, dtype=np.float64)
    distance = np.divide(inside - beside, deviation, out=np.zeros_like(inside), where=deviation > 0)
    threshold, sign = (inside + beside) / 2, np.sign(distance)
    on_inside = ((within - threshold) * sign > 0).mean(axis=0)
    off_beside = ((around - threshold) * sign < 0).mean(axis=0)
    told = (on_inside >= CONSISTENT) & (off_beside >= CONSISTENT) & (np.abs(distance) >= LEAST_DISTANCE)
    order = np.argsort(-np.abs(distance), kind="stable")
    units = order[told[order]][:MOST_UNITS]
    return Chosen(units, inside[units], beside[units])


def runs(truth: NDArray) -> list[tuple[int, int]]:
    """Start and stop of each stretch that is True."""
    edges = np.flatnonzero(np.diff(truth, prepend=False, append=False)).reshape(-1, 2)
    return [(int(start), int(stop)) for start, stop in edges]


def score_of(level: NDArray, length: int) -> float:
    """How far on units are, (n, k) from 0 to 1, in the mean; a shorter place is off for the rest."""
    return float(level.mean() * min(1.0, len(level) / length))


def compared(name: str, values: NDArray, inside: NDArray) -> InCommon:
    """A property in places and overall."""
    deviation = float(values.std())
    here, overall = float(values[inside].mean()) if inside.any() else float("nan"), float(values.mean())
    distance = (here - overall) / deviation if deviation > 0 and inside.any() else 0.0
    return InCommon(name, here, overall, distance)
