"""What a browser is told of a run: where it stands, its curves, its samples, as JSON can hold it."""

import math
from typing import Any

import numpy as np

from lstm_engine.runs import History, Run, RunStore
from lstm_engine.runs.checkpoints import restored_with_task
from lstm_engine.runs.curves import curves_of
from lstm_engine.runs.run import Curves

MOST_POINTS = 4_000  # of a curve sent at once
SAMPLE_COUNT = 12


def number(value: float) -> float | None:
    """As many digits as a screen shows; None where there is no number, since JSON knows no NaN."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def metrics_payload(history: History) -> dict[str, Any]:
    """Metrics as columns of JSON numbers, long ones thinned."""
    rate = history.learning_rate[-1] if len(history.learning_rate) else math.nan
    return curves_payload(curves_of(history, MOST_POINTS)) | {"learning_rate": number(rate)}


def curves_payload(curves: Curves) -> dict[str, Any]:
    """Curves as columns of JSON numbers."""
    return {
        "step": curves.loss.step.tolist(),
        "loss": [number(value) for value in curves.loss.value],
        "gradient_step": curves.gradient_norm.step.tolist(),
        "gradient_norm": [number(value) for value in curves.gradient_norm.value],
        "validation_step": curves.validation_loss.step.tolist(),
        "validation_loss": [number(value) for value in curves.validation_loss.value],
    }


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


def samples_payload(store: RunStore, run: Run, step: int) -> dict[str, Any]:
    """What the model makes up at a checkpoint; the same checkpoint always gives the same samples."""
    model, task = restored_with_task(run.settings, store.checkpoint(run.id, step))
    samples = task.samples(model, np.random.default_rng(step), SAMPLE_COUNT)
    measure = task.measure(model, run.settings.sequence_length, thorough=False)
    return {
        "step": step,
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
