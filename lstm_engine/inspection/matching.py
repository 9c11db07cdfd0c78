"""Select and match: which units are on in a span and off beside it, and where else they light up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Match:
    """A place where the units of a span light up again.

    Attributes:
        start, stop: positions, the last excluded.
        score: how far on they are there in the mean: 1 as far as in the span, 0 as beside it.
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
    raise NotImplementedError


def in_common(
    places: Sequence[tuple[int, int]], properties: Mapping[str, ArrayLike], symbols: Sequence[str] | str = ""
) -> list[InCommon]:
    """What places have in common: properties, and symbols, that are more (or less) frequent there than everywhere.

    Args:
        places: start and stop of each. properties: (N,) each. symbols: N, what was read.

    Returns:
        those that differ, the farthest first.
    """
    raise NotImplementedError
