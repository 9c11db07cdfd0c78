"""What tasks on strings of symbols share: one-hot inputs, strings of several lengths side by side, right and wrong."""

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from lstm_engine.errors import TaskInputError
from lstm_engine.tasks.base import MAX_SEQUENCE, Baseline, Batch, EncodedSequence, Measure, Sample, Task, padded_size
from lstm_engine.tasks.folding import fold, named

if TYPE_CHECKING:
    from lstm_engine.model import LSTMModel

VALIDATION_SEED = 1997
VALIDATION_STRINGS = 200
MEASURED_STRINGS = 1_000


class SymbolTask(Task):
    """A task on strings; subclasses draw strings and say what is right at each of their symbols.

    With cross-entropy one output is right at a time; with binary cross-entropy several may be, such as all symbols that
    may legally come next.

    Attributes:
        alphabet: the symbols that are read. answers: what each output stands for.
        shortest: no sequence length may be below.
    """

    alphabet: ClassVar[str]
    answers: ClassVar[tuple[str, ...]]
    reads_symbols = True
    shortest: ClassVar[int] = 2
    goal: ClassVar[float] = 1.0
    measure_name: ClassVar[str] = "share of strings that are right"
    samples_title = "Held-out strings, read by this model"
    guesser_is = "A guesser who does not read, and knows how often each answer is right,"

    def __init__(self, input_size: int | None = None, output_size: int | None = None):
        self.input_size = padded_size("input_size", len(self.alphabet), input_size)
        self.output_size = padded_size("output_size", len(self.answers), output_size)
        self.vocabulary, self.reads = self.answers, tuple(self.alphabet)
        self._index = {symbol: index for index, symbol in enumerate(self.alphabet)}

    @abstractmethod
    def draw(self, generator: np.random.Generator, longest: int) -> str:
        """A random string of at most ``longest`` symbols."""

    @abstractmethod
    def answer(self, string: str) -> list[tuple[int, ...]]:
        """For each symbol the outputs that are right after it, as indices; empty where no answer is asked.

        Raises:
            TaskInputError: the string is not one of the task's.
        """

    @abstractmethod
    def examples(self) -> tuple[str, ...]: ...

    def strings(self, generator: np.random.Generator, count: int, sequence_length: int) -> list[str]:
        """Random strings of at most ``sequence_length`` symbols."""
        longest = max(sequence_length, self.shortest)
        return [self.draw(generator, longest) for _ in range(count)]

    def pack(self, strings: list[str]) -> Batch:
        """Strings side by side, padded to the longest; what is padded, or not asked, is masked."""
        T, B = max(map(len, strings)), len(strings)
        inputs = np.zeros((T, B, self.input_size), np.float32)
        mask = np.zeros((T, B), bool)
        right = np.zeros((T, B, self.output_size), np.float32)
        for b, string in enumerate(strings):
            for t, (symbol, answers) in enumerate(zip(string, self.answer(string), strict=True)):
                inputs[t, b, self._index[symbol]] = 1
                mask[t, b] = bool(answers)
                right[t, b, list(answers)] = 1
        targets = right.argmax(axis=2) if self.loss == "cross_entropy" else right
        return Batch(inputs, targets, mask)

    def batch(self, generator: np.random.Generator, batch_size: int, sequence_length: int) -> Batch:
        self.check_sizes(batch_size, sequence_length)
        return self.pack(self.strings(generator, batch_size, sequence_length))

    def held_out(self, count: int, sequence_length: int) -> list[str]:
        """Always the same strings."""
        return self.strings(np.random.default_rng(VALIDATION_SEED), count, sequence_length)

    def validation_batch(self, sequence_length: int) -> Batch:
        self.check_sizes(1, sequence_length)
        return self.pack(self.held_out(VALIDATION_STRINGS, sequence_length))

    def baseline(self) -> Baseline:
        """A guesser who knows how often each answer is right, and nothing of the string."""
        batch = self.validation_batch(int(self.settings.get("sequence_length", 25)))
        assert batch.mask is not None
        if self.loss == "cross_entropy":
            counts = np.bincount(batch.targets[batch.mask], minlength=len(self.answers))
            share = counts[counts > 0] / counts.sum()
            return Baseline("answers as often as they are right", float(-(share * np.log(share)).sum()))
        share = np.clip(batch.targets[batch.mask][:, : len(self.answers)].mean(axis=0), 1e-12, 1 - 1e-12)
        entropy = -(share * np.log(share) + (1 - share) * np.log(1 - share)).sum() / self.output_size
        return Baseline("answers as often as they are right", float(entropy))

    def solved_when(self) -> str:
        share = "all" if self.goal >= 1 else f"at least {self.goal:.0%} of"
        return f"Solved when {share} held-out strings are right from beginning to end."

    def right(self, model: "LSTMModel", strings: list[str]) -> NDArray[np.bool_]:
        """For each string, whether every answer that is asked is right."""
        batch = self.pack(strings)
        outputs, _ = model.forward(batch.inputs)
        outputs = outputs[..., : len(self.answers)]
        if self.loss == "cross_entropy":
            correct = outputs.argmax(axis=2) == batch.targets
        else:
            correct = ((outputs > 0) == (batch.targets[..., : len(self.answers)] > 0.5)).all(axis=2)
        assert batch.mask is not None
        return np.asarray((correct | ~batch.mask).all(axis=0))

    def measure(self, model: "LSTMModel", sequence_length: int, thorough: bool = True) -> Measure:
        count = MEASURED_STRINGS if thorough else VALIDATION_STRINGS
        share = self.right(model, self.held_out(count, sequence_length)).mean()
        return Measure(self.measure_name, float(share), self.goal)

    def show(self, batch: Batch) -> list[str]:
        return [
            "".join(self.alphabet[x.argmax()] for x in column if x.any()) for column in batch.inputs.transpose(1, 0, 2)
        ]

    def encode(self, text: str) -> EncodedSequence:
        folded = fold("".join(text.split()), self._index)
        string = folded.text
        if not string and not folded.unknown:
            raise TaskInputError(f"The sequence is empty. Type one, for example “{self.examples()[0]}”.")
        if len(string) > MAX_SEQUENCE:
            raise TaskInputError(f"That is {len(string):,} symbols; at most {MAX_SEQUENCE:,} can be stepped through.")
        if folded.unknown:
            raise TaskInputError(
                f"This task has no symbol {named(folded.unknown)}; its alphabet is {' '.join(self.alphabet)}.",
                self._read_or_none(string),
            )
        sets = self.answer(string)
        batch = self.pack([string])
        labels = [" or ".join(self.answers[k] for k in answers) for answers in sets]
        return EncodedSequence(list(string), batch.inputs, labels, batch.targets, batch.mask, folded.note)

    def _read_or_none(self, string: str) -> str | None:
        """The string, if the task can read it."""
        try:
            return string if string and self.answer(string) else None
        except TaskInputError:
            return None

    def samples(self, model: "LSTMModel", generator: np.random.Generator, count: int) -> list[Sample]:
        strings = self.strings(generator, count, int(self.settings.get("sequence_length", 25)))
        right = self.right(model, strings)
        return [Sample(text=s, origin="right" if ok else "wrong") for s, ok in zip(strings, right, strict=True)]
