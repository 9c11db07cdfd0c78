"""Copy memory: keep what was read through a long silence, then say it."""

import numpy as np

from lstm_engine.errors import TaskInputError
from lstm_engine.tasks.symbols import SymbolTask

BLANK, GO = "_", ">"
REMEMBERED = 5


class CopyTask(SymbolTask):
    """Five symbols of eight, a silence, a sign, and then the five again (Hochreiter and Schmidhuber 1997; in this form
    Arjovsky, Shah and Bengio 2016, with ten symbols)."""

    name = "copy"
    title = "Copy memory"
    description = "Read five symbols, wait, and say them again in order: the longer the silence, the harder."
    paper = "Arjovsky, Shah and Bengio 2016"
    loss = "cross_entropy"
    unit = "nats per symbol"
    input_help = "Five digits 1 to 8, some _, a > and four more _"
    what_is_read = "Five digits, a silence (_), and a sign (>) that asks for them back."
    question = "Which digit is to be said now?"
    alphabet = "12345678" + BLANK + GO
    answers = tuple("12345678")
    shortest = 2 * REMEMBERED + 1
    goal = 0.99
    settings = {
        "hidden_size": 64,
        "learning_rate": 0.005,
        "forget_bias": 2.0,
        "batch_size": 32,
        "sequence_length": 25,
        "end_step": 5_000,
        "pace": 0.0,
    }

    def draw(self, generator: np.random.Generator, longest: int) -> str:
        symbols = "".join("12345678"[k] for k in generator.integers(8, size=REMEMBERED))
        silence = longest - 2 * REMEMBERED
        return symbols + BLANK * silence + GO + BLANK * (REMEMBERED - 1)

    def answer(self, string: str) -> list[tuple[int, ...]]:
        symbols, rest = string[:REMEMBERED], string[REMEMBERED:]
        tail = GO + BLANK * (REMEMBERED - 1)
        silence = rest.removesuffix(tail)
        if len(symbols) < REMEMBERED or set(symbols) - set("12345678") or silence == rest or set(silence) - {BLANK}:
            raise TaskInputError(f"The string does not have the task's form; write it as 31415{BLANK * 6}{tail}.")
        silent: list[tuple[int, ...]] = [()] * (len(string) - REMEMBERED)
        return silent + [(self.answers.index(symbol),) for symbol in symbols]

    def examples(self) -> tuple[str, ...]:
        generator = np.random.default_rng(5)
        return tuple(self.draw(generator, length) for length in (25, 15, 40, 60))
