"""What a browser is told of a run: where it stands, its curves, its samples, as JSON can hold it."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_engine import EngineError
from lstm_engine.runs import History, Run, RunStore
from lstm_engine.runs.checkpoints import restored_with_task
from lstm_engine.runs.curves import MOST_POINTS, curves_of
from lstm_engine.runs.metrics import CURVES, METRICS
from lstm_engine.runs.run import Curves, Series

SAMPLE_COUNT = 12


def number(value: float) -> float | None:
    """As many digits as a screen shows; None where there is no number, since JSON knows no NaN."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def metrics_payload(history: History) -> dict[str, Any]:
    """New steps by the metric's name: curves, long ones thinned, and of what is no curve the newest value."""
    return curves_payload(curves_of(history, MOST_POINTS)) | newest_payload(history)


def newest_payload(history: History) -> dict[str, Any]:
    """The newest value of each metric that is no curve, by its name."""
    return {
        metric.name: column(history.step[-1:], getattr(history, metric.name)[-1:])
        for metric in METRICS
        if metric.live and not metric.curve
    }


def missed_payload(store: RunStore, run_id: int, after: int = 0) -> dict[str, Any]:
    """All steps after one, however many, as ``metrics_payload`` tells new ones."""
    curves = store.curves(run_id, after)
    last = int(curves.loss.step[-1]) if len(curves.loss.step) else after
    return curves_payload(curves) | newest_payload(store.history(run_id, max(after, last - 1), last))


def curves_payload(curves: Curves) -> dict[str, Any]:
    """Curves by the metric's name."""
    found: dict[str, Series] = {metric.name: getattr(curves, metric.name) for metric in CURVES}
    return {name: column(series.step, series.value) for name, series in found.items()}


def column(step: NDArray[np.int64], value: NDArray[np.float64]) -> dict[str, list[Any]]:
    """Steps and values as JSON numbers."""
    return {"step": step.tolist(), "value": [number(one) for one in value]}


def run_payload(store: RunStore, run: Run) -> dict[str, Any]:
    """Where a run stands."""
    waiting = [other.id for other in store.waiting()] if run.status == "queued" else []
    return {
        "status": run.status.value,
        "step": run.step,
        "target_step": run.target_step,
        "end_step": run.end_step,
        "pace": run.pace,
        "steps_per_second": number(run.steps_per_second) if run.steps_per_second is not None else None,
        "error": run.error,
        "checkpoint": store.newest_checkpoint_step(run.id),
        "changes": [
            {"step": change.step, "field": change.field, "value": change.value} for change in store.changes(run.id)
        ],
        "ahead_in_queue": waiting.index(run.id) if run.id in waiting else 0,
    }


def samples_payload(store: RunStore, run: Run, step: int | None = None) -> dict[str, Any]:
    """What the model makes up at a checkpoint; the same checkpoint always gives the same samples.

    Without a step it is the newest one, whichever that is by the time it is read. A run that this version cannot run
    makes nothing up: ``problem`` then says why, and hurts nothing else of the run.
    """
    step, data = store.newest_checkpoint(run.id) if step is None else (step, store.checkpoint(run.id, step))
    try:
        return {"step": step, "problem": None} | made_up(run, data, step)
    except EngineError as error:
        return {"step": step, "problem": str(error), "measure": None, "texts": [], "curves": []}


def made_up(run: Run, checkpoint: bytes, seed: int) -> dict[str, Any]:
    """Samples and the paper's measure, of the model in a checkpoint."""
    model, task = restored_with_task(run.settings, checkpoint)
    samples = task.samples(model, np.random.default_rng(seed), SAMPLE_COUNT)
    measure = task.measure(model, run.settings.sequence_length, thorough=False)
    return {
        "measure": None
        if measure is None
        else {"name": measure.name, "value": number(measure.value), "goal": measure.goal, "reached": measure.reached},
        "texts": [{"text": sample.text, "origin": sample.origin} for sample in samples if not sample.curves],
        "curves": [
            {name: [number(value) for value in values] for name, values in sample.curves.items()}
            for sample in samples[:1]
            if sample.curves
        ],
    }
