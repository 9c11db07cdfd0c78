"""Parity: has there been an even or an odd number of ones so far?"""

import numpy as np

from lstm_engine.tasks.symbols import SymbolTask


class ParityTask(SymbolTask):
    """One bit to remember, flipped by every 1; one wrong flip spoils all that follows (Hochreiter and Schmidhuber 1997,
    section 4, name it as a task that random search solves too)."""

    name = "parity"
    title = "Parity"
    description = "Say at every bit whether the ones so far are even or odd: one bit of memory, flipped by every 1."
    paper = "Hochreiter and Schmidhuber 1997"
    loss = "cross_entropy"
    unit = "nats per bit"
    input_help = "Bits, 0 and 1"
    what_is_read = "Bits, 0 or 1, one at a time."
    question = "Were the ones so far even or odd?"
    alphabet = "01"
    answers = ("even", "odd")
    goal = 0.99
    settings = {
        "hidden_size": 16,
        "learning_rate": 0.01,
        "batch_size": 32,
        "sequence_length": 25,
        "end_step": 3_000,
        "pace": 100.0,
    }

    def draw(self, generator: np.random.Generator, longest: int) -> str:
        length = int(generator.integers(1, longest + 1))
        return "".join("01"[bit] for bit in generator.integers(2, size=length))

    def answer(self, string: str) -> list[tuple[int, ...]]:
        ones = np.cumsum([symbol == "1" for symbol in string])
        return [(int(count % 2),) for count in ones]

    def examples(self) -> tuple[str, ...]:
        return ("1001011", "1111111111", "10000000000000001", "0110100110010110")
