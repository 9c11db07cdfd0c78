"""What is inspected: the held-out part of what a run learns, or a person's own text; sequence after sequence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dashboard.serving.problems import Problem
from lstm_engine import LSTMModel, TaskInputError
from lstm_engine.inspection import in_reading_order
from lstm_engine.runs import RunSettings
from lstm_engine.tasks import Batch, EncodedSequence, Task
from lstm_engine.tasks.base import MAX_SEQUENCE
from lstm_engine.tasks.characters import LABELS, CharactersTask
from lstm_engine.tasks.own_model_task import MOST_ONE_HOT

HELD_OUT, OWN = "held-out", "own"
MOST_SYMBOLS = 100_000  # that are analysed
MOST_VALUES = 40_000_000  # of a layer's quantities: 160 MB
MOST_INPUTS = 20_000_000  # numbers of one-hot inputs: 80 MB while they are read
MOST_OWN_SEQUENCES = 200
EXAMPLE = 1_500  # characters
LONGEST_OWN = 6_000  # characters of a person's own text, as far as an address carries them
WRITTEN = {label: symbol for symbol, label in LABELS.items()}  # how what cannot be seen stands in a text
PIECES, WARM_UP = 32, 100  # side by side a long text is read many times as fast
MOST_BROKEN_INPUTS = 8_000_000  # numbers read and said when it is read again and again: seconds of the server
MOST_WORK = 2.5e9  # positions times weights when it is read again and again: likewise, for which others wait
BEFORE, BEHIND = 200, 40  # symbols around a place of a long text that the Step page is given


@dataclass(frozen=True)
class Passage:
    """N positions that are read, sequence after sequence; the state begins anew at each.

    Attributes:
        batch: the sequences side by side, padded at their ends.
        labels: what was read at each position, as a person reads it.
        came: what came next, or is right, at each; empty where no answer is asked.
        lengths: of the sequences.
        cut: whether there is more than what is read.
        note: what was read otherwise than it was typed.
        goes_on: whether it is what a task holds out of a text, whose beginning the model learned from.
    """

    batch: Batch
    labels: tuple[str, ...]
    came: tuple[str, ...]
    lengths: tuple[int, ...]
    cut: bool
    note: str = ""
    goes_on: bool = False

    @cached_property
    def counts(self) -> NDArray[np.bool_]:
        """(B * T,), where no sequence is padded."""
        T = len(self.batch.inputs)
        return (np.arange(T) < np.array(self.lengths)[:, None]).ravel()

    @cached_property
    def begins(self) -> tuple[int, ...]:
        """Where each sequence begins."""
        return tuple(np.cumsum((0, *self.lengths[:-1])).tolist())

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Each sequence as a person would type it."""
        ends = (*self.begins[1:], len(self.labels))
        return tuple(written(self.labels[begin:end]) for begin, end in zip(self.begins, ends, strict=True))

    @cached_property
    def asked(self) -> NDArray[np.bool_]:
        """(N,), where the task asks for an answer, so that there is a loss."""
        if self.batch.mask is None:
            return np.ones(len(self.labels), bool)
        return np.asarray(in_reading_order(self.batch.mask)[self.counts])

    def sequences(self) -> Iterable[tuple[NDArray, NDArray]]:
        """Inputs (T, I) and targets (T,) or (T, O) of each, without what is padded."""
        for column, length in enumerate(self.lengths):
            yield self.batch.inputs[:length, column], self.batch.targets[:length, column]

    def place(self, position: int) -> tuple[int, int]:
        """The sequence of a position, and the timestep in it, both from 0."""
        sequence = int(np.searchsorted(self.begins, position, "right")) - 1
        return sequence, position - self.begins[sequence]


def counted(batch: Batch) -> NDArray[np.bool_]:
    """(B * T,), in reading order: up to where each sequence is last asked for an answer; behind it is padding."""
    T, B = batch.inputs.shape[:2]
    if batch.mask is None:
        return np.ones(B * T, bool)
    ends = T - batch.mask[::-1].argmax(axis=0)  # (B,)
    return (np.arange(T) < ends[:, None]).ravel()


def separator(labels: Sequence[str]) -> str:
    """What stands between symbols in a text: nothing between letters, a blank between words."""
    return " " if any(len(label) > 1 for label in labels) else ""


def written(labels: Sequence[str]) -> str:
    """Symbols as a person would type them."""
    return separator(labels).join(WRITTEN.get(label, label) for label in labels)


def most_positions(settings: RunSettings, model: LSTMModel, planes: int) -> int:
    """How many positions of such a run are analysed at most."""
    room = MOST_VALUES // (planes * model.architecture.hidden_size), MOST_INPUTS // settings.task_object.input_size
    return max(100, min(MOST_SYMBOLS, *room))


def passage(task: Task, settings: RunSettings, source: str, own: str, most: int) -> Passage:
    """What is to be read.

    Args:
        source: ``held-out`` or ``own``. own: the person's text.
        most: positions.

    Raises:
        TaskInputError: the task cannot read the person's text.
        Problem: there is no such source, or too much of it.
    """
    if not task.is_trained and task.input_size > MOST_ONE_HOT:
        raise Problem(f"The model knows {task.input_size:,} symbols; at most {MOST_ONE_HOT:,} can be inspected here.")
    if source == OWN:
        return passage_of(own_sequences(task, own), most)
    if source != HELD_OUT:
        raise Problem(f"There is no text “{source[:40]}”; choose {HELD_OUT} or {OWN}.")
    if not (task.reads_symbols and task.is_trained):  # a model trained elsewhere brings no text of its own
        return passage_of([task.encode(example) for example in task.examples()], most)
    length = most if task.learns_from_text else settings.sequence_length
    batch = task.validation_batch(length)
    labels, answers = (np.array(names, dtype=object) for names in (task.reads, task.vocabulary))
    counts = counted(batch)
    codes = in_reading_order(batch.inputs.argmax(axis=2))[counts]  # (N,)
    lengths = counts.reshape(batch.inputs.shape[1], -1).sum(axis=1)  # (B,)
    kept = max(1, int(np.searchsorted(np.cumsum(lengths), most, "right")))  # sequences, of all
    N = int(lengths[:kept].sum())
    batch = Batch(batch.inputs[:, :kept], batch.targets[:, :kept], None if batch.mask is None else batch.mask[:, :kept])
    mask = np.ones(batch.inputs.shape[:2], bool) if batch.mask is None else batch.mask
    targets = in_reading_order(batch.targets)[counts[: kept * len(batch.inputs)]]
    asked = in_reading_order(mask)[counts[: kept * len(batch.inputs)]]
    came = [
        (" or ".join(answers[np.flatnonzero(right > 0.5)]) if np.ndim(right) else answers[right]) if ask else ""
        for right, ask in zip(targets, asked, strict=True)
    ]
    cut = kept < len(lengths) or (task.learns_from_text and most == N)
    lengths_read = tuple(map(int, lengths[:kept]))
    return Passage(batch, tuple(labels[codes[:N]]), tuple(came), lengths_read, cut, goes_on=task.learns_from_text)


def own_sequences(task: Task, text: str) -> list[EncodedSequence]:
    """A person's own text: one sequence where the task reads texts, else one a line."""
    if len(text) > LONGEST_OWN:
        raise Problem(f"That is {len(text):,} characters; at most {LONGEST_OWN:,} can be inspected as your own.")
    lines = [text] if task.learns_from_text and task.reads_symbols else [line for line in text.splitlines() if line]
    if len(lines) > MOST_OWN_SEQUENCES:
        raise Problem(f"Those are {len(lines):,} sequences; at most {MOST_OWN_SEQUENCES} can be inspected.")
    if not lines:
        raise TaskInputError(f"There is no text yet. Type one, for example “{task.examples()[0]}”.")
    return [encoded(task, line) for line in lines]


def encoded(task: Task, line: str) -> EncodedSequence:
    """A line as it is read; a text may be longer than what can be stepped through: it is encoded part by part."""
    if not isinstance(task, CharactersTask) or len(line) <= MAX_SEQUENCE + 1:
        return task.encode(line)
    parts = [task.encode(line[k : k + MAX_SEQUENCE + 1]) for k in range(0, len(line) - 1, MAX_SEQUENCE)]
    return EncodedSequence(
        [label for part in parts for label in part.labels],
        np.concatenate([part.inputs for part in parts]),
        [label for part in parts for label in part.target_labels],
        np.concatenate([part.targets for part in parts]),
        note=" ".join(dict.fromkeys(part.note for part in parts if part.note)),
    )


def example_of(task: Task) -> str:
    """What a person's own text begins as: of a text enough to tell something by."""
    if not isinstance(task, CharactersTask):
        return task.examples()[0]
    return task.passage()[:EXAMPLE].rpartition("\n")[0] or task.examples()[0]


def passage_of(sequences: list[EncodedSequence], most: int) -> Passage:
    """Sequences side by side."""
    lengths = [len(sequence.labels) for sequence in sequences]
    kept = max(1, int(np.searchsorted(np.cumsum(lengths), most, "right")))
    chosen = [sequence for sequence in sequences[:kept] if len(sequence.labels) <= most]
    if not chosen:
        raise Problem(f"The sequence has {lengths[0]:,} timesteps; of this run at most {most:,} can be inspected.")
    T, B, first = max(lengths[:kept]), len(chosen), chosen[0]
    inputs = np.zeros((T, B, first.inputs.shape[2]), np.float32)
    targets = np.zeros((T, B, *first.targets.shape[2:]), first.targets.dtype)
    mask = np.zeros((T, B), bool)
    for column, sequence in enumerate(chosen):
        t = len(sequence.labels)
        inputs[:t, column], targets[:t, column] = sequence.inputs[:, 0], sequence.targets[:, 0]
        mask[:t, column] = True if sequence.mask is None else sequence.mask[:, 0]
    return Passage(
        Batch(inputs, targets, mask if B > 1 or first.mask is not None else None),
        tuple(label for sequence in chosen for label in sequence.labels),
        tuple(label for sequence in chosen for label in sequence.target_labels),
        tuple(len(sequence.labels) for sequence in chosen),
        len(chosen) < len(sequences),
        " ".join(dict.fromkeys(sequence.note for sequence in chosen if sequence.note)),
    )


def most_broken(text: Passage, weights: int) -> int:
    """How many of its positions, the first ones, are read again and again by a model with so many weights."""
    most = int(MOST_WORK // weights)
    if len(text.lengths) > 1:
        ends = np.cumsum(text.lengths)
        return int(ends[max(0, int(np.searchsorted(ends, most, "right")) - 1)])
    inputs = text.batch.inputs.shape[2]
    answers = max(text.batch.targets.shape[2:], default=inputs)
    return min(len(text.labels), max(PIECES * WARM_UP, min(most, MOST_BROKEN_INPUTS // (inputs + answers))))


def side_by_side(text: Passage, weights: int) -> tuple[Batch, NDArray[np.int64]]:
    """The passage in a form that is read again and again in little time: a long text is cut into pieces, each of which
    begins ``WARM_UP`` positions earlier, where nothing counts yet; of many sequences the first are read.

    Args:
        weights: of the model that reads it.

    Returns:
        the batch, and (T, B), the position that stands at each place, -1 where none counts.
    """
    N = most_broken(text, weights)
    if len(text.lengths) > 1 or N < PIECES * WARM_UP:
        kept = int(np.searchsorted(np.cumsum(text.lengths), N)) + 1
        T, B = text.batch.inputs.shape[:2]
        positions = np.full(B * T, -1)
        positions[text.counts] = np.arange(len(text.labels))
        mask = None if text.batch.mask is None else text.batch.mask[:, :kept]
        batch = Batch(text.batch.inputs[:, :kept], text.batch.targets[:, :kept], mask)
        return batch, positions.reshape(B, T).T[:, :kept]
    length = -(-N // PIECES)
    starts = length * np.arange(-(-N // length))  # (B,)
    begins = np.maximum(starts - WARM_UP, 0)
    positions = begins + np.arange(length + WARM_UP)[:, None]  # (T, B)
    counted = (positions >= starts) & (positions < np.minimum(starts + length, N))
    taken = np.minimum(positions, N - 1)
    asked = counted if text.batch.mask is None else counted & text.batch.mask[taken, 0]
    batch = Batch(text.batch.inputs[taken, 0], text.batch.targets[taken, 0], asked)
    return batch, np.where(counted, positions, -1)
