"""What the page of text shows, computed when it is shown: a run's own numbers, and those of fresh networks."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dashboard.views.start.live_run import is_an_lstm
from lstm_engine import LSTMModel
from lstm_engine.cell.equations import softmax
from lstm_engine.cell.variants import STANDARD
from lstm_engine.runs import Run, RunStore, preset
from lstm_engine.runs.checkpoints import restored_with_task
from lstm_engine.runs.run import Series
from lstm_engine.tasks import Task
from lstm_engine.tasks.names import NamesTask

READ = "alexandra"
SEEDS = 5
FURTHEST = 50  # timesteps back
UNITS = 64


@dataclass(frozen=True)
class Passage:
    """One unit as a name is read.

    Attributes:
        labels: what is read at each of T timesteps.
        unit: the one whose memory changes most.
        forget_gate, cell: its values, each (T,).
        likeliest: what is expected next, with its probability (T,).
        came: the probability of what came next, (T,).
    """

    labels: list[str]
    unit: int
    forget_gate: NDArray
    cell: NDArray
    likeliest: list[str]
    probability: NDArray
    came: NDArray


@dataclass(frozen=True)
class Learned:
    """A run on the names, or a network that has learned nothing yet.

    Attributes:
        step: at which it stands. validation: its loss on held-out names over steps; empty where nothing was measured.
        passage: how it reads ``READ``.
    """

    step: int
    validation: Series
    passage: Passage

    @property
    def loss(self) -> float | None:
        """The newest loss on held-out names."""
        return float(self.validation.value[-1]) if len(self.validation.value) else None


def learned(store: RunStore, runs: tuple[Run, ...]) -> tuple[Run | None, Learned]:
    """The newest run on the names whose cell is the LSTM as it stands; a fresh network if there is none.

    Raises:
        StoreError: the store cannot be read.
        RunNotFound: the run was deleted just now.
    """
    nothing = Series(np.zeros(0, np.int64), np.zeros(0))
    for run in runs:
        if run.readable and run.settings.task == NamesTask.name and is_an_lstm(run):
            step, data = store.newest_checkpoint(run.id)
            model, task = restored_with_task(run.settings, data)
            return run, Learned(step, store.curves(run.id).validation_loss, passage(model, task))
    settings = preset("classroom", NamesTask.name)
    return None, Learned(0, nothing, passage(settings.build_model(), settings.task_object))


def passage(model: LSTMModel, task: Task) -> Passage:
    """How a model reads ``READ``."""
    sequence = task.encode(READ)
    trace = model.trace(sequence.inputs)
    layer = trace.layers[-1]
    cell = layer.cell[:, 0].astype(np.float64)  # (T, H)
    unit = int(np.ptp(cell, axis=0).argmax())
    probabilities = softmax(trace.outputs[:, 0])  # (T, O)
    best = probabilities.argmax(axis=1)  # (T,)
    return Passage(
        sequence.labels,
        unit,
        layer.forget_gate[:, 0, unit].astype(np.float64),
        cell[:, unit],
        [task.vocabulary[k] if k < len(task.vocabulary) else "" for k in best],
        probabilities.max(axis=1),
        np.take_along_axis(probabilities, sequence.targets, axis=1)[:, 0],
    )


@lru_cache(maxsize=1)
def gradients_back() -> Mapping[str, NDArray]:
    """How long a gradient is at so many timesteps before the loss, (FURTHEST+1,), as a share of its length at the loss.

    Of fresh networks on random letters, the median of ``SEEDS`` seeds: of the LSTM at its memory c, of the others at h.
    """
    kinds: dict[str, tuple[str, float, str]] = {
        "plain RNN": ("rnn", 0.0, "hidden"),
        "LSTM, forget bias 1": (STANDARD.name, 1.0, "cell"),
        "LSTM, forget bias 5": (STANDARD.name, 5.0, "cell"),
    }
    return {name: gradient_back(*kind) for name, kind in kinds.items()}


def gradient_back(variant: str, forget_bias: float, state: str) -> NDArray:
    """The same of one kind of cell, (FURTHEST+1,)."""
    symbols = NamesTask().input_size
    found = []
    for seed in range(SEEDS):
        generator = np.random.default_rng(seed)
        read = generator.integers(symbols, size=FURTHEST + 1)
        inputs = np.eye(symbols, dtype=np.float32)[read][:, None]  # (T, 1, I)
        targets = generator.integers(symbols, size=(FURTHEST + 1, 1))
        model = LSTMModel(symbols, UNITS, symbols, 1, variant, forget_bias, seed=seed)
        gradients = model.trace_gradients(inputs, targets, "cross_entropy", timesteps=[FURTHEST])
        norms = np.linalg.norm(gradients.layers[0][state][:, 0].astype(np.float64), axis=1)[::-1]  # (T,)
        found.append(norms / norms[0])
    return np.median(found, axis=0)
