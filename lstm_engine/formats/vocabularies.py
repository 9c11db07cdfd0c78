"""Which symbol stands for which number in a model that somebody brings."""

from dataclasses import dataclass
from os import PathLike
from typing import BinaryIO

from lstm_engine.formats.mapping import Mapping  # noqa: F401


@dataclass(frozen=True)
class Vocabulary:
    """Symbols by their numbers, or none where the inputs are numbers.

    Attributes:
        size: how many inputs the model reads: V symbols, or I numbers.
        symbols: the symbol of each index; None where the inputs are numbers.
    """

    size: int
    symbols: tuple[str, ...] | None = None


def vocabulary(
    given: str | bytes | int | list | dict | PathLike[str] | BinaryIO, size: int | None = None
) -> Vocabulary:
    """A vocabulary from what a person has.

    Args:
        given: text, a symbol a line, or, in one line, a symbol a character; JSON, a list, or a dictionary from symbol
            to index or from index to symbol; the same as bytes in UTF-8, from a path (``Path``, not text), from an
            open file, or as Python's own list or dictionary; or a number of inputs.
        size: how many symbols the model knows, if that is known; decides between lines and characters.

    Raises:
        TaskInputError: it is none of these, is not UTF-8, names a symbol twice, leaves an index out, or has another
            size.
    """
    raise NotImplementedError
