"""States as points: the nearest ones, a map in two dimensions, the way of a sequence through it."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.checks import REAL, as_array, choice, instance, whole_number
from lstm_engine.errors import ShapeError
from lstm_engine.inspection.arrays import matrix


def cosine(states: NDArray, state: NDArray) -> NDArray:
    """1 - cosine of the angle between states (N, H) and one; 1 for a state of zeros."""
    length = np.linalg.norm(states, axis=1).astype(np.float64) * np.linalg.norm(state)
    return 1 - np.divide(states @ state, length, out=np.zeros(len(states)), where=length > 0)


def euclidean(states: NDArray, state: NDArray) -> NDArray:
    return np.linalg.norm(states - state, axis=1)


MEASURES: dict[str, Callable[[NDArray, NDArray], NDArray]] = {"cosine": cosine, "euclidean": euclidean}


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

    Raises:
        ShapeError: states have another shape or are not finite.
        SettingsError: there is no such position or measure.
    """
    array = matrix("states", states)
    position = whole_number("position", position, 0, len(array) - 1)
    most = whole_number("most", most, 1, len(array))
    apart = whole_number("apart", apart, 0, len(array))
    distance = choice("measure", measure, MEASURES)(array, array[position].astype(np.float64))  # (N,)
    distance[max(position - apart, 0) : position + apart + 1] = np.inf
    found: list[Neighbour] = []
    while len(found) < most and np.isfinite(nearest := distance[place := int(distance.argmin())]):
        found.append(Neighbour(place, float(nearest)))
        distance[max(place - apart, 0) : place + apart + 1] = np.inf
    return found


def state_map(states: ArrayLike, dimensions: int = 2, most: int = 20_000) -> StateMap:
    """States in a few dimensions.

    Args:
        states: (N, H). dimensions: from 1 to H. most: states, evenly spread, that the components are computed from.

    Raises:
        ShapeError: states have another shape, are not finite, or fewer than two.
        SettingsError: dimensions are more than H.
    """
    array = matrix("states", states, 2)
    dimensions = whole_number("dimensions", dimensions, 1, array.shape[1])
    most = whole_number("most", most, 2)
    chosen = array[:: max(1, math.ceil(len(array) / most))].astype(np.float64)  # (n, H)
    mean = chosen.mean(axis=0)
    centred = chosen - mean
    variances, vectors = np.linalg.eigh(centred.T @ centred / len(chosen))  # in rising order
    order = np.argsort(-variances, kind="stable")[:dimensions]
    components = vectors[:, order].T
    largest = np.take_along_axis(components, np.abs(components).argmax(axis=1)[:, None], axis=1)
    components = components * np.where(largest < 0, -1.0, 1.0)
    total = float(np.maximum(variances, 0).sum())
    explained = np.maximum(variances[order], 0) / total if total > 0 else np.zeros(dimensions)
    return StateMap((array - mean) @ components.T, components, mean, explained)


def projected(states: ArrayLike, found: StateMap) -> NDArray:
    """States (..., H) on a map that was made of others: (..., dimensions), such as the way of a sequence.

    Raises:
        ShapeError: they are states of another size.
    """
    array = as_array("states", states)
    instance("found", found, StateMap)
    if array.ndim < 1 or array.shape[-1] != len(found.mean) or array.dtype.kind not in REAL:
        raise ShapeError(
            f"states are {array.dtype} of shape {array.shape}, expected real numbers (..., H), H = {len(found.mean)}"
        )
    return (array - found.mean) @ found.components.T
