"""The checkpoint that a question names, and what it holds."""

from collections.abc import Mapping

from dashboard.serving.numbers import LONGEST_NUMBER, STEP
from dashboard.serving.problems import Kind, Problem, QuestionError
from lstm_engine.runs import RunNotFound, RunStore

NEWEST = "newest"


def checkpoint_step(store: RunStore, run_id: int, asked: Mapping[str, str]) -> int:
    """The checkpoint that a query names: a step, or newest.

    Raises:
        RunNotFound: there is no such run.
        QuestionError: it is neither.
    """
    wanted = asked.get(STEP.name, NEWEST)
    if wanted == NEWEST:
        return store.newest_checkpoint_step(run_id)
    try:
        return int(STEP.read(wanted))
    except Problem:
        raise QuestionError(
            f"There is no checkpoint “{wanted[:LONGEST_NUMBER]}”; expected a step, or “{NEWEST}”."
        ) from None


def read_checkpoint(store: RunStore, run_id: int, step: int) -> bytes:
    """The safetensors bytes of a checkpoint.

    Raises:
        RunNotFound: there is no such run.
        Problem: it has no such checkpoint, or has it no more.
    """
    try:
        return store.checkpoint(run_id, step)
    except RunNotFound as error:
        store.get(run_id)
        raise Problem(str(error), Kind.CHECKPOINT_MISSING) from error
