"""Runs that this version of the code cannot run: made by another one, or on a task that is gone."""

from lstm_engine import EngineError
from lstm_engine.runs import Run

CANNOT_RUN = "cannot be run by this version"


def problem_of(run: Run) -> str:
    """Why the run cannot be run by this version, as a sentence; empty if it can."""
    told = getattr(run, "problem", None)
    if told:
        return str(told)
    try:
        run.settings.task_object  # noqa: B018
    except EngineError as error:
        return str(error)
    return ""
