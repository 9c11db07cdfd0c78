"""Balanced brackets of two kinds: what may come next depends on which were opened, innermost first."""

import numpy as np

from lstm_engine.errors import TaskInputError
from lstm_engine.tasks.symbols import SymbolTask

PAIRS = {"(": ")", "[": "]"}
DEEPEST = 6
END = "."


class BracketsTask(SymbolTask):
    """Two kinds of brackets, at most six deep, ended by a full stop: a stack, as deep as the network has learned one.

    The language is that of Chomsky and Schützenberger 1963 with two kinds of brackets; that LSTMs learn it to a bounded
    depth is shown in Suzgun, Gehrmann, Belinkov and Shieber 2019.
    """

    name = "brackets"
    title = "Balanced brackets"
    description = "Which brackets may come next? To know which one to close, the network has to remember a stack."
    paper = "Suzgun et al. 2019"
    loss = "binary_cross_entropy"
    unit = "nats per symbol"
    input_help = "Balanced brackets ( ) [ ], at most six deep, ended by a full stop"
    what_is_read = "Brackets of two kinds, one at a time; a full stop ends them."
    question = "Which brackets may come next?"
    alphabet = "()[]."
    answers = tuple(alphabet)
    shortest = 3
    goal = 0.95
    settings = {
        "hidden_size": 64,
        "learning_rate": 0.005,
        "batch_size": 32,
        "sequence_length": 40,
        "end_step": 4_000,
        "pace": 0.0,
    }

    def draw(self, generator: np.random.Generator, longest: int) -> str:
        length = 2 * int(generator.integers(1, (longest - 1) // 2 + 1))
        text, stack = "", ""
        for place in range(length):
            must_close = len(stack) >= min(DEEPEST, length - place)
            if stack and (must_close or generator.random() < 0.5):
                text, stack = text + PAIRS[stack[-1]], stack[:-1]
            else:
                symbol = "(["[generator.integers(2)]
                text, stack = text + symbol, stack + symbol
        return text + END

    def answer(self, string: str) -> list[tuple[int, ...]]:
        stack, sets = "", []
        for place, symbol in enumerate(string):
            ends = symbol == END
            wrong = (ends and (stack or place < len(string) - 1)) or (
                symbol in PAIRS.values() and not (stack and PAIRS[stack[-1]] == symbol)
            )
            if wrong or (symbol in PAIRS and len(stack) == DEEPEST):
                raise TaskInputError(
                    f"“{symbol}” at place {place + 1} does not fit: after “{string[:place]}”, {len(stack)} brackets "
                    f"are open (at most {DEEPEST} may be)."
                )
            if symbol in PAIRS:
                stack += symbol
            elif not ends:
                stack = stack[:-1]
            legal = "" if ends else ("([" if len(stack) < DEEPEST else "") + (PAIRS[stack[-1]] if stack else END)
            sets.append(tuple(self.alphabet.index(one) for one in legal))
        return sets

    def examples(self) -> tuple[str, ...]:
        return ("([]()).", "[[[()]]].", "()[]([]).", "((([[[]]]))).")
