"""The run that trains, on Start: what it makes up, its loss, and its cell as it reads."""

from typing import Any

from dashboard.serving.assets import base_path, module_url
from dashboard.shell.components import register
from dashboard.shell.palette import TRAINING_COLOUR, VALIDATION_COLOUR
from dashboard.views.start.live_run import sequences_to_read
from lstm_engine.runs import Run

_mount = register("start", with_cell=True, skeleton="skeleton.html")


def mount_start(run: Run, key: str) -> Any:
    """Show a run as it trains.

    Returns:
        the component's state: ``gone``, the run that vanished.
    """
    base = base_path()
    task = run.settings.task_object
    data = {
        "script": module_url("views/start/browser/main.js"),
        "questions": f"{base}/api/runs/{run.id}",
        "run": run.id,
        "samples_title": task.samples_title,
        "unit": task.unit,
        "baseline": {"words": task.about.guesser, "loss": task.baseline().loss},
        "colours": {"training": TRAINING_COLOUR, "validation": VALIDATION_COLOUR},
        "sequences": sequences_to_read(task),
    }
    return _mount(key=key, data=data, on_gone_change=lambda: None)
