"""The checkpoint that a question names."""

from collections.abc import Mapping

from dashboard.serving.numbers import LONGEST_NUMBER, STEP
from dashboard.serving.problems import Problem
from lstm_engine.runs import RunStore

NEWEST = "newest"


def checkpoint_step(store: RunStore, run_id: int, asked: Mapping[str, str]) -> int:
    """The checkpoint that a query names: a step, or newest.

    Raises:
        RunNotFound: there is no such run.
        Problem: it is neither.
    """
    wanted = asked.get(STEP.name, NEWEST)
    if wanted == NEWEST:
        return store.newest_checkpoint_step(run_id)
    try:
        return int(STEP.read(wanted))
    except Problem:
        raise Problem(f"There is no checkpoint “{wanted[:LONGEST_NUMBER]}”; expected a step, or “{NEWEST}”.") from None
