"""The adding problem: the sum of two marked numbers among many, asked for at the end."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lstm_engine.errors import TaskInputError
from lstm_engine.tasks.base import MAX_SEQUENCE, Baseline, Batch, EncodedSequence, Measure, Sample, Task, padded_size

if TYPE_CHECKING:
    from lstm_engine.model import LSTMModel

VALIDATION_SEED = 1997
VALIDATION_SEQUENCES = 200
MEASURED_SEQUENCES = 1_000
MARK = "*"


class AddingTask(Task):
    """Numbers from 0 to 1, two of them marked, one in each half.

    Hochreiter and Schmidhuber 1997, experiment 4, with the interval and the positions of Le, Jaitly and Hinton 2015.

    Whoever always answers 1 errs by 1/6 in the mean square.
    """

    name = "adding"
    title = "Adding problem"
    description = "Two of many numbers are marked: say their sum at the end. Without a memory the error stays at 1/6."
    paper = "Hochreiter and Schmidhuber 1997, experiment 4"
    loss = "squared_error"
    unit = "squared error"
    input_help = "Numbers from 0 to 1, two of them marked by a star, as in 0.3 0.7* 0.2 0.5*"
    what_is_read = "Numbers from 0 to 1, one at a time; two of them are marked by a star."
    question = "What is the sum of the two marked numbers?"
    verdict = "is right"
    number_asked = "sum of the marked numbers"
    guesser_is = "A guesser who always says 1"
    solved = "Solved when the mean squared error at the end is at most 0.01."
    samples_title = "Sums at the end of 60 sequences, and what this model says"
    curve_axes = ("sequence, from the smallest sum to the largest", "sum")
    reads = ("number", "mark")
    measure_name = "mean squared error"
    goal = 0.01
    higher_is_better = False
    least_length = 2  # one marked number in each half
    settings = {
        "hidden_size": 64,
        "learning_rate": 0.005,
        "batch_size": 32,
        "sequence_length": 100,
        "end_step": 3_000,
        "pace": 0.0,
    }

    def __init__(self, input_size: int | None = None, output_size: int | None = None):
        self.input_size = padded_size("input_size", 2, input_size)
        self.output_size = padded_size("output_size", 1, output_size)

    def _pack(self, numbers: np.ndarray, marks: np.ndarray) -> Batch:
        """From numbers and marks, each (T, B)."""
        T, B = numbers.shape
        inputs = np.zeros((T, B, self.input_size), np.float32)
        inputs[..., 0], inputs[..., 1] = numbers, marks
        targets = np.zeros((T, B, self.output_size), np.float32)
        targets[-1, :, 0] = (numbers * marks).sum(axis=0)
        mask = np.zeros((T, B), bool)
        mask[-1] = True
        return Batch(inputs, targets, mask)

    def batch(self, generator: np.random.Generator, batch_size: int, sequence_length: int) -> Batch:
        self.check_sizes(batch_size, sequence_length)
        numbers = generator.random((sequence_length, batch_size))
        marks = np.zeros_like(numbers)
        half = sequence_length // 2
        columns = np.arange(batch_size)
        marks[generator.integers(half, size=batch_size), columns] = 1
        marks[generator.integers(half, sequence_length, size=batch_size), columns] = 1
        return self._pack(numbers, marks)

    def validation_batch(self, sequence_length: int) -> Batch:
        return self.batch(np.random.default_rng(VALIDATION_SEED), VALIDATION_SEQUENCES, sequence_length)

    def baseline(self) -> Baseline:
        """The variance of the sum of two numbers that are uniform from 0 to 1."""
        return Baseline("always 1", 1 / 6 / self.output_size)

    def measure(self, model: "LSTMModel", sequence_length: int, thorough: bool = True) -> Measure:
        count = MEASURED_SEQUENCES if thorough else VALIDATION_SEQUENCES
        batch = self.batch(np.random.default_rng(VALIDATION_SEED + 1), count, sequence_length)
        error = model.loss(batch.inputs, batch.targets, self.loss, batch.mask) * self.output_size
        return Measure(self.measure_name, error, self.goal, self.higher_is_better)

    def show(self, batch: Batch) -> list[str]:
        return [
            " ".join(f"{number:.2f}{MARK if mark else ''}" for number, mark in column[:, :2])
            for column in batch.inputs.transpose(1, 0, 2)
        ]

    def encode(self, text: str) -> EncodedSequence:
        words = [word for word in re.split(r"[\s,;]+", text.strip()) if word]
        if not words:
            raise TaskInputError("The sequence is empty. Type numbers, two of them marked: 0.3 0.7* 0.2 0.5*.")
        if len(words) > MAX_SEQUENCE:
            raise TaskInputError(f"That is {len(words):,} numbers; at most {MAX_SEQUENCE:,} can be stepped through.")
        numbers, marks = [], []
        for place, word in enumerate(words, start=1):
            marks.append(word.endswith(MARK))
            try:
                numbers.append(float(word.removesuffix(MARK)))
            except ValueError:
                raise TaskInputError(
                    f"“{word[:40]}”, entry {place}, is not a number. Write numbers like 0.25, with a star behind two."
                ) from None
            if not 0 <= numbers[-1] <= 1:
                raise TaskInputError(f"“{word[:40]}”, entry {place}, is out of range; write numbers from 0 to 1.")
        if sum(marks) != 2:
            raise TaskInputError(f"{sum(marks)} numbers are marked, expected two, as in 0.3 0.7* 0.2 0.5*.")
        batch = self._pack(np.array(numbers)[:, None], np.array(marks, float)[:, None])
        labels = [f"{number:.2g}{MARK if mark else ''}" for number, mark in zip(numbers, marks, strict=True)]
        answers = [""] * (len(labels) - 1) + [f"{batch.targets[-1, 0, 0]:.3g}"]
        return EncodedSequence(labels, batch.inputs, answers, batch.targets, batch.mask)

    def examples(self) -> Sequence[str]:
        generator = np.random.default_rng(VALIDATION_SEED + 2)
        return [self.show(self.batch(generator, 1, length))[0] for length in (20, 50, 100, 10)]

    def samples(self, model: "LSTMModel", generator: np.random.Generator, count: int) -> list[Sample]:
        batch = self.batch(generator, 60, int(self.settings["sequence_length"]))
        sums, said = batch.targets[-1, :, 0], model.forward(batch.inputs)[0][-1, :, 0]
        order = np.argsort(sums)
        return [Sample(curves={"signal": sums[order].tolist(), "prediction": said[order].tolist()})]
