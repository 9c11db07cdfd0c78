"""How gates and weights develop while a run learns, read from its checkpoints."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.parameters import strip_prefix
from lstm_engine.cell.quantities import watched_quantities
from lstm_engine.runs.checkpoints import checkpoint_arrays, restored_with_task
from lstm_engine.runs.settings import OptimizerSettings, RunSettings
from lstm_engine.runs.store import RunStore
from lstm_engine.tracing.trace import Trace

SATURATED = 0.1  # a gate is shut below this, and open above 1 less this; a candidate is saturated that close to -1 or 1
ADAM_EPSILON = 1e-8  # as Adam has it where nobody says otherwise, and no run's settings do
PROBES = 16  # held-out sequences that the gates are read on


@dataclass(frozen=True)
class GateStatistics:
    """A gate's values over units, timesteps and sequences.

    Attributes:
        mean, spread: their mean and standard deviation.
        shut, open: the shares of saturated values at the lower and the upper end; 0 where there is no end.
    """

    mean: float
    spread: float
    shut: float
    open: float


@dataclass(frozen=True)
class Development:
    """A checkpoint's gates and weights.

    Attributes:
        step: of the checkpoint.
        gates: statistics by the gate's name, over all layers.
        weight_norm: Euclidean length of all weights.
        update_norm: of the step that Adam took last.
    """

    step: int
    gates: dict[str, GateStatistics]
    weight_norm: float
    update_norm: float


def read_development(store: RunStore, run_id: int, settings: RunSettings, step: int) -> Development:
    """Read one checkpoint.

    Raises:
        RunNotFound: run or checkpoint is no more.
        SettingsError, WeightsError: the run's task, or the checkpoint, cannot be read any more.
    """
    checkpoint = store.checkpoint(run_id, step)
    model, task = restored_with_task(settings, checkpoint)
    probe = task.validation_batch(settings.sequence_length)
    trace = model.trace(probe.inputs[:, :PROBES])
    weight_norm = float(np.linalg.norm(model.parameters.flat.astype(np.float64)))
    rate = rate_of(store, run_id, step)
    return Development(step, gate_statistics(trace), weight_norm, update_norm(settings, checkpoint, rate))


def gate_statistics(trace: Trace) -> dict[str, GateStatistics]:
    """Of every gate, and of the candidate, that the cell has: all but its states, unless it has nothing else."""
    found = {}
    for quantity in watched_quantities(trace.layers[0].quantities):
        every: NDArray = np.stack([getattr(layer, quantity.name) for layer in trace.layers]).astype(np.float64)
        low, high = quantity.limits or (-np.inf, np.inf)
        shut, opened = (every < low + SATURATED).mean(), (every > high - SATURATED).mean()
        found[quantity.name] = GateStatistics(float(every.mean()), float(every.std()), float(shut), float(opened))
    return found


def rate_of(store: RunStore, run_id: int, step: int) -> float | None:
    """The learning rate of a step, which may have been changed in mid-run; None where it was not measured."""
    measured = store.history(run_id, step - 1, step).learning_rate
    return float(measured[0]) if len(measured) and np.isfinite(measured[0]) else None


def update_norm(settings: OptimizerSettings, checkpoint: bytes, rate: float | None = None) -> float:
    """Euclidean length of Adam's last step (Kingma and Ba 2015, algorithm 1); 0 before the first.

    Args:
        rate: the learning rate of that step; None for the settings' own.
    """
    adam = strip_prefix(checkpoint_arrays(checkpoint), "optimizer.")
    steps = int(adam["steps_taken"])
    if steps == 0:
        return 0.0
    first = adam["first_moment"].astype(np.float64) / (1 - settings.beta1**steps)
    second = adam["second_moment"].astype(np.float64) / (1 - settings.beta2**steps)
    rate = settings.learning_rate if rate is None else rate
    return float(rate * np.linalg.norm(first / (np.sqrt(second) + ADAM_EPSILON)))
