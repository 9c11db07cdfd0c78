"""Break it: what the loss does when units are held, and when as many random ones are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from numpy.typing import ArrayLike, NDArray

from lstm_engine.model import LSTMModel
from lstm_engine.tasks.base import Batch, EncodedSequence


class Estimate(NamedTuple):
    """A number and its confidence interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Effect:
    """What breaking units did at some positions.

    Attributes:
        positions: how many. before, after: the mean loss at them.
        rise: after - before, with its interval (block bootstrap).
        random: the mean rise that as many random units brought, and the interval in which their rises lie.
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


@dataclass(frozen=True)
class Ablation:
    """A claim about units, tested by breaking them.

    Attributes:
        units, layer, quantity: what was broken. how: in words.
        overall: everywhere. inside, outside: where the property holds, and where not; None without a property.
        specific: how much more the loss rises inside than outside; its ``before`` and ``after`` are inside - outside.
        confidence: of all intervals.
    """

    units: tuple[int, ...]
    layer: int
    quantity: str
    how: str
    overall: Effect
    inside: Effect | None
    outside: Effect | None
    specific: Effect | None
    confidence: float

    @property
    def holds(self) -> bool:
        """Whether the loss rises more inside than outside, beyond what random units do."""
        return self.specific is not None and self.specific.beyond_random and self.specific.rise.low > 0


@dataclass(frozen=True)
class Transplant:
    """What a model says after units were given the values that they had elsewhere.

    Attributes:
        timestep: at which. before, after: outputs (T, O) without and with it.
    """

    timestep: int
    before: NDArray
    after: NDArray


def ablate(
    model: LSTMModel,
    sequence: Batch | EncodedSequence,
    units: Sequence[int],
    property: ArrayLike | None = None,
    *,
    by: str | float = "mean",
    quantity: str = "hidden",
    layer: int = 0,
    loss: str = "cross_entropy",
    random_sets: int = 20,
    resamples: int = 1000,
    confidence: float = 0.95,
    block: int = 50,
    seed: int = 0,
) -> Ablation:
    """Hold units at a value, everywhere, and compare the loss before and after, inside and outside a property.

    Args:
        sequence: inputs (T, B, I), targets and mask, as a task gives them.
        units: which to break.
        property: (T, B), or (B * T,) in reading order, True inside; None for the loss overall alone.
        by: ``"mean"`` holds each unit at its mean over the sequence, so that nothing but its variation is lost;
            ``"zero"`` at 0; a number at that number (a clamp).
        quantity: what is held; ``"hidden"`` takes away all that the unit says, to the readout and to the next timestep.
        random_sets: of as many other units, for comparison.
        resamples: of blocks of ``block`` positions (Künsch 1989) for the confidence intervals.
    """
    raise NotImplementedError


def transplant(
    model: LSTMModel,
    sequence: ArrayLike,
    donor: ArrayLike,
    units: Sequence[int],
    timestep: int,
    donor_timestep: int,
    quantity: str = "cell",
    layer: int = 0,
) -> Transplant:
    """Give units, at one timestep, the values that they had in another sequence; inputs (T, 1, I) each."""
    raise NotImplementedError
