"""CSV as people have it."""

import csv
import io
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lstm_engine import TaskInputError, tasks
from lstm_engine.tasks.cells import number_in
from lstm_engine.tasks.decoding import decode
from lstm_engine.tasks.series import number, read_column
from lstm_engine.tasks.tables import Column, Table, prepare, read_table

# of each encoding, what it can write, and how a file in it begins
ENCODINGS = {
    "utf-8": ("UTF-8", "Größe °C"),
    "utf-8-sig": ("UTF-8", "Größe °C"),
    "utf-16": ("UTF-16", "温度 °C"),
    "utf-16-le": ("UTF-16", "Größe °C"),
    "utf-16-be": ("UTF-16", "Größe °C"),
    "utf-32": ("UTF-32", "温度 °C"),
    "latin-1": ("Latin-1", "Größe °C"),
    "cp1252": ("Latin-1", "Preis in €"),
}
DIALECTS = [(d, decimal) for d, decimal in product((",", ";", "\t", "|"), ".,") if (d, decimal) != (",", ",")]
NUMBERS = st.lists(st.floats(-1e9, 1e9).map(lambda value: round(value, 3)), min_size=3, max_size=30)


def written(columns: dict[str, list[str]], delimiter: str, quoting: int = csv.QUOTE_MINIMAL, ends: str = "\r\n") -> str:
    """A CSV text, by Python's own writer."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator=ends, quoting=quoting)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return file.getvalue()


def with_sign(value: float, decimal: str) -> str:
    return f"{value:.3f}".replace(".", decimal)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(("delimiter", "decimal"), DIALECTS)
def test_a_column_comes_back_from_every_dialect_and_encoding(delimiter, decimal, encoding):
    words, name = ENCODINGS[encoding]
    values = np.random.default_rng(3).normal(20, 300, 40).round(3)
    columns = {
        "day": [f"{1 + k % 28:02d}.{1 + k // 28:02d}.2024" for k in range(40)],
        "n": [str(k) for k in range(40)],
        name: [with_sign(value, decimal) for value in values],
    }
    for quoting, ends in ((csv.QUOTE_MINIMAL, "\r\n"), (csv.QUOTE_ALL, "\n")):
        found = decode(written(columns, delimiter, quoting, ends).encode(encoding))
        assert found.encoding == words
        table = read_table(found.text)
        assert (table.delimiter, table.header, table.rows) == (delimiter, True, 40)
        assert [column.name for column in table.of_numbers] == ["n", name]
        assert table.dates is not None
        assert table.dates.name == "day"
        np.testing.assert_array_equal(table.of_numbers[1].values, values)


@settings(max_examples=80, deadline=None)
@given(NUMBERS, st.sampled_from(".,"), st.booleans())
def test_a_column_alone_comes_back_with_either_decimal_sign(values, decimal, header):
    assume(len({int(b) - int(a) for a, b in pairwise(values)}) > 1 or len(set(values)) == 1)  # it does not count
    lines = [with_sign(value, decimal) for value in values]
    table = read_table("\n".join(["price"] * header + lines))
    assert (len(table.columns), table.header) == (1, header)
    np.testing.assert_array_equal(table.columns[0].values, values)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=20), st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=100, max_size=102))
def test_what_is_kept_of_a_column_is_read_back_to_the_last_bit(name, values):
    column = Column(name, tuple(map(repr, values)))
    prepared = prepare(Table((column,), "", True), column)
    kept_name, kept = read_column(prepared.text)
    assert number(kept_name) is None
    np.testing.assert_array_equal(kept, values)


@pytest.mark.parametrize(
    ("cell", "decimal", "value"),
    [
        ("21,5", ",", 21.5),
        ("1.234,5", ",", 1234.5),
        ("1,234.5", ".", 1234.5),
        ("1 234,5", ",", 1234.5),
        ("1\u202f234\u00a0567", ".", 1234567),
        ("1'234.50", ".", 1234.5),
        ("−3.5", ".", -3.5),
        ("€ 3,50", ",", 3.5),
        ("12.5 %", ".", 12.5),
        ("21.4 °C", ".", 21.4),
        (".5", ".", 0.5),
        ("1e-3", ".", 0.001),
        ("1.2.3", ".", None),
        ("12:30", ".", None),
        ("1e999", ".", None),
        ("n/a", ".", None),
        ("12 apples", ".", None),
    ],
)
def test_numbers_are_read_as_people_write_them(cell, decimal, value):
    assert number_in(cell, decimal) == value


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("1,2\n2,3\n3,9\n4,1", (4, 2)),  # the first column counts: two columns
        ("21,5\n22,1\n19,3", (3, 1)),  # it does not: decimals
        ("a,b\n21,5\n22,1", (2, 2)),  # a header of two names
        ("temp\n21,5\n22,1", (2, 1)),  # a header of one
        ("sep=;\na;b\n1;2\n3;4", (2, 2)),
        ("x\n1\n\n2\n", (2, 1)),  # empty lines are none
    ],
)
def test_commas_between_cells_are_told_from_decimal_commas(text, shape):
    table = read_table(text)
    assert (table.rows, len(table.columns)) == shape


def test_a_person_may_say_what_the_comma_is():
    assert len(read_table("21,5\n22,1\n19,3", decimal=".").columns) == 2
    assert read_table("1,2\n2,3\n3,4", decimal=",").columns[0].values.tolist() == [1.2, 2.3, 3.4]


def test_gaps_are_filled_or_skipped_and_said():
    table = read_table("t;v\n1;1,0\n2;NA\n3;3,0\n4;\n5;oops\n6;6,0")
    column = table.of_numbers[1]
    assert column.name == "v"
    filled, skipped = prepare(table, column, "fill"), prepare(table, column, "skip")
    assert filled.values.tolist() == [1, 2, 3, 4, 5, 6]
    assert skipped.values.tolist() == [1, 3, 6]
    assert filled.notes[0].startswith("3 of 6 rows have no number (row 6 has “oops”): filled by the straight line")
    assert "left out" in skipped.notes[0]


def test_rows_whose_dates_run_backwards_are_turned_round_with_a_word_on_it():
    table = read_table("date,close\n2024-01-03,3\n2024-01-02,2\n2024-01-01,1")
    prepared = prepare(table, table.of_numbers[0])
    assert prepared.values.tolist() == [1, 2, 3]
    assert "oldest comes first" in prepared.notes[0]


def test_columns_of_one_name_are_told_apart():
    assert [column.name for column in read_table("a,a\n1,2\n3,4").columns] == ["a (1)", "a (2)"]


@pytest.mark.parametrize("text", ["", "\n\n", " ; ; \n;;"])
def test_an_empty_table_is_refused(text):
    with pytest.raises(TaskInputError, match="no rows"):
        read_table(text)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_table_or_a_clear_error(data):
    try:
        table = read_table(decode(data).text)
    except TaskInputError:
        return
    for column in table.of_numbers:
        assert np.isfinite(prepare(table, column).values).all()


def test_predictions_and_samples_are_in_the_unit_of_the_column():
    values = 300 + 20 * np.sin(np.arange(150) / 4)
    text = "day;temperature in K\n" + "\n".join(f"{k};{with_sign(v, ',')}" for k, v in enumerate(values))
    table = read_table(text)
    task = tasks.get("own series", text=prepare(table, table.of_numbers[1]).text)
    assert task.about.question == "Which value of temperature in K comes next?"
    sequence = task.encode("300 310 320")
    np.testing.assert_allclose(task.in_own_unit(sequence.targets[:, 0, 0]), [310, 320], rtol=1e-5)
    assert sequence.labels == ["300", "310"]
    assert "errs by 3." in task.about.guesser  # 20 / 4 / sqrt(2) = 3.5 a step


def test_typed_decimal_commas_are_read_with_a_word_on_it():
    task = tasks.get("signal")
    assert task.encode("0,5 0,25 -1").inputs[:, 0, 0].tolist() == [0.5, 0.25]
    assert "decimal signs" in task.encode("0,5; 0,25").note
    assert task.encode("0.5, 0.25, 1").inputs[:, 0, 0].tolist() == [0.5, 0.25]
    assert task.encode("1,2").inputs[:, 0, 0].tolist() == [1]
