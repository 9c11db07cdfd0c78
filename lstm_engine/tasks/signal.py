"""A sum of sines with noise, one number at a time: which value comes next?"""

import math
import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lstm_engine.errors import TaskInputError
from lstm_engine.tasks.base import (
    MAX_SEQUENCE,
    Baseline,
    Batch,
    EncodedSequence,
    Sample,
    Task,
    padded_size,
)
from lstm_engine.tasks.beginning import Beginning

if TYPE_CHECKING:
    from lstm_engine.model import LSTMModel

PERIODS = (25.0, 11.0)  # timesteps
AMPLITUDES = (0.6, 0.3)
NOISE = 0.05  # standard deviation
LARGEST_VALUE = 1_000.0
VALIDATION_SEED = 1997
VALIDATION_SEQUENCES = 64
SAMPLE_LENGTH = 100
DECIMAL_COMMA = re.compile(r"[+-]?\d+(,\d+)?")


def waves(generator: np.random.Generator, length: int, count: int) -> NDArray:
    """Noisy sums of two sines with random phases, float32 (length, count)."""
    t = np.arange(length)[:, None]
    phases = generator.uniform(0, 2 * np.pi, (len(PERIODS), 1, count))
    parts = [a * np.sin(2 * np.pi * t / p + phase) for a, p, phase in zip(AMPLITUDES, PERIODS, phases, strict=True)]
    return (np.sum(parts, axis=0) + generator.normal(0, NOISE, (length, count))).astype(np.float32)


@cache
def persistence_loss() -> float:
    """Mean squared error of guessing that the next value is this one."""
    values = waves(np.random.default_rng(VALIDATION_SEED), 1_001, VALIDATION_SEQUENCES)
    return float(np.mean(np.diff(values, axis=0) ** 2))


class SignalTask(Task):
    """One-step-ahead prediction of a sum of two sines (periods 25 and 11 timesteps) with Gaussian noise.

    Args:
        input_size: width of the input; only the first place is used. None for 1.
        output_size: width of the output, likewise.
    """

    name = "signal"
    title = "Noisy sines"
    description = "Predict the next value of a sum of two sines with noise; no model can get below the noise itself."
    loss = "squared_error"
    unit = "squared error"
    input_help = "Numbers with spaces between"
    what_is_read = "A wavy signal, one number at a time."
    question = "Which value comes next?"
    guesser_is = "A guesser who says that the next value is this one"
    solved = f"The noise cannot be foretold: nobody gets below {NOISE**2:g}. Near it, the two sines are learned."
    samples_title = "A held-out signal and its prediction one step ahead"

    def __init__(self, input_size: int | None = None, output_size: int | None = None):
        self.input_size = padded_size("input_size", 1, input_size)
        self.output_size = padded_size("output_size", 1, output_size)

    def _pack(self, values: NDArray) -> Batch:
        """Values (T+1, B) as inputs and the targets one step ahead."""
        length, count = values.shape
        inputs = np.zeros((length - 1, count, self.input_size), np.float32)
        targets = np.zeros((length - 1, count, self.output_size), np.float32)
        inputs[..., 0] = values[:-1]
        targets[..., 0] = values[1:]
        return Batch(inputs, targets)

    def batch(self, generator: np.random.Generator, batch_size: int, sequence_length: int) -> Batch:
        self.check_sizes(batch_size, sequence_length)
        return self._pack(waves(generator, sequence_length + 1, batch_size))

    def validation_batch(self, sequence_length: int) -> Batch:
        self.check_sizes(1, sequence_length)
        return self._pack(waves(np.random.default_rng(VALIDATION_SEED), sequence_length + 1, VALIDATION_SEQUENCES))

    def baseline(self) -> Baseline:
        return Baseline("next value = this value", persistence_loss() / self.output_size)

    def show(self, batch: Batch) -> list[str]:
        return [" ".join(f"{value:.2f}" for value in column) for column in batch.inputs[..., 0].T]

    def encode(self, text: str) -> EncodedSequence:
        values, note = self._numbers(text)
        for position, value in enumerate(values, start=1):
            if abs(value) > LARGEST_VALUE:
                raise TaskInputError(
                    f"“{value:g}”, the {ordinal(position)} entry, is out of range; "
                    f"write numbers between {-LARGEST_VALUE:,.0f} and {LARGEST_VALUE:,.0f}."
                )
        batch = self._pack(values.astype(np.float32)[:, None])
        labels = [f"{value:.3g}" for value in values]
        return EncodedSequence(labels[:-1], batch.inputs, labels[1:], batch.targets, note=note)

    @staticmethod
    def _numbers(text: str) -> tuple[NDArray, str]:
        """What a person typed, float64 (T+1,), at least two and all finite; and a word on commas in it."""
        text, note = text.replace("−", "-"), ""
        pieces = [piece for piece in re.split(r"[\s;]+", text.strip()) if piece]
        if len(pieces) > 1 and any("," in piece for piece in pieces) and all(map(DECIMAL_COMMA.fullmatch, pieces)):
            text, note = text.replace(",", "."), "The commas were read as decimal signs."
        words = [word for word in re.split(r"[\s,;]+", text.strip()) if word]
        if not words:
            raise TaskInputError("The sequence is empty. Type at least two numbers, for example “0.1 0.5 0.8”.")
        if len(words) > MAX_SEQUENCE + 1:
            raise TaskInputError(
                f"That is {len(words):,} numbers; at most {MAX_SEQUENCE + 1:,} can be stepped through. "
                "Shorten the list."
            )
        values = []
        for position, word in enumerate(words, start=1):
            try:
                value = float(word)
            except ValueError:
                raise TaskInputError(
                    f"“{word[:40]}”, the {ordinal(position)} entry, is not a number. "
                    "Write numbers like 0.25 or -1.5, separated by spaces or commas, with a point for decimals."
                ) from None
            if not math.isfinite(value):
                raise TaskInputError(f"“{word[:40]}”, the {ordinal(position)} entry, is out of range.")
            values.append(value)
        if len(values) < 2:
            raise TaskInputError("One number alone has no next one to predict. Type at least two numbers.")
        return np.array(values), note

    def examples(self) -> Sequence[str]:
        values = waves(np.random.default_rng(VALIDATION_SEED), 61, 5)
        return [" ".join(f"{value:.2f}" for value in column) for column in values.T]

    def samples(self, model: "LSTMModel", generator: np.random.Generator, count: int) -> list[Sample]:
        """Held-out curves and, beside them, the model's prediction of each value from those before it."""
        values = waves(np.random.default_rng(VALIDATION_SEED + 1), SAMPLE_LENGTH + 1, count)
        outputs, _ = model.forward(self._pack(values).inputs)
        return [
            Sample(curves={"signal": values[1:, k].tolist(), "prediction": outputs[:, k, 0].tolist()})
            for k in range(count)
        ]

    def go_on(self, beginning: Beginning) -> str:
        """Each predicted value is read as if it had come."""
        reader, values = beginning.reader(), beginning.inputs[:, 0, 0].tolist()
        outputs = reader.read(beginning.inputs)
        for _ in range(beginning.count):
            values.append(float(np.clip(outputs[-1, 0, 0], -LARGEST_VALUE, LARGEST_VALUE)))
            following = np.zeros((1, 1, self.input_size), np.float32)
            following[..., 0] = values[-1]
            outputs = reader.read(following)
        return " ".join(f"{value:.6g}" for value in values)


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, ..."""
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
