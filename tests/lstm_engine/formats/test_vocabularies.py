import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_engine import TaskInputError
from lstm_engine.formats import Vocabulary, vocabulary


@pytest.mark.parametrize(
    ("given_", "symbols"),
    [
        ("abc", ("a", "b", "c")),
        ("abc\n", ("a", "b", "c")),
        ("the\na\nend\n", ("the", "a", "end")),
        ("the\r\na\r\nend", ("the", "a", "end")),
        ("\ufeffab".encode(), ("a", "b")),
        ('["x", "\\n"]', ("x", "\n")),
        ('{"x": 1, "y": 0}', ("y", "x")),
        ('{"1": "x", "0": "y"}', ("y", "x")),
        ({1: "x", 0: "y"}, ("y", "x")),
        (["x", "y"], ("x", "y")),
        ("[](){}", tuple("[](){}")),
        (io.BytesIO(b"xy"), ("x", "y")),
        ("日本", ("日", "本")),
    ],
)
def test_text_json_lists_and_dictionaries_are_read(given_, symbols):
    assert vocabulary(given_) == vocabulary(given_ if not isinstance(given_, io.BytesIO) else b"xy", len(symbols))
    assert vocabulary(list(symbols)).symbols == symbols
    assert vocabulary(given_ if not isinstance(given_, io.BytesIO) else b"xy").symbols == symbols


def test_the_size_decides_between_lines_and_characters():
    assert vocabulary("a\nb", 2).symbols == ("a", "b")
    assert vocabulary("a\nb", 3).symbols == ("a", "\n", "b")
    assert vocabulary("ab\n", 3).symbols == ("a", "b", "\n")
    assert vocabulary("ab\n", 2).symbols == ("a", "b")


def test_numbers_need_no_symbols(tmp_path):
    assert vocabulary(7, 7) == Vocabulary(7)
    path = tmp_path / "vocabulary"
    path.write_text("a\nb\n", "utf-8")
    assert vocabulary(path).symbols == ("a", "b")


@pytest.mark.parametrize(
    ("given_", "size", "sentence"),
    [
        (b"ab\n\xff", None, "is not UTF-8: byte 0xff in line 2 stands for nothing"),
        ("abca", None, "names 'a' twice, at index 0 and 3"),
        ("the\nend\nthe", None, "names 'the' twice"),
        ("a\n\nb", None, "'' at index 1, expected a text that is not empty"),
        ("abc", 5, "has 3 symbols, but the model reads 5; symbols for padding"),
        (7, 8, "has 7 inputs, but the model reads 8"),
        (0, None, "expected 1 to 1,000,000"),
        (10**9, None, "expected 1 to 1,000,000"),
        ([], None, "has 0 symbols"),
        ("", None, "has 0 symbols"),
        ([1, 2], None, "has 1 at index 0, expected a text"),
        ('["a", ["b"]]', None, r"has \['b'\] at index 1"),
        ('{"a": 1, "b": 2}', None, "up to 2, but none has 0; Keras keeps 0 for padding"),
        ('{"a": 0, "b": 2}', None, "up to 2, but none has 1"),
        ('{"a": 0, "b": 0}', None, "gives 'a' and 'b' the same index 0"),
        ('{"a": 0, "a": 1}', None, "names 'a' twice"),
        ({"0": "a", "00": "b"}, None, "gives one index two symbols"),
        ({"0": "a", "x": "b"}, None, "neither symbols to whole numbers nor"),
        ({"a": 10**4000}, None, "none has 0"),
        ({"a": -1, "b": 0}, None, "none has 1"),
        ({"9" * 5000: "a"}, None, "neither symbols"),
        ('["a", ', None, "begins as JSON, but is none"),
        ('["a", "\\ud800"]', None, "half a character"),
        (["x" * 300], None, "has 300 characters"),
        (None, None, "the vocabulary is None"),
        (True, None, "the vocabulary is True"),
        (Path("/nowhere"), None, "cannot be read"),
        (Path("/dev/zero"), None, "cannot be read"),
    ],
)
def test_what_is_none_is_refused_in_a_sentence(given_, size, sentence):
    with pytest.raises(TaskInputError, match=sentence):
        vocabulary(given_, size)


@settings(deadline=None)
@given(
    st.text(max_size=40) | st.binary(max_size=40) | st.dictionaries(st.text(max_size=3), st.integers(-1, 3) | st.text())
)
def test_anything_is_read_or_refused(given_):
    try:
        found = vocabulary(given_)
    except TaskInputError:
        return
    assert len(set(found.symbols)) == found.size


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5), min_size=1, unique=True))
def test_lists_come_back_from_json_in_either_direction(symbols):
    by_index = {str(index): symbol for index, symbol in enumerate(symbols)}
    for form in (symbols, by_index, {symbol: index for index, symbol in enumerate(symbols)}):
        assert vocabulary(json.dumps(form)).symbols == tuple(symbols)


@pytest.mark.parametrize("text", ["[" + "9" * 5_000 + "]", '{"a": ' + "9" * 5_000 + "}", "[" * 100_000])
def test_json_that_python_cannot_hold_is_refused_in_plain_words(text):
    with pytest.raises(TaskInputError, match=r"thousands of digits|nested too deeply") as refusal:
        vocabulary(text, 3)
    assert "sys." not in str(refusal.value)
    assert "recursion" not in str(refusal.value)
