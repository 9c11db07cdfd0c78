"""A person's own property as a Python expression over the symbols; parsed, never evaluated by Python."""

from collections.abc import Mapping

from numpy.typing import ArrayLike, NDArray


def expression_property(expression: str, text: str, properties: Mapping[str, ArrayLike] | None = None) -> NDArray:
    """A property from an expression such as ``char in "aeiou" and previous(char) == "q"``.

    Args:
        expression: comparisons, arithmetic, ``and``, ``or``, ``not``, ``in`` and conditionals over ``char``,
            ``position``, all properties of the text with ``_`` for blanks (``bracket_depth``), and ``NAMES`` of functions:
            ``count``, ``since``, ``previous``, ``following``, ``abs``, ``min``, ``max``.
        text: N characters.
        properties: further arrays (N,) by name.

    Returns:
        (N,) bool, or real.

    Raises:
        SettingsError: it is not such an expression, or asks for too much; a sentence says which part.
    """
    raise NotImplementedError


def names_in_expressions(text: str = "a") -> dict[str, str]:
    """What may stand in an expression, and what it means, by name."""
    raise NotImplementedError
