"""The functions of a person's own expressions, each over all positions at once, and the kinds of values they take."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_engine.errors import SettingsError

Value = Any  # a float, a bool, a text, a tuple of those, or an array (N,) of one of the first three


@dataclass(frozen=True)
class Function:
    """A function. ``takes``: how many values at least and at most; ``apply``: of them, N, and how it was written."""

    words: str
    takes: tuple[int, int]
    apply: Callable[[list[Value], int, str], Value]


def is_text(value: Value) -> bool:
    return isinstance(value, str) or (isinstance(value, np.ndarray) and value.dtype.kind == "U")


def kind_of(value: Value) -> str:
    """In words."""
    if isinstance(value, tuple):
        return "several values"
    if is_text(value):
        return "a symbol"
    return "yes or no" if np.asarray(value).dtype.kind == "b" else "a number"


def as_numbers(value: Value, what: str) -> Value:
    """Numbers as floats; True counts as 1. SettingsError for symbols."""
    if isinstance(value, tuple) or is_text(value):
        raise SettingsError(f"“{what}” is {kind_of(value)}, expected a number")
    return np.asarray(value, np.float64)[()]


def as_truth(value: Value, what: str) -> Value:
    """True where it is not 0. SettingsError for symbols."""
    if isinstance(value, tuple) or is_text(value):
        raise SettingsError(f"“{what}” is {kind_of(value)}, expected yes or no; compare it, as in char == “a”")
    return np.asarray(value) != 0


def whole(value: Value, N: int, what: str) -> int:
    """A single whole number from 0 to N."""
    if isinstance(value, tuple | np.ndarray) or is_text(value) or not 0 <= value <= N or value != int(value):
        raise SettingsError(f"“{what}” needs a single whole number from 0 to {N} as its second value")
    return int(value)


def spread(value: Value, N: int, what: str) -> NDArray:
    """As an array (N,)."""
    if isinstance(value, tuple):
        raise SettingsError(f"“{what}” is asked of several values; expected one at each position")
    return np.broadcast_to(np.asarray(value), (N,))


def count(values: list[Value], N: int, what: str) -> Value:
    total = np.concatenate([[0], np.cumsum(spread(as_truth(values[0], what), N, what))])  # (N + 1,)
    if len(values) == 1:
        return total[1:].astype(np.float64)
    last = whole(values[1], N, what)
    return (total[1:] - total[np.maximum(np.arange(1, N + 1) - last, 0)]).astype(np.float64)


def since(values: list[Value], N: int, what: str) -> Value:
    place = np.arange(N)
    found = np.where(spread(as_truth(values[0], what), N, what), place, -1)
    return (place - np.maximum.accumulate(found)).astype(np.float64)


def previous(values: list[Value], N: int, what: str) -> Value:
    return shifted(values, N, what, 1)


def following(values: list[Value], N: int, what: str) -> Value:
    return shifted(values, N, what, -1)


def shifted(values: list[Value], N: int, what: str, way: int) -> NDArray:
    array = spread(values[0], N, what)
    by = whole(values[1], N, what) if len(values) > 1 else 1
    if by == 0:
        return array
    found = np.zeros_like(array)
    if way > 0:
        found[by:] = array[: N - by]
    else:
        found[: N - by] = array[by:]
    return found


def lower(values: list[Value], N: int, what: str) -> Value:
    if not is_text(values[0]):
        raise SettingsError(f"“{what}” needs a symbol")
    return np.strings.lower(values[0]) if isinstance(values[0], np.ndarray) else values[0].lower()


def absolute(values: list[Value], N: int, what: str) -> Value:
    return np.abs(as_numbers(values[0], what))


def smallest(values: list[Value], N: int, what: str) -> Value:
    return folded(np.minimum, values, what)


def largest(values: list[Value], N: int, what: str) -> Value:
    return folded(np.maximum, values, what)


def folded(combine: Any, values: list[Value], what: str) -> Value:
    found = as_numbers(values[0], what)
    for value in values[1:]:
        found = combine(found, as_numbers(value, what))
    return found


FUNCTIONS = {
    "count": Function("how often it was so, up to here; count(x, 10): at the last 10 positions", (1, 2), count),
    "since": Function(
        "how many positions ago it was so last; before the first time, since the beginning", (1, 1), since
    ),
    "previous": Function("what it was a position earlier; previous(x, 3): three earlier", (1, 2), previous),
    "following": Function("what it is a position later; following(x, 3): three later", (1, 2), following),
    "lower": Function("a symbol in lower case", (1, 1), lower),
    "abs": Function("a number without its sign", (1, 1), absolute),
    "min": Function("the smallest of several numbers", (2, 8), smallest),
    "max": Function("the largest of several numbers", (2, 8), largest),
}
