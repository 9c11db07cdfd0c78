"""Counting languages, a^n b^n and a^n b^n c^n: which symbols may come next? Trained on small n, tested far beyond."""

from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from lstm_engine.errors import TaskInputError
from lstm_engine.tasks.base import Measure
from lstm_engine.tasks.symbols import SymbolTask

if TYPE_CHECKING:
    from lstm_engine.model import LSTMModel

START = "S"
LARGEST_TRAINED = 10
LARGEST_TESTED = 1_000
LARGEST_AT_ONCE = 120


class CountingTask(SymbolTask):
    """S, then each letter n times; after the last one comes S again (Gers and Schmidhuber 2001)."""

    letters: ClassVar[str]
    paper = "Gers and Schmidhuber 2001"
    loss = "binary_cross_entropy"
    unit = "nats per symbol"
    measure_name = "largest n up to which all strings are right"
    question = "Which symbols may come next?"

    def word(self, n: int) -> str:
        return START + "".join(letter * n for letter in self.letters)

    def draw(self, generator: np.random.Generator, longest: int) -> str:
        most = min(LARGEST_TRAINED, (longest - 1) // len(self.letters))
        return self.word(int(generator.integers(1, most + 1)))

    def answer(self, string: str) -> list[tuple[int, ...]]:
        n = string.count(self.letters[0])
        if n == 0 or string != self.word(n):
            raise TaskInputError(f"The string is not in the language; write it as {self.word(3)}.")
        first, second = (self.alphabet.index(letter) for letter in self.letters[:2])
        sets: list[tuple[int, ...]] = [(first,)]  # after the mark the first letter comes
        sets += [(first, second)] * n  # then another one, or the next letter: nobody can know
        following = [*self.letters[1:], START]
        for letter, next_letter in pairwise(following):
            sets += [(self.alphabet.index(letter),)] * (n - 1) + [(self.alphabet.index(next_letter),)]
        return sets

    def solved_when(self) -> str:
        return (
            f"Solved when every string up to n = {self.goal:g} is right to its end, though none in training was longer "
            f"than n = {LARGEST_TRAINED}."
        )

    def measure(self, model: "LSTMModel", sequence_length: int, thorough: bool = True) -> Measure:
        """Strings are tried one size after the other, until one is wrong."""
        largest = LARGEST_TESTED if thorough else LARGEST_AT_ONCE
        for n in range(1, largest + 1):
            if not self.right(model, [self.word(n)])[0]:
                return Measure(self.measure_name, n - 1, self.goal)
        return Measure(self.measure_name, largest, self.goal)

    def examples(self) -> tuple[str, ...]:
        return tuple(self.word(n) for n in (4, 10, 2, 20, 50))


class AnBnTask(CountingTask):
    """As many b as a."""

    name = "a^n b^n"
    title = "aⁿbⁿ"
    description = f"As many b as there were a: count to {LARGEST_TRAINED} in training, and far beyond in the test."
    input_help = "S, then some a and as many b"
    what_is_read = "S, then some a, then as many b."
    letters = "ab"
    alphabet = START + letters
    answers = tuple(alphabet)
    shortest = 3
    goal = 100
    settings = {
        "hidden_size": 6,
        "learning_rate": 0.01,
        "forget_bias": 4.0,
        "batch_size": 16,
        "sequence_length": 21,
        "seed": 1,
        "end_step": 3_000,
        "pace": 0.0,
    }


class AnBnCnTask(CountingTask):
    """As many b as a, and as many c."""

    name = "a^n b^n c^n"
    title = "aⁿbⁿcⁿ"
    description = f"As many b as there were a, and as many c: no context-free grammar can; n up to {LARGEST_TRAINED}."
    input_help = "S, then some a, as many b and as many c"
    what_is_read = "S, then some a, then as many b, then as many c."
    letters = "abc"
    alphabet = START + letters
    answers = tuple(alphabet)
    shortest = 4
    goal = 20
    settings = {
        "hidden_size": 12,
        "learning_rate": 0.01,
        "forget_bias": 4.0,
        "batch_size": 16,
        "sequence_length": 31,
        "seed": 2,
        "end_step": 1_000,
        "pace": 0.0,
    }
