"""The embedded Reber grammar: what may come next, when the answer lies at the string's beginning?"""

import numpy as np

from lstm_engine.errors import TaskInputError
from lstm_engine.tasks.symbols import SymbolTask

# state: {symbol: next state}; Reber 1967, as drawn in Hochreiter and Schmidhuber 1997, figure 3
GRAMMAR = {
    0: {"B": 1},
    1: {"T": 2, "P": 3},
    2: {"S": 2, "X": 4},
    3: {"T": 3, "V": 5},
    4: {"X": 3, "S": 6},
    5: {"P": 4, "V": 6},
    6: {"E": 7},
}
INNER_END = 7


class ReberTask(SymbolTask):
    """B, then T or P, a whole Reber string, and the same T or P once more, then E."""

    name = "reber"
    title = "Embedded Reber grammar"
    description = (
        "Which symbols may come next? Near the end only the second symbol of the string tells, a whole grammar ago."
    )
    paper = "Hochreiter and Schmidhuber 1997, experiment 1"
    loss = "binary_cross_entropy"
    unit = "nats per symbol"
    input_help = "A string of the grammar, letters B T P S X V E"
    what_is_read = "A string that a small grammar made, symbol by symbol."
    question = "Which symbols may come next?"
    alphabet = "BTPSXVE"
    answers = tuple(alphabet)
    shortest = 9
    settings = {
        "hidden_size": 32,
        "learning_rate": 0.01,
        "batch_size": 32,
        "sequence_length": 40,
        "end_step": 2_000,
        "pace": 100.0,
    }

    def draw(self, generator: np.random.Generator, longest: int) -> str:
        while True:
            wing = "TP"[generator.integers(2)]
            state, inner = 0, ""
            while state != INNER_END and len(inner) <= longest:
                symbols = list(GRAMMAR[state])
                symbol = symbols[generator.integers(len(symbols))]
                inner += symbol
                state = GRAMMAR[state][symbol]
            if len(inner) + 4 <= longest:
                return f"B{wing}{inner}{wing}E"

    def answer(self, string: str) -> list[tuple[int, ...]]:
        legal, sets = "B", []
        wing, state = "", 0
        for place, symbol in enumerate(string):
            if symbol not in legal:
                raise TaskInputError(
                    f"“{symbol}” at place {place + 1} breaks the grammar: after “{string[:place]}” comes "
                    f"{' or '.join(legal) or 'nothing more'}."
                )
            if place == 0:
                legal = "TP"
            elif place == 1:
                wing, legal = symbol, "B"
            elif state != INNER_END:
                state = GRAMMAR[state][symbol]
                legal = wing if state == INNER_END else "".join(GRAMMAR[state])
            else:
                legal = "E" if string[place - 1] == "E" and symbol == wing else ""
            sets.append(tuple(self.alphabet.index(one) for one in legal))
        return sets

    def examples(self) -> tuple[str, ...]:
        return ("BTBTXSETE", "BPBPVVEPE", "BTBTSSXXTVPSETE", "BPBPTTVPXVVEPE")
