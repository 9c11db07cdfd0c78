"""Which symbol stands for which number in a model that somebody brings."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import BinaryIO

from lstm_engine.checks import regular_file, shown, why_no_json
from lstm_engine.errors import TaskInputError, WeightsError

MOST_BYTES = 64 * 2**20  # of a vocabulary
MOST_SYMBOLS = 10**6
MOST_LENGTH = 200  # characters of a symbol


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

    >>> vocabulary("abc ").symbols
    ('a', 'b', 'c', ' ')
    >>> vocabulary({"no": 1, "yes": 0}).symbols
    ('yes', 'no')
    """
    if isinstance(given, int) and not isinstance(given, bool):
        if not 1 <= given <= MOST_SYMBOLS:
            raise TaskInputError(f"there are to be {shown(given)} inputs, expected 1 to {MOST_SYMBOLS:,}")
        found = Vocabulary(given)
    elif isinstance(given, Mapping):
        found = checked(from_pairs(given))
    elif isinstance(given, list | tuple):
        found = checked(given)
    else:
        found = from_text(given if isinstance(given, str) else decoded(given), size)
    if size is not None and found.size != size:
        what = "inputs" if found.symbols is None else "symbols"
        hint = ""
        if found.symbols is not None and abs(found.size - size) <= 3:
            hint = "; symbols for padding, unknown words or the end of a text count, too"
        raise TaskInputError(f"the vocabulary has {found.size:,} {what}, but the model reads {size:,}{hint}")
    return found


def decoded(given: object) -> str:
    """The text of bytes, of a file, or of what a path leads to."""
    try:
        if isinstance(given, PathLike):
            regular_file(given)
            if os.stat(given).st_size > MOST_BYTES:
                raise TaskInputError(f"the vocabulary has more than {MOST_BYTES:,} bytes")
            with open(given, "rb") as file:
                given = file.read(MOST_BYTES + 1)
        elif callable(getattr(given, "read", None)):
            given = given.read(MOST_BYTES + 1)  # type: ignore[attr-defined]
    except (OSError, WeightsError, ValueError) as error:
        if isinstance(error, TaskInputError):
            raise
        raise TaskInputError(f"the vocabulary cannot be read: {error}") from error
    if not isinstance(given, bytes | bytearray):
        raise TaskInputError(
            f"the vocabulary is {shown(given)}, expected text, JSON, a list, a dictionary, a file, or a number"
        )
    if len(given) > MOST_BYTES:
        raise TaskInputError(f"the vocabulary has more than {MOST_BYTES:,} bytes")
    try:
        return bytes(given).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = given[: error.start].count(b"\n") + 1
        raise TaskInputError(
            f"the vocabulary is not UTF-8: byte 0x{given[error.start]:02x} in line {line} stands for nothing; save it "
            "as UTF-8"
        ) from error


def from_text(text: str, size: int | None) -> Vocabulary:
    """JSON, lines, or characters."""
    if len(text) > MOST_BYTES:
        raise TaskInputError(f"the vocabulary has more than {MOST_BYTES:,} characters")
    if text.lstrip()[:1] in ("[", "{"):
        try:
            parsed = json.loads(text, object_pairs_hook=once)
        except TaskInputError:
            raise
        except (ValueError, RecursionError) as error:
            is_json = text.lstrip()[:2] in ('["', '{"')  # not symbols that happen to be brackets
            if is_json or not isinstance(error, json.JSONDecodeError):
                raise TaskInputError(f"the vocabulary begins as JSON, but is none: {why_no_json(error)}") from error
        else:
            if parsed or size not in (None, len(text)):
                return checked(from_pairs(parsed) if isinstance(parsed, dict) else parsed)
    lines = text.removesuffix("\n").split("\n")  # not splitlines: its rarer ends of a line are symbols, too
    lines = [line.removesuffix("\r") for line in lines]
    by_character = len(lines) == 1 if size is None or len(lines) == size else len(text) == size or len(lines) == 1
    if by_character:
        whole = text if size == len(text) or not text.endswith("\n") else text.removesuffix("\n").removesuffix("\r")
        return checked(whole)
    return checked(lines)


def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object, or TaskInputError if it names something twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise TaskInputError(f"the vocabulary names {shown(twice)} twice")
    return found


def from_pairs(pairs: Mapping) -> list[object]:
    """Symbols in the order of their indices, from symbol to index or from index to symbol."""
    if len(pairs) > MOST_SYMBOLS:
        raise TaskInputError(f"the vocabulary has {len(pairs):,} symbols, expected at most {MOST_SYMBOLS:,}")
    if pairs and all(type(value) is int for value in pairs.values()):
        by_index = {index: symbol for symbol, index in pairs.items()}
        if len(by_index) < len(pairs):
            seen: dict[int, object] = {}
            for symbol, index in pairs.items():
                if index in seen:
                    both = f"{shown(seen[index])} and {shown(symbol)}"
                    raise TaskInputError(f"the vocabulary gives {both} the same index {shown(index)}")
                seen[index] = symbol
    else:
        try:
            by_index = {int(str(index)): symbol for index, symbol in pairs.items()}
        except ValueError as error:
            raise TaskInputError(
                "the vocabulary is a dictionary from neither symbols to whole numbers nor from numbers to symbols"
            ) from error
    if len(by_index) < len(pairs):
        raise TaskInputError("the vocabulary gives one index two symbols")
    missing = next((index for index in range(len(by_index)) if index not in by_index), None)
    if missing is not None:
        last = shown(max(by_index))
        hint = "; Keras keeps 0 for padding: name it, too, as '<padding>': 0" if missing == 0 else ""
        raise TaskInputError(f"the vocabulary has indices up to {last}, but none has {missing}{hint}")
    return [by_index[index] for index in range(len(by_index))]


def checked(symbols: Sequence | Iterable) -> Vocabulary:
    """A vocabulary, or TaskInputError unless these are different short texts."""
    if not isinstance(symbols, list | tuple | str):
        raise TaskInputError(f"the vocabulary is {shown(symbols)}, expected a list of symbols")
    if not 1 <= len(symbols) <= MOST_SYMBOLS:
        raise TaskInputError(f"the vocabulary has {len(symbols):,} symbols, expected 1 to {MOST_SYMBOLS:,}")
    seen: dict[str, int] = {}
    for index, symbol in enumerate(symbols):
        if not isinstance(symbol, str) or not symbol:
            raise TaskInputError(
                f"the vocabulary has {shown(symbol)} at index {index}, expected a text that is not empty"
            )
        if len(symbol) > MOST_LENGTH:
            raise TaskInputError(
                f"the symbol at index {index} has {len(symbol):,} characters, expected at most {MOST_LENGTH}"
            )
        if any("\ud800" <= character <= "\udfff" for character in symbol):
            raise TaskInputError(f"the symbol at index {index}, {shown(symbol)}, is half a character (a surrogate)")
        if symbol in seen:
            raise TaskInputError(f"the vocabulary names {shown(symbol)} twice, at index {seen[symbol]} and {index}")
        seen[symbol] = index
    return Vocabulary(len(symbols), tuple(symbols))
