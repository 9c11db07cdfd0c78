"""Properties of texts, read off by eye, and by a slow scan."""

import sysconfig
import tokenize
from io import StringIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_engine import ShapeError, inspection
from lstm_engine.inspection import text_properties

CODE = 'def f(a, b=[1, 2]):  # it isn\'t\n    """A "doc".\n\n    More."""\n    return "a\\"b" + r\'c\' + "("\n'


def marked(text, name):
    """The text where the property holds, and a dot elsewhere."""
    return "".join(letter if holds else "·" for letter, holds in zip(text, text_properties(text)[name], strict=True))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("inside quotes", 'say "yes, I" do', '····"yes, I···'.ljust(15, "·")),
        ("inside quotes", "don't say 'users' now", "··········'users·····"),
        ("inside quotes", "“so” and «thus»", "“so······«thus·"),
        ("inside quotes", 'an "open one\n\nnext "par"', '···"open one·······"par·'),
        ("inside quotes", "an 'open one\nnext", "···'open one·····"),
        ("inside quotes", r'a "b\"c" d', r'··"b\"c···'),
        ("inside brackets", "f(a[1], {2}) + :( x", "·(a[1], {2}········"),
        ("inside brackets", "a) b (c", "·······"),
        ("inside brackets", "x = '(' + (y)", "··········(y·"),
        ("inside brackets", "s = r'[(' + f(x)\n# 1) y", "·············(x········"),
        ("inside brackets", "f(  # this :(\n x)  # (to\n# do) 1)", "·(  # this :(\n x·····(to\n# do····"),
        ("inside brackets", "I don't (or\nhe can't) say", "········(or\nhe can't·····"),
        ("inside a comment", "a # b\nc '#'", "··# b······"),
        ("inside a string", "a = 'b # c'  # d", "····'b # c······"),
        ("word start", "an old_man, 2b", "a··o········2·"),
        ("vowel", "Äpfel, y", "Ä··e····"),
        ("digit", "a1٢", "·1٢"),
        ("upper case", "aBÉ", "·BÉ"),
        ("line start", "a\nb\n", "a·b·"),
        ("white space", "a b\t", "· ·\t"),
    ],
)
def test_properties_of_short_texts(name, text, expected):
    assert marked(text, name) == expected


def test_code_is_read_as_python_reads_it():
    start = CODE.index('"""') + 2
    string, comment = text_properties(CODE)["inside a string"], text_properties(CODE)["inside a comment"]
    assert string[start : CODE.index('"""', start + 3) + 2].all()
    assert not string[:start].any()
    assert marked(CODE, "inside a comment").strip("·") == "# it isn't"
    assert comment.sum() == len("# it isn't")
    assert text_properties(CODE)["bracket depth"].max() == 2
    assert text_properties(CODE)["bracket depth"][-1] == 0


@pytest.mark.parametrize("module", ["pprint", "locale", "shlex", "optparse"])
def test_brackets_of_code_are_those_that_python_pairs(module):
    text = (Path(sysconfig.get_paths()["stdlib"]) / f"{module}.py").read_text("utf-8")
    begins = np.cumsum([0, *map(len, text.splitlines(keepends=True))])
    opened, code, formatted = np.zeros(len(text) + 1), np.zeros(len(text) + 1, bool), 0
    for token in tokenize.generate_tokens(StringIO(text).readline):
        start, stop = (begins[line - 1] + column for line, column in (token.start, token.end))
        kind = tokenize.tok_name[token.type]
        formatted += (kind == "FSTRING_START") - (kind == "FSTRING_END")  # from Python 3.12 on their insides are tokens
        if not formatted and kind in {"NAME", "NUMBER", "OP"}:
            code[start:stop] = True
        if not formatted and kind == "OP":
            opened[start] += (token.string in "([{") - (token.string in ")]}")
    code, depth = code[:-1], np.cumsum(opened)[:-1]
    np.testing.assert_array_equal(text_properties(text)["bracket depth"][code], depth[code])


def test_numbers_of_positions():
    found = text_properties("  ab\n\tc d")
    assert found["indentation"].tolist() == [1, 2, 2, 2, 2, 1, 1, 1, 1]
    assert found["line position"].tolist() == [0, 1, 2, 3, 4, 0, 1, 2, 3]
    assert found["word position"].tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert found["position"].tolist() == list(range(9))


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="()[]{} a", min_size=1, max_size=30))
def test_depth_is_that_of_brackets_that_are_closed_again(text):
    """Against a scan that takes out innermost pairs until none is left, which finds the same where nothing crosses."""
    pairs, rest = [], list(enumerate(text))
    kinds = {"(": ")", "[": "]", "{": "}"}
    while True:
        brackets = [one for one in rest if one[1] in "()[]{}"]
        inner = next(((a, b) for a, b in pairwise(brackets) if kinds.get(a[1]) == b[1]), None)
        if inner is None:
            break
        pairs.append((inner[0][0], inner[1][0]))
        rest = [one for one in rest if one not in inner]
    depth = text_properties(text)["bracket depth"]
    at_least = np.array([sum(start <= place < stop for start, stop in pairs) for place in range(len(text))])
    assert (depth >= at_least).all()
    if not any(symbol in ")]}" for _, symbol in rest):  # else a bracket that crosses another one is paired as well
        np.testing.assert_array_equal(depth, at_least)


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), min_size=1, max_size=60) | st.text(alphabet="'\"\\\n#( a", min_size=1, max_size=60))
def test_any_text_has_all_properties(text):
    found = text_properties(text)
    assert set(found) >= {"inside quotes", "inside brackets", "bracket depth", "indentation", "line position", "vowel"}
    for value in found.values():
        assert value.shape == (len(text),)
        assert value.dtype in (np.dtype(bool), np.dtype(float))


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="'\"\n# ab(", min_size=2, max_size=40), st.data())
def test_what_is_known_of_words_and_lines_needs_no_later_text(text, data):
    cut = data.draw(st.integers(1, len(text) - 1))
    for name in ("indentation", "line position", "word position", "word start", "line start", "vowel"):
        np.testing.assert_array_equal(text_properties(text)[name][:cut], text_properties(text[:cut])[name])


@pytest.mark.parametrize("text", ["'a " * 30_000, '"' * 60_000, "(" * 60_000, "\\" * 60_000, "'''" * 20_000 + "'"])
def test_text_that_is_all_openings_is_read_in_linear_time(text):
    """A scan that went back for each of them would take minutes, and the suite would stand."""
    assert len(text_properties(text)["inside quotes"]) == len(text)


@pytest.mark.parametrize("text", ["", None, 5, b"a"])
def test_what_is_no_text_is_refused(text):
    with pytest.raises(ShapeError, match="at least one character"):
        inspection.text_properties(text)
