"""Where on the Step page a position of an inspected text is seen."""

from collections.abc import Iterator

from dashboard.serving.problems import Problem
from dashboard.views.inspect.texts import BEFORE, BEHIND, Passage, written
from lstm_engine import TaskInputError
from lstm_engine.tasks import Task


def step_place(task: Task, passage: Passage, position: int) -> tuple[str, int]:
    """The sequence as the Step page takes it, and the timestep in it, from 1.

    Of a long text it is a part that begins ``BEFORE`` symbols earlier: its state begins anew there, and is nearly the
    same by then.

    Raises:
        Problem: the task reads no such sequence by itself.
    """
    sequence, timestep = passage.place(position)
    begin = passage.begins[sequence]
    first = max(0, timestep - BEFORE)
    for text in candidates(task, passage, begin + first, begin + passage.lengths[sequence], position):
        try:
            labels = task.encode(text).labels
        except TaskInputError:
            continue
        wanted = list(passage.labels[begin + first : position + 1])
        for shift in (0, 1):  # a task may put a mark of its own in front
            if labels[shift : shift + len(wanted)] == wanted:
                return text, shift + len(wanted)
    raise Problem("The Step page cannot read this place as a sequence of its own; try another place.")


def candidates(task: Task, passage: Passage, first: int, end: int, position: int) -> Iterator[str]:
    """Texts that may lead there, the best first."""
    if task.learns_from_text:
        stop = min(end, position + BEHIND)
        yield written([*passage.labels[first:stop], passage.came[stop - 1]])  # what is read last only answers
    yield written(passage.labels[first:end])
    if not task.reads_symbols:
        yield from (text for text in task.examples())
