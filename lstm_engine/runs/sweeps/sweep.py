"""A sweep as it stands in the store: its plan, its state, its runs, and how far they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from lstm_engine.checks import shown
from lstm_engine.errors import EngineError
from lstm_engine.runs.sweeps.needs import expected_work, work_of
from lstm_engine.runs.sweeps.plan import Plan


class SweepState(StrEnum):
    """What a sweep is doing; also the word that is stored."""

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    OVER = "out of time"  # its minutes are used up
    DONE = "done"

    @property
    def can_resume(self) -> bool:
        """Whether it can be gone on with."""
        return self in (SweepState.PAUSED, SweepState.OVER)


@lru_cache(maxsize=32)
def stored_plan(text: object) -> tuple[Plan | None, str]:
    """Whatever a database holds as a plan, and why today's code cannot use it; never raises."""
    if not isinstance(text, str):
        return None, f"its plan is {shown(text)}, expected text"
    try:
        return Plan.from_json(text), ""
    except EngineError as error:
        return None, str(error)


@dataclass(frozen=True)
class Sweep:
    """A sweep as it stands in the store.

    Attributes:
        size: how many runs it has when it is done, or fewer train to their end. text: its plan, as it is stored.
        decided: rungs of a halving that were decided. spent, allowed: seconds of training so far, and at most.
        error: why it was paused by itself, a sentence.
    """

    id: int
    name: str
    text: str
    created_at: float
    state: SweepState
    owner: str | None
    size: int
    decided: int
    spent: float
    ticked_at: float
    allowed: float | None
    error: str | None

    @property
    def plan(self) -> Plan | None:
        """What it does; None if today's code cannot read it, see ``problem``."""
        return stored_plan(self.text)[0]

    @property
    def problem(self) -> str:
        """Why its plan cannot be used; empty if it can."""
        return stored_plan(self.text)[1]


@dataclass(frozen=True)
class SweepRun:
    """A run of a sweep, as far as the sweep asks.

    Attributes:
        place: which trial of the plan. run_id: its number. there: whether it was not deleted.
        rung: of a halving, to which it was sent. dropped: the rung from which it did not go on; None if it did.
        step, target_step, stopped, failed, held: as in the run; held by a process, alive or not.
        loss, best: the newest and the least validation loss; measure: the newest of the task's own; None if there is
            none yet.
    """

    place: int
    run_id: int
    there: bool
    rung: int
    dropped: int | None
    step: int
    target_step: int
    stopped: bool
    failed: bool
    held: bool
    loss: float | None = None
    best: float | None = None
    measure: float | None = None

    @property
    def open(self) -> bool:
        """Whether it has steps to train before the sweep looks at it again."""
        return self.there and not self.failed and not self.stopped and self.step < self.target_step


@dataclass(frozen=True)
class Progress:
    """How far a sweep is.

    Attributes:
        runs: planned. begun, training, waiting, finished, dropped, failed, aside: how many of them; aside are those
            that somebody paused or deleted by hand.
        share: of the work, from 0 to 1. seconds_left: about; None while nobody can tell.
    """

    runs: int
    begun: int
    training: int
    waiting: int
    finished: int
    dropped: int
    failed: int
    aside: int
    share: float
    seconds_left: float | None


def progress_of(sweep: Sweep, plan: Plan, found: Sequence[SweepRun]) -> Progress:
    """How far it is, and how long it will take at the speed so far."""
    trials = plan.trials
    done = finished = dropped = failed = aside = training = waiting = 0
    worked = 0.0
    for run in found:
        if run.place >= len(trials):  # of a plan that reads otherwise today
            continue
        end = trials[run.place].settings.end_step
        worked += work_of(trials[run.place].settings, run.step)
        if not run.there:
            aside += 1
        elif run.failed:
            failed += 1
        elif run.step >= end:
            finished += 1
        elif run.dropped is not None:
            dropped += 1
        elif run.open:
            training += run.held
            waiting += not run.held
        elif plan.halving is None or run.step < plan.halving.targets(end)[run.rung]:
            aside += sweep.state is SweepState.RUNNING
        done += 1
    wanted = expected_work(plan)
    share = 1.0 if sweep.state is SweepState.DONE else min(worked / wanted, 1.0) if wanted else 0.0
    left = None
    if sweep.state is SweepState.DONE:
        left = 0.0
    elif worked > 0 and sweep.spent > 0:
        left = sweep.spent * max(wanted - worked, 0.0) / worked
        if sweep.allowed is not None:
            left = min(left, max(sweep.allowed - sweep.spent, 0.0))
    return Progress(len(trials), done, training, waiting, finished, dropped, failed, aside, share, left)
