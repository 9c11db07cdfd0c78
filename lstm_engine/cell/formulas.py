"""Formulas of one unit, as data: written as in the paper, and computed alike by tests, here, and in the browser.

A letter is a quantity at this timestep, with a prime (``c′``) at the one before. ``a_f`` is what goes into the
activation of f (Graves 2012 calls it a, too), ``w_f`` its part from the input, W x + b, ``u_f`` its part from the
former hidden state, U h′ + b′, and ``p_f`` the weight of f's peephole.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

PIECE = re.compile(r"\s+|[A-Za-z]+(?:_[A-Za-z]+)?′?|σ|\d+(?:\.\d+)?|[-−+·/²(),]")
FUNCTIONS = {"σ": 1, "tanh": 1, "exp": 1, "log": 1, "abs": 1, "max": 2}  # and how many numbers each takes


def sigmoid(x: NDArray) -> NDArray:
    return 1 / (1 + np.exp(-x))


STEPS: dict[str, tuple[int, Callable[..., Any]]] = {
    "+": (2, np.add),
    "−": (2, np.subtract),
    "·": (2, np.multiply),
    "/": (2, np.divide),
    "negative": (1, np.negative),
    "²": (1, np.square),
    "σ": (1, sigmoid),
    "tanh": (1, np.tanh),
    "exp": (1, np.exp),
    "log": (1, np.log),
    "abs": (1, np.abs),
    "max": (2, np.maximum),
}


@dataclass(frozen=True)
class Formula:
    """A formula that has been read.

    Attributes:
        left: what stands before its equals sign, or nothing.
        tokens: its pieces from left to right, blanks among them.
        postfix: numbers, letters and steps in the order in which a stack computes them.
        letters: those that it reads, each once, in their order.
    """

    left: str
    tokens: tuple[str, ...]
    postfix: tuple[str, ...]
    letters: tuple[str, ...]

    def value(self, values: Mapping[str, ArrayLike]) -> NDArray:
        """What it comes to, elementwise.

        Raises:
            KeyError: a letter has no value.
        """
        stack: list[Any] = []
        for step in self.postfix:
            if step in STEPS:
                count, apply = STEPS[step]
                taken = [stack.pop() for _ in range(count)][::-1]
                stack.append(apply(*taken))
            else:
                stack.append(float(step) if step[0].isdigit() else np.asarray(values[step]))
        return np.asarray(stack.pop())


@lru_cache(1024)
def read_formula(text: str) -> Formula:
    """Read a formula such as ``c = f · c′ + i · g`` or ``o · (1 − tanh(c)²)``.

    Raises:
        ValueError: it is none; it stands in a cell's own file, so this is a mistake in the program.

    >>> read_formula("c = f · c′ + i · g").postfix
    ('f', 'c′', '·', 'i', 'g', '·', '+')
    >>> float(read_formula("o · (1 − o²)").value({"o": 0.5}))
    0.375
    """
    left, _, right = text.rpartition(" = ")
    tokens = PIECE.findall(right)
    if "".join(tokens) != right:
        raise ValueError(f"{text!r} holds something that is no part of a formula")
    reader = _Reader([token for token in tokens if not token.isspace()])
    reader.sum()
    if reader.rest:
        raise ValueError(f"{text!r} goes on with {reader.rest[0]!r} where it should end")
    letters = [step for step in reader.postfix if step not in STEPS and not step[0].isdigit()]
    return Formula(left, tuple(tokens), tuple(reader.postfix), tuple(dict.fromkeys(letters)))


class _Reader:
    """Descends through the grammar and leaves postfix behind."""

    def __init__(self, pieces: list[str]):
        self.rest = [piece.replace("-", "−") for piece in pieces]
        self.postfix: list[str] = []

    def take(self, *wanted: str) -> str:
        return self.rest.pop(0) if self.rest and self.rest[0] in wanted else ""

    def sum(self) -> None:
        self.product()
        while sign := self.take("+", "−"):
            self.product()
            self.postfix.append(sign)

    def product(self) -> None:
        self.factor()
        while sign := self.take("·", "/"):
            self.factor()
            self.postfix.append(sign)

    def factor(self) -> None:
        if self.take("−"):
            self.factor()
            self.postfix.append("negative")
            return
        self.operand()
        if self.take("²"):
            self.postfix.append("²")

    def operand(self) -> None:
        if not self.rest:
            raise ValueError("a formula ends where a number or a letter should stand")
        piece = self.rest.pop(0)
        if piece == "(":
            self.sum()
            self.close(piece)
        elif piece in FUNCTIONS:
            if not self.take("("):
                raise ValueError(f"{piece} stands without brackets behind it")
            self.sum()
            for _ in range(FUNCTIONS[piece] - 1):
                if not self.take(","):
                    raise ValueError(f"{piece} takes {FUNCTIONS[piece]} numbers")
                self.sum()
            self.close(piece)
            self.postfix.append(piece)
        elif piece[0].isalnum():
            self.postfix.append(piece)
        else:
            raise ValueError(f"{piece!r} stands where a number or a letter should")

    def close(self, opened: str) -> None:
        if not self.take(")"):
            raise ValueError(f"the bracket of {opened} is not closed")
