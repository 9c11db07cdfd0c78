"""The tasks, by name. A new one is a file with a ``Task`` in it and an entry in ``TASKS``."""

from collections import ChainMap
from functools import lru_cache

from lstm_engine.checks import shown
from lstm_engine.errors import EngineError, SettingsError
from lstm_engine.tasks.adding import AddingTask
from lstm_engine.tasks.base import Baseline, Batch, EncodedSequence, Measure, Sample, Task
from lstm_engine.tasks.brackets import BracketsTask
from lstm_engine.tasks.characters import OwnTextTask, SourceCodeTask
from lstm_engine.tasks.copying import CopyTask
from lstm_engine.tasks.counting import AnBnCnTask, AnBnTask
from lstm_engine.tasks.names import NamesTask
from lstm_engine.tasks.own_model_task import OwnModelTask
from lstm_engine.tasks.parity import ParityTask
from lstm_engine.tasks.reber import ReberTask
from lstm_engine.tasks.series import OwnSeriesTask
from lstm_engine.tasks.signal import SignalTask
from lstm_engine.tasks.temporal_order import TemporalOrderTask
from lstm_engine.tasks.words import OwnWordsTask, WordsTask

TASKS: dict[str, type[Task]] = {
    task.name: task
    for task in (
        NamesTask,
        WordsTask,
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
OWN_TASKS: dict[str, type[Task]] = {task.name: task for task in (OwnTextTask, OwnWordsTask, OwnSeriesTask)}
KINDS = ChainMap(OWN_TASKS, TASKS)  # all of them, also what is entered in TASKS later; their own data come last
# what a run may be of: these, and what is brought as it is and never trained
BROUGHT_TASKS: dict[str, type[Task]] = {OwnModelTask.name: OwnModelTask}
OF_RUNS = ChainMap(BROUGHT_TASKS, OWN_TASKS, TASKS)


def get(name: str, input_size: int | None = None, output_size: int | None = None, text: str | None = None) -> Task:
    """The task of that name; the sizes widen its inputs and outputs beyond what it needs.

    Args:
        text: what to learn from, for a task that learns from a text.

    Raises:
        SettingsError: there is none, it cannot be made, or a size is smaller than the task needs.
        TaskInputError: the text cannot be learned from.
    """
    if not isinstance(name, str) or name not in OF_RUNS:
        raise SettingsError(f"there is no task {shown(name)}; choose one of {', '.join(KINDS)}")
    kind = OF_RUNS[name]
    return _made(kind, input_size, output_size, text if kind.learns_from_text else None)


@lru_cache(maxsize=64)
def _made(kind: type[Task], input_size: int | None, output_size: int | None, text: str | None) -> Task:
    try:
        if kind.learns_from_text:
            return kind(input_size, output_size, text)  # type: ignore[call-arg]
        return kind(input_size, output_size)  # type: ignore[call-arg]
    except EngineError:
        raise
    except Exception as error:  # a person's own task may fail in whatever way; nobody else's run is to suffer for it
        raise SettingsError(f"the task {kind.name!r} cannot be made: {type(error).__name__}: {error}") from error


__all__ = [
    "KINDS",
    "OF_RUNS",
    "OWN_TASKS",
    "TASKS",
    "Baseline",
    "Batch",
    "EncodedSequence",
    "Measure",
    "Sample",
    "Task",
    "get",
]
