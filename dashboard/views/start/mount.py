"""The run that trains, on Start: what it makes up, its loss, and its cell as it reads."""

from typing import Any

from dashboard.serving.assets import base_path
from dashboard.shell.components import register
from dashboard.shell.palette import QUANTITY_COLOURS, TRAINING_COLOUR, VALIDATION_COLOUR
from dashboard.views.start.live_run import can_be_drawn, sequences_to_read
from lstm_engine.cell.quantities import quantities_of
from lstm_engine.runs import Run

_mount = register("start", with_cell=True, skeleton="skeleton.html")


def mount_start(run: Run, key: str) -> Any:
    """Show a run as it trains.

    Returns:
        the component's state: ``gone``, the run that vanished.
    """
    base = base_path()
    task = run.settings.task_object
    baseline = task.baseline()
    drawn = can_be_drawn(run)
    data = {
        "script": f"{base}/api/modules/views/start/browser/main.js",
        "questions": f"{base}/api/runs/{run.id}",
        "run": run.id,
        "samples_title": task.samples_title,
        "unit": task.unit,
        "baseline": {"name": baseline.name, "loss": baseline.loss},
        "colours": {"training": TRAINING_COLOUR, "validation": VALIDATION_COLOUR},
        "quantities": quantity_payload(run),
        "sequences": sequences_to_read(task) if drawn else [],
        "reads": f"The cell of “{run.name}” is of another kind than the one that is drawn here.",
    }
    return _mount(key=key, data=data, on_gone_change=lambda: None)


def quantity_payload(run: Run) -> list[dict[str, Any]]:
    """The quantities of the run's cell, and how each is shown."""
    return [
        {
            "name": quantity.name,
            "label": quantity.label,
            "symbol": quantity.symbol,
            "gate": quantity.is_gate,
            "colour": QUANTITY_COLOURS.get(quantity.name),
        }
        for quantity in quantities_of(run.settings.variant)
    ]
