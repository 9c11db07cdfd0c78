"""What stands along an axis of time, on the page and in saved pictures."""

import itertools

import pytest

LETTER = 7  # pixels that a letter takes at most, on the average


@pytest.fixture
def compute(module):
    return module("browser/pictures.js")


def ticks(compute, labels: list[str], width: int, start: int = 0, end: int | None = None) -> list[dict]:
    end = len(labels) if end is None else end
    return compute(
        "ticksOf({ labels }, { from: start, to: end }, width)", labels=labels, start=start, end=end, width=width
    )


def test_marks_of_time_never_run_into_each_other(compute, generator):
    for _ in range(60):
        longest, width = generator.choice([1, 5, 13]), generator.choice([300, 360, 900, 1_800])
        labels = ["x" * generator.randint(1, longest) for _ in range(generator.randint(1, 300))]
        marks = ticks(compute, labels, width)
        for before, after in itertools.pairwise(marks):
            taken = LETTER * (len(before["text"]) + len(after["text"])) / 2
            assert (after["at"] - before["at"]) * width >= taken


def test_symbols_stand_where_there_is_room_and_else_numbers_from_one(compute):
    assert [mark["text"] for mark in ticks(compute, list("·maria"), 360)] == list("·maria")
    words = ["¶", "an", "empty", "string", "is", "returned"]
    assert [mark["text"] for mark in ticks(compute, words, 900)] == words
    assert [mark["text"] for mark in ticks(compute, words, 300)] == ["1", "3", "5"]
    assert [mark["text"] for mark in ticks(compute, ["0"] * 80, 900, 10, 70)][:3] == ["11", "13", "15"]
