"""What breaking units did to the loss, and how far to trust it: block bootstrap, and random units beside it."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Estimate(NamedTuple):
    """A number and its confidence interval."""

    value: float
    low: float
    high: float


NO_RANDOM = Estimate(float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True)
class Effect:
    """What breaking units did at some positions.

    Attributes:
        positions: how many. before, after: the mean loss at them.
        rise: after - before, with its interval (block bootstrap).
        random: the mean rise that as many random units brought, and the interval in which their rises lie; NaN where
            none were tried.
        random_rises: each of them.
    """

    positions: int
    before: float
    after: float
    rise: Estimate
    random: Estimate
    random_rises: tuple[float, ...]

    @property
    def beyond_random(self) -> bool:
        """Whether the rise, down to the low end of its interval, is above that of random units."""
        return self.rise.low > self.random.high


class Sample:
    """Draws blocks of positions anew, to see how far means are to be trusted (block bootstrap, Carlstein 1986).

    Args:
        blocks: (M,), which block each position belongs to.
    """

    def __init__(self, blocks: NDArray, resamples: int, confidence: float, generator: np.random.Generator):
        self._blocks, self._count = blocks, int(blocks.max(initial=-1)) + 1
        tails = (1 - confidence) / 2
        self._quantiles = tails, 1 - tails
        self._weights = generator.multinomial(self._count, np.full(self._count, 1 / self._count), resamples)

    def effect(self, before: NDArray, rises: NDArray, random_rises: list[NDArray], where: NDArray) -> Effect:
        """At positions (M,) where something holds."""
        rise, start = float(rises[where].mean()), float(before[where].mean())
        drawn = self._means(rises, where)
        others = [float(other[where].mean()) for other in random_rises]
        return self._effect(int(where.sum()), start, rise, drawn, others)

    def specific(self, before: NDArray, rises: NDArray, random_rises: list[NDArray], where: NDArray) -> Effect | None:
        """How much more inside than outside; None where one of both is empty."""
        if where.all() or not where.any():
            return None

        def difference(values: NDArray) -> float:
            return float(values[where].mean() - values[~where].mean())

        drawn = self._means(rises, where) - self._means(rises, ~where)
        others = [difference(other) for other in random_rises]
        return self._effect(len(where), difference(before), difference(rises), drawn, others)

    def _effect(self, positions: int, before: float, rise: float, drawn: NDArray, others: list[float]) -> Effect:
        random = Estimate(float(np.mean(others)), *self._interval(np.array(others))) if others else NO_RANDOM
        return Effect(positions, before, before + rise, Estimate(rise, *self._interval(drawn)), random, tuple(others))

    def _interval(self, values: NDArray) -> tuple[float, float]:
        values = values[np.isfinite(values)]
        if not len(values):
            return float("nan"), float("nan")
        low, high = np.quantile(values, self._quantiles)
        return float(low), float(high)

    def _means(self, values: NDArray, where: NDArray) -> NDArray:
        """The mean in each draw; NaN where nothing of it was drawn."""
        sums = np.bincount(self._blocks, weights=values * where, minlength=self._count)
        sizes = np.bincount(self._blocks, weights=where, minlength=self._count)
        with np.errstate(invalid="ignore"):
            return (self._weights @ sums) / (self._weights @ sizes)
