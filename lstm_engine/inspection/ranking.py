"""Which units tell a property of the position: ranked on a held-out part, beside what chance finds."""

from collections.abc import Mapping
from dataclasses import dataclass

from numpy.typing import ArrayLike

AUC, R2 = "auc", "r2"


@dataclass(frozen=True)
class UnitScore:
    """How well one unit alone tells a property, on the held-out part.

    Attributes:
        unit: which, from 0.
        measure: ``"auc"`` for yes or no: the probability that a position with the property lies on its side of one
            without (0.5 is chance). ``"r2"`` for numbers: the share of their variance that a straight line foretells
            (0 is chance, below it is worse than the mean).
        score: on the held-out part, with the sign, or the line, of the other part.
        sign: 1 where the unit goes up with the property, -1 where it goes down.
    """

    unit: int
    measure: str
    score: float
    sign: int


@dataclass(frozen=True)
class Finding:
    """How well units tell one property.

    Attributes:
        name: of the property.
        measure: ``"auc"`` or ``"r2"``, see ``UnitScore``.
        units: all of them, the best first.
        control: the best score of any unit on shuffled targets: what chance finds.
        probe: the score of a linear probe over all units (ridge regression), on the same held-out part.
        probe_control: the probe's best score on shuffled targets.
        held_out: how many positions the scores were taken on.
        share: of all positions, how many have the property; None for numbers.
    """

    name: str
    measure: str
    units: tuple[UnitScore, ...]
    control: float
    probe: float
    probe_control: float
    held_out: int
    share: float | None

    @property
    def best(self) -> UnitScore:
        """The unit that tells it best."""
        return self.units[0]

    @property
    def beyond_chance(self) -> bool:
        """Whether the best unit tells more than the best of all units does of shuffled targets."""
        return self.best.score > self.control


@dataclass(frozen=True)
class Findings:
    """What ``find_units`` found.

    Attributes:
        found: by the name of the property, in the order in which they were given.
        skipped: why a property could not be judged, as a sentence, by its name.
    """

    found: Mapping[str, Finding]
    skipped: Mapping[str, str]

    def of_unit(self, unit: int) -> dict[str, UnitScore]:
        """What one unit tells about every property that was judged, the best told first."""
        scores = {name: next(one for one in found.units if one.unit == unit) for name, found in self.found.items()}
        return dict(sorted(scores.items(), key=lambda item: -comparable(item[1])))


def comparable(score: UnitScore) -> float:
    """0 for chance and 1 for certainty, so that both measures stand in one list."""
    return 2 * score.score - 1 if score.measure == AUC else score.score


def rank_units(activations: ArrayLike, target: ArrayLike, seed: int = 0) -> list[UnitScore]:
    """All units, the one that tells the target best first.

    The positions are cut into contiguous blocks, of which a random half is held out: neighbours are alike, so that
    positions drawn one by one would be known already. A sign (or a straight line) is fitted on one half, the score
    taken on the other.

    Args:
        activations: (N, H), a row for each position, in reading order.
        target: (N,), bool for the AUC, real for R squared.
        seed: of the choice of blocks.

    Raises:
        ShapeError: an array has another shape, is not finite, or the target is the same everywhere in one half.
        SettingsError: seed is no whole number.
    """
    raise NotImplementedError


def find_units(
    activations: ArrayLike,
    properties: Mapping[str, ArrayLike],
    seed: int = 0,
    shuffles: int = 5,
    where: ArrayLike | None = None,
) -> Findings:
    """Rank all units by all properties at once, with a shuffled control and a linear probe for each.

    Args:
        activations: (N, H). properties: (N,) each, bool or real, by name, as ``text_properties`` gives them.
        seed: of the choice of blocks, and of the shuffles.
        shuffles: how often the targets are shuffled: they are cut at random places into about 32 pieces, which are put
            together in another order, so that neighbours stay alike.
        where: (N,), True at positions that count; None for all.

    Raises:
        ShapeError: as in ``rank_units``; a property that is the same everywhere is skipped, and said so.
    """
    raise NotImplementedError
