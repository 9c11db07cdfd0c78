"""What all units of a layer do: histograms, saturation, memory; units that are dead, stuck, or doubled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from numpy.typing import ArrayLike, NDArray

from lstm_engine.tracing.trace import Trace


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

    Raises:
        SettingsError: there is no such layer.
    """
    raise NotImplementedError


def gate_statistics(traces: Trace | Iterable[Trace], layer: int = 0, bins: int = 50) -> LayerStatistics:
    """The same with histograms, over as many traces as one likes: each is counted and let go."""
    raise NotImplementedError


def histogram(values: ArrayLike, limits: tuple[float, float] | None = None, bins: int = 50) -> Histogram:
    """Of each unit: values (N, H); limits None for their own range."""
    raise NotImplementedError
