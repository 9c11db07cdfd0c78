"""Arrays that a file promises, judged by what it says of them, and read one at a time when they are wanted."""

import math
from collections.abc import Callable, Collection
from collections.abc import Mapping as Named
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lstm_engine.checks import shown
from lstm_engine.errors import WeightsError
from lstm_engine.formats.mapping import Mapping

MOST_ARRAYS = 5_000
MOST_NAME = 1000  # characters
MOST_DIMENSIONS = 8


@dataclass(frozen=True)
class Promised:
    """An array in a file: what the file says of it, and how it is read.

    Attributes:
        shape: sizes of at least 0.
        dtype: ``"float32"``, ``"bfloat16"`` and so on.
        read: gives the numbers, those of floating point as float32 or float64.
    """

    shape: tuple[int, ...]
    dtype: str
    read: Callable[[], NDArray]


@dataclass(frozen=True)
class Contents:
    """What a reader found in a file.

    Attributes:
        kind: of the file.
        arrays: by name, those of floating-point numbers, in the file's order.
        metadata: texts beside them.
        doubts: what a person should know, in sentences.
        offers: a mapping for each model, where the file itself says what is what; None where names and shapes must.
    """

    kind: str
    arrays: Named[str, Promised]
    metadata: Named[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    offers: tuple[Mapping, ...] | None = None


def checked_shape(name: str, shape: object) -> tuple[int, ...]:
    """The shape, or WeightsError unless it is a few whole numbers of at least 0."""
    if (
        not isinstance(shape, list | tuple)
        or len(shape) > MOST_DIMENSIONS
        or not all(type(size) is int and 0 <= size < 2**48 for size in shape)
    ):
        raise WeightsError(f"{shown(name)} has shape {shown(shape)}, expected at most {MOST_DIMENSIONS} sizes")
    return tuple(shape)


def check_names(names: Collection[str]) -> None:
    """WeightsError if there are too many arrays, or one has a name that nobody would give it."""
    if len(names) > MOST_ARRAYS:
        raise WeightsError(f"it holds {len(names):,} arrays, expected at most {MOST_ARRAYS:,}")
    for name in names:
        if len(name) > MOST_NAME:
            raise WeightsError(f"it holds an array whose name has {len(name):,} characters: {shown(name)}")
        if any("\ud800" <= character <= "\udfff" for character in name):
            raise WeightsError(f"it holds an array whose name has half a character (a surrogate): {shown(name)}")


def bytes_of(shape: tuple[int, ...], itemsize: int) -> int:
    """How many bytes an array takes."""
    return math.prod(shape) * itemsize


def widened(array: NDArray) -> NDArray:
    """Floating-point numbers of any width as float32 or float64 of this machine's byte order; others as they are."""
    if array.dtype.kind != "f":
        return array
    wide = np.float32 if array.dtype.itemsize <= 4 else np.float64
    with np.errstate(over="ignore", invalid="ignore"):
        return np.ascontiguousarray(array, dtype=wide)


def from_bfloat16(raw: NDArray) -> NDArray:
    """float32 of bfloat16's 16 bits, which are float32's upper half.

    >>> from_bfloat16(np.array([0x3F80, 0xC000], np.uint16)).tolist()
    [1.0, -2.0]
    """
    return (raw.astype(np.uint32) << 16).view(np.float32)
