"""A claim about units, tested by breaking them: in words, and as plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.views.inspect.analyses import Asked
from dashboard.views.inspect.profiles import number
from lstm_engine.inspection import Ablation, Effect, Estimate
from lstm_engine.runs import Run

MOST_NAMED = 5  # units that a sentence names one by one
FEWEST_TOLD = 200  # positions on which nothing that was found means that there is nothing


@dataclass(frozen=True)
class Claim:
    """What was broken, what that did, and about what.

    Attributes:
        about: the property, as the address writes it; empty without one.
        measured, positions: of the text, how many the loss is about, and how many it has.
        names: that people give the layer's units.
        held: what was held, such as "hidden state"; how: behind it, such as "held at 0.5".
        silenced: whether it was held where it says nothing, so that the network is without the units.
    """

    result: Ablation
    about: str
    run: Run
    asked: Asked
    measured: int
    positions: int
    unit_of_loss: str
    names: Mapping[int, str]
    held: str = "hidden state"
    how: str = "held at its mean"
    silenced: bool = True

    @property
    def units(self) -> str:
        """The units in words."""
        named = [f"{unit} “{self.names[unit]}”" if self.names.get(unit) else f"{unit}" for unit in self.result.units]
        if len(named) == 1:
            return f"unit {named[0]}"
        if len(named) > MOST_NAMED:
            return f"{len(named)} units"
        return f"units {', '.join(named[:-1])} and {named[-1]}"

    @property
    def broken(self) -> str:
        """What was done, as a sentence begins."""
        return f"Without {self.units}" if self.silenced else f"With the {self.held} of {self.units} {self.how},"

    @property
    def part_read(self) -> str:
        """That the text is longer than what was measured; empty if it is not."""
        if self.measured >= self.positions:
            return ""
        return f"Measured on the first {self.measured:,} of {self.positions:,} positions; more would take too long."

    @property
    def inside(self) -> str:
        """Where the property holds, in words."""
        if self.about.startswith("inside "):
            return self.about
        if self.about.startswith("spans:"):
            return "inside what was painted"
        kind, _, content = self.about.partition(":")
        return f"where “{content if content and kind in ('pattern', 'expression') else self.about}” holds"

    @property
    def outside(self) -> str:
        """Where it does not."""
        return "outside" if self.about.startswith(("inside ", "spans:")) else "elsewhere"

    def rows(self) -> list[tuple[str, Effect]]:
        """Each part of the text, in words, with what happened there."""
        found = [("in the whole text", self.result.overall)]
        if self.result.inside is not None and self.result.outside is not None:
            found += [(self.inside, self.result.inside), (self.outside, self.result.outside)]
        return found

    @property
    def sentence(self) -> str:
        """What breaking did, with the interval of the rise, and beside it what chance does."""
        inside, outside = self.result.inside, self.result.outside
        if inside is None or outside is None:
            overall = self.result.overall
            return f"{self.broken} the loss {moves(overall)}; {self.random(overall)}."
        there, elsewhere = moves(inside), moves(outside, brief=True)
        return f"{self.broken} the loss {self.inside} {there}, {self.outside} {elsewhere}; {self.random(inside)}."

    def random(self, effect: Effect) -> str:
        """What as many random units do, at most."""
        sets, each = len(effect.random_rises), len(self.result.units)
        who = f"{sets} random units" if each == 1 else f"{sets} times {each} random units"
        return f"{who}: at most {signed(max(effect.random_rises))}" if sets else "no other units to compare with"

    @property
    def verdict(self) -> str:
        """Whether the claim holds, and why."""
        if self.measured < FEWEST_TOLD and not self.result.holds:
            return f"That is too little to tell: {self.measured:,} positions were read, and {FEWEST_TOLD} are needed."
        it = "it" if len(self.result.units) == 1 else "them"
        if not self.silenced:
            it = "its own values" if len(self.result.units) == 1 else "their own values"
        if self.result.specific is None:
            worse = self.result.overall.beyond_random
            return (
                f"The network needs {it} more than random ones."
                if worse
                else f"It does without {it} as without those of others."
                if not self.silenced
                else f"It does without {it} as without others."
            )
        if self.result.holds:
            return f"The claim holds: the network needs {it} {self.inside} more than {self.outside}, beyond chance."
        if self.result.specific.rise.low > 0:
            others = "without random units" if self.silenced else "with random units held so"
            return f"Not proved: the loss rises more there than elsewhere, but so it does {others}."
        return f"The claim does not hold: the loss {self.inside} does not clearly rise more than {self.outside}."


def moves(effect: Effect, brief: bool = False) -> str:
    """By how much the loss rises or falls, with its interval."""
    value, low, high = effect.rise
    by = f"by {abs(value):.2f}" if brief else f"by {abs(value):.2f} ({signed(low)} to {signed(high)})"
    if brief and value >= 0:
        return by
    return f"rises {by}" if value >= 0 else f"falls {by}"


def signed(value: float) -> str:
    """With two decimals and a true minus sign; never -0.00."""
    text = f"{abs(value):.2f}"
    return f"−{text}" if value < 0 and float(text) else text


def estimate_payload(estimate: Estimate) -> list[float | None]:
    return [number(part) for part in estimate]


def claim_payload(claim: Claim) -> dict[str, Any]:
    """The claim as plain data: ``rows`` in the order of the text's parts."""
    return {
        "sentence": claim.sentence,
        "verdict": claim.verdict,
        "holds": claim.result.holds,
        "how": f"{claim.held} {claim.how}",
        "note": claim.part_read,
        "confidence": claim.result.confidence,
        "unit_of_loss": claim.unit_of_loss,
        "units": list(claim.result.units),
        "rows": [
            {
                "where": where,
                "positions": effect.positions,
                "before": number(effect.before),
                "after": number(effect.after),
                "rise": estimate_payload(effect.rise),
                "random": estimate_payload(effect.random),
                "random_rises": [number(rise) for rise in effect.random_rises],
            }
            for where, effect in claim.rows()
        ],
    }
