"""The tasks, by name. A new one is a file with a ``Task`` in it and a line in ``TASKS``."""

from functools import cache

from lstm_engine.errors import SettingsError
from lstm_engine.tasks.base import Baseline, Batch, EncodedSequence, Sample, Task
from lstm_engine.tasks.names import NamesTask
from lstm_engine.tasks.signal import SignalTask

TASKS: dict[str, type[NamesTask] | type[SignalTask]] = {task.name: task for task in (NamesTask, SignalTask)}


@cache
def get(name: str, input_size: int | None = None, output_size: int | None = None) -> Task:
    """The task of that name; the sizes widen its inputs and outputs beyond what it needs.

    Raises:
        SettingsError: there is none, or a size is smaller than the task needs.
    """
    if name not in TASKS:
        raise SettingsError(f"there is no task {name!r}; choose one of {', '.join(TASKS)}")
    return TASKS[name](input_size, output_size)


__all__ = ["TASKS", "Baseline", "Batch", "EncodedSequence", "Sample", "Task", "get"]
