"""What all units of a layer do: histograms, saturation, memory; units that are dead, stuck, or doubled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.cell.family import Quantity
from lstm_engine.cell.formulas import read_formula
from lstm_engine.cell.layer_trace import TracedLayer
from lstm_engine.checks import instance, real_number, shown, whole_number
from lstm_engine.errors import SettingsError
from lstm_engine.inspection.arrays import matrix
from lstm_engine.tracing.trace import Trace

SATURATED = 0.1, 0.9  # Karpathy, Johnson and Li 2015
STILL = 0.01  # of what h could be: below, a unit does nothing
SAME = 0.98  # correlation beyond which two units do the same
MOST_BINS = 1_000
ROWS = 4_096  # counted at once, so that they stay in the processor's cache


@dataclass(frozen=True)
class Histogram:
    """How often values fall between ``edges`` (bins + 1,): ``counts``, (H, bins); what is outside is at the ends."""

    edges: NDArray
    counts: NDArray


@dataclass(frozen=True)
class Memory:
    """How long the units of a layer remember, and which of them do nothing, or nothing of their own; each (H,).

    Attributes:
        timesteps: after which 1/e of what a unit remembers is left: -1 / mean(log f) (Mahto et al. 2021), where f is
            what the cell multiplies its former state with. None for a cell without such a factor.
        reason: why there is none, as a sentence.
        left_saturated, right_saturated: the fraction of timesteps in which a gate is below 0.1, or above 0.9
            (Karpathy, Johnson and Li 2015), by the gate's name; an empty mapping for a cell without gates.
        dead: whether h is 0 throughout, to a hundredth of what it could be.
        stuck: whether it stays at another value.
        doubled: pairs of units that do the same, and their correlation; -1 where one does the opposite.
    """

    timesteps: NDArray | None
    reason: str
    left_saturated: Mapping[str, NDArray]
    right_saturated: Mapping[str, NDArray]
    dead: NDArray
    stuck: NDArray
    doubled: tuple[tuple[int, int, float], ...]


@dataclass(frozen=True)
class LayerStatistics:
    """What all units of a layer did.

    Attributes:
        positions: how many timesteps of how many sequences were counted.
        memory: see ``Memory``.
        histograms: by the name of the quantity.
        means, deviations: (H,) by the name of the quantity.
        missing: gates that the cell lacks, with the number that they stay at left out of all of the above.
    """

    positions: int
    memory: Memory
    histograms: Mapping[str, Histogram]
    means: Mapping[str, NDArray]
    deviations: Mapping[str, NDArray]
    missing: tuple[str, ...]


def memory(trace: Trace, layer: int = 0) -> Memory:
    """How long the units of a layer remember, how saturated their gates are, and which do nothing of their own.

    What a cell multiplies its former state with is read from its quantities: f in an LSTM, z in a GRU, 1 - z in a
    minimal GRU, f in a minimal LSTM. In an sLSTM f is the one scaled by the stabiliser, so that a unit forgets where
    what it wrote is outweighed. A plain network has none, and where f = 1 there is no end.

    Raises:
        SettingsError: there is no such layer, or this is no trace.

    >>> from lstm_engine import LSTMModel
    >>> memory(LSTMModel(2, 3, 2).trace(np.zeros((5, 1, 2)))).timesteps.shape
    (3,)
    """
    return gate_statistics(trace, layer, bins=1).memory


def gate_statistics(traces: Trace | Iterable[Trace], layer: int = 0, bins: int = 50) -> LayerStatistics:
    """The same with histograms, over as many traces as one likes: each is counted and let go.

    A quantity without limits is counted over the range that it has in the first trace.

    Raises:
        SettingsError: there is no such layer, no trace, or bins are not from 1 to 1,000.
    """
    bins = whole_number("bins", bins, 1, MOST_BINS)
    if isinstance(traces, np.ndarray) or not isinstance(traces, Trace | Iterable):
        raise SettingsError(f"traces are {shown(traces)}, expected a Trace, or several")
    counted: Counted | None = None
    for trace in [traces] if isinstance(traces, Trace) else traces:
        layers = instance("a trace", trace, Trace).layers
        of_layer = layers[whole_number("layer", layer, 0, len(layers) - 1)]
        counted = counted or Counted(of_layer, bins)
        counted.add(of_layer)
    if counted is None:
        raise SettingsError("traces are empty, expected at least one")
    return counted.statistics()


def histogram(values: ArrayLike, limits: tuple[float, float] | None = None, bins: int = 50) -> Histogram:
    """Of each unit.

    Args:
        values: (N, H).
        limits: the lowest and the highest edge; None for the range of all values.
        bins: from 1 to 1,000.

    Raises:
        ShapeError, SettingsError: values or limits are not that.
    """
    array = matrix("values", values)
    bins = whole_number("bins", bins, 1, MOST_BINS)
    low, high = range_of(array) if limits is None else checked_limits(limits)
    return Histogram(np.linspace(low, high, bins + 1), binned(array, low, high, bins))


def checked_limits(limits: object) -> tuple[float, float]:
    """A lower and a higher number, or SettingsError."""
    if isinstance(limits, list | tuple) and len(limits) == 2:
        low, high = (real_number("a limit", limit) for limit in limits)
        if low < high and np.isfinite(high - low):
            return low, high
    raise SettingsError(f"limits are {shown(limits)}, expected a lower and a higher number")


def range_of(values: NDArray) -> tuple[float, float]:
    """Lowest and highest; a little apart where they are the same."""
    low, high = float(values.min()), float(values.max())
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def binned(values: NDArray, low: float, high: float, bins: int) -> NDArray:
    """(N, H) -> counts (H, bins)."""
    H = values.shape[1]
    counts = np.zeros(H * bins, np.int64)
    first = np.arange(H, dtype=np.int64) * bins
    for start in range(0, len(values), ROWS):
        scaled = (values[start : start + ROWS].astype(np.float64) - low) * (bins / (high - low))
        which = np.clip(scaled, 0, bins - 1).astype(np.int64)
        counts += np.bincount((which + first).ravel(), minlength=H * bins)
    return counts.reshape(H, bins)


def flat(array: NDArray) -> NDArray:
    """(T, B, H) -> (T * B, H)."""
    return array.reshape(-1, array.shape[-1])


class Counted:
    """Sums over traces of one layer, from which all statistics follow."""

    def __init__(self, first: TracedLayer, bins: int):
        self._kind, self._bins, self._N = type(first), bins, 0
        self._missing = {q.name for q in first.quantities if is_missing(first, q)}
        self._quantities = [q for q in first.quantities if q.name not in self._missing]
        self._carried = next((q for q in first.quantities if q.kept), None)
        H = first.shape[2]
        self._ranges = {q.name: counted_range(first, q) for q in self._quantities}
        self._counts = {q.name: np.zeros((H, bins), np.int64) for q in self._quantities}
        self._sums = {q.name: np.zeros((2, H)) for q in self._quantities}  # of values and of their squares
        self._extremes = np.array([np.full(H, np.inf), np.full(H, -np.inf)])  # of h
        self._saturated = {q.name: np.zeros((2, H)) for q in self._quantities if q.is_gate}
        self._together, self._log_kept = np.zeros((H, H)), np.zeros(H)
        self._largest = {q.name: q.limits for q in first.quantities}["hidden"]

    def add(self, layer: TracedLayer) -> None:
        """Count a trace."""
        if type(layer) is not self._kind or layer.shape[2] != len(self._log_kept):
            raise SettingsError("the traces are of layers with other cells or sizes; expected those of one model")
        for q in self._quantities:
            values = flat(getattr(layer, q.name))
            self._counts[q.name] += binned(values, *self._ranges[q.name], self._bins)
            self._sums[q.name] += values.sum(axis=0, dtype=np.float64), np.square(values).sum(axis=0, dtype=np.float64)
            if q.is_gate:
                low, high = SATURATED
                self._saturated[q.name] += (values < low).sum(axis=0), (values > high).sum(axis=0)
        hidden = flat(layer.hidden)  # type: ignore[attr-defined]
        self._N += len(hidden)
        self._extremes[0] = np.minimum(self._extremes[0], hidden.min(axis=0))
        self._extremes[1] = np.maximum(self._extremes[1], hidden.max(axis=0))
        self._together += hidden.astype(np.float64).T @ hidden
        if self._carried is not None:
            formula = read_formula(self._carried.kept)
            letters = {q.symbol: flat(getattr(layer, q.name)) for q in layer.quantities}
            kept = formula.value({letter: letters[letter] for letter in formula.letters})
            least = float(np.finfo(kept.dtype).tiny)
            self._log_kept += np.log(np.maximum(kept, least)).sum(axis=0, dtype=np.float64)

    def statistics(self) -> LayerStatistics:
        """All that was counted."""
        means = {name: sums[0] / self._N for name, sums in self._sums.items()}
        deviations = {
            name: np.sqrt(np.maximum(sums[1] / self._N - means[name] ** 2, 0)) for name, sums in self._sums.items()
        }
        histograms = {
            name: Histogram(np.linspace(*self._ranges[name], self._bins + 1), counts)
            for name, counts in self._counts.items()
        }
        missing = tuple(sorted(self._missing))
        return LayerStatistics(self._N, self._memory(means["hidden"]), histograms, means, deviations, missing)

    def _memory(self, mean: NDArray) -> Memory:
        low, high = self._extremes
        largest = 1.0 if self._largest is not None else float(np.abs(self._extremes).max()) or 1.0
        still = high - low < STILL * largest
        dead = still & (np.maximum(high, -low) < STILL * largest)
        timesteps, reason = self._timesteps()
        return Memory(
            timesteps=timesteps,
            reason=reason,
            left_saturated={name: counts[0] / self._N for name, counts in self._saturated.items()},
            right_saturated={name: counts[1] / self._N for name, counts in self._saturated.items()},
            dead=dead,
            stuck=still & ~dead,
            doubled=self._doubled(mean, still),
        )

    def _timesteps(self) -> tuple[NDArray | None, str]:
        if self._carried is None:
            return None, "This cell computes all of its state anew at every timestep: it has no gate that keeps any."
        q = next(q for q in self._kind.quantities if q.symbol in read_formula(self._carried.kept).letters)
        if q.name in self._missing:
            return None, f"{q.symbol} = 1 in this cell, which has no {q.label.lower()}: it keeps all, without end."
        mean = self._log_kept / self._N
        with np.errstate(divide="ignore"):
            return -1 / np.minimum(mean, -0.0), ""

    def _doubled(self, mean: NDArray, still: NDArray) -> tuple[tuple[int, int, float], ...]:
        covariance = self._together / self._N - np.outer(mean, mean)
        deviation = np.sqrt(np.maximum(np.diag(covariance), 0))
        deviation[still | (deviation == 0)] = np.inf
        correlation = np.clip(covariance / np.outer(deviation, deviation), -1, 1)
        first, second = np.nonzero(np.triu(np.abs(correlation) >= SAME, k=1))
        pairs = [
            (int(one), int(other), float(correlation[one, other])) for one, other in zip(first, second, strict=True)
        ]
        return tuple(sorted(pairs, key=lambda pair: -abs(pair[2])))


def is_missing(layer: TracedLayer, q: Quantity) -> bool:
    """Whether a gate is not there: it has no pre-activation, and is 1 throughout."""
    absent = getattr(layer, f"{q.name}_preactivation", 0) is None
    return absent and bool((getattr(layer, q.name) == 1).all())


def counted_range(layer: TracedLayer, q: Quantity) -> tuple[float, float]:
    """Between which numbers a quantity is counted: its limits, or those that it has where it keeps none."""
    low, high = range_of(flat(getattr(layer, q.name)))
    if q.limits is not None and q.limits[0] <= low and high <= q.limits[1]:
        return q.limits
    return low, high
