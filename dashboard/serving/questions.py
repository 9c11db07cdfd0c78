"""What the questions of several rooms have in common."""

from collections.abc import Mapping

from dashboard.serving.answering import QuestionError
from lstm_engine.runs import RunStore

NEWEST = "newest"


def checkpoint_step(store: RunStore, run_id: int, asked: Mapping[str, str]) -> int:
    """The checkpoint that a query names: a step, or newest.

    Raises:
        RunNotFound: there is no such run.
        QuestionError: it is neither.
    """
    wanted = asked.get("checkpoint", NEWEST)
    if wanted != NEWEST and not (wanted.isdecimal() and len(wanted) < 18):
        raise QuestionError(f"There is no checkpoint “{wanted[:40]}”; expected a step, or “{NEWEST}”.")
    return store.newest_checkpoint_step(run_id) if wanted == NEWEST else int(wanted)
