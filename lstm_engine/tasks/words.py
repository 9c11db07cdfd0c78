"""Any text, one word at a time; and Python's own documentation strings as a text that every machine has."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lstm_engine.errors import TaskInputError
from lstm_engine.tasks.base import (
    MAX_SEQUENCE,
    Baseline,
    Batch,
    EncodedSequence,
    Measure,
    Sample,
    padded_size,
)
from lstm_engine.tasks.beginning import Beginning, Reader, draw_symbols
from lstm_engine.tasks.characters import (
    MOST_CHARACTERS,
    PACKED_AS_WORDS,
    VALIDATION_SEQUENCES,
    VALIDATION_SHARE,
    CharactersTask,
    is_packed,
    packed,
    unpacked,
)
from lstm_engine.tasks.documentation import BETWEEN_PARAGRAPHS, documentation
from lstm_engine.tasks.folding import shortened
from lstm_engine.tasks.ngrams import Tables

if TYPE_CHECKING:
    from lstm_engine.model import LSTMModel

MOST_SYMBOLS = 1_000  # the unknown word is one of them
MOST_KEPT = 4_000_000  # characters of a text that a run keeps
FEWEST_WORDS = 200
UNKNOWN = "‹unknown›"
PARAGRAPH = "¶"  # stands where each paragraph begins
TOKEN = re.compile(rf"{UNKNOWN}|{PARAGRAPH}|\w+(?:['’]\w+)*|[.,:;?!()]")
VALIDATION_LENGTH = 50  # words of a held-out sequence, or as many as are learned from at once, if these are more
MEASURED_LENGTH = 100  # words of each stream at a time, where all of the held-out part is measured
SAMPLE_LENGTH = 40
SAMPLES = 3
EXAMPLES = 5
MOST_NAMED = 3  # unknown words that a sentence names, each of so many letters at most
LONGEST_NAMED = 20


def words_of(text: str) -> list[str]:
    """The words of a text in small letters, with its paragraphs' beginnings, the first included.

    A word is letters, digits, underscores and apostrophes within; each of . , : ; ? ! ( ) is one too. All else is left
    out.

    >>> words_of("Don't panic.")
    ['¶', "don't", 'panic', '.']
    """
    found = [PARAGRAPH]
    for word in TOKEN.findall(BETWEEN_PARAGRAPHS.sub(f" {PARAGRAPH} ", text.lower())):
        if word != PARAGRAPH or found[-1] != PARAGRAPH:
            found.append(word)
    return found


def text_of(words: Sequence[str]) -> str:
    """Words as a person would write them; ``words_of`` gives them back.

    >>> text_of(["see", "above", "(", "or", "below", ")", "."])
    'see above (or below).'
    """
    return re.sub(r" ([.,:;?!)])", r"\1", " ".join(words)).replace("( ", "(")


def note_on(unknown: Sequence[str]) -> str:
    """Which words are read as the unknown one, in a sentence; empty if none is.

    >>> note_on(["vixen", "frobnicate", "vixen"])
    'Read as ‹unknown›: “vixen”, “frobnicate”.'
    """
    told = list(dict.fromkeys(unknown))
    if not told:
        return ""
    more = f" and {len(told) - MOST_NAMED} more" if len(told) > MOST_NAMED else ""
    named = ", ".join(f"“{shortened(word, LONGEST_NAMED)}”" for word in told[:MOST_NAMED])
    return f"Read as {UNKNOWN}: {named}{more}."


class WordsTask(CharactersTask):
    """Which word comes next? By default in Python's own documentation strings.

    At most 1,000 symbols: the words that come most often in the first nine tenths of the text, at least twice, and one
    that stands for all others. That unknown word is read, predicted and counted in the loss like any other, so the loss
    says nothing about which of the rare words came. The last tenth of the text is held out.

    Another Python has other documentation: a run keeps a packed copy of its text, some 170 kB, with its unknown words
    already replaced.

    Args:
        text: to learn from, plain or packed; None for the documentation of the Python that runs this.

    Raises:
        TaskInputError: the text is too short, too long, or has no two words that come twice.
    """

    name = "words"
    title = "Words"
    description = (
        "Predict the next word of Python's own documentation strings; the 1,000 most common words are told apart, all "
        "others are one unknown word. A tenth is held out."
    )
    paper = "Bengio, Ducharme, Vincent and Jauvin 2003"
    unit = "nats per word"
    what_is_read = "A text, word by word."
    question = "Which word comes next?"
    guesser_is = "A guesser who sees the last word alone, and knows how often each word follows each,"
    alike = "words"
    input_help = f"Words; rare ones are read as {UNKNOWN}"
    settings = {
        "hidden_size": 128,
        "embedding_size": 64,
        "learning_rate": 0.003,
        "batch_size": 20,
        "sequence_length": 50,
        "init_std": 0.1,
        "end_step": 2_400,
        "pace": 0.0,
    }

    def __init__(self, input_size: int | None = None, output_size: int | None = None, text: str | None = None):
        if text is None:
            text = documentation()
        elif is_packed(text):
            text = unpacked(text, MOST_KEPT)
        elif len(text) > MOST_CHARACTERS:
            raise TaskInputError(f"The text has {len(text):,} characters; at most {MOST_CHARACTERS:,} are possible.")
        words = words_of(text)
        if len(words) <= FEWEST_WORDS:
            raise TaskInputError(f"The text has {len(words) - 1} words; at least {FEWEST_WORDS} are needed.")
        self._held_out_from = round(len(words) * (1 - VALIDATION_SHARE))
        counts = Counter(word for word in words[: self._held_out_from] if word not in (PARAGRAPH, UNKNOWN))
        common = [word for word, count in counts.most_common(MOST_SYMBOLS - 2) if count > 1]
        if len(common) < 2:
            raise TaskInputError("No two words of the text come twice; there is nothing to learn in it.")
        self._symbols = [PARAGRAPH, *common, UNKNOWN]
        self._index = {word: index for index, word in enumerate(self._symbols)}
        self.vocabulary = self.reads = tuple(self._symbols)
        self.input_size = padded_size("input_size", len(self._symbols), input_size)
        self.output_size = padded_size("output_size", len(self._symbols), output_size)
        self._codes = self._indices(words)

    @classmethod
    def text_to_keep(cls) -> str | None:
        return kept_documentation()

    def _indices(self, text: Sequence[str]) -> NDArray:
        unknown = self._index[UNKNOWN]
        return np.array([self._index.get(word, unknown) for word in text], np.int64)

    def _text(self, codes: Sequence[int] | NDArray) -> str:
        return text_of([self._symbols[k] for k in codes])

    def _validation_starts(self, length: int) -> NDArray:
        """Where the held-out sequences begin, in the held-out part."""
        room = len(self._codes) - self._held_out_from - length - 1
        count = max(1, min(VALIDATION_SEQUENCES, room // length + 1))
        return np.linspace(0, room, count).astype(int)

    def validation_batch(self, sequence_length: int) -> Batch:
        """Sequences of 50 words, however few are learned from at once, so that there is something to remember."""
        self.check_sizes(1, sequence_length)
        held_out = self._codes[self._held_out_from :]
        length = min(max(sequence_length, VALIDATION_LENGTH), len(held_out) - 1)
        return self._windows(held_out, self._validation_starts(length), length)

    @cached_property
    def _tables(self) -> Tables:
        return Tables(self._codes[: self._held_out_from], len(self._symbols))

    def _table_losses(self, at: NDArray) -> dict[str, float]:
        """What each table reaches on the words at those places of the text."""
        one, two, three = (self._codes[at - back] for back in (2, 1, 0))
        found = {
            "unigram table, add-one smoothing": self._tables.unigram(three),
            "bigram table, Kneser-Ney smoothing": self._tables.bigram(two, three),
            "trigram table, Kneser-Ney smoothing": self._tables.trigram(one, two, three),
        }
        return {name: float(-np.log(chances).mean()) for name, chances in found.items()}

    @cached_property
    def _baselines(self) -> tuple[Baseline, ...]:
        length = min(VALIDATION_LENGTH, len(self._codes) - self._held_out_from - 1)
        starts = self._held_out_from + self._validation_starts(length)
        at = (starts[:, None] + 1 + np.arange(length)).ravel()  # the words that the validation batch asks for
        return tuple(Baseline(name, loss) for name, loss in self._table_losses(at).items())

    def baseline(self) -> Baseline:
        return self._baselines[1]

    def baselines(self) -> tuple[Baseline, ...]:
        """Tables of one, two and three words, on the same held-out words."""
        return self._baselines

    def measure(self, model: "LSTMModel", sequence_length: int, thorough: bool = True) -> Measure | None:
        """The perplexity on the whole held-out part, as in the paper; the goal is that of the table of three words.

        The part is read as several streams side by side, and what is remembered goes on through each.
        """
        if not thorough:
            return None  # the validation loss tells as much
        held_out = self._codes[self._held_out_from :]
        streams = max(1, min(VALIDATION_SEQUENCES, len(held_out) // MEASURED_LENGTH))
        length = (len(held_out) - 1) // streams
        starts, state, nats = np.arange(streams) * length, None, 0.0
        for begin in range(0, length, MEASURED_LENGTH):
            window = self._windows(held_out, starts + begin, min(MEASURED_LENGTH, length - begin))
            nats += model.loss(window.inputs, window.targets, state=state) * window.targets.size
            state = model.last_state()
        at = self._held_out_from + 1 + np.arange(streams * length)
        table = self._table_losses(at)["trigram table, Kneser-Ney smoothing"]
        name = "perplexity on all held-out words"
        return Measure(name, float(np.exp(nats / (streams * length))), float(np.exp(table)), higher_is_better=False)

    def show(self, batch: Batch) -> list[str]:
        return [self._text(column) for column in batch.inputs.argmax(axis=-1).T]

    def encode(self, text: str) -> EncodedSequence:
        """The words of a text, after the sign of a paragraph's beginning; an unknown one's label is in ‹ ›.

        The note says which words are unknown.
        """
        words = words_of(text)
        if len(words) < 2:
            raise TaskInputError("The sequence holds no word. Type a few, for example “return the value”.")
        if len(words) > MAX_SEQUENCE + 1:
            raise TaskInputError(f"That is {len(words) - 1:,} words; at most {MAX_SEQUENCE:,} can be stepped through.")
        codes = self._indices(words)
        labels = [word if word in self._index else f"‹{word}›" for word in words]
        note = note_on([word for word in words if word not in self._index])
        return EncodedSequence(labels[:-1], self._one_hot(codes[:-1, None]), labels[1:], codes[1:, None], note=note)

    def examples(self) -> Sequence[str]:
        """Whole short paragraphs of the held-out part with as few unknown words as there are."""
        held_out = self._codes[self._held_out_from :]
        begins = np.flatnonzero(held_out == self._index[PARAGRAPH])
        whole = [held_out[a + 1 : b] for a, b in pairwise(begins)]
        fitting = [codes for codes in whole if 6 <= len(codes) <= 16] or [held_out[1:17]]
        fitting.sort(key=lambda codes: np.count_nonzero(codes == self._index[UNKNOWN]))
        return list(dict.fromkeys(self._text(codes).removeprefix(PARAGRAPH).strip() for codes in fitting[:EXAMPLES]))

    def samples(self, model: "LSTMModel", generator: np.random.Generator, count: int) -> list[Sample]:
        start = np.zeros((1, SAMPLES), np.int64)  # a paragraph's beginning
        drawn = self._draw(Reader(model), start, SAMPLE_LENGTH, 0.8, generator)
        return [Sample(text=self._text(column), origin="new") for column in drawn.T]

    def go_on(self, beginning: Beginning) -> str:
        """Words, however many."""
        reader, known = beginning.reader(), set(self._symbols)
        words = [label if label in known else label.strip("‹›") for label in beginning.labels[1:]]
        outputs = reader.read(beginning.inputs)
        for _ in range(beginning.count):
            scores = outputs[-1, :, : len(self._symbols)].copy()
            if not words:
                scores[:, self._index[PARAGRAPH]] = -np.inf  # a text without a word could not be stepped through
            (code,) = draw_symbols(scores, beginning.generator, beginning.temperature)
            words.append(self._symbols[code])
            outputs = reader.read(self._one_hot(np.array([[code]])))
        return text_of(words)


class OwnWordsTask(WordsTask):
    """A text of one's own, word by word."""

    name = "own words"
    title = "Your own text, in words"
    description = (
        f"A text of your own, {FEWEST_WORDS} words to {MOST_CHARACTERS:,} characters; its 1,000 most common words are "
        "told apart, all others are one unknown word. The last tenth is held out."
    )

    def __init__(self, input_size: int | None = None, output_size: int | None = None, text: str | None = None):
        if text is None:
            raise TaskInputError("There is no text yet; paste one, or choose a file.")
        super().__init__(input_size, output_size, text)

    @classmethod
    def text_to_keep(cls) -> None:
        return None


@cache
def kept_documentation() -> str:
    """The documentation as a run keeps it: what the task makes of it is the same."""
    task = WordsTask()
    return packed(" ".join(task._symbols[code] for code in task._codes), PACKED_AS_WORDS)
