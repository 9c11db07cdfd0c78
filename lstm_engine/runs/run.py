"""What the store tells of a run: its record, its status, and its history of metrics."""

from dataclasses import dataclass, make_dataclass
from enum import StrEnum
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from lstm_engine.errors import SettingsError
from lstm_engine.learning.training import StepMetrics
from lstm_engine.runs.lease import lease_is_alive
from lstm_engine.runs.metrics import CURVES, METRICS
from lstm_engine.runs.settings import RunSettings
from lstm_engine.tasks import OF_RUNS
from lstm_engine.tasks.own_model_task import NEVER_TRAINED


class Status(StrEnum):
    """What a run is doing."""

    QUEUED = "queued"
    TRAINING = "training"
    PAUSED = "paused"
    STOPPED = "stopped"
    FINISHED = "finished"
    LOST = "lost"  # its worker died
    FAILED = "failed"
    UNREADABLE = "unreadable"  # today's code cannot run it: its task is gone, or its row holds what cannot be used

    @property
    def under_way(self) -> bool:
        """Whether steps are trained, or will be without anybody's doing."""
        return self in (Status.QUEUED, Status.TRAINING, Status.LOST)


@dataclass(frozen=True)
class Run:
    """A run as it stands in the store."""

    id: int
    name: str
    settings: RunSettings
    created_at: float
    step: int
    target_step: int
    stopped: bool
    pace: float
    queued_at: float
    lease: str | None
    heartbeat: float | None
    steps_per_second: float | None
    error: str | None
    owner: str | None = None  # who started it, where many people do; None is nobody in particular
    row_problem: str | None = None  # what its row holds beside the settings that cannot be used, in a sentence

    @property
    def end_step(self) -> int:
        return self.settings.end_step

    @property
    def problem(self) -> str | None:
        """Why today's code cannot run it, in a sentence; None if it can."""
        return self.row_problem or self.settings.problem

    @property
    def is_trained(self) -> bool:
        """Whether it learns, or learned, here; a model of one's own was trained elsewhere."""
        task = OF_RUNS.get(self.settings.task)
        return task is None or task.is_trained

    @property
    def is_private(self) -> bool:
        """Whether it holds what somebody brought, a model, a text or a table: seen by them alone where many look."""
        return bool(self.settings.text)

    @property
    def readable(self) -> bool:
        """Whether today's code can run it."""
        return self.problem is None

    def runnable(self) -> Self:
        """Itself, for whoever wants to train it.

        Raises:
            SettingsError: today's code cannot run it, or nobody can train it.
        """
        if self.problem is not None:
            raise SettingsError(self.problem)
        if not self.is_trained:
            raise SettingsError(f"run {self.id} is never trained: {NEVER_TRAINED}")
        return self

    @property
    def wants_worker(self) -> bool:
        """Whether there are steps to train."""
        return (
            self.readable
            and self.is_trained
            and self.error is None
            and not self.stopped
            and self.step < self.target_step
        )

    @property
    def has_worker(self) -> bool:
        """Whether a living process holds the run."""
        return self.lease is not None and lease_is_alive(self.lease, self.heartbeat or 0.0)

    @property
    def status(self) -> Status:
        if not self.readable:
            return Status.UNREADABLE
        if self.error is not None:
            return Status.FAILED
        if self.step >= self.end_step or not self.is_trained:
            return Status.FINISHED
        if self.stopped:
            return Status.STOPPED
        if self.step >= self.target_step:
            return Status.PAUSED
        if self.has_worker:
            return Status.TRAINING
        return Status.LOST if self.lease is not None else Status.QUEUED


@dataclass(frozen=True)
class Change:
    """A setting that somebody changed while the run trained.

    Attributes:
        step: the first step that it holds for; None until the worker has taken it up.
        field: which setting. value: its new value; None takes it away, which only ``clip_norm`` can be.
    """

    step: int | None
    field: str
    value: float | None


@dataclass(frozen=True)
class Notes:
    """What people say of a run.

    Attributes:
        note: free text. tags: short words.
        parent_run, parent_step: the checkpoint that the run was forked from, if it was.
    """

    note: str = ""
    tags: tuple[str, ...] = ()
    parent_run: int | None = None
    parent_step: int | None = None


@dataclass(frozen=True)
class Recorded:
    """Metrics of one step, with the validation loss and the task's own measure where they were measured."""

    metrics: StepMetrics
    validation_loss: float | None = None
    measure: float | None = None

    @property
    def values(self) -> dict[str, float | None]:
        """The step and every metric, by name; None where it was not measured."""
        return {**vars(self.metrics), "validation_loss": self.validation_loss, "measure": self.measure}


@dataclass(frozen=True)
class Series:
    """One curve: steps and values, each (N,), ascending."""

    step: NDArray[np.int64]
    value: NDArray[np.float64]


# an attribute for every metric, by its name: ``history.loss``, ``curves.loss``
OfCurves: Any = make_dataclass("OfCurves", [(metric.name, Series) for metric in CURVES], frozen=True)
OfHistory: Any = make_dataclass(
    "OfHistory",
    [("step", NDArray[np.int64]), *((metric.name, NDArray[np.float64]) for metric in METRICS)],
    frozen=True,
)


class Curves(OfCurves):
    """A run's curves with few points, each a ``Series`` with all its spikes, by the names of ``metrics.CURVES``."""


class History(OfHistory):
    """A run's metrics as columns, each (N,): ``step`` and those of ``metrics.METRICS``; NaN where one was not measured.

    >>> History(*np.arange(6.0)).learning_rate.item()
    4.0
    """
