"""A text task's passages, and symbols of texts however long."""

import numpy as np
import pytest

from lstm_engine import TaskInputError, tasks
from lstm_engine.tasks.characters import UNKNOWN


def test_passages_are_the_text_that_is_learned_from_and_the_rest():
    text = "the cat sat on the mat. " * 50
    task = tasks.get("own text", text=text)
    assert task.passage(held_out=False) + task.passage() == text
    assert len(task.passage()) == len(text) // 10


def test_symbols_are_those_that_the_task_reads():
    task = tasks.get("own text", text="the cat sat on the mat. " * 50)
    symbols = task.symbols("a mat" * 1_000)
    assert [task.reads[k] for k in symbols[:5]] == ["a", "␣", "m", "a", "t"]
    np.testing.assert_array_equal(task.encode("a mat").inputs[:, 0].argmax(axis=1), symbols[:4])
    with pytest.raises(TaskInputError, match="never seen “Q”, “z”"):
        task.symbols("Qz a")


def test_characters_too_rare_for_a_symbol_of_their_own_are_one():
    text = "".join(chr(0x4E00 + k) for k in range(300)) * 2 + "a" * 100
    task = tasks.get("own text", text=text)
    assert task.vocabulary[task.symbols("b")[0]] == UNKNOWN
    assert UNKNOWN in task.passage(held_out=False)
