import pytest

from dashboard.shell.selection import run_number


@pytest.mark.parametrize("text", ["", "²", "٣", "-1", "1.5", "1e3", " 1", "1\n", "9" * 5_000, "<b>", "0x1", "１"])
def test_what_is_no_number_of_a_run_is_none(text):
    assert run_number(text) is None


def test_numbers_of_runs_are_read():
    assert [run_number(text) for text in ("1", "007", "9" * 18)] == [1, 7, 10**18 - 1]
