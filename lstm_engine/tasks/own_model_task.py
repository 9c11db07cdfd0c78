"""What a model reads and says that was trained elsewhere; here it learns nothing, so there is nothing to draw."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn

import numpy as np
from numpy.typing import NDArray

from lstm_engine.errors import SettingsError, TaskInputError
from lstm_engine.tasks.about import About
from lstm_engine.tasks.base import MAX_SEQUENCE, Baseline, Batch, EncodedSequence, Sample, Task, one_hot
from lstm_engine.tasks.beginning import Beginning, draw_symbols
from lstm_engine.tasks.characters import LABELS
from lstm_engine.tasks.folding import fold, named, shortened
from lstm_engine.tasks.own_model import OwnModel
from lstm_engine.tasks.rows import read_rows, written_rows

if TYPE_CHECKING:
    from lstm_engine.model import LSTMModel

MOST_ONE_HOT = 2_048  # symbols; of more, where there are vectors of them, the numbers are read
MOST_EXAMPLE = 16_000  # characters
NEVER_TRAINED = "a model of your own was trained elsewhere, and is never trained here; it can be stepped and clamped"
UNKNOWN = ("<unk>", "[UNK]", "<UNK>", "<oov>", "<OOV>", "‹unknown›", "�")
SPECIAL = re.compile(r"[<\[‹].+[>\]›]")  # such as <pad>, which a vocabulary of characters may hold, too
SAID = {
    "next": "Its outputs are taken for the scores of the next symbol, and shown after softmax.",
    "classes": "Its outputs are taken for the scores of classes, and shown after softmax.",
    "numbers": "Its outputs are shown as the numbers that they are.",
}


class OwnModelTask(Task):
    """Sequences for a model that somebody brought; there is nothing to learn from, hence no batch and no loss to beat.

    Args:
        text: an ``OwnModel`` as its ``to_text`` gives it.

    Raises:
        TaskInputError: it is none.
    """

    name = "own model"
    title = "A model of your own"
    description = "A model that was trained elsewhere: it is stepped, compared and clamped, and never trained."
    loss = "cross_entropy"
    unit = "nats per symbol"
    input_help = "Symbols of the model's vocabulary"
    learns_from_text = True
    is_trained = False

    def __init__(self, input_size: int | None = None, output_size: int | None = None, text: str | None = None):
        if text is None:
            raise TaskInputError("There is no model yet; bring one on the page “Your model”.")
        self.own = own = OwnModel.from_text(text)
        if (input_size, output_size) not in ((None, None), (own.inputs, own.outputs)):
            raise SettingsError("a model of your own is as wide as it was brought")
        self.input_size, self.output_size = own.inputs, own.outputs
        self.reads_symbols = own.symbols is not None
        self.outputs_are_numbers = own.says == "numbers"
        self.outputs_named = tuple(self._outputs())
        self.vocabulary = () if self.outputs_are_numbers else self.outputs_named
        self.number_asked = "output"
        if own.symbols is None:
            self.reads = tuple(f"x {k}" for k in range(own.inputs))
            self.input_help = (
                "Numbers with spaces between them"
                if own.inputs == 1
                else f"Rows of {own.inputs} numbers, a semicolon between two rows"
            )
        else:
            self.reads = tuple(LABELS.get(symbol, symbol) for symbol in own.symbols)
            self._index = {symbol: index for index, symbol in enumerate(own.symbols)}
            special = [symbol for symbol in own.symbols if len(symbol) > 1]
            self._by_character = all(SPECIAL.fullmatch(symbol) for symbol in special)
            longest_first = sorted(special, key=len, reverse=True)
            self._token = re.compile("|".join([*map(re.escape, longest_first[:100]), "."]), re.DOTALL)
            self._unknown = next((symbol for symbol in UNKNOWN if symbol in self._index), None)
            if not self._by_character:
                self.input_help = "Symbols of the model's vocabulary, with spaces between them"
        if self.outputs_are_numbers:
            self.loss, self.unit = "squared_error", "squared error"

    def _outputs(self) -> Iterator[str]:
        """A name for each output."""
        own = self.own
        if own.says == "next" and own.symbols is not None:
            yield from (LABELS.get(symbol, symbol) for symbol in own.symbols)
            return
        what = "class" if own.says == "classes" else "h of unit" if own.puts_out_hidden else "y"
        yield from (f"{what} {k}" for k in range(own.outputs))

    @cached_property
    def about(self) -> About:
        own = self.own
        what = "numbers" if own.symbols is None else "symbols"
        source = f" from the file “{shortened(own.source, 40)}”" if own.source else ""
        said = "It has no readout: its hidden state itself comes out." if own.puts_out_hidden else SAID[own.says]
        return About(
            reads=f"A model{source} that was trained elsewhere; it reads {own.inputs:,} {what}"
            f"{', from the end of a sequence' if own.backward else ''}.",
            question="Which symbol comes next?" if own.says == "next" else "What does it put out?",
            verdict="came",
            number_asked=self.number_asked,
            guesser=said,
            solved="What it was to learn it does not tell.",
            continues=own.says == "next" and not own.backward,
            independent=False,
        )

    def encode(self, text: str) -> EncodedSequence:
        """The sequence; what comes after each symbol is what is right, where the model says the next one."""
        return self._encoded_rows(text) if self.own.symbols is None else self._encoded_symbols(text)

    def _encoded_rows(self, text: str) -> EncodedSequence:
        rows = read_rows(text, self.own.inputs)  # (T, I)
        note = self._turned()
        rows = rows[::-1] if self.own.backward else rows
        labels = [f"{row[0]:.4g}" if len(row) == 1 else f"row {k}" for k, row in enumerate(rows, start=1)]
        return self._unasked(labels, np.ascontiguousarray(rows[:, None]), note)

    def _encoded_symbols(self, text: str) -> EncodedSequence:
        symbols, note = self._symbols_of(text)
        if len(symbols) > MAX_SEQUENCE:
            raise TaskInputError(f"That is {len(symbols):,} symbols; at most {MAX_SEQUENCE:,} can be stepped through.")
        if self.own.backward:
            symbols = symbols[::-1]
            note = " ".join(filter(None, (note, self._turned())))
        codes = np.array([self._index[symbol] for symbol in symbols])[:, None]  # (T, 1)
        labels = [LABELS.get(symbol, symbol) for symbol in symbols]
        by_number = self.own.embedded and self.input_size > MOST_ONE_HOT
        inputs = codes if by_number else one_hot(codes, self.input_size)
        if self.own.says != "next":
            return self._unasked(labels, inputs, note)
        mask = np.ones(codes.shape, bool)
        mask[-1] = False  # nothing is known of what comes after the last
        return EncodedSequence(labels, inputs, [*labels[1:], ""], np.roll(codes, -1, axis=0), mask, note)

    def _turned(self) -> str:
        return "Read from its end, as this model reads." if self.own.backward else ""

    def _unasked(self, labels: list[str], inputs: NDArray, note: str) -> EncodedSequence:
        """A sequence after which nobody knows what is right."""
        T = len(labels)
        numbers = self.outputs_are_numbers
        targets = np.zeros((T, 1, self.output_size), np.float32) if numbers else np.zeros((T, 1), np.int64)
        return EncodedSequence(labels, inputs, [""] * T, targets, np.zeros((T, 1), bool), note)

    def _symbols_of(self, text: str) -> tuple[list[str], str]:
        """The symbols of a text, and a note on what was read otherwise; TaskInputError if there are others."""
        note = ""
        if self._by_character:
            parts = self._token.findall(text)
            if any(part not in self._index for part in parts) and self._unknown is None:
                folded = fold(text, self._index)
                if folded.unknown:
                    raise TaskInputError(f"The model's vocabulary has no {named(folded.unknown)}.", folded.text or None)
                parts, note = self._token.findall(folded.text), folded.note
        else:
            parts = [part if part in self._index else self._lower(part) for part in text.split()]
        if not parts:
            raise TaskInputError(f"The sequence is empty. Type one, for example “{shortened(self.examples()[0])}”.")
        strange = list(dict.fromkeys(part for part in parts if part not in self._index))
        if strange and self._unknown is None:
            told = ", ".join(f"“{shortened(part, 20)}”" for part in strange[:3])
            known = [part for part in parts if part in self._index]
            raise TaskInputError(
                f"The model's vocabulary has no {told}; write its symbols with spaces between them.",
                " ".join(known) or None,
            )
        if strange:
            told = ", ".join(f"“{shortened(part, 20)}”" for part in strange[:3])
            note = f"Read as {self._unknown}: {told}{' and more' if len(strange) > 3 else ''}."
            parts = [part if part in self._index else str(self._unknown) for part in parts]
        return parts, note

    def _lower(self, word: str) -> str:
        return word.lower() if word.lower() in self._index else word

    def examples(self) -> Sequence[str]:
        own = self.own
        if own.symbols is None:
            t = np.arange(16)[:, None]
            waves = np.sin(t * 2 * np.pi / (8 + np.arange(own.inputs) % 9)).round(2)  # a period for each input
            struck = np.zeros((12, own.inputs))
            struck[1] = 1
            made = [written_rows(rows) for rows in (waves, struck) if len(written_rows(rows)) <= MOST_EXAMPLE]
            made = made or [written_rows(np.zeros((1, own.inputs)))]
        else:
            ordinary = [symbol for symbol in own.symbols if not SPECIAL.fullmatch(symbol) and symbol.strip()]
            made = [("" if self._by_character else " ").join((ordinary or list(own.symbols))[:12])]
        return [own.example, *made] if own.example else made

    def go_on(self, beginning: Beginning) -> str:
        """Symbols, if they are what the model says."""
        if not self.about.continues or self.own.symbols is None:
            return super().go_on(beginning)
        reader, inputs = beginning.reader(), beginning.inputs  # (T, 1) or (T, 1, V)
        codes = list(inputs[:, 0] if inputs.ndim == 2 else inputs[:, 0].argmax(axis=-1))
        outputs = reader.read(inputs)
        for _ in range(beginning.count):
            (code,) = draw_symbols(outputs[-1], beginning.generator, beginning.temperature)
            codes.append(code)
            step = np.array([[code]])
            outputs = reader.read(step if self.own.embedded else one_hot(step, self.input_size))
        return ("" if self._by_character else " ").join(self.own.symbols[int(code)] for code in codes)

    def to_train(self) -> NoReturn:
        refuse()

    def batch(self, generator: np.random.Generator, batch_size: int, sequence_length: int) -> Batch:
        refuse()

    def validation_batch(self, sequence_length: int) -> Batch:
        refuse()

    def baseline(self) -> Baseline:
        refuse()

    def show(self, batch: Batch) -> list[str]:
        refuse()

    def samples(self, model: "LSTMModel", generator: np.random.Generator, count: int) -> list[Sample]:
        refuse()


def refuse() -> NoReturn:
    """Raises SettingsError: there is nothing to train on."""
    raise SettingsError(NEVER_TRAINED)
