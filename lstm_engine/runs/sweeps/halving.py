"""Successive halving: all choices train a little, the better part goes on, and so on, so that few train to the end.

The plain rungs of Jamieson and Talwalkar 2016. What a sweep gives up is decided by numbers alone, once all of a rung
have come to it, and not by who was faster: the same plan keeps the same choices, however many cores there were and
whatever was killed. On one machine this costs little, since cores wait for a rung's last runs alone; the asynchronous
kind (ASHA, Li et al. 2018) gains where hundreds of workers would wait, and keeps others each time.

Optuna's pruner was looked at and is not this: its trials live inside of a process and cannot be suspended and gone on
with, as it says itself, so that the first of them pass every rung unseen, where a run here rests at its
``target_step`` in the store at no cost. Its tables also bring an ``alembic_version`` of their own, under the name that
the store's has.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from lstm_engine.checks import shown
from lstm_engine.errors import SettingsError
from lstm_engine.runs.fields import is_number

MOST_KEPT_OF = 10


@dataclass(frozen=True)
class Halving:
    """When choices are given up.

    Attributes:
        steps: of the first rung; each further one lies ``keep`` times as far.
        keep: of so many choices one goes on.
    """

    steps: int
    keep: int = 3

    def __post_init__(self) -> None:
        if not is_number(self.steps, int) or self.steps < 1:
            raise SettingsError(f"halving begins at step {shown(self.steps)}, expected a whole number above 0")
        if not is_number(self.keep, int) or not 2 <= self.keep <= MOST_KEPT_OF:
            raise SettingsError(f"halving keeps one of {shown(self.keep)}, expected a whole number from 2 to 10")

    @staticmethod
    def of(data: object) -> "Halving":
        """From what JSON holds: ``{"steps": 100, "keep": 3}``."""
        if not isinstance(data, dict) or not data.keys() <= {"steps", "keep"} or "steps" not in data:
            raise SettingsError(f'halving is {shown(data)}, expected such as {{"steps": 100, "keep": 3}}')
        return Halving(data["steps"], data.get("keep", 3))

    def check(self, end_step: int) -> None:
        """Raises SettingsError if a run of so many steps has no rung before its end."""
        if self.steps >= end_step:
            raise SettingsError(
                f"halving begins at step {self.steps:,}, which is not before the end of a run of {end_step:,} steps; "
                "begin earlier, or leave it out"
            )

    def targets(self, end_step: int) -> tuple[int, ...]:
        """The steps of the rungs of a run, its end the last.

        >>> Halving(100, 3).targets(1000)
        (100, 300, 900, 1000)
        """
        found, step = [], self.steps
        while step < end_step:
            found.append(step)
            step *= self.keep
        return (*found, end_step)


def survivors(
    measured: Mapping[int, float], choice_of: Mapping[int, int], problem_of: Mapping[int, object], keep: int
) -> set[int]:
    """Which trials go on from a rung: those of the better choices, one of ``keep``, of each problem.

    Choices are ranked by the median of their seeds, and equal ones by their number; what is not finite ranks last, and
    never goes on. Losses of different tasks, or of sequences of another length, are not compared.

    Args:
        measured: the loss of every trial that came to the rung; the lower the better.
        choice_of, problem_of: of every trial its choice, and the problem that it learns.
    """
    by_choice: dict[object, dict[int, list[float]]] = {}
    for place, value in measured.items():
        known = by_choice.setdefault(problem_of[place], {})
        known.setdefault(choice_of[place], []).append(value if math.isfinite(value) else math.inf)
    kept: set[int] = set()
    for choices in by_choice.values():
        ranked = sorted(choices, key=lambda choice, of=choices: (median(of[choice]), choice))  # type: ignore[misc]
        best = ranked[: max(1, math.ceil(len(ranked) / keep))]
        kept |= {choice for choice in best if math.isfinite(median(choices[choice]))}
    return {place for place in measured if choice_of[place] in kept and math.isfinite(measured[place])}
