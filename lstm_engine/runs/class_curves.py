"""The curves of a class experiment: each run's steps in a few parts, and what all of them say together."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PARTS = 48  # of a run's steps, at most; a curve has the mean of the loss in each


@dataclass(frozen=True)
class Standing:
    """What a class's curves say together.

    Attributes:
        mean: in each part of the steps, of all curves that came so far.
        reached: parts that those have which came furthest; they alone are compared.
        ranked: their keys, the lowest loss at the end first.
    """

    mean: tuple[float, ...]
    reached: int
    ranked: tuple[int, ...]


def standing(curves: Mapping[int, Sequence[float]]) -> Standing:
    """See ``Standing``; of a curve that is shorter nobody knows how it will go on, so it is not ranked.

    >>> standing({1: (3.0, 2.0), 2: (3.0, 1.0), 3: (0.5,)})
    Standing(mean=(2.1666666666666665, 1.5), reached=2, ranked=(2, 1))
    """
    reached = max(map(len, curves.values()), default=0)
    mean = []
    for part in range(reached):
        there = [curve[part] for curve in curves.values() if len(curve) > part]
        mean.append(sum(there) / len(there))
    furthest = [key for key, curve in curves.items() if reached and len(curve) == reached]
    return Standing(tuple(mean), reached, tuple(sorted(furthest, key=lambda key: (curves[key][-1], key))))


def part_width(end_step: int) -> int:
    """Steps in each part of a curve.

    >>> part_width(300), part_width(48), part_width(10)
    (7, 1, 1)
    """
    return max(1, math.ceil(end_step / PARTS))


def whole_parts(step: int, end_step: int) -> int:
    """Parts of which all steps are trained; the last may be shorter.

    >>> whole_parts(13, 300), whole_parts(299, 300), whole_parts(300, 300)
    (1, 42, 43)
    """
    width = part_width(end_step)
    return math.ceil(end_step / width) if step >= end_step else step // width
