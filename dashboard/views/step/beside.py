"""Which runs can stand beside another on the Step page: those of its task that read the same symbols."""

from collections.abc import Sequence
from typing import Any

from dashboard.serving.numbers import LONGEST_NUMBER, run_number
from dashboard.serving.problems import Problem
from dashboard.shell.readable import CANNOT_RUN, problem_of
from dashboard.shell.run_labels import cell_name, run_labels, task_title
from lstm_engine.cell.in_words import in_words
from lstm_engine.cell.variants import VARIANTS
from lstm_engine.runs import Run, RunStore
from lstm_engine.tasks.folding import shortened

MOST_LISTED = 200  # the newest; a link can name any


def runs_beside(store: RunStore, run_id: int) -> dict[str, Any]:
    """The runs to choose from, the newest first, each with the label that every list gives it.

    Raises:
        RunNotFound: there is no such run.
    """
    task = store.get(run_id).settings.task
    of_task = [run for run in store.list_runs() if run.readable and run.settings.task == task and run.id != run_id]
    labels = run_labels(of_task[:MOST_LISTED], store.newest_losses())
    return {"runs": [{"run": number, "label": label} for number, label in labels.items()]}


def run_beside(store: RunStore, run_id: int, wanted: str) -> dict[str, Any]:
    """What the page must know of the run to show it beside this one.

    Args:
        wanted: its number; or, since numbers differ from server to server, the names of the two cells that are to stand
            side by side, with a comma between: the newest run of this one's task with the one that this one has not.

    Raises:
        RunNotFound: there is no such run.
        Problem: it cannot stand beside this one, in a sentence.
    """
    cells = wanted.split(",", 2)
    number = newest_with(store, run_id, cells) if set(cells) <= set(VARIANTS) else run_number(wanted)
    if number is None:
        raise Problem(f"“{wanted[:LONGEST_NUMBER]}” is not the number of a run. Choose one of the list.")
    if number == run_id:
        raise Problem(
            f"Run {number} is the one that is shown. Choose another run of its task, or another checkpoint of this one "
            "under “Compare”."
        )
    this, other = store.get(run_id), store.get(number)
    check_comparable(this, other)
    return {
        "run": other.id,
        "name": other.name,
        "cell": cell_name(other),
        "task": other.settings.task,
        "end_step": other.end_step,
    }


def newest_with(store: RunStore, run_id: int, cells: Sequence[str]) -> int:
    """The newest other run of the task with the first of these cells that this run has not, or else with its own."""
    this = store.get(run_id).settings
    task, variant = this.task, next((cell for cell in cells if cell != this.variant), cells[0])
    for run in store.list_runs():
        if run.id != run_id and run.readable and (run.settings.task, run.settings.variant) == (task, variant):
            return run.id
    raise Problem(
        f"There is no other run of this task with the cell {in_words(variant).name} here. On the Train page, “New run” "
        "makes one."
    )


def check_comparable(this: Run, other: Run) -> None:
    """Raise Problem unless both runs can read one sequence and mean the same by it."""
    who = f"“{shortened(other.name)}” (run {other.id})"
    if other.settings.task != this.settings.task:
        raise Problem(
            f"{who} learns another task, {task_title(other)}, so it cannot read this one's sequences. "
            f"Choose a run of {task_title(this)}."
        )
    if problem_of(other):
        raise Problem(f"{who} {CANNOT_RUN}. Choose another run.")
    mine, theirs = this.settings.task_object, other.settings.task_object
    if not mine.vocabulary and this.settings.text != other.settings.text:
        raise Problem(f"{who} learns other numbers, on a scale of their own. Choose a run of the same data.")
    for words, here, there in (
        ("reads", mine.reads, theirs.reads),
        ("answers with", mine.vocabulary, theirs.vocabulary),
    ):
        if here != there:
            raise Problem(
                f"{who} {words} other symbols{difference(here, there)}. Choose a run that learns from the same text."
            )


def difference(here: Sequence[str], there: Sequence[str]) -> str:
    """In what two sets of symbols differ, as part of a sentence; empty if in their order alone."""
    alone = [symbol for symbol in there if symbol not in set(here)], [s for s in here if s not in set(there)]
    parts = [
        f"{who} “{shortened(symbols[0])}”" + (f" and {len(symbols) - 1:,} more" if len(symbols) > 1 else "")
        for who, symbols in zip(("it alone has", "this one alone"), alone, strict=True)
        if symbols
    ]
    return f" ({', '.join(parts)})" if parts else ""
