"""Runs side by side: which differ in their seed alone, and what each of them reached in its task's own measure."""

import math
from collections.abc import Sequence

from lstm_engine.errors import EngineError
from lstm_engine.runs.checkpoints import restored_with_task
from lstm_engine.runs.run import Run
from lstm_engine.runs.store import RunStore


def measure_of(store: RunStore, run: Run) -> float | None:
    """The newest of the task's own measure: as it was recorded or, of a run from before that, of its newest checkpoint.

    None where the task has none, or the run cannot be read.
    """
    recorded = store.validations(run.id, name="measure")
    if len(recorded.value):
        return float(recorded.value[-1])
    try:
        model, task = restored_with_task(run.settings, store.newest_checkpoint(run.id)[1])
        found = task.measure(model, run.settings.sequence_length, thorough=False)
    except EngineError:
        return None
    return None if found is None or not math.isfinite(found.value) else found.value


def by_seed(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs, those together that differ in their seed alone."""
    groups: dict[object, list[Run]] = {}
    for run in runs:
        key = run.settings.numbers(with_seed=False) if run.readable else run.id
        groups.setdefault(key, []).append(run)
    return list(groups.values())
