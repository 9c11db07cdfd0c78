"""Sequences of rows of numbers, as a person types, pastes or uploads them: a row a timestep, a number an input."""

import math
import re
from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.errors import TaskInputError
from lstm_engine.tasks.base import MAX_SEQUENCE
from lstm_engine.tasks.cells import is_missing
from lstm_engine.tasks.tables import read_table

MOST_CHARACTERS = 16_000  # of a sequence in an address, which servers cut at 64 kB
LARGEST = 1e30  # so that sums of products stay numbers in float32
BETWEEN_ROWS = re.compile(r"[;\n]")
BETWEEN_NUMBERS = re.compile(r"[,\s]+")


def read_rows(text: str, inputs: int) -> NDArray[np.float64]:
    """Numbers (T, I): rows have semicolons or line breaks between them, numbers spaces or commas.

    Of one input a row is a number, so that spaces alone do.

    Raises:
        TaskInputError: it is empty or too long, a row has another number of numbers, or something is no number.

    >>> read_rows("1 2; 3 4", 2).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    if len(text) > MOST_CHARACTERS:
        refuse_long(len(text))
    rows = [[part for part in BETWEEN_NUMBERS.split(row) if part] for row in BETWEEN_ROWS.split(text)]
    rows = [row for row in rows if row]
    if inputs == 1:
        rows = [[part] for row in rows for part in row]
    if not rows:
        raise TaskInputError("The sequence is empty. Type rows of numbers, with a semicolon between two rows.")
    if len(rows) > MAX_SEQUENCE:
        raise TaskInputError(f"That is {len(rows):,} rows; at most {MAX_SEQUENCE:,} can be stepped through.")
    for place, row in enumerate(rows, start=1):
        if len(row) != inputs:
            raise TaskInputError(
                f"Row {place} has {len(row)} number{'' if len(row) == 1 else 's'}, but the model reads {inputs}; write "
                "spaces between numbers and a semicolon between rows."
            )
        for part in row:
            check_number(part, place)
    return np.array(rows, np.float64)


def check_number(text: str, place: int) -> None:
    """TaskInputError unless the text is a number that a model can read."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= LARGEST:
        raise TaskInputError(
            f"“{text[:30]}”, in row {place}, is no number from {-LARGEST:g} to {LARGEST:g}; write 0.25 or 1e-3."
        )


def refuse_long(count: int) -> NoReturn:
    """Raises TaskInputError."""
    raise TaskInputError(
        f"That is {count:,} characters; at most {MOST_CHARACTERS:,} fit into an address. "
        "Take fewer rows, or fewer digits."
    )


def written_rows(rows: ArrayLike) -> str:
    """Numbers (T, I) as ``read_rows`` reads them, to seven digits."""
    array = np.asarray(rows, np.float64) + 0.0  # no -0
    between = " " if array.shape[1] == 1 else "; "
    return between.join(" ".join(f"{value:.7g}" for value in row) for row in array)


def rows_of_table(text: str, inputs: int) -> str:
    """A table's columns of numbers as a sequence, a row a timestep.

    Args:
        text: CSV with commas, semicolons or tabs, with or without a row of names, see ``read_table``.
        inputs: how many columns of numbers it is to have.

    Raises:
        TaskInputError: it has others, or a gap; or the sequence would be too long.
    """
    table = read_table(text)
    columns = table.of_numbers
    if len(columns) != inputs:
        named = ", ".join(f"“{column.name[:20]}”" for column in columns[:4]) or "none"
        raise TaskInputError(
            f"The table has {len(columns)} columns of numbers ({named}), but the model reads {inputs}. {table.words}"
        )
    for column in columns:
        if len(column.gaps):
            row = int(column.gaps[0])
            cell = column.cells[row]
            what = "a gap" if is_missing(cell) else f"“{cell[:20]}”"
            raise TaskInputError(f"Row {row + 1} of “{column.name[:30]}” has {what}, expected a number.")
    written = written_rows(np.stack([column.values for column in columns], axis=1))
    read_rows(written, inputs)
    return written
