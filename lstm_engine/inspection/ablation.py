"""Break it: what the loss does when units are held, and when as many random ones are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.cell.interventions import Intervention, check_interventions
from lstm_engine.checks import (
    REAL,
    any_number,
    as_array,
    choice,
    instance,
    outside,
    real_number,
    shown,
    whole_number,
    whole_numbers,
)
from lstm_engine.errors import SettingsError, ShapeError
from lstm_engine.inspection.effects import Effect, Sample
from lstm_engine.inspection.reading import CHUNK, checked_quantities, losses_at
from lstm_engine.inspection.task_properties import in_reading_order, positions_that_count
from lstm_engine.learning.losses import LOSSES
from lstm_engine.model import LSTMModel
from lstm_engine.tasks.base import Batch, EncodedSequence
from lstm_engine.tracing.trace import Trace

MOST_SETS = 1_000
MOST_BLOCK = 1_000_000
MOST_RESAMPLES = 100_000


@dataclass(frozen=True)
class Ablation:
    """A claim about units, tested by breaking them.

    Attributes:
        units, layer, quantity: what was broken. how: in words.
        overall: everywhere. inside, outside: where the property holds, and where not; None without a property.
        specific: how much more the loss rises inside than outside; its ``before`` and ``after`` are inside - outside.
        confidence: of all intervals.
    """

    units: tuple[int, ...]
    layer: int
    quantity: str
    how: str
    overall: Effect
    inside: Effect | None
    outside: Effect | None
    specific: Effect | None
    confidence: float

    @property
    def holds(self) -> bool:
        """Whether the loss rises more inside than outside, beyond what random units do."""
        return self.specific is not None and self.specific.beyond_random and self.specific.rise.low > 0


@dataclass(frozen=True)
class Transplant:
    """What a model says after units were given the values that they had elsewhere.

    Attributes:
        timestep: at which. before, after: outputs (T, O) without and with it.
    """

    timestep: int
    before: NDArray
    after: NDArray


def ablate(
    model: LSTMModel,
    sequence: Batch | EncodedSequence,
    units: Sequence[int],
    property: ArrayLike | None = None,
    *,
    by: str | float | ArrayLike = "mean",
    quantity: str = "hidden",
    layer: int = 0,
    loss: str = "cross_entropy",
    random_sets: int = 20,
    resamples: int = 1000,
    confidence: float = 0.95,
    block: int = 50,
    seed: int = 0,
) -> Ablation:
    """Hold units at a value, everywhere, and compare the loss before and after, inside and outside a property.

    Args:
        sequence: inputs (T, B, I), targets and mask, as a task gives them.
        units: which to break.
        property: (T, B), or (B * T,) in reading order, True inside; None for the loss overall alone.
        by: ``"mean"`` holds each unit at its mean over the sequence, so that nothing but its variation is lost;
            ``"zero"`` at 0; a number at that number (a clamp); an array (H,) at its own number of it (a transplant of
            what the layer was elsewhere, such as ``trace.layers[0].hidden[t, 0]``), which the random ones get as well.
        quantity: what is held; ``"hidden"`` takes away all that the unit says, to the readout and to the next timestep.
        random_sets: of as many other units, for comparison.
        resamples: of blocks of ``block`` positions (Carlstein 1986) for the confidence intervals.

    Raises:
        ShapeError: the sequence is none of the model's, or the property or an array to hold at has another shape.
        SettingsError: there is no such unit, quantity, layer or loss, or a number is out of range.
    """
    a = instance("model", model, LSTMModel).architecture
    layer = whole_number("layer", layer, 0, a.num_layers - 1)
    (quantity,) = checked_quantities([quantity], a.variant.name)
    chosen = checked_units(units, a.hidden_size)
    holding = checked_holding(by, a.hidden_size)
    choice("loss", loss, LOSSES)
    confidence = between("confidence", confidence, 0, 1)
    random_sets = whole_number("random_sets", random_sets, 0, MOST_SETS)
    resamples = whole_number("resamples", resamples, 1, MOST_RESAMPLES)
    block = whole_number("block", block, 1, MOST_BLOCK)
    generator = np.random.default_rng(whole_number("seed", seed, 0, 2**63))
    broken = Broken(model, sequence, layer, quantity, loss)
    inside = None if property is None else broken.in_sequence(property)
    before = broken.losses(())
    rises = broken.losses(broken.held(chosen, holding)) - before
    others = np.setdiff1d(np.arange(a.hidden_size), chosen)
    sets = [
        generator.choice(others, len(chosen), replace=False)
        for _ in range(random_sets if len(others) >= len(chosen) else 0)
    ]
    random_rises = [broken.losses(broken.held(tuple(found.tolist()), holding)) - before for found in sets]
    sample = Sample(broken.blocks(block), resamples, confidence, generator)
    counted = broken.counted

    def effect(where: NDArray) -> Effect | None:
        return sample.effect(before, rises, random_rises, where) if where.any() and not where.all() else None

    return Ablation(
        units=chosen,
        layer=layer,
        quantity=quantity,
        how=in_words(quantity, holding),
        overall=sample.effect(before, rises, random_rises, np.ones(len(before), bool)),
        inside=None if inside is None else effect(inside[counted]),
        outside=None if inside is None else effect(~inside[counted]),
        specific=None if inside is None else sample.specific(before, rises, random_rises, inside[counted]),
        confidence=confidence,
    )


def checked_units(units: object, H: int) -> tuple[int, ...]:
    """Different units of 0..H-1, or SettingsError."""
    found = whole_numbers("units", [units] if isinstance(units, int | np.integer) else units)
    if not 0 < len(found[: H + 1]) <= H or outside(found, H) or len(set(found)) != len(found):
        raise SettingsError(f"units are {shown(units)}, expected different ones of 0..{H - 1}, at least one")
    return tuple(found)


def between(name: str, value: object, low: float, high: float) -> float:
    """A number strictly between two others, or SettingsError."""
    if not low < (number := real_number(name, value)) < high:
        raise SettingsError(f"{name} is {shown(value)}, expected a number between {low:g} and {high:g}")
    return number


def checked_holding(by: object, H: int) -> str | float | NDArray:
    """``"mean"``, ``"zero"``, a number, or finite reals (H,); or ShapeError or SettingsError."""
    expected = f"mean, zero or a number, or an array of {H} numbers, one for each unit"
    if isinstance(by, str):
        if by not in ("mean", "zero"):
            raise SettingsError(f"by is {shown(by)}, expected {expected}")
        return by
    if isinstance(by, list | tuple | np.ndarray):
        array = as_array("by", by)
        if array.shape != (H,) or array.dtype.kind not in REAL or not np.isfinite(array).all():
            raise ShapeError(f"by is {array.dtype} of shape {array.shape}, expected {H} finite numbers, one a unit")
        return array.astype(np.float64)
    return any_number("by", by, expected)


def in_words(quantity: str, by: str | float | NDArray) -> str:
    """How units were broken."""
    if isinstance(by, np.ndarray):
        held = "held at its value of another state"
    else:
        held = {"mean": "held at its mean", "zero": "held at 0"}[by] if isinstance(by, str) else f"held at {by:g}"
    return f"{quantity.replace('_', ' ')} {held}"


class Broken:
    """A model that reads one batch of sequences again and again, with units held.

    Attributes:
        counted: (B * T,), positions whose loss counts, in reading order.
    """

    def __init__(self, model: LSTMModel, sequence: Batch | EncodedSequence, layer: int, quantity: str, loss: str):
        if not isinstance(sequence, Batch | EncodedSequence):
            raise SettingsError(f"sequence is {shown(sequence)}, expected a Batch or an EncodedSequence, as tasks give")
        self._model, self._sequence, self._layer, self._quantity, self._loss = model, sequence, layer, quantity, loss
        model.loss(sequence.inputs[:1], sequence.targets[:1], loss)  # judges what it is given, in its own words
        self._T, self._B = sequence.inputs.shape[:2]
        asked = np.ones((self._T, self._B), bool) if sequence.mask is None else np.asarray(sequence.mask, bool)
        self.counted = in_reading_order(asked)
        self._means: NDArray | None = None

    def in_sequence(self, property: ArrayLike) -> NDArray:
        """(T, B) or (B * T,) -> (B * T,) in reading order."""
        array = as_array("property", property)
        if array.dtype.kind != "b" or array.shape not in ((self._T, self._B), (self._T * self._B,)):
            raise ShapeError(
                f"property is {array.dtype} of shape {array.shape}, expected True and False of shape (T, B) = "
                f"{(self._T, self._B)}, or ({self._T * self._B},) in reading order"
            )
        return in_reading_order(array) if array.ndim == 2 else array

    def losses(self, interventions: Sequence[Intervention]) -> NDArray:
        """(positions that count,), in reading order."""
        found = np.empty((self._T, self._B))
        for start, stop, trace in self._traces(interventions):
            outputs = trace.outputs.reshape(-1, trace.outputs.shape[2])
            targets = self._sequence.targets[start:stop]
            aims = targets.reshape(-1) if targets.ndim == 2 else targets.reshape(-1, targets.shape[2])
            found[start:stop] = losses_at(outputs, aims, self._loss).reshape(stop - start, self._B)
        return in_reading_order(found)[self.counted]

    def held(self, units: Sequence[int], by: str | float | NDArray) -> list[Intervention]:
        """What holds them."""
        if isinstance(by, np.ndarray):
            values = by[list(units)].tolist()
        elif by == "mean":
            values = self.means[list(units)].tolist()
        else:
            values = [0.0 if isinstance(by, str) else by] * len(units)
        clamps = [
            Intervention.clamp(self._quantity, value, units=[unit], layer=self._layer)
            for unit, value in zip(units, values, strict=True)
        ]
        return list(check_interventions(clamps, self._model.architecture, self._T))

    @property
    def means(self) -> NDArray:
        """(H,), of the quantity, over all positions that are not padding."""
        if self._means is None:
            there = positions_that_count(self._sequence).reshape(self._B, self._T).T
            total = np.zeros(self._model.architecture.hidden_size)
            for start, stop, trace in self._traces(()):
                values = getattr(trace.layers[self._layer], self._quantity)
                total += values[there[start:stop]].sum(axis=0, dtype=np.float64)
            self._means = total / there.sum()
        return self._means

    def blocks(self, length: int) -> NDArray:
        """Which block each position that counts belongs to: ``length`` positions of one sequence."""
        a_sequence = -(-self._T // length)
        block = np.arange(self._T)[:, None] // length + a_sequence * np.arange(self._B)
        return np.unique(in_reading_order(block)[self.counted], return_inverse=True)[1]

    def _traces(self, interventions: Sequence[Intervention]) -> Iterator[tuple[int, int, Trace]]:
        """All of it, some timesteps at a time, so that memory stays bounded."""
        state, chunk = None, max(1, CHUNK // self._B)
        for start, stop in pairwise([*range(0, self._T, chunk), self._T]):
            trace = self._model.trace(self._sequence.inputs[start:stop], state, interventions)
            state = self._model.last_state()
            yield start, stop, trace


def transplant(
    model: LSTMModel,
    inputs: ArrayLike,
    donor: ArrayLike,
    units: Sequence[int],
    timestep: int,
    donor_timestep: int,
    quantity: str = "cell",
    layer: int = 0,
) -> Transplant:
    """Give units, at one timestep, the values that they had in another sequence.

    Args:
        inputs, donor: (T, 1, I) each, of any length; integers (T, 1) with an embedding.
        units: which. quantity, layer: of which the values are.
        timestep: of the sequence. donor_timestep: of the other one.

    Raises:
        ShapeError: inputs or donor have another shape.
        SettingsError: there is no such unit, quantity, layer or timestep.
    """
    a = instance("model", model, LSTMModel).architecture
    layer = whole_number("layer", layer, 0, a.num_layers - 1)
    (quantity,) = checked_quantities([quantity], a.variant.name)
    chosen = checked_units(units, a.hidden_size)
    given, taken = model.trace(inputs), model.trace(donor)
    for name, trace in (("inputs", given), ("donor", taken)):
        if trace.outputs.shape[1] != 1:
            raise ShapeError(f"{name} hold {trace.outputs.shape[1]} sequences side by side, expected one")
    timestep = whole_number("timestep", timestep, 0, len(given.outputs) - 1)
    donor_timestep = whole_number("donor_timestep", donor_timestep, 0, len(taken.outputs) - 1)
    values = getattr(taken.layers[layer], quantity)[donor_timestep, 0]  # (H,)
    clamps = [Intervention.clamp(quantity, float(values[k]), [timestep], [k], layer) for k in chosen]
    return Transplant(timestep, given.outputs[:, 0], model.trace(inputs, interventions=clamps).outputs[:, 0])
