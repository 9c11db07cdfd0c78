"""The step view: the drawn cell, its heatmaps and curves, stepped in the browser without a word to the server."""

from typing import Any

from dashboard.components import register
from dashboard.routes import base_path
from lstm_engine.runs import Run

_mount = register("step")


def mount_step(
    run: Run, trace: dict[str, Any], trace_key: str, cursor: dict[str, int], checkpoint: int, follow: bool
) -> Any:
    """Show a trace.

    Args:
        run: where it comes from.
        trace: see ``step_payload``.
        trace_key: names run, checkpoint and sequence; the same key means the same sequence position is kept.
        cursor: ``timestep``, ``unit`` and ``layer`` to begin with, each from 0.
        checkpoint: the step at which the trace was made.
        follow: whether the browser should tell of newer checkpoints.

    Returns:
        the component's state: ``newest``, a checkpoint newer than the one shown; ``gone``, the run that vanished;
        ``transport``, "polling" if streaming does not get through.
    """
    base = base_path()
    data = {
        "script": f"{base}/live/scripts/step/main.js",
        "stream": f"{base}/live/runs/{run.id}",
        "run": run.id,
        "after": run.end_step,  # this view needs the run's status alone, none of its metrics
        "checkpoint": checkpoint,
        "follow": follow,
        "trace_key": trace_key,
        "cursor": cursor,
        "trace": trace,
    }
    return _mount(
        key="step",
        data=data,
        on_newest_change=lambda: None,
        on_gone_change=lambda: None,
        on_transport_change=lambda: None,
    )
