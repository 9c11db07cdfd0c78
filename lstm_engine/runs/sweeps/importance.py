"""How much each setting matters: the share of all differences that it explains.

On a full grid the functional analysis of variance (Hutter, Hoos and Leyton-Brown 2014, as Greff 2017 used it) needs no
model of the space: marginal means are sums over the table, so the shares below are exact, and add up to 1 with that of
the seeds. Elsewhere, as in a random choice, Hutter's forests would be needed, which Optuna and fanova fit with
scikit-learn; nothing is said there rather than something else under the same name.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Importance:
    """A share of the variance.

    Attributes:
        settings: whose: one alone, two together beyond what each explains, or none for seeds.
        share: from 0 to 1.
    """

    settings: tuple[str, ...]
    share: float


def shares(table: NDArray[np.float64], names: Sequence[str]) -> list[Importance]:
    """Of every setting alone, of every pair beyond its two, and of what is left, the largest first.

    Args:
        table: (N_1, ..., N_k, S) what was reached with each choice, by seed; every number finite.
        names: of the k settings.

    Returns:
        With ``settings`` empty of the seeds: what differs within one choice. Of three and more settings together, what
        is left stands under all their names.
    """
    k = len(names)
    total = float(((table - table.mean()) ** 2).mean())
    if total <= 0:
        return []
    effects: dict[tuple[int, ...], float] = {}
    for size in range(1, min(k, 2) + 1):
        for axes in itertools.combinations(range(k), size):
            others = tuple(axis for axis in range(k + 1) if axis not in axes)
            marginal = float(((table.mean(axis=others) - table.mean()) ** 2).mean())
            inner = sum(effects[part] for n in range(1, size) for part in itertools.combinations(axes, n))
            effects[axes] = max(marginal - inner, 0.0)
    seeds = float(((table - table.mean(axis=-1, keepdims=True)) ** 2).mean())
    found = [Importance(tuple(names[axis] for axis in axes), value / total) for axes, value in effects.items()]
    if table.shape[-1] > 1:
        found.append(Importance((), seeds / total))
    rest = 1 - sum(one.share for one in found)
    if k > 2 and rest > 1e-12:
        found.append(Importance(tuple(names), rest))
    return sorted(found, key=lambda one: -one.share)


def table_of(
    scores: Mapping[tuple[int, ...], Sequence[float | None]], sizes: Sequence[int], seeds: int
) -> NDArray[np.float64] | None:
    """The table of a full grid, (N_1, ..., N_k, S); None if a number is missing.

    A choice whose run failed counts as the worst that any reached: to leave it out would hide what matters most.
    """
    table = np.full((*sizes, seeds), np.nan)
    for place, values in scores.items():
        for seed, value in enumerate(values):
            table[(*place, seed)] = np.nan if value is None else value
    return table if math.isfinite(float(table.sum())) else None


def logarithms(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Losses as their logarithms, so that a few that are very large do not count for everything."""
    return np.log(np.maximum(table, 1e-12))


def grid_places(axes: Sequence[Any], values: Mapping[str, Any]) -> tuple[int, ...]:
    """Where a choice stands in the table."""
    return tuple(axis.values.index(values[axis.name]) for axis in axes)
