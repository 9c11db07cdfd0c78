"""Temporal order: two symbols far apart among distractors; which came first?"""

import numpy as np

from lstm_engine.errors import TaskInputError
from lstm_engine.tasks.symbols import SymbolTask


class TemporalOrderTask(SymbolTask):
    """The class is the order of two X or Y (Hochreiter and Schmidhuber 1997, experiment 6a).

    The first stands between a tenth and a fifth of the string, the second between one half and six tenths.
    """

    name = "temporal order"
    title = "Temporal order"
    description = "Two symbols X or Y, far apart among distractors: say at the end in which order they came."
    paper = "Hochreiter and Schmidhuber 1997, experiment 6a"
    loss = "cross_entropy"
    unit = "nats per string"
    input_help = "A string of a, b, c, d with two X or Y in it, begun by E and ended by B"
    what_is_read = "A long string of a, b, c, d in which two X or Y are hidden; E begins it and B ends it."
    question = "In which order did X and Y come?"
    alphabet = "EabcdXYB"
    answers = ("XX", "XY", "YX", "YY")
    shortest = 12
    goal = 0.99
    settings = {
        "hidden_size": 32,
        "learning_rate": 0.01,
        "forget_bias": 4.0,
        "batch_size": 32,
        "sequence_length": 100,
        "end_step": 1_500,
        "pace": 0.0,
    }

    def draw(self, generator: np.random.Generator, longest: int) -> str:
        symbols = ["abcd"[k] for k in generator.integers(4, size=longest)]
        first = int(generator.integers(longest // 10, longest // 5 + 1))
        second = int(generator.integers(longest // 2, longest * 6 // 10 + 1))
        symbols[0], symbols[-1] = "E", "B"
        symbols[max(first, 1)] = "XY"[generator.integers(2)]
        symbols[second] = "XY"[generator.integers(2)]
        return "".join(symbols)

    def answer(self, string: str) -> list[tuple[int, ...]]:
        order = "".join(symbol for symbol in string if symbol in "XY")
        if len(order) != 2:
            raise TaskInputError(f"The string has {len(order)} symbols X or Y, expected two, as in EabXcdYcB.")
        silent: list[tuple[int, ...]] = [()] * (len(string) - 1)
        return [*silent, (self.answers.index(order),)]

    def examples(self) -> tuple[str, ...]:
        generator = np.random.default_rng(6)
        return tuple(self.draw(generator, 40) for _ in range(4))
