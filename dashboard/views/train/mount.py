"""The live view of one run: progress, curves and samples, fed by the tab's live data."""

import json
from typing import Any

import plotly.graph_objects as go

from dashboard.serving.assets import base_path, plotly_path
from dashboard.serving.delivery import FEW
from dashboard.shell.components import register
from dashboard.views.train.development_figure import development_figure
from lstm_engine.runs import Run

# plotly.js puts its styles into the page, beyond a shadow root's reach
_mount = register("train", isolate_styles=False)


def mount_live(
    run: Run, loss_figure: go.Figure, samples_figure: go.Figure | None, snapshot: dict[str, Any] | None, key: str
) -> Any:
    """Show a run live.

    Args:
        run: which.
        loss_figure: the empty curves that the browser fills.
        samples_figure: the empty chart of sampled curves, for a task that has them.
        snapshot: all data at once, where streaming does not get through; None to use the stream.
        key: of the mounted component.

    Returns:
        the component's state: ``status``, the last one that the browser saw, ``gone``, the run that vanished, and
        ``transport``, "polling" if streaming does not get through.
    """
    base = base_path()
    data = {
        "script": f"{base}/api/modules/views/train/browser/main.js",
        "plotly": base + plotly_path(),
        "questions": f"{base}/api/runs/{run.id}",
        "run": run.id,
        "pace": FEW.message(),
        "status": run.status.value,
        "perplexity": run.settings.task_object.loss == "cross_entropy",
        "figure": json.loads(loss_figure.to_json()),
        "samples_title": run.settings.task_object.samples_title,
        "development_figure": json.loads(development_figure().to_json()),
        "samples_figure": json.loads(samples_figure.to_json()) if samples_figure else None,
        "snapshot": snapshot,
    }
    return _mount(
        key=key,
        data=data,
        on_status_change=lambda: None,
        on_gone_change=lambda: None,
        on_transport_change=lambda: None,
    )
