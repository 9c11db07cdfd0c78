"""What came of a sweep: a row a run, and of each choice of settings the median and the spread of its seeds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from lstm_engine.runs.sweeps.plan import Plan, Trial
from lstm_engine.runs.sweeps.sweep import SweepRun
from lstm_engine.tasks import KINDS

WAITING, TRAINING, FINISHED, DROPPED = "waiting", "training", "finished", "given up"
FAILED, RESTING, DELETED = "failed", "at rest", "deleted"


@dataclass(frozen=True)
class Result:
    """A run of a sweep, with what it reached.

    Attributes:
        trial: what was asked for. run: how it stands; None if it was not begun. state: in a word.
    """

    trial: Trial
    run: SweepRun | None
    state: str

    @property
    def score(self) -> float | None:
        """What it is ranked by: the task's own measure or, of a task without one, the least validation loss."""
        if self.run is None:
            return None
        return self.run.measure if KINDS[self.trial.settings.task].measure_name else self.run.best


@dataclass(frozen=True)
class Outcome:
    """A choice of settings, over its seeds.

    Attributes:
        values: what was chosen. task: on which. results: of its seeds, those begun and those not.
        measured: how many have a score. middle, worst, best: of these; None if none has.
        loss: the median of their least validation losses.
    """

    values: Mapping[str, Any]
    task: str
    results: tuple[Result, ...]
    measured: int
    middle: float | None
    worst: float | None
    best: float | None
    loss: float | None


def results_of(plan: Plan, found: Sequence[SweepRun]) -> list[Result]:
    """A row for every trial of the plan."""
    by_place = {run.place: run for run in found}
    return [
        Result(trial, by_place.get(trial.place), state_of(trial, by_place.get(trial.place))) for trial in plan.trials
    ]


def state_of(trial: Trial, run: SweepRun | None) -> str:
    """How a run stands, in a word."""
    if run is None:
        return WAITING
    if not run.there:
        return DELETED
    if run.failed:
        return FAILED
    if run.step >= trial.settings.end_step:
        return FINISHED
    if run.dropped is not None:
        return DROPPED
    if run.open:
        return TRAINING if run.held else WAITING
    return RESTING


def higher_is_better(task: str) -> bool:
    """Whether a larger score is a better one; a loss is none."""
    return bool(KINDS[task].measure_name) and KINDS[task].higher_is_better


def score_name(task: str) -> str:
    """What runs of a task are ranked by."""
    return KINDS[task].measure_name or "least validation loss"


def outcomes_of(results: Sequence[Result]) -> list[Outcome]:
    """The choices, the best of each task first, equal ones by their loss; those without a score stand last."""
    by_choice: dict[int, list[Result]] = {}
    for result in results:
        by_choice.setdefault(result.trial.choice, []).append(result)
    found = [outcome_of(tuple(group)) for group in by_choice.values()]
    return sorted(found, key=rank)


def outcome_of(group: tuple[Result, ...]) -> Outcome:
    """The summary of one choice's seeds."""
    task = group[0].trial.settings.task
    scores = sorted(score for one in group if (score := one.score) is not None and math.isfinite(score))
    losses = [one.run.best for one in group if one.run is not None and one.run.best is not None]
    low, high = (scores[0], scores[-1]) if scores else (None, None)
    worst, best = (low, high) if higher_is_better(task) else (high, low)
    return Outcome(
        values=group[0].trial.values,
        task=task,
        results=group,
        measured=len(scores),
        middle=median(scores) if scores else None,
        worst=worst,
        best=best,
        loss=median(losses) if losses else None,
    )


def rank(outcome: Outcome) -> tuple[float, ...]:
    """By which choices are sorted."""
    if outcome.middle is None:
        return (math.inf, 0.0, 0.0)
    sign = -1 if higher_is_better(outcome.task) else 1
    loss = math.inf if outcome.loss is None else outcome.loss
    return (sign * outcome.middle, sign * (outcome.worst or 0.0), loss)


def row_of(result: Result, names: Sequence[str]) -> dict[str, Any]:
    """A result as a row of a table: what was varied, and what came of it."""
    run, settings = result.run, result.trial.settings
    values = {name: result.trial.values.get(name) for name in names}
    begun = run if run is not None and run.there else None
    return {
        "run": None if begun is None else begun.run_id,
        **values,
        "seed": settings.seed,
        "state": result.state,
        "step": 0 if begun is None else begun.step,
        "best_validation_loss": None if begun is None else begun.best,
        "measure": None if begun is None else begun.measure,
    }
