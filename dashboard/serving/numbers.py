"""The numbers that a request may carry: one range and one sentence each, read in this one place."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.serving.problems import Kind, Problem

LONGEST_NUMBER = 40  # characters; Python refuses to read thousands of digits


@dataclass(frozen=True)
class Bounds:
    """The range of a number.

    Attributes:
        name: as it stands in the address. least, most: the ends, which are in it.
        whole: whether it is an integer.
        saturates: whether a number beyond an end stands for that end, as that of a stretch of a curve does.
    """

    name: str
    least: float
    most: float
    whole: bool = True
    saturates: bool = False

    def __str__(self) -> str:
        return f"a {'whole ' if self.whole else ''}number from {in_words(self.least)} to {in_words(self.most)}"

    def read(self, text: str) -> float:
        """The number; an int where it is whole.

        Raises:
            Problem: it is none, or out of range.
        """
        value = math.nan
        if len(text) <= LONGEST_NUMBER and text.isascii() and "_" not in text:  # which Python takes
            try:
                value = float(text)
            except ValueError:
                value = math.nan
        if self.saturates:
            value = min(max(value, self.least), self.most)  # NaN stays one
        right = self.least <= value <= self.most and (not self.whole or value == int(value))
        if not right:
            raise Problem(f"{self.name} is “{text[:LONGEST_NUMBER]}”; it must be {self}.")
        return int(value) if self.whole else value

    def of(self, query: Mapping[str, str], default: float) -> float:
        """The number of that name in a query."""
        return self.read(query[self.name]) if self.name in query else default


def in_words(value: float) -> str:
    """A bound as people write it."""
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


MOST_STEPS = 10**9  # no run is that long
RUN = Bounds("run", 1, 2**63 - 1)  # as far as a database counts
STEP = Bounds("checkpoint", 0, MOST_STEPS)
AFTER = Bounds("after", 0, MOST_STEPS, saturates=True)
UNTIL = Bounds("until", 0, MOST_STEPS, saturates=True)
TIMESTEP = Bounds("timestep", 1, 10**6)  # as people count; the sequence itself decides
SEED = Bounds("seed", 0, 2**32)
TEMPERATURE = Bounds("temperature", 0, 5, whole=False)  # beyond 5 a draw is hardly the model's own


def run_number(text: str) -> int | None:
    """The number of a run as an address names it; None if no run can have it."""
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(RUN.most))):
        return None
    value = int(text)
    return value if RUN.least <= value <= RUN.most else None


def run_id(text: str) -> int:
    """The number of a run in a route's path.

    Raises:
        Problem: no run can have it.
    """
    number = run_number(text)
    if number is None:
        raise Problem(f"There is no run “{text[:LONGEST_NUMBER]}”.", Kind.MISSING)
    return number
