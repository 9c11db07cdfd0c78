"""How units are held while they are broken: at their mean, at zero, at a number, or at what they were at a place."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.serving.numbers import Bounds
from dashboard.serving.problems import Problem
from dashboard.views.inspect.analyses import Analysis
from dashboard.views.inspect.bounds import POSITION
from dashboard.views.inspect.texts import separator
from lstm_engine.cell.family import WIDEST_CLAMP
from lstm_engine.cell.quantities import quantities_of

VALUE = Bounds("value", -WIDEST_CLAMP, WIDEST_CLAMP, whole=False)
HOLDING = re.compile(r"(mean|zero)|value:(.+)|position:(.+)", re.DOTALL)
AROUND = 8  # symbols that say which place a position is
MOST_TOLD = 3  # units whose own values a sentence tells


@dataclass(frozen=True)
class Holding:
    """What units are held at.

    Attributes:
        kind: ``mean``, ``zero``, ``value`` or ``position``. value: the number. position: the place, from 0.
    """

    kind: str
    value: float = 0.0
    position: int = 0

    def by(self, values: NDArray) -> str | float | NDArray:
        """As ``ablate`` takes it; ``values`` (N, H) of the quantity."""
        if self.kind == "value":
            return self.value
        return values[self.position].astype(np.float64) if self.kind == "position" else self.kind


def holding_of(text: str) -> Holding:
    """``mean``, ``zero``, ``value:0.5``, or ``position:137`` as people count.

    Raises:
        Problem: it is none of those.
    """
    match = HOLDING.fullmatch(text)
    if match is None:
        raise Problem(
            f"Units are held at their mean, at zero, at a number or at what they were at a position, not at "
            f"“{text[:40]}”; write mean, zero, value:0.5 or position:137."
        )
    plain, value, position = match.groups()
    if value is not None:
        return Holding("value", value=VALUE.read(value.strip()))
    return Holding("position", position=int(POSITION.read(position.strip())) - 1) if position else Holding(plain)


def label_of(analysis: Analysis, quantity: str) -> str:
    """What people call the quantity, as it stands within a sentence."""
    label = next(found.label for found in quantities_of(analysis.model.variant) if found.name == quantity)
    return label[:1].lower() + label[1:]


def in_words(holding: Holding, analysis: Analysis, quantity: str, units: tuple[int, ...]) -> str:
    """How units are held, such as "held at 0.5"."""
    if holding.kind != "position":
        at = {"mean": "its mean", "zero": "0"}.get(holding.kind) or f"{holding.value + 0.0:g}".replace("-", "−")
        return f"held at {at}"
    labels = analysis.passage.labels[max(0, holding.position - AROUND) : holding.position + 1]
    place = separator(labels).join(labels)
    values = analysis.values[quantity][holding.position, list(units[:MOST_TOLD])]
    told = " and ".join(f"{value:.2f}" for value in values).replace("-", "−")
    of = f" ({told})" if len(units) <= MOST_TOLD else ""
    return f"held at what it was at position {holding.position + 1:,}, behind “{place}”{of}"
