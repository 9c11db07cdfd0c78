"""The tasks, by name. A new one is a file with a ``Task`` in it and an entry in ``TASKS``."""

from functools import lru_cache

from lstm_engine.errors import SettingsError
from lstm_engine.tasks.adding import AddingTask
from lstm_engine.tasks.base import Baseline, Batch, EncodedSequence, Measure, Sample, Task
from lstm_engine.tasks.brackets import BracketsTask
from lstm_engine.tasks.characters import OwnTextTask, SourceCodeTask
from lstm_engine.tasks.copying import CopyTask
from lstm_engine.tasks.counting import AnBnCnTask, AnBnTask
from lstm_engine.tasks.names import NamesTask
from lstm_engine.tasks.parity import ParityTask
from lstm_engine.tasks.reber import ReberTask
from lstm_engine.tasks.series import OwnSeriesTask
from lstm_engine.tasks.signal import SignalTask
from lstm_engine.tasks.temporal_order import TemporalOrderTask

TASKS: dict[str, type[Task]] = {
    task.name: task
    for task in (
        NamesTask,
        SourceCodeTask,
        SignalTask,
        AddingTask,
        ReberTask,
        TemporalOrderTask,
        AnBnTask,
        AnBnCnTask,
        BracketsTask,
        CopyTask,
        ParityTask,
    )
}
# these learn from what a person brings
OWN_TASKS: dict[str, type[Task]] = {task.name: task for task in (OwnTextTask, OwnSeriesTask)}
KINDS = {**TASKS, **OWN_TASKS}


@lru_cache(maxsize=64)
def get(name: str, input_size: int | None = None, output_size: int | None = None, text: str | None = None) -> Task:
    """The task of that name; the sizes widen its inputs and outputs beyond what it needs.

    Args:
        text: what to learn from, for a task in ``OWN_TASKS``.

    Raises:
        SettingsError: there is none, or a size is smaller than the task needs.
        TaskInputError: the text cannot be learned from.
    """
    if name in OWN_TASKS:
        return OWN_TASKS[name](input_size, output_size, text)  # type: ignore[call-arg]
    if name not in TASKS:
        raise SettingsError(f"there is no task {name!r}; choose one of {', '.join(KINDS)}")
    return TASKS[name](input_size, output_size)  # type: ignore[call-arg]


__all__ = ["KINDS", "OWN_TASKS", "TASKS", "Baseline", "Batch", "EncodedSequence", "Measure", "Sample", "Task", "get"]
