"""Which run a newcomer sees, and what of it."""

from collections.abc import Sequence

from dashboard.shell.made_beside import is_made_beside
from dashboard.shell.readable import problem_of
from lstm_engine.cell.lstm import is_standard
from lstm_engine.cell.variants import get_variant
from lstm_engine.runs import Run
from lstm_engine.tasks import KINDS, Task

LONGEST = 16  # timesteps that are read within a quarter of a minute
MOST_SEQUENCES = 8


def run_to_show(runs: Sequence[Run], chosen: str | None = None) -> Run | None:
    """The run that was chosen, if it can be shown; else the one in which most can be seen; None if there is none.

    Args:
        runs: all, the newest first.
        chosen: the number of a run, as an address has it.
    """

    def worth(run: Run) -> tuple[bool, ...]:
        return (
            str(run.id) == chosen,
            not is_made_beside(run),
            is_an_lstm(run),
            run.status.under_way,
            makes_things_up(run),
        )

    # of equals the first stays first: the newest; only then is a task built, to see whether it can be
    best_first = sorted((run for run in runs if run.readable and run.is_trained), key=worth, reverse=True)
    return next((run for run in best_first if not problem_of(run)), None)


def is_an_lstm(run: Run) -> bool:
    """Whether its cell is the one that the page's words tell of."""
    return is_standard(get_variant(run.settings.variant))


def makes_things_up(run: Run) -> bool:
    """Whether its model goes on with a sequence by itself, in symbols."""
    kind = KINDS[run.settings.task]
    return kind.continues() and kind.loss == "cross_entropy"


def sequences_to_read(task: Task) -> list[str]:
    """Examples that are short enough to be read while somebody looks; the shortest of all, if none is."""
    examples = list(task.examples())
    short = [example for example in examples if len(task.encode(example).labels) <= LONGEST]
    return short[:MOST_SEQUENCES] or [min(examples, key=lambda example: len(task.encode(example).labels))]
