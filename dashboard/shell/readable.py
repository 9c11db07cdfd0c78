"""Runs that this version of the code cannot run: made by another one, or on a task that is gone."""

from lstm_engine import EngineError
from lstm_engine.runs import Run

CANNOT_RUN = "cannot be run by this version"


def problem_of(run: Run) -> str:
    """Why the run cannot be run by this version, as a sentence; empty if it can.

    It builds the run's task, which may take a while: of a run in a list ``run.problem`` says enough.
    """
    if run.problem is not None:
        return run.problem
    try:
        run.settings.task_object  # noqa: B018
    except EngineError as error:
        return str(error)
    return ""
