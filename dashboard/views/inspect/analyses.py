"""What a model computed on a text: read once for all who ask, and kept while there is room."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dashboard.views.inspect.texts import Passage
from lstm_engine import LSTMModel
from lstm_engine.cell.quantities import quantities_of
from lstm_engine.inspection import in_reading_order, passage_properties, read, sequence_properties
from lstm_engine.tasks import Task
from lstm_engine.tasks.characters import CharactersTask

TOP = 3  # predicted symbols that are told
STREAMS = 32  # pieces of a long text that are read side by side
MOST_KEPT = 400_000_000  # bytes of analyses
POSITION_BYTES = 200  # of a position's label, of what came there, and of what its properties take


@dataclass(frozen=True)
class Asked:
    """What is inspected.

    Attributes:
        run_id, made_at: the run; its number alone could be another's, in a database put in the place of this one.
        step: at which checkpoint. layer: from 0.
        source, own: see ``texts.passage``.
    """

    run_id: int
    made_at: float
    step: int
    layer: int
    source: str
    own: str = ""


@dataclass(frozen=True)
class Analysis:
    """One layer on a passage of N positions.

    Attributes:
        values: (N, H) by the name of the quantity.
        losses: (N,), how surprised the model was; 0 where no answer is asked.
        top: (N, TOP), the outputs that it held for likeliest; top_chances: how likely. Of a model that predicts
            numbers, ``top_chances`` (N, 1) are those numbers.
    """

    model: LSTMModel
    task: Task
    passage: Passage
    layer: int
    values: Mapping[str, NDArray]
    losses: NDArray
    top: NDArray
    top_chances: NDArray

    @property
    def size(self) -> int:
        """Bytes, nearly; the model's are counted with each, though analyses of one checkpoint may share it."""
        weights = self.model.parameters.flat
        arrays = (*self.values.values(), self.passage.batch.inputs, self.losses, self.top, self.top_chances, weights)
        return sum(array.nbytes for array in arrays) + POSITION_BYTES * len(self.passage.labels)

    @cached_property
    def properties(self) -> dict[str, NDArray]:
        """The built-in properties, (N,) each, by name."""
        found = sequence_properties(self.task, self.passage.batch)
        found = {name: values[self.passage.counts] for name, values in found.items()}
        if self.passage.goes_on and isinstance(self.task, CharactersTask):
            # it may begin inside a quotation, whose closing mark read alone would open all that stands outside of one
            whole = passage_properties(self.task)
            found |= {name: whole[name][: len(self.passage.labels)] for name in found if name in whole}
        return found

    @cached_property
    def codes(self) -> NDArray[np.int64] | None:
        """(N,), the symbol read at each position, as its place among ``task.reads``; None for tasks on numbers."""
        if not self.task.reads_symbols:
            return None
        return np.asarray(in_reading_order(self.passage.batch.inputs.argmax(axis=2))[self.passage.counts])


def analysis_of(model: LSTMModel, task: Task, passage: Passage, layer: int) -> Analysis:
    """Read the passage, each sequence from a state of zeros."""
    quantities = [quantity.name for quantity in quantities_of(model.variant) if not quantity.missing]
    parts = []
    for inputs, targets in passage.sequences():
        streams = STREAMS if len(passage.lengths) == 1 else 1
        parts.append(
            read(model, inputs, targets, quantities, layer, loss=task.loss, streams=streams, keep_outputs=True)
        )
    outputs = np.concatenate([part.outputs for part in parts])  # (N, O)
    losses = np.concatenate([part.losses for part in parts])
    values = {name: np.concatenate([part.values[name] for part in parts]) for name in quantities}
    top, chances = likeliest(outputs, task)
    return Analysis(model, task, passage, layer, values, np.where(passage.asked, losses, 0), top, chances)


def likeliest(outputs: NDArray, task: Task) -> tuple[NDArray, NDArray]:
    """The outputs (N, O) that the model held for likeliest at each position, and how likely."""
    if task.loss == "squared_error":
        return np.zeros((len(outputs), 1), np.int64), task.in_own_unit(outputs[:, :1])
    scores = outputs.astype(np.float32)
    if task.loss == "cross_entropy":
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
    else:
        chances = 1 / (1 + np.exp(-scores))
    top = np.argsort(-chances, axis=1, kind="stable")[:, :TOP]
    return top, np.take_along_axis(chances, top, axis=1)


class Analyses:
    """The latest analyses, as many as fit; each is made once, however many ask for it at a time.

    Args:
        most: bytes that are kept.
    """

    def __init__(self, most: int = MOST_KEPT):
        self._most = most
        self._found: OrderedDict[Asked, Analysis] = OrderedDict()
        self._making: dict[Asked, threading.Lock] = {}
        self._lock = threading.Lock()

    def __contains__(self, asked: Asked) -> bool:
        with self._lock:
            return asked in self._found

    def get(self, asked: Asked, make: Callable[[], Analysis]) -> Analysis:
        """What is kept, else what ``make`` gives, which is kept from now on."""
        with self._lock:
            making = self._making.setdefault(asked, threading.Lock())
        try:
            with making:
                with self._lock:
                    if asked in self._found:
                        self._found.move_to_end(asked)
                        return self._found[asked]
                made = make()
                with self._lock:
                    self._found[asked] = made
                    while len(self._found) > 1 and sum(one.size for one in self._found.values()) > self._most:
                        self._found.popitem(last=False)
                return made
        finally:
            with self._lock:
                if not making.locked():
                    self._making.pop(asked, None)
