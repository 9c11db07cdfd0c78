"""A property that is asked about: one of the built-in ones, or a person's own pattern, expression or painted spans."""

import re

import numpy as np
from numpy.typing import NDArray

from dashboard.serving.problems import Problem
from dashboard.views.inspect.analyses import Analysis
from dashboard.views.inspect.texts import WRITTEN, separator
from lstm_engine.inspection import expression_property, pattern_property, spans_property

LONGEST = 400  # characters of a property as an address carries it
MOST_SPANS = 50
SPAN = re.compile(r"(\d{1,6})-(\d{1,6})")
# what a visitor who has chosen nothing begins with: the first of these that the text has
FIRST = (
    "inside brackets",
    "bracket depth",
    "open count",
    "count of a",
    "vowel",
    "phase, sine",
    "position in the sequence",
)
OWN = {"pattern": "a regular expression", "expression": "an expression", "spans": "painted spans"}


def property_of(analysis: Analysis, text: str) -> NDArray:
    """The property (N,), bool or real.

    Args:
        text: the name of a built-in one, or ``pattern:…``, ``expression:…``, or ``spans:3-9,40-45`` (positions from
            1, both ends included).

    Raises:
        Problem: there is none of that name. SettingsError: a person's own cannot be read.
    """
    if len(text) > LONGEST:
        raise Problem(f"The property has {len(text):,} characters; at most {LONGEST} are read.")
    kind, colon, content = text.partition(":")
    if not colon or kind not in OWN:
        if text in analysis.properties:
            return analysis.properties[text]
        known = ", ".join(analysis.properties)
        raise Problem(f"This text has no property “{text[:60]}”; it has {known}.")
    if not content.strip():
        raise Problem(f"There is nothing in your {OWN[kind].partition(' ')[2]} yet; fill it in.")
    if kind == "spans":
        return spans_property(spans_of(content), len(analysis.passage.labels))
    return pattern(analysis, content) if kind == "pattern" else expression(analysis, content)


def spans_of(text: str) -> list[tuple[int, int]]:
    """Painted spans as (start, stop), positions from 0, the last excluded."""
    parts = text.split(",")
    found = [SPAN.fullmatch(part) for part in parts]
    if len(parts) > MOST_SPANS or not all(found):
        raise Problem(f"The spans “{text[:40]}” cannot be read; write at most {MOST_SPANS} like 3-9,40-45.")
    return [(int(match[1]) - 1, int(match[2])) for match in found if match]


def pattern(analysis: Analysis, content: str) -> NDArray:
    """Where a regular expression matches, sequence by sequence; of a word, whether it does anywhere in it."""
    gap = len(separator(analysis.passage.labels))
    parts = []
    labels = iter(analysis.passage.labels)
    for text, length in zip(analysis.passage.texts, analysis.passage.lengths, strict=True):
        found = pattern_property(content, text)
        if not gap:
            parts.append(found)
            continue
        widths = np.array([len(next(labels)) for _ in range(length)])
        begins = np.concatenate([[0], np.cumsum(widths + gap)[:-1]])
        total = np.concatenate([[0], np.cumsum(found)])
        parts.append(total[begins + widths] > total[begins])
    return np.concatenate(parts)


def expression(analysis: Analysis, content: str) -> NDArray:
    """What an expression says, sequence by sequence."""
    passage = analysis.passage
    gap = separator(passage.labels)
    parts = []
    for begin, length in zip(passage.begins, passage.lengths, strict=True):
        here = slice(begin, begin + length)
        symbols = [WRITTEN.get(label, label) for label in passage.labels[here]]
        text = symbols if gap else "".join(symbols)  # of words no properties of characters are computed
        of_sequence = {name: values[here] for name, values in analysis.properties.items()}
        parts.append(expression_property(content, text, of_sequence))
    return np.concatenate(parts)


def varied(analysis: Analysis) -> dict[str, NDArray]:
    """Those built-in properties that are not the same everywhere in this text."""
    return {name: values for name, values in analysis.properties.items() if np.ptp(values.astype(float)) > 0}


def first_property(analysis: Analysis) -> str:
    """What a visitor who has chosen nothing is offered."""
    known = varied(analysis)
    return next((name for name in FIRST if name in known), next(iter(known), ""))
