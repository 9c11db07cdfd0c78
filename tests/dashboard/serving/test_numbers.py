import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.serving.numbers import AFTER, SEED, STEP, TEMPERATURE, TIMESTEP, UNTIL, run_id, run_number
from dashboard.serving.problems import Kind, Problem

ALL = [AFTER, SEED, STEP, TEMPERATURE, TIMESTEP, UNTIL]


@pytest.mark.parametrize(
    ("bounds", "text", "value"),
    [
        (AFTER, "1e19", 10**9),
        (UNTIL, "-1e300", 0),
        (UNTIL, "inf", 10**9),
        (AFTER, "1e+21", 10**9),
        (TEMPERATURE, "0.5", 0.5),
        (TIMESTEP, "12", 12),
        (SEED, "4294967296", 2**32),
    ],
)
def test_numbers_are_read(bounds, text, value):
    assert bounds.read(text) == value


@pytest.mark.parametrize(
    ("bounds", "text", "sentence"),
    [
        (TEMPERATURE, "5.1", "temperature is “5.1”; it must be a number from 0 to 5"),
        (TEMPERATURE, "nan", "from 0 to 5"),
        (TEMPERATURE, "-0.1", "from 0 to 5"),
        (TIMESTEP, "0", "timestep is “0”; it must be a whole number from 1 to 1,000,000"),
        (TIMESTEP, "1.5", "a whole number"),
        (TIMESTEP, "٣", "a whole number"),
        (SEED, "1" * 5_000, "it must be"),
        (AFTER, "nan", "it must be"),
        (AFTER, "", "it must be"),
        (AFTER, "1_0", "after is “1_0”; it must be"),
    ],
)
def test_numbers_out_of_range_are_explained(bounds, text, sentence):
    with pytest.raises(Problem, match=sentence) as found:
        bounds.read(text)
    assert found.value.kind is Kind.INVALID
    assert len(str(found.value)) < 200


@given(st.text(max_size=50) | st.floats().map(str) | st.integers().map(str))
def test_whatever_stands_there_is_a_number_in_range_or_a_problem(text):
    for bounds in ALL:
        try:
            assert bounds.least <= bounds.read(text) <= bounds.most
        except Problem:
            continue


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "-1",
        "1.0",
        "1.5",
        "1e3",
        "0x1",
        "",
        "x",
        "<b>",
        str(2**63),
        "9" * 5_000,
        "١",
        "٣",
        "²",
        "１",
        "1\0",
        " 1",
        "1\n",
    ],
)
def test_what_no_run_can_be_called_is_missing(text):
    assert run_number(text) is None
    with pytest.raises(Problem, match="There is no run") as found:
        run_id(text)
    assert found.value.kind is Kind.MISSING


def test_runs_are_called_by_their_numbers():
    texts = ("1", "007", "2147483647", "9" * 18)
    assert [run_number(text) for text in texts] == [1, 7, 2**31 - 1, 10**18 - 1]
