"""States as points: the nearest ones, a map in two dimensions, the way of a sequence through it."""

from dataclasses import dataclass

from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Neighbour:
    """A position whose state is near another one's; ``distance`` is 1 - cosine, or Euclidean."""

    position: int
    distance: float


@dataclass(frozen=True)
class StateMap:
    """States in a few dimensions, by principal components (Pearson 1901).

    Attributes:
        points: (N, dimensions).
        components: (dimensions, H), of length 1; the largest number of each is positive, so that maps look alike.
        mean: (H,), which lies at the origin.
        explained: (dimensions,), shares of the variance.
    """

    points: NDArray
    components: NDArray
    mean: NDArray
    explained: NDArray


def neighbours(
    states: ArrayLike, position: int, most: int = 10, measure: str = "cosine", apart: int = 5
) -> list[Neighbour]:
    """The positions whose states are nearest to that of one, the nearest first.

    Args:
        states: (N, H). position: whose state. measure: ``"cosine"`` or ``"euclidean"``.
        apart: positions nearer than this to it, or to one that is taken, are left out: they are alike by themselves.
    """
    raise NotImplementedError


def state_map(states: ArrayLike, dimensions: int = 2, most: int = 20_000) -> StateMap:
    """States in a few dimensions.

    Args:
        states: (N, H). dimensions: from 1 to H. most: states, evenly spread, that the components are computed from.
    """
    raise NotImplementedError


def projected(states: ArrayLike, found: StateMap) -> NDArray:
    """States (..., H) on a map that was made of others: (..., dimensions), such as the way of a sequence."""
    raise NotImplementedError
