"""Which units tell a property of the position: ranked on a held-out part, beside what chance finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.checks import named_mapping, whole_number
from lstm_engine.errors import ShapeError
from lstm_engine.inspection.arrays import FEWEST_POSITIONS, matrix, positions, truths
from lstm_engine.inspection.probe import fitted_probe
from lstm_engine.inspection.scores import area, lines
from lstm_engine.inspection.splitting import blocks_of, held_out_blocks, shuffled_pieces

AUC, R2 = "auc", "r2"
MOST_SHUFFLES = 100
PROBE_SHUFFLES = 2  # a probe sees every unit at once, so that its chance needs no maximum over them


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
    array = matrix("activations", activations, FEWEST_POSITIONS)
    values = positions("target", target, len(array))
    split = Split(array, {"target": values}, seed_of(seed))
    if reason := split.skipped.get("target"):
        raise ShapeError(reason)
    return list(split.units(shuffles=0)["target"][0])


def find_units(
    activations: ArrayLike,
    properties: Mapping[str, ArrayLike],
    seed: int = 0,
    shuffles: int = 5,
    where: ArrayLike | None = None,
) -> Findings:
    """Rank all units by all properties at once, with a shuffled control and a linear probe for each.

    How positions are held out stands in ``rank_units``. All properties share one choice of blocks, of a few the one by
    which most of them can be judged. Beside the activations it takes a copy of them, and 16 bytes for each position,
    property and shuffle: some 230 MB for 100,000 positions of 128 units and 16 properties.

    Args:
        activations: (N, H). properties: (N,) each, bool or real, by name, as ``text_properties`` gives them.
        seed: of the choice of blocks, and of the shuffles.
        shuffles: how often the targets are shuffled: they are cut at random places into about 32 pieces, which are put
            together in another order, so that neighbours stay alike.
        where: (N,), True at positions that count; None for all.

    Raises:
        ShapeError: as in ``rank_units``; a property that is the same everywhere is skipped, and said so.
    """
    array = matrix("activations", activations, FEWEST_POSITIONS)
    N = len(array)
    given = named_mapping("properties", properties, ShapeError)
    values = {name: positions(f"the property {name!r}", value, N) for name, value in given.items()}
    if where is not None:
        counted = truths("where", where, N)
        array, values = array[counted], {name: value[counted] for name, value in values.items()}
        if len(array) < FEWEST_POSITIONS:
            raise ShapeError(f"where leaves {len(array)} positions to count, expected at least {FEWEST_POSITIONS}")
    shuffles = whole_number("shuffles", shuffles, 1, MOST_SHUFFLES)
    split = Split(array, values, seed_of(seed))
    ranked, probed = split.units(shuffles), split.probe(shuffles)
    found = {}
    for name, (units, control) in ranked.items():
        share = float(values[name].mean()) if values[name].dtype.kind == "b" else None
        found[name] = Finding(name, units[0].measure, units, control, *probed[name], split.held_out_count, share)
    return Findings({name: found[name] for name in values if name in found}, split.skipped)


def seed_of(seed: int) -> int:
    return whole_number("seed", seed, 0, 2**63)


class Split:
    """Activations and targets, half of them held out.

    Attributes:
        skipped: why a property cannot be judged, by its name.
        held_out_count: positions that are held out.
    """

    def __init__(self, activations: NDArray, values: Mapping[str, NDArray], seed: int):
        yes_or_no = {name: value for name, value in values.items() if value.dtype.kind == "b"}
        numbers = {name: value for name, value in values.items() if value.dtype.kind != "b"}
        N = len(activations)
        held = held_out_blocks(columns(yes_or_no, N, bool), seed)
        self.skipped = {
            name: f"{name} is the same at all positions of one half ({what_there_is(value)}), so nothing can tell it"
            for name, value in values.items()
            if any(not np.ptp(value[part].astype(np.float64)) for part in (held, ~held))
        }
        self._truth = {name: value for name, value in yes_or_no.items() if name not in self.skipped}
        self._numbers = {name: value for name, value in numbers.items() if name not in self.skipped}
        self._held, self._generator_seed, self.held_out_count = held, [seed, 1], int(held.sum())
        self._learned, self._tested = activations[~held], activations[held]  # each half of (N, H)
        self._half = (blocks_of(N) // 2 % 2 == 0)[~held]

    def _orders(self, shuffles: int) -> list[Any]:
        """The positions as they are, and shuffled."""
        generator = np.random.default_rng(self._generator_seed)
        N = len(self._held)
        return [slice(None), *(shuffled_pieces(N, generator) for _ in range(shuffles))]

    def units(self, shuffles: int) -> dict[str, tuple[tuple[UnitScore, ...], float]]:
        """All units, the best first, by the name of the property; and the best score after any shuffle."""
        found: dict[str, tuple[tuple[UnitScore, ...], float]] = {}
        orders = self._orders(shuffles)
        for measure, values in ((AUC, self._truth), (R2, self._numbers)):
            if not values:
                continue
            kind = bool if measure == AUC else np.float64
            stacked = np.concatenate([columns(values, len(self._held), kind)[order] for order in orders], axis=1)
            score, sign = (areas if measure == AUC else lines)(
                self._learned, stacked[~self._held], self._tested, stacked[self._held]
            )  # (H, (1 + shuffles) P), the targets of each order side by side
            P = len(values)
            for p, name in enumerate(values):
                best_first = np.argsort(-score[:, p], kind="stable")
                units = tuple(UnitScore(int(k), measure, float(score[k, p]), int(sign[k, p]) or 1) for k in best_first)
                found[name] = units, best_of(score[:, P + p :: P], measure)
        return found

    def probe(self, shuffles: int) -> dict[str, tuple[float, float]]:
        """The probe's score, and its best after any shuffle, by the name of the property."""
        found: dict[str, tuple[float, float]] = {}
        names = [*self._truth, *self._numbers]
        if not names:
            return found
        values = columns({**self._truth, **self._numbers}, len(self._held), np.float64)
        stacked = np.concatenate([values[order] for order in self._orders(min(shuffles, PROBE_SHUFFLES))], axis=1)
        learned, tested = stacked[~self._held], stacked[self._held]
        said = fitted_probe(self._learned, learned, self._half)(self._tested)  # (M, (1 + shuffles) P)
        scale = ((tested - tested.mean(axis=0)) ** 2).sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            r2 = 1 - ((tested - said) ** 2).sum(axis=0) / scale
        for p, name in enumerate(names):
            which = range(p, stacked.shape[1], len(names))
            if name in self._truth:
                scores = np.array([area(said[:, [k]], tested[:, [k]] > 0.5)[0, 0] for k in which])
                found[name] = float(scores[0]), best_of(scores[1:], AUC)
            else:
                found[name] = float(r2[p]), best_of(r2[list(which)[1:]], R2)
        return found


def areas(learned: NDArray, targets: NDArray, tested: NDArray, held_targets: NDArray) -> tuple[NDArray, NDArray]:
    """The AUC on held-out positions, turned round where the unit goes down with the property, and the sign; (H, P)."""
    sign = np.where(area(learned, targets) < 0.5, -1, 1)
    found = area(tested, held_targets)
    return np.where(sign > 0, found, 1 - found), sign


def best_of(scores: NDArray, measure: str) -> float:
    """The largest that is a number; chance where there is none."""
    chance = 0.5 if measure == AUC else 0.0
    return float(np.nanmax(scores, initial=chance, where=np.isfinite(scores)))


def columns(values: Mapping[str, NDArray], N: int, dtype: Any) -> NDArray:
    """(N, P) in one dtype."""
    return np.stack([value.astype(dtype) for value in values.values()], axis=1) if values else np.zeros((N, 0), dtype)


def what_there_is(value: NDArray) -> str:
    if value.dtype.kind == "b":
        return f"it is True at {int(value.sum()):,} of {len(value):,} positions"
    return f"it ranges from {value.min():g} to {value.max():g}"
