"""First names of many cultures, one character at a time: which letter comes next?"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

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
from lstm_engine.tasks.beginning import Beginning, draw_symbols
from lstm_engine.tasks.folding import fold, named

if TYPE_CHECKING:
    from lstm_engine.model import LSTMModel

END = "·"  # stands before and after every name
ALPHABET = END + "abcdefghijklmnopqrstuvwxyz-"
INDEX = {symbol: index for index, symbol in enumerate(ALPHABET)}
VALIDATION_SHARE = 0.1
SPLIT_SEED = 1997
LONGEST_SAMPLE = 24
APOSTROPHES = "'."  # in O'Neil and St. John: left out


@cache
def split_names() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names to train on and those held out; always the same split."""
    names = resources.files("lstm_engine.tasks").joinpath("first_names.txt").read_text("utf-8").split()
    order = np.random.default_rng(SPLIT_SEED).permutation(len(names))
    held_out = round(len(names) * VALIDATION_SHARE)
    validation = tuple(names[k] for k in sorted(order[:held_out]))
    return tuple(names[k] for k in sorted(order[held_out:])), validation


@cache
def bigram_loss() -> float:
    """Nats per character of a table of letter pairs, smoothed by adding one count to every pair."""
    training, validation = split_names()
    counts = np.ones((len(ALPHABET), len(ALPHABET)))
    for name in training:
        for before, after in zip(END + name, name + END, strict=True):
            counts[INDEX[before], INDEX[after]] += 1
    log_probabilities = np.log(counts / counts.sum(axis=1, keepdims=True))
    pairs = [pair for name in validation for pair in zip(END + name, name + END, strict=True)]
    return -float(np.mean([log_probabilities[INDEX[before], INDEX[after]] for before, after in pairs]))


class NamesTask(Task):
    """Next-character prediction over first names, written a to z and with hyphens, with ``·`` between them.

    Args:
        input_size: width of the one-hot inputs; None for the alphabet's. Further places stay 0.
        output_size: number of output symbols; None for the alphabet's. Further ones never come.
    """

    name = "names"
    title = "First names"
    description = "Predict the next letter of a first name; 8,000 names from many cultures, a tenth of them held out."
    loss = "cross_entropy"
    unit = "nats per character"
    input_help = "A name, letters a to z"
    what_is_read = "A first name, letter by letter; · stands before and after it."
    question = "Which letter comes next?"
    guesser_is = "A guesser who sees the last letter alone, and knows how often each letter follows each,"
    alike = "letters"
    solved = (
        "A name is not determined, so nobody gets to 0. Whoever is below the guesser remembers more than one letter; "
        "2.33 nats per character is good."
    )
    samples_title = "Names made up"
    reads_symbols = True

    def __init__(self, input_size: int | None = None, output_size: int | None = None):
        self.input_size = padded_size("input_size", len(ALPHABET), input_size)
        self.output_size = padded_size("output_size", len(ALPHABET), output_size)
        self.vocabulary = self.reads = tuple(ALPHABET)
        self.training, self.validation = split_names()
        self._codes = [self._indices(name + END) for name in self.training]

    @staticmethod
    def _indices(text: str) -> NDArray:
        return np.array([INDEX[symbol] for symbol in text], np.int64)

    def _one_hot(self, indices: NDArray) -> NDArray:
        """(T, B) -> (T, B, I)."""
        return one_hot(indices, self.input_size)

    def batch(self, generator: np.random.Generator, batch_size: int, sequence_length: int) -> Batch:
        """Each sequence is a stream of random names, cut off after ``sequence_length`` characters."""
        self.check_sizes(batch_size, sequence_length)
        names_enough = sequence_length // 2 + 1  # no name is shorter than two letters
        picks = generator.integers(len(self._codes), size=(batch_size, names_enough))
        symbols = np.full((sequence_length + 1, batch_size), INDEX[END], np.int64)  # (T+1, B)
        for column, pick in enumerate(picks):
            position = 1
            for k in pick:
                code = self._codes[k]
                room = sequence_length + 1 - position
                if room <= 0:
                    break
                symbols[position : position + len(code), column] = code[:room]
                position += len(code)
        return Batch(self._one_hot(symbols[:-1]), symbols[1:])

    def validation_batch(self, sequence_length: int) -> Batch:
        """Every held-out character once: names are packed into sequences as they fit, the rest is masked."""
        self.check_sizes(1, sequence_length)
        length = max(sequence_length, max(map(len, self.validation)) + 1)
        streams: list[str] = [""]
        for name in self.validation:
            if len(streams[-1]) + len(name) + 1 > length:
                streams.append("")
            streams[-1] += name + END
        targets = np.zeros((length, len(streams)), np.int64)  # (T, B)
        mask = np.zeros(targets.shape, bool)
        for column, stream in enumerate(streams):
            targets[: len(stream), column] = self._indices(stream)
            mask[: len(stream), column] = True
        before = np.vstack([np.zeros_like(targets[:1]), targets[:-1]])
        return Batch(self._one_hot(before), targets, mask)

    def baseline(self) -> Baseline:
        return Baseline("bigram table, add-one smoothing", bigram_loss())

    def show(self, batch: Batch) -> list[str]:
        indices = batch.inputs.argmax(axis=-1)  # (T, B)
        return ["".join(ALPHABET[k] for k in column) for column in indices.T]

    def encode(self, text: str) -> EncodedSequence:
        name = text.strip().lower()
        if not name:
            raise TaskInputError("The sequence is empty. Type a name, for example “maria”.")
        if len(name) > MAX_SEQUENCE:
            raise TaskInputError(
                f"That is {len(name):,} characters; at most {MAX_SEQUENCE:,} can be stepped through. Shorten the text."
            )
        folded = fold(name, INDEX.keys() | {" "}, dropped=APOSTROPHES)
        name = folded.text.replace(" ", END).strip(END)
        if folded.unknown:
            nearest = name.replace(END, " ") or None
            way_on = (
                "Write it in these letters." if nearest is None else f"The nearest that it can read is “{nearest}”."
            )
            raise TaskInputError(
                f"This run has never seen {named(folded.unknown)}; its alphabet is a to z and the hyphen. {way_on}",
                nearest,
            )
        if not name:
            raise TaskInputError("The sequence holds no letter. Type a name, for example “maria”.")
        before, after = END + name, name + END
        inputs = self._one_hot(self._indices(before)[:, None])
        note = replace(folded, text=name.replace(END, " ")).note
        return EncodedSequence(list(before), inputs, list(after), self._indices(after)[:, None], note=note)

    def examples(self) -> Sequence[str]:
        return (
            "alexandra",
            "giovanni",
            "sakura",
            "mohammed",
            "christopher",
            *self.validation[:: len(self.validation) // 7],
        )

    def samples(self, model: "LSTMModel", generator: np.random.Generator, count: int) -> list[Sample]:
        """Names drawn letter by letter; ``memorised`` ones stand in the training part."""
        known, held_out = set(self.training), set(self.validation)
        current = np.zeros((1, count), np.int64)
        texts, state = [""] * count, None
        for _ in range(LONGEST_SAMPLE):
            outputs, state = model.forward(self._one_hot(current), state)
            chosen = draw_symbols(outputs[0, :, : len(ALPHABET)], generator)
            current = chosen[None, :]
            texts = [text if text.endswith(END) else text + ALPHABET[k] for text, k in zip(texts, chosen, strict=True)]
            if all(text.endswith(END) for text in texts):
                break
        names = [text.removesuffix(END) for text in texts]
        origins = ["memorised" if name in known else "held out" if name in held_out else "new" for name in names]
        return [Sample(text=name, origin=origin) for name, origin in zip(names, origins, strict=True)]

    def go_on(self, beginning: Beginning) -> str:
        """Letters until the name ends."""
        reader, text = beginning.reader(), "".join(beginning.labels).lstrip(END)
        outputs = reader.read(beginning.inputs)
        for _ in range(beginning.count):
            scores = outputs[-1].copy()
            if not text:
                scores[:, INDEX[END]] = -np.inf  # a name without a letter could not be stepped through
            (symbol,) = draw_symbols(scores[:, : len(ALPHABET)], beginning.generator, beginning.temperature)
            if ALPHABET[symbol] == END:
                break
            text += ALPHABET[symbol]
            outputs = reader.read(self._one_hot(np.array([[symbol]])))
        return text.replace(END, " ").strip()
