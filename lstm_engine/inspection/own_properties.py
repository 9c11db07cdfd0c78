"""A person's own properties: a regular expression, and spans painted on the text."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_engine.checks import shown, whole_number
from lstm_engine.errors import SettingsError, ShapeError
from lstm_engine.inspection.arrays import whole_span

LONGEST_PATTERN = 200
MEMORY = 2**20  # bytes; bounds what a pattern such as (a{99}){99} may grow to
LINES = "(?m)"  # ^ and $ are the ends of lines
SECONDS = 2.0  # for all matches
MOST_SPANS = 10_000
MOST_POSITIONS = 10_000_000


def pattern_property(pattern: str, text: str) -> NDArray[np.bool_]:
    """True where a regular expression matches, (N,) bool.

    The engine is RE2 (Cox 2007), whose time to find a match is linear in the text, whatever the pattern: it has no
    references back and does not look around. ``^`` and ``$`` are the ends of lines. All matches one after the other may
    still take longer (each may look ahead to the end), and are given up after two seconds.

    Raises:
        SettingsError: the pattern cannot be read, is too long, or takes too long on this text; or RE2 is not installed.
        ShapeError: there is no text.

    >>> pattern_property("b+", "abba").tolist()
    [False, True, True, False]
    """
    if not isinstance(text, str) or not text:
        raise ShapeError(f"text is {shown(text)}, expected at least one character")
    expression = compiled(pattern)
    encoded = text.encode("utf-8", "replace")
    content = np.frombuffer(encoded, np.uint8)
    begins = (content & 0xC0) != 0x80  # bytes that begin a character
    change = np.zeros(len(encoded) + 1, np.int64)
    until = time.monotonic() + SECONDS
    for found in expression.finditer(encoded):
        start, stop = found.span()
        change[start] += 1
        change[stop] -= 1
        if time.monotonic() > until:
            raise SettingsError(
                f"the pattern {shown(pattern)} takes more than {SECONDS:g} s on this text; let it look less far, as in "
                "“.{0,100}” in the place of “.*”"
            )
    return (np.cumsum(change[:-1]) > 0)[begins]


def compiled(pattern: object) -> Any:
    """The pattern for RE2, or SettingsError."""
    if not isinstance(pattern, str) or not pattern:
        raise SettingsError(f"the pattern is {shown(pattern)}, expected a regular expression such as “[0-9]+”")
    if len(pattern) > LONGEST_PATTERN:
        raise SettingsError(f"the pattern has {len(pattern):,} characters, expected at most {LONGEST_PATTERN}")
    try:
        import re2  # a library of C++, which only those need to have who ask for a pattern
    except ImportError as error:
        raise SettingsError(
            "patterns need the package google-re2, which is not installed; install it with: pip install google-re2"
        ) from error
    options = re2.Options()
    options.max_mem, options.log_errors, options.never_capture = MEMORY, False, True
    try:
        return re2.compile((LINES + pattern).encode(), options)
    except (re2.error, UnicodeError) as error:
        said = error.args[0] if error.args else error
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        reason = reason.replace(LINES, "", 1)
        raise SettingsError(
            f"the pattern {shown(pattern)} cannot be read ({shown(reason)[1:-1]}); expected a regular expression "
            "without references back and without looking around, such as “[0-9]+”"
        ) from error


def spans_property(spans: Sequence[tuple[int, int]], length: int) -> NDArray[np.bool_]:
    """True inside painted spans (start, stop), the last excluded: (length,) bool.

    Raises:
        SettingsError: a span is none, or lies outside.

    >>> spans_property([(1, 3)], 4).tolist()
    [False, True, True, False]
    """
    length = whole_number("length", length, 1, MOST_POSITIONS)
    if isinstance(spans, np.ndarray) and spans.ndim == 2:
        spans = spans.tolist()
    if not isinstance(spans, list | tuple) or len(spans) > MOST_SPANS:
        raise SettingsError(f"spans are {shown(spans)}, expected at most {MOST_SPANS:,} pairs of start and stop")
    inside = np.zeros(length, bool)
    for span in spans:
        start, stop = whole_span("a span", span, length)
        inside[start:stop] = True
    return inside
