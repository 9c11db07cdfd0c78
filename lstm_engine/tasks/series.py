"""A person's own series of numbers, from a CSV file or typed: which value comes next?"""

import csv
import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lstm_engine.errors import TaskInputError
from lstm_engine.tasks.base import Baseline, Batch, EncodedSequence, Sample
from lstm_engine.tasks.beginning import Beginning
from lstm_engine.tasks.signal import LARGEST_VALUE, SignalTask, ordinal

if TYPE_CHECKING:
    from lstm_engine.model import LSTMModel

FEWEST_VALUES = 100
MOST_CHARACTERS = 400_000
VALIDATION_SHARE = 0.1
LARGEST_NUMBER = 1e304  # so that what lies a thousand deviations away is still a number
FARTHEST = 1e15  # deviations from the mean: the square of more is no number for float32
LARGEST = 1.001 * LARGEST_VALUE  # deviations that a person may type, and that a continuation comes to when rounded


class OwnSeriesTask(SignalTask):
    """One-step-ahead prediction of a column of numbers; the last tenth is held out.

    Inside, values are in standard deviations from the mean of the part that is learned from.

    Args:
        text: CSV; its first column that holds numbers is taken. A first row of words is a header.

    Raises:
        TaskInputError: there is no column of numbers, it has gaps, or it is too short or too long.
    """

    name = "own series"
    title = "Your own series"
    description = f"A column of numbers from a CSV file, at least {FEWEST_VALUES}; the last tenth is held out."
    unit = "squared error in variances"
    what_is_read = "Your own numbers, one at a time."
    solved = ""
    learns_from_text = True

    def __init__(self, input_size: int | None = None, output_size: int | None = None, text: str | None = None):
        super().__init__(input_size, output_size)
        if text is None:
            raise TaskInputError("There are no numbers yet; paste a column, or choose a CSV file.")
        name, values = read_column(text)
        far = np.flatnonzero(np.abs(values) > LARGEST_NUMBER)
        if len(far):
            raise TaskInputError(
                f"Value {far[0] + 1:,} is {values[far[0]]:g}; write numbers between {-LARGEST_NUMBER:g} and "
                f"{LARGEST_NUMBER:g}, in a larger unit."
            )
        self._held_out_from = round(len(values) * (1 - VALIDATION_SHARE))
        training = values[: self._held_out_from]
        # mean and deviation are taken of values between -1 and 1, which a power of two makes of them: no digit changes,
        # and no square is too large or too small for a double
        self._exponent = math.frexp(float(np.abs(training).max()))[1]
        scaled = np.ldexp(training, -self._exponent)
        self._mean, self._deviation = float(scaled.mean()), float(scaled.std())
        if not self._deviation > 1e-9 * abs(self._mean):
            raise TaskInputError("The numbers are all the same; there is nothing to learn in them.")
        self.mean = float(np.ldexp(self._mean, self._exponent))
        self.deviation = float(np.ldexp(self._deviation, self._exponent))
        standard = self._standard(values)
        far = np.flatnonzero(~(np.abs(standard) < FARTHEST))
        if len(far):
            raise TaskInputError(
                f"Value {far[0] + 1:,} is {values[far[0]]:g}, beyond all measure of the others, whose mean is "
                f"{self.mean:.3g} and whose deviation is {self.deviation:.3g}. Take it out or mend it."
            )
        self._lowest, self._highest = float(min(standard.min(), -LARGEST)), float(max(standard.max(), LARGEST))
        self._values = standard.astype(np.float32)
        self.number_asked = f"next {name}" if name else "next value"
        self.question = f"Which value of {name} comes next?" if name else "Which value comes next?"
        self.curve_axes = ("timestep", name or "value")
        # a number is written with so many digits that a small part of the deviation can be seen in it
        self._digits = max(0, math.ceil(math.log10(max(abs(self._mean) / self._deviation, 1.0))))

    def _standard(self, values: NDArray) -> NDArray:
        """In deviations from the mean."""
        with np.errstate(over="ignore"):  # what overflows is out of every range, and told so
            return (np.ldexp(values, -self._exponent) - self._mean) / self._deviation

    def _own(self, standard: NDArray) -> NDArray:
        """Back in the unit of the series."""
        scaled = standard.astype(np.float64) * self._deviation + self._mean
        with np.errstate(over="ignore"):
            return np.ldexp(scaled, self._exponent)

    def _windows(self, values: NDArray, starts: NDArray, length: int) -> Batch:
        return self._pack(values[starts[None, :] + np.arange(length + 1)[:, None]])

    def batch(self, generator: np.random.Generator, batch_size: int, sequence_length: int) -> Batch:
        self.check_sizes(batch_size, sequence_length)
        values = self._values[: self._held_out_from]
        length = min(sequence_length, len(values) - 1)
        return self._windows(values, generator.integers(len(values) - length, size=batch_size), length)

    def validation_batch(self, sequence_length: int) -> Batch:
        self.check_sizes(1, sequence_length)
        values = self._values[self._held_out_from :]
        length = min(sequence_length, len(values) - 1)
        starts = np.unique(np.linspace(0, len(values) - length - 1, 16).astype(int))
        return self._windows(values, starts, length)

    def baseline(self) -> Baseline:
        held_out = self._values[self._held_out_from :].astype(np.float64)
        return Baseline("next value = this value", float(np.mean(np.diff(held_out) ** 2)) / self.output_size)

    def guesser(self) -> str:
        squared = self.baseline().loss * self.output_size
        error = math.sqrt(squared) * float(np.ldexp(self._deviation, self._exponent))
        return f"{self.guesser_is} errs by {error:.3g} in the root mean square: {squared:.3g} {self.unit}."

    def in_own_unit(self, values: NDArray) -> NDArray:
        return self._own(values)

    def encode(self, text: str) -> EncodedSequence:
        values, note = self._numbers(text)
        standard = self._standard(values)
        for place, (value, distance) in enumerate(zip(values, standard, strict=True), start=1):
            if not self._lowest <= distance <= self._highest:
                low, high = self._own(np.array([self._lowest, self._highest]))
                raise TaskInputError(
                    f"“{value:g}”, the {ordinal(place)} entry, is far from all that the run has learned from; "
                    f"write numbers between {low:.3g} and {high:.3g}."
                )
        labels = [f"{value:.{min(17, max(3, self._digits + 2))}g}" for value in values]
        batch = self._pack(standard[:, None])
        return EncodedSequence(labels[:-1], batch.inputs, labels[1:], batch.targets, note=note)

    def _text(self, values: NDArray) -> str:
        return " ".join(f"{value:.{min(17, max(5, self._digits + 3))}g}" for value in self._own(values))

    def examples(self) -> Sequence[str]:
        held_out = self._values[self._held_out_from :]
        length = min(60, len(held_out))
        starts = np.unique(np.linspace(0, len(held_out) - length, 3).astype(int))
        return [self._text(held_out[start : start + length]) for start in starts]

    def samples(self, model: "LSTMModel", generator: np.random.Generator, count: int) -> list[Sample]:
        values = self._values[self._held_out_from :][:200, None]
        outputs, _ = model.forward(self._pack(values).inputs)
        true, predicted = self._own(values[1:, 0]), self._own(outputs[:, 0, 0])
        return [Sample(curves={"signal": true.tolist(), "prediction": predicted.tolist()})]

    def go_on(self, beginning: Beginning) -> str:
        return self._text(np.array(super().go_on(beginning).split(), float))


def parse_column(text: str) -> NDArray:
    """The first column of numbers in a CSV text, see ``read_column``."""
    return read_column(text)[1]


def read_column(text: str) -> tuple[str, NDArray]:
    """The first column of numbers in a CSV text, as a run keeps it, and its name; empty if it has none.

    What was stored is read as it always was; what people bring is read by ``tables.py``, and then kept in this form.

    Raises:
        TaskInputError: there is none, or it has gaps, or is too short or too long.
    """
    if len(text) > MOST_CHARACTERS:
        raise TaskInputError(
            f"The file has {len(text):,} characters; at most {MOST_CHARACTERS:,} are possible. Take fewer rows."
        )
    text = "\n".join(text.splitlines())  # whichever way the lines end
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:4_000], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = [row for row in csv.reader(io.StringIO(text), dialect) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise TaskInputError(f"The file cannot be read as CSV: {error}.") from error
    if len(rows) < FEWEST_VALUES:
        raise TaskInputError(f"There are {len(rows)} rows; at least {FEWEST_VALUES} are needed.")
    sample = rows[1 : FEWEST_VALUES // 2]
    width = max(map(len, rows[:FEWEST_VALUES]))
    column = next((k for k in range(width) if any(number(cell_of(row, k)) is not None for row in sample)), None)
    if column is None:
        raise TaskInputError("No column holds numbers. Write numbers like 0.25 or 1e-3, with a point for decimals.")
    name = cell_of(rows[0], column)
    header = number(name) is None
    named = f"column “{name[:30]}”" if header and name else f"column {column + 1}"
    values = []
    for place, row in enumerate(rows[header:], start=1 + header):
        value = number(cell_of(row, column))
        if value is None:
            found = cell_of(row, column)
            what = f"“{found[:30]}”, which is no number" if found else "a gap"
            raise TaskInputError(f"Row {place} has {what}, in {named}. Fill it in or take the row out.")
        values.append(value)
    return name if header else "", np.array(values)


def cell_of(row: Sequence[str], column: int) -> str:
    """A cell without the spaces around it; empty where the row is too short."""
    return row[column].strip() if column < len(row) else ""


def number(text: str) -> float | None:
    """A finite number, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
