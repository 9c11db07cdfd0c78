"""Patterns in linear time, and painted spans."""

import contextlib
import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_engine import EngineError, SettingsError, inspection
from lstm_engine.inspection import pattern_property, spans_property


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(["a+", "ab|b", "[^a]b", "^a", "b$", "é.", "(a|b)*c", "a?", r"\w+\b"]),
    st.text("abcé\n🙂", min_size=1),
)
def test_patterns_match_where_pythons_do(pattern, text):
    expected = np.zeros(len(text), bool)
    for found in re.finditer(pattern, text, re.MULTILINE | (re.ASCII if "w" in pattern else 0)):
        expected[found.start() : found.end()] = True
    np.testing.assert_array_equal(pattern_property(pattern, text), expected)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(a*)*b", "(x+x+)+y", "((a?){50}){2}b"])
def test_patterns_made_to_run_for_ever_do_not(pattern):
    started = time.monotonic()
    assert len(pattern_property(pattern, "a" * 50_000 + "!")) == 50_001
    assert time.monotonic() - started < 30  # Python's own engine would not end before the sun does


def test_a_pattern_that_looks_far_ahead_from_everywhere_is_given_up(monkeypatch):
    monkeypatch.setattr("lstm_engine.inspection.own_properties.SECONDS", 0.1)
    with pytest.raises(SettingsError, match="let it look less far"):
        pattern_property("a[^z]*z|a", "a" * 100_000)


@pytest.mark.parametrize(
    "pattern", ["(", "(?=a)", r"(a)\1", "a{5000}", "", None, 5, "a" * 300, "((a{99}){99}){99}", "\ud800"]
)
def test_patterns_that_cannot_be_read_are_refused(pattern):
    with pytest.raises(SettingsError, match="expected"):
        pattern_property(pattern, "abc")


def test_a_refusal_quotes_the_pattern_as_it_was_typed():
    with pytest.raises(SettingsError) as refusal:
        pattern_property("(b", "abba")
    assert "(missing ): (b)" in str(refusal.value)
    assert "?m" not in str(refusal.value)


def test_spans_are_true_inside():
    assert spans_property([(0, 1), (3, 5), (4, 5)], 6).tolist() == [True, False, False, True, True, False]
    assert not spans_property([], 3).any()


@pytest.mark.parametrize("spans", [[(2, 2)], [(0, 7)], [(-1, 2)], [(1,)], [3], "ab", None, [(0.5, 2)], [(1, None)]])
def test_spans_that_are_none_are_refused(spans):
    with pytest.raises(SettingsError):
        spans_property(spans, 6)


@settings(max_examples=60, deadline=None)
@given(st.text("abc()[]{}|*+?^$.\\-,0129:PdwpL\n\0é", max_size=20))
def test_any_pattern_gives_an_array_or_a_sentence(pattern):
    with contextlib.suppress(EngineError):
        assert inspection.pattern_property(pattern, "ab(c) 12").shape == (8,)
