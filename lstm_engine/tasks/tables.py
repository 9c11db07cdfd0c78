"""Tables as people have them: CSV with commas, semicolons or tabs, a decimal comma, dates, gaps, in whatever encoding.

A table is read once, when a person brings it; what a run then keeps is one column, with points and without gaps, which
``series.parse_column`` reads back to the same bits.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lstm_engine.errors import TaskInputError
from lstm_engine.tasks.cells import Decimal, date_form, date_in, is_missing, number_in

Gaps = Literal["fill", "skip"]

DELIMITERS = ";\t|,"
LEAST_SHARE = 0.5  # of a column's cells that are not missing, from which on it counts as one of numbers, or of dates
LOOKED_AT = 200  # rows from which the delimiter and the decimal sign are told


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: as its header says, else "column 3".
        cells: what stands in it, without the spaces around, a row each.
        decimal: the sign that its decimals are written with.
    """

    name: str
    cells: tuple[str, ...]
    decimal: Decimal = "."

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """Its numbers, (rows,); NaN where there is none."""
        found = [number_in(cell, self.decimal) for cell in self.cells]
        return np.array([np.nan if value is None else value for value in found])

    @cached_property
    def times(self) -> list[datetime | None] | None:
        """Its dates, None where one is missing; None if it is no column of dates."""
        form = date_form([cell for cell in self.cells if not is_missing(cell)][:LOOKED_AT])
        return None if form is None else [date_in(cell, form) for cell in self.cells]

    @cached_property
    def has_numbers(self) -> bool:
        """Whether it is a column of numbers, though some may be missing."""
        if self.times is not None:
            return False
        present = sum(not is_missing(cell) for cell in self.cells)
        return present > 0 and int(np.isfinite(self.values).sum()) >= LEAST_SHARE * present

    @cached_property
    def counts(self) -> bool:
        """Whether its numbers go up by the same step from row to row, as those of rows or years do."""
        steps = np.diff(self.values)
        return len(steps) > 1 and bool(np.all(steps == steps[0])) and steps[0] != 0

    @property
    def gaps(self) -> NDArray[np.int64]:
        """The rows, from 0, in which there is no number."""
        return np.flatnonzero(~np.isfinite(self.values))


@dataclass(frozen=True)
class Table:
    """What was read of a table.

    Attributes:
        columns: all of them. delimiter: between them; empty where there is one alone.
        header: whether the first row has their names.
    """

    columns: tuple[Column, ...]
    delimiter: str
    header: bool

    @property
    def rows(self) -> int:
        return len(self.columns[0].cells) if self.columns else 0

    @property
    def of_numbers(self) -> list[Column]:
        """The columns that can be learned from."""
        return [column for column in self.columns if column.has_numbers]

    @property
    def suggested(self) -> Column | None:
        """The first column of numbers that does more than count, else the first; None if there is none."""
        return next((column for column in self.of_numbers if not column.counts), next(iter(self.of_numbers), None))

    @property
    def dates(self) -> Column | None:
        """The first column of dates, if there is one."""
        return next((column for column in self.columns if column.times is not None), None)

    @property
    def newest_first(self) -> bool:
        """Whether its dates run backwards."""
        times = [time for time in (self.dates.times or [] if self.dates else []) if time is not None]
        steps = [later >= earlier for earlier, later in pairwise(times)]
        return len(steps) > 1 and not any(steps)

    @property
    def words(self) -> str:
        """How it was read, in a sentence."""
        between = {";": "semicolons", ",": "commas", "\t": "tabs", "|": "upright bars"}.get(self.delimiter)
        said = [f"{self.rows:,} rows"]
        said.append(f"{len(self.columns)} columns, {between} between them" if between else "one column")
        said.append("names in the first row" if self.header else "no row of names")
        if any(column.decimal == "," for column in self.of_numbers):
            said.append("commas as decimal signs")
        if self.dates is not None:
            said.append(f"dates in “{self.dates.name[:40]}”{', the newest first' if self.newest_first else ''}")
        return f"Read as {', '.join(said)}."


@dataclass(frozen=True)
class Prepared:
    """A column that can be learned from.

    Attributes:
        text: as a run keeps it: its name, then one number a line.
        values: its numbers, (N,), in the order of time.
        notes: sentences on what was done to it.
    """

    text: str
    values: NDArray[np.float64]
    notes: tuple[str, ...]


def read_table(text: str, decimal: Decimal | None = None) -> Table:
    """A table out of a text.

    Args:
        decimal: the decimal sign; None to tell it from the numbers.

    Raises:
        TaskInputError: it holds no rows.
    """
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip(f"{DELIMITERS} ")]
    if not lines:
        raise TaskInputError("There are no rows. Paste a column of numbers, or choose a CSV file.")
    separator = re.fullmatch(r"sep=(.)", lines[0].strip(), re.IGNORECASE)  # as Excel writes it
    if separator:
        lines = lines[1:]
    delimiter = separator[1] if separator else delimiter_of(lines, decimal)
    try:
        reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter or "\x1f", skipinitialspace=True)
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        raise TaskInputError(f"The file cannot be read as CSV: {error}.") from error
    width = max(map(len, rows[:LOOKED_AT]))
    rows = [[*row[:width], *[""] * (width - len(row))] for row in rows]
    header = has_header(rows, delimiter)
    names = rows[0] if header else [""] * width
    body = rows[header:]
    columns = []
    for place, name in enumerate(names):
        cells = tuple(row[place] for row in body)
        sign = decimal or decimal_of(cells, delimiter)
        columns.append(Column(" ".join(name.split()) or f"column {place + 1}", cells, sign))
    return Table(tuple(told_apart(columns)), delimiter, header)


def told_apart(columns: Sequence[Column]) -> list[Column]:
    """The columns, with their place in the names of those that are called alike."""
    often = Counter(column.name for column in columns)
    return [
        column if often[column.name] == 1 else Column(f"{column.name} ({place})", column.cells, column.decimal)
        for place, column in enumerate(columns, start=1)
    ]


def delimiter_of(lines: Sequence[str], decimal: Decimal | None) -> str:
    """What stands between cells: the sign that cuts all lines into the same number of them; "" if none does."""
    looked_at = lines[:LOOKED_AT]
    for delimiter in DELIMITERS:
        if delimiter == "," and (decimal == "," or (decimal is None and is_decimal_comma(looked_at))):
            continue
        cut = csv.reader(looked_at, delimiter=delimiter, skipinitialspace=True)
        try:
            widths = Counter(len(row) for row in cut)
        except csv.Error:
            continue
        width, often = widths.most_common(1)[0]
        if width > 1 and often >= 0.8 * len(looked_at):
            return delimiter
    return ""


def is_decimal_comma(lines: Sequence[str]) -> bool:
    """Whether the one comma in each line is the decimal sign of a number alone, under a name without one.

    Two columns of whole numbers look the same: they are told by a header of two names, or a first column that counts.
    """
    first, *rest = lines
    if not rest or not all(re.fullmatch(r"[+\-−]?\d{1,12}(,\d+)?", line.strip()) for line in rest):
        return False
    with_comma = [line.strip().split(",") for line in rest if "," in line]
    if not with_comma or (number_in(first, ",") is None and "," in first):
        return False
    whole = [int(parts[0].replace("−", "-")) for parts in with_comma]
    counts = len(whole) > 2 and len({b - a for a, b in pairwise(whole)}) == 1 and whole[0] != whole[1]
    return not (counts and len(with_comma) == len(rest))


def decimal_of(cells: Sequence[str], delimiter: str) -> Decimal:
    """The decimal sign of a column's numbers: the comma where more of them are numbers with it."""
    looked_at = [cell for cell in cells[:LOOKED_AT] if "," in cell or "." in cell]
    with_comma = sum(number_in(cell, ",") is not None for cell in looked_at)
    with_point = sum(number_in(cell, ".") is not None for cell in looked_at)
    if with_comma != with_point:
        return "," if with_comma > with_point else "."
    # 1,234 in all cells: thousands where commas are also between cells, else decimals
    return "," if any("," in cell and "." not in cell for cell in looked_at) and delimiter != "," else "."


def has_header(rows: Sequence[Sequence[str]], delimiter: str) -> bool:
    """Whether the first row names the columns: it holds no number where those below it do, or words alone."""
    first, below = rows[0], rows[1:LOOKED_AT]
    if not below:
        return False
    for place, cell in enumerate(first):
        column = [row[place] for row in below]
        sign = decimal_of(column, delimiter)
        numbers = sum(number_in(one, sign) is not None for one in column)
        if numbers >= LEAST_SHARE * sum(not is_missing(one) for one in column) and numbers:
            return number_in(cell, sign) is None and not is_missing(cell)
    return False


def prepare(table: Table, column: Column, gaps: Gaps = "fill") -> Prepared:
    """A column as it can be learned from: in the order of time, its gaps filled or skipped.

    Gaps are filled by the straight line between their neighbours, those at an end by the nearest number.

    Raises:
        TaskInputError: it holds no number.
    """
    values, missing = column.values, column.gaps
    if len(missing) == len(values):
        raise TaskInputError(f"There is no number in “{column.name[:40]}”.")
    notes = []
    if len(missing):
        odd = next((row for row in missing if not is_missing(column.cells[row])), None)
        example = "" if odd is None else f" (row {odd + 1 + table.header} has “{column.cells[odd][:20]}”)"
        has = "has" if len(missing) == 1 else "have"
        many = f"{len(missing):,} of {len(values):,} rows {has} no number{example}: "
        if gaps == "fill":
            there = np.flatnonzero(np.isfinite(values))
            values = np.interp(np.arange(len(values)), there, values[there])
            notes.append(many + "filled by the straight line between their neighbours.")
        else:
            values = values[np.isfinite(values)]
            notes.append(many + "left out, so that what lies on both sides of them follows on each other.")
    if table.newest_first:
        values = values[::-1]
        notes.append("The dates run backwards, so the rows were turned round: the oldest comes first.")
    name = re.sub(r"[,;\t|\"\s]+", " ", column.name).strip()
    name = name if name and number_in(name, ".") is None else f"values {name}".strip()
    lines = [name, *(repr(float(value)) for value in values)]
    return Prepared("\n".join(lines) + "\n", values, tuple(notes))
