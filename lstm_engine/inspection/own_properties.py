"""A person's own properties: a regular expression, and spans painted on the text."""

from collections.abc import Sequence

from numpy.typing import NDArray


def pattern_property(pattern: str, text: str) -> NDArray:
    """True where a regular expression matches, (N,) bool, in time linear in the text (RE2; Cox 2007).

    Raises:
        SettingsError: the pattern cannot be read, is too long, or needs what has no linear time, as references back do.
    """
    raise NotImplementedError


def spans_property(spans: Sequence[tuple[int, int]], length: int) -> NDArray:
    """True inside painted spans (start, stop), the last excluded: (length,) bool.

    Raises:
        SettingsError: a span is none, or lies outside.
    """
    raise NotImplementedError
