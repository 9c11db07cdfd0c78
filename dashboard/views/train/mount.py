"""One run as it trains: progress, curves and samples, fed by the tab's live data."""

from dataclasses import asdict
from typing import Any

from dashboard.serving.assets import base_path, module_url, plotly_path
from dashboard.serving.delivery import FEW
from dashboard.shell.components import register
from dashboard.shell.figures import as_json
from dashboard.shell.readable import problem_of
from dashboard.views.train.development_figure import development_figure
from dashboard.views.train.figures import prediction_figure, training_figure
from dashboard.views.train.metrics import FINENESS, tiles
from lstm_engine.cell.quantities import quantities_of, watched_quantities
from lstm_engine.runs import Run

# plotly.js puts its styles into the page, beyond a shadow root's reach
_mount = register("train", isolate_styles=False)


def mount_train(run: Run, snapshot: dict[str, Any] | None, key: str) -> Any:
    """Show a run as it trains.

    Args:
        run: which.
        snapshot: all data at once, where live data does not get through; None where it does.
        key: of the mounted component.

    Returns:
        the component's state: ``status``, a new one that the browser has just seen, ``gone``, the run that vanished,
        and ``delivery``, "polling" if live data does not get through, "live" if it does again.
    """
    base = base_path()
    data = {
        "script": module_url("views/train/browser/main.js"),
        "plotly": base + plotly_path(),
        "questions": f"{base}/api/runs/{run.id}",
        "run": run.id,
        "pace": FEW.message(),
        "status": run.status.value,
        "fineness": FINENESS,
        "snapshot": snapshot,
    } | of_task(run)
    return _mount(
        key=key,
        data=data,
        on_status_change=lambda: None,
        on_gone_change=lambda: None,
        on_delivery_change=lambda: None,
    )


def of_task(run: Run) -> dict[str, Any]:
    """What the run's task says of its curves and samples; little, if this version does not know it."""
    if problem_of(run):
        return {
            "tiles": [asdict(tile) for tile in tiles(perplexity=False)],
            "figure": as_json(training_figure(None, None)),
            "development_figure": as_json(development_figure(())),
            "samples_title": "Samples",
            "samples_figure": None,
        }
    task = run.settings.task_object
    draws_curves = task.loss == "squared_error"
    return {
        "tiles": [asdict(tile) for tile in tiles(perplexity=task.loss == "cross_entropy")],
        "figure": as_json(training_figure(task.unit, task.baseline())),
        "development_figure": as_json(development_figure(watched_quantities(quantities_of(run.settings.variant)))),
        "samples_title": task.samples_title,
        "samples_figure": as_json(prediction_figure(*task.curve_axes)) if draws_curves else None,
    }
