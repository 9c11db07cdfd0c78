"""Any text, one character at a time; and Python's own standard library as a text that every machine has."""

import base64
import binascii
import bz2
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from lstm_engine.errors import TaskInputError
from lstm_engine.tasks.base import (
    MAX_SEQUENCE,
    Baseline,
    Batch,
    EncodedSequence,
    Sample,
    Task,
    one_hot,
    padded_size,
)
from lstm_engine.tasks.beginning import Beginning, Reader, draw_symbols
from lstm_engine.tasks.folding import fold, named, shortened
from lstm_engine.tasks.library import MOST_SOURCE, standard_library

if TYPE_CHECKING:
    from lstm_engine.model import LSTMModel

VALIDATION_SHARE = 0.1
VALIDATION_SEQUENCES = 40
MOST_CHARACTERS = 200_000  # of a person's own text
FEWEST_CHARACTERS = 200
MOST_SYMBOLS = 200  # of the vocabulary; rarer characters are written as ``UNKNOWN``
UNKNOWN = "\ufffd"
SAMPLE_LENGTH = 120
LABELS = {"\n": "⏎", " ": "␣", "\t": "⇥"}


class CharactersTask(Task):
    """What comes next in a text? The last tenth of it is held out.

    Args:
        text: to learn from.

    Raises:
        TaskInputError: it is too short, too long, or of one symbol alone.
    """

    loss = "cross_entropy"
    unit = "nats per character"
    input_help = "Text in the characters that the run has learned from"
    what_is_read = "A text, character by character."
    question = "Which character comes next?"
    guesser_is = "A guesser who sees the last character alone, and knows how often each character follows each,"
    alike = "characters"
    samples_title = "Text made up"
    learns_from_text = True
    reads_symbols = True
    most_characters: ClassVar[int] = MOST_CHARACTERS
    settings = {
        "hidden_size": 128,
        "learning_rate": 0.003,
        "batch_size": 32,
        "sequence_length": 50,
        "end_step": 3_000,
        "pace": 0.0,
    }

    def __init__(self, text: str, input_size: int | None = None, output_size: int | None = None):
        if len(text) < FEWEST_CHARACTERS:
            raise TaskInputError(f"The text has {len(text)} characters; at least {FEWEST_CHARACTERS} are needed.")
        if len(text) > self.most_characters:
            raise TaskInputError(
                f"The text has {len(text):,} characters; at most {self.most_characters:,} are possible."
            )
        common = [symbol for symbol, _ in Counter(text).most_common(MOST_SYMBOLS - 1)]
        if len(common) < 2:
            raise TaskInputError("The text consists of one symbol alone; there is nothing to learn in it.")
        symbols = sorted(common) if len(set(text)) < MOST_SYMBOLS else [*sorted(common), UNKNOWN]
        self._index = {symbol: index for index, symbol in enumerate(symbols)}
        self.vocabulary = self.reads = tuple(LABELS.get(symbol, symbol) for symbol in symbols)
        self._symbols = symbols
        self.input_size = padded_size("input_size", len(symbols), input_size)
        self.output_size = padded_size("output_size", len(symbols), output_size)
        self._codes = self._indices(text)
        self._held_out_from = round(len(text) * (1 - VALIDATION_SHARE))

    def passage(self, held_out: bool = True) -> str:
        """The part of the text that is held out, or the one that is learned from; rare characters as ``UNKNOWN``."""
        codes = self._codes[self._held_out_from :] if held_out else self._codes[: self._held_out_from]
        return self._text(codes)

    def symbols(self, text: str) -> NDArray:
        """Which symbol stands at each place of a text however long: integers (N,), as an embedding reads them.

        Raises:
            TaskInputError: a character never stood in the text that is learned from.
        """
        if UNKNOWN not in self._index and (strange := set(text) - self._index.keys()):
            raise TaskInputError(
                f"This run has never seen {named(tuple(sorted(strange)))}; use characters that stand in its text."
            )
        return self._indices(text)

    def _indices(self, text: str) -> NDArray:
        unknown = self._index.get(UNKNOWN, 0)
        return np.array([self._index.get(symbol, unknown) for symbol in text], np.int64)

    def _one_hot(self, indices: NDArray) -> NDArray:
        """(T, B) -> (T, B, I)."""
        return one_hot(indices, self.input_size)

    def _windows(self, codes: NDArray, starts: NDArray, length: int) -> Batch:
        windows = codes[starts[None, :] + np.arange(length + 1)[:, None]]  # (T+1, B)
        return Batch(self._one_hot(windows[:-1]), windows[1:])

    def batch(self, generator: np.random.Generator, batch_size: int, sequence_length: int) -> Batch:
        self.check_sizes(batch_size, sequence_length)
        codes = self._codes[: self._held_out_from]
        length = min(sequence_length, len(codes) - 1)
        return self._windows(codes, generator.integers(len(codes) - length, size=batch_size), length)

    def validation_batch(self, sequence_length: int) -> Batch:
        self.check_sizes(1, sequence_length)
        codes = self._codes[self._held_out_from :]
        length = min(sequence_length, len(codes) - 1)
        count = max(1, min(VALIDATION_SEQUENCES, (len(codes) - 1) // length))
        starts = np.linspace(0, len(codes) - length - 1, count).astype(int)
        return self._windows(codes, starts, length)

    @cached_property
    def _bigram_loss(self) -> float:
        size = len(self._symbols)
        counts = np.ones((size, size))
        training, held_out = self._codes[: self._held_out_from], self._codes[self._held_out_from :]
        np.add.at(counts, (training[:-1], training[1:]), 1)
        table = np.log(counts / counts.sum(axis=1, keepdims=True))
        return float(-table[held_out[:-1], held_out[1:]].mean())

    def baseline(self) -> Baseline:
        return Baseline("bigram table, add-one smoothing", self._bigram_loss)

    def show(self, batch: Batch) -> list[str]:
        return ["".join(self.vocabulary[k] for k in column) for column in batch.inputs.argmax(axis=-1).T]

    def encode(self, text: str) -> EncodedSequence:
        if len(text) < 2:
            raise TaskInputError("Type at least two characters, so that there is a next one to predict.")
        if len(text) > MAX_SEQUENCE + 1:
            raise TaskInputError(
                f"That is {len(text):,} characters; at most {MAX_SEQUENCE + 1:,} can be stepped through."
            )
        folded = fold(text, self._index)
        if folded.unknown and UNKNOWN not in self._index:
            nearest = folded.text if len(folded.text) > 1 else None
            offered = "" if nearest is None else f" The nearest that it can read is “{shortened(nearest)}”."
            raise TaskInputError(
                f"This run has never seen {named(folded.unknown)}; use characters that stand in its text.{offered}",
                nearest,
            )
        if not folded.unknown and len(folded.text) > 1:  # else the rare ones are read as one symbol for all of them
            text, note = folded.text, folded.note
        else:
            note = ""
        codes = self._indices(text)
        labels = [LABELS.get(symbol, symbol) for symbol in text]
        return EncodedSequence(labels[:-1], self._one_hot(codes[:-1, None]), labels[1:], codes[1:, None], note=note)

    def _text(self, codes: Sequence[int] | NDArray) -> str:
        return "".join(self._symbols[k] for k in codes)

    def examples(self) -> Sequence[str]:
        held_out = self._codes[self._held_out_from :]
        length = min(60, len(held_out))
        starts = np.linspace(0, len(held_out) - length, 4).astype(int)
        return [
            *dict.fromkeys(
                max(self._text(held_out[start : start + length]).split("\n\n"), key=len).strip("\n") or "ab"
                for start in starts
            )
        ]

    def samples(self, model: "LSTMModel", generator: np.random.Generator, count: int) -> list[Sample]:
        start = np.repeat(self._codes[:1, None], 3, axis=1)
        drawn = self._draw(Reader(model), start, SAMPLE_LENGTH, 0.8, generator)
        return [Sample(text=self._text(column), origin="new") for column in drawn.T]

    def go_on(self, beginning: Beginning) -> str:
        """Characters, however long."""
        codes = beginning.inputs[..., : len(self._symbols)].argmax(axis=2)  # (T, 1)
        drawn = self._draw(beginning.reader(), codes, beginning.count, beginning.temperature, beginning.generator)
        return self._text(codes[:, 0]) + self._text(drawn[:, 0])

    def _draw(
        self, reader: Reader, start: NDArray, count: int, temperature: float, generator: np.random.Generator
    ) -> NDArray:
        """What follows on (T, B), drawn symbol by symbol: (count, B)."""
        outputs = reader.read(self._one_hot(start))
        drawn = np.empty((count, start.shape[1]), np.int64)
        for k in range(count):
            drawn[k] = draw_symbols(outputs[-1, :, : len(self._symbols)], generator, temperature)
            outputs = reader.read(self._one_hot(drawn[k][None, :]))
        return drawn


PACKED, PACKED_AS_WORDS = "zlib,base64:", "bz2,base64:"  # what a packed text begins with


def packed(text: str, how: str = PACKED) -> str:
    """A text in a fifth to a third of its length, as a run keeps it beside its other settings.

    Args:
        how: ``PACKED_AS_WORDS`` takes two thirds of the room where the same thousand words come again and again.
    """
    compressed = zlib.compress(text.encode(), 9) if how == PACKED else bz2.compress(text.encode())
    return how + base64.b64encode(compressed).decode("ascii")


def is_packed(text: str) -> bool:
    """Whether it begins as a packed text does."""
    return text.startswith((PACKED, PACKED_AS_WORDS))


def unpacked(text: str, most: int = MOST_CHARACTERS) -> str:
    """The text that was packed.

    Raises:
        TaskInputError: it was not, or is longer than ``most`` characters.
    """
    try:
        if not is_packed(text):
            raise ValueError("it does not begin as one")
        encoded = text.partition(":")[2]
        unpacking = zlib.decompressobj() if text.startswith(PACKED) else bz2.BZ2Decompressor()
        # a character takes at most four bytes; whatever is longer was not packed here
        return unpacking.decompress(base64.b64decode(encoded), 4 * most + 1).decode()
    except (ValueError, OSError, EOFError, binascii.Error, zlib.error) as error:
        raise TaskInputError(f"The text that the run keeps cannot be unpacked: {error}.") from error


class SourceCodeTask(CharactersTask):
    """Python's own standard library as installed (in the spirit of Karpathy, Johnson and Li 2015).

    Another Python has another library: a run keeps a packed copy of what it was made with, 350 kB of 1,180, so that it
    goes on with the same bits after an upgrade, and on another machine. Its checkpoints are four times as large.

    A model that reads 145 kB again and again learns them by heart, and its loss on held-out text rises again: these it
    cannot. The preset reads 14 million characters, in some three minutes of one core.

    Args:
        text: packed; None for the library of the Python that runs this.
    """

    name = "source code"
    title = "Source code"
    description = (
        "Python's own standard library, character by character: look for cells that follow brackets and indents."
    )
    paper = "Karpathy, Johnson and Li 2015"
    input_help = "Python source in ASCII"
    what_is_read = "Python source code, character by character."

    most_characters = MOST_SOURCE
    settings = {
        "hidden_size": 128,
        "forget_bias": 4.0,
        "init_std": 0.001,
        "learning_rate": 0.005,
        "batch_size": 16,
        "sequence_length": 150,
        "end_step": 6_000,
        "pace": 0.0,
    }

    def __init__(self, input_size: int | None = None, output_size: int | None = None, text: str | None = None):
        super().__init__(standard_library() if text is None else unpacked(text, MOST_SOURCE), input_size, output_size)

    @classmethod
    def text_to_keep(cls) -> str:
        return packed(standard_library())


class OwnTextTask(CharactersTask):
    """A text of one's own."""

    name = "own text"
    title = "Your own text"
    description = (
        f"A text of your own, {FEWEST_CHARACTERS} to {MOST_CHARACTERS:,} characters; the last tenth is held out."
    )

    def __init__(self, input_size: int | None = None, output_size: int | None = None, text: str | None = None):
        if text is None:
            raise TaskInputError("There is no text yet; paste one, or choose a file.")
        super().__init__(text, input_size, output_size)
