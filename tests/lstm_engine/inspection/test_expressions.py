"""Expressions mean what Python means by them, and nothing else can be said in them."""

import contextlib
import os
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_engine import EngineError, SettingsError, ShapeError
from lstm_engine.inspection import expression_property, names_in_expressions, text_properties

TEXT = "ab (c1, [d]) E\n  f2"


@pytest.mark.parametrize(
    ("expression", "at"),
    [
        ('char == "a"', lambda t, k: t[k] == "a"),
        ('char != "a" and not char in " \\n"', lambda t, k: t[k] not in "a \n"),
        ('char in ("a", "b") or digit', lambda t, k: t[k] in "ab" or t[k].isdigit()),
        ('"a" <= char <= "d"', lambda t, k: "a" <= t[k] <= "d"),
        ("position // 2 % 3", lambda t, k: k // 2 % 3),
        ("-position + 2 * 3 ** 2 / 4 - 1", lambda t, k: -k + 2 * 3**2 / 4 - 1),
        ('count(char == " ")', lambda t, k: t[: k + 1].count(" ")),
        ('count(char == " ", 4)', lambda t, k: t[max(k - 3, 0) : k + 1].count(" ")),
        ('since(char == " ")', lambda t, k: k - t[: k + 1].rfind(" ")),
        ('previous(char) == "("', lambda t, k: k > 0 and t[k - 1] == "("),
        ('following(char, 2) == "d"', lambda t, k: t[k + 2 : k + 3] == "d"),
        ("previous(position, 3)", lambda t, k: max(k - 3, 0)),
        ('lower(char) == "e"', lambda t, k: t[k].lower() == "e"),
        ("abs(position - 5)", lambda t, k: abs(k - 5)),
        ("min(position, 4, 9)", lambda t, k: min(k, 4)),
        ("max(position, 4) if digit else 0", lambda t, k: max(k, 4) if t[k].isdigit() else 0),
        ("depth in (1, 2)", lambda t, k: bool(text_properties(t)["bracket depth"][k] in (1, 2))),
        ("bracket_depth > 1", lambda t, k: bool(text_properties(t)["bracket depth"][k] > 1)),
        ("True", lambda t, k: True),
        ("char == “a”", lambda t, k: t[k] == "a"),
    ],
)
def test_expressions_mean_at_each_position_what_python_means(expression, at):
    found = expression_property(expression, TEXT)
    expected = [at(TEXT, k) for k in range(len(TEXT))]
    np.testing.assert_array_equal(found, expected)
    assert (found.dtype == bool) == isinstance(expected[0], bool)


def test_other_properties_and_symbols_may_be_named():
    found = expression_property('my_own > 1 and symbol == "the"', ["the", "man", "the"], {"my own": [1, 2, 3]})
    assert found.tolist() == [False, False, True]


ATTACKS = [
    "__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
    "open('/etc/passwd')",
    "char.upper()",
    "char.dtype",
    "[c for c in char]",
    "lambda: 1",
    "(position := 3)",
    "f'{char}'",
    "char[0]",
    "position[::2]",
    "eval('1')",
    "count.__globals__",
    "exec",
    "__builtins__",
    "yield 1",
    "await x",
    "*char",
    "{1: 2}",
    "1j",
    "b'a'",
    "...",
    "None",
    "9**9**9**9",
    "1/0",
    "0**-1",
    "1e308*1e308",
    "'a'*10**9",
    "'a' + 'b'",
    "10**10**10 if digit else 1",
    "9" * 450,
    "9" * 5000,
    "(" * 240 + ")" * 240,
    "-" * 400 + "1",
    "not " * 100 + "digit",
    "+".join(["1"] * 200),
    "1 << 99",
    "~digit",
    "digit | vowel",
    "char is 'a'",
    "char == 1",
    "char",
    "(1, 2)",
    "previous(char, 10**9)",
    "previous(char, -1)",
    "previous(char, digit)",
    "previous(char, 0.5)",
    "previous(char, True, 3)",
    "count()",
    "count(digit, n=3)",
    "count(*(digit,))",
    "count(**digit)",
    "min(1)",
    "min('a', 'b')",
    "char in char",
    "char in 5",
    "1 in 'abc'",
    "'a' in ('a', 1)",
    "import os",
    "digit; digit",
    "",
    " ",
    "\0",
    "a b",
    "'\\ud800' == char.x",
    None,
    5,
]


@pytest.mark.parametrize("expression", ATTACKS, ids=lambda attack: str(attack)[:30])
def test_what_is_no_such_expression_is_refused_in_one_sentence(expression):
    with pytest.raises(SettingsError) as error:
        expression_property(expression, TEXT)
    assert 20 < len(str(error.value)) < 600
    assert "\n" not in str(error.value)


def test_nothing_outside_happens(monkeypatch):
    def asked(*_):
        raise AssertionError("an expression reached the system")

    monkeypatch.setattr(os, "system", asked)
    monkeypatch.setattr("builtins.eval", asked)
    monkeypatch.setattr("builtins.exec", asked)
    for attack in ATTACKS:
        with pytest.raises(SettingsError):
            expression_property(attack, TEXT)


PIECES = [
    *[
        "char",
        "position",
        "depth",
        "digit",
        "1",
        "0",
        "9",
        '"a"',
        '"aeiou"',
        "(1, 2)",
        "()",
        "True",
        "x",
        "-1",
        "1e308",
    ],
    *["+", "-", "*", "/", "//", "%", "**", "==", "<", "in", "not", "and", "or", "if", "else", "(", ")", ",", "."],
    *["count(", "since(", "previous(", "following(", "min(", "max(", "abs(", "lower("],
]


def grown(chance, depth):
    """A random expression that Python can read."""
    if depth == 0 or chance.random() < 0.2:
        return chance.choice(["char", "position", "depth", "digit", "3", "0", '"a"', "2.5", '("a", "b")', "True"])
    left, right = grown(chance, depth - 1), grown(chance, depth - 1)
    shape = chance.choice(
        [
            *["({} + {})", "({} == {})", "({} in {})", "({} and {})", "({} ** {})", "({} % {})", "count({}, {})"],
            *["previous({}, {})", "min({}, {})", "(not {} < {})", "({} if {} else 1)", "since({}) + {}", "-{} // {}"],
        ]
    )
    return shape.format(left, right)


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32))
def test_any_expression_gives_an_array_or_a_sentence(seed):
    """Half of them words in any order, half of them such that Python could read them."""
    chance = random.Random(seed)
    words = " ".join(chance.choices(PIECES, k=chance.randint(1, 12)))
    for expression in (words, grown(chance, chance.randint(1, 4))):
        with contextlib.suppress(EngineError):  # whatever else is raised fails the test
            found = expression_property(expression, TEXT)
            assert found.shape == (len(TEXT),)
            assert found.dtype in (np.dtype(bool), np.dtype(float))
            assert np.isfinite(found).all()


@settings(max_examples=60, deadline=None)
@given(st.text("\"'()[]{}:,.\\\n\0 +-*/%<>=!~^&|@#;aceinor019_é“”", max_size=40))
def test_any_text_at_all_is_an_expression_or_refused(text):
    with contextlib.suppress(EngineError):
        assert expression_property(text, TEXT).shape == (len(TEXT),)


def test_every_name_is_explained_and_works():
    for name, words in names_in_expressions().items():
        assert words
        if not name.endswith("(…)") and name not in ("char", "symbol", "word"):
            assert len(expression_property(f"{name} + 0", TEXT)) == len(TEXT)


@pytest.mark.parametrize("text", ["", None, 5, [1, 2], []])
def test_what_is_no_text_is_refused(text):
    with pytest.raises(ShapeError, match="at least one symbol"):
        expression_property("1", text)
