"""The Inspect view: the text in colour and all that can be asked of its units, in the browser.

The page's script says only which run to look at; what is computed comes from routes of the app.
"""

from collections.abc import Callable, Sequence
from typing import Any

from dashboard.serving.assets import base_path, module_url, plotly_path
from dashboard.serving.trust import server_token
from dashboard.shell.cells import quantity_payload
from dashboard.shell.components import register
from dashboard.shell.selection import told_address
from dashboard.views.inspect.texts import example_of
from lstm_engine.inspection import umap_is_installed
from lstm_engine.runs import Run
from lstm_engine.tasks import Task

_mount = register("inspect", with_panels=True)


def mount_inspect(
    run: Run,
    task: Task,
    checkpoint: str | None,
    others: Sequence[Run],
    on_back: Callable[[], None],
    naming_refused: str = "",
) -> Any:
    """Show a run.

    Args:
        checkpoint: selected on another page.
        others: runs on the same task, to put beside it.
        on_back: called when the browser's Back led to another run, or to what the page has not read yet.
        naming_refused: why whoever looks may not name its units; empty if they may.

    Returns:
        the component's state: ``gone``, the run that vanished.
    """
    base = base_path()
    settings = run.settings
    data = {
        "script": module_url("views/inspect/browser/main.js"),
        "questions": f"{base}/api/runs/{run.id}",
        "step_page": f"{base}/step",
        "plotly": f"{base}{plotly_path()}",
        "run": run.id,
        "name": run.name,
        "task": settings.task,
        "token": server_token(),
        "naming_refused": naming_refused,
        "told": told_address("run"),
        "others": [
            {"run": other.id, "name": other.name, "questions": f"{base}/api/runs/{other.id}"} for other in others
        ],
        "checkpoint": checkpoint,
        "layers": settings.num_layers,
        "units": settings.hidden_size,
        "quantities": [quantity for quantity in quantity_payload(settings.variant) if not quantity["missing"]],
        "reads_symbols": task.reads_symbols,
        "one_text": task.learns_from_text and task.reads_symbols,
        "input_help": task.input_help,
        "example": example_of(task),
        "is_trained": run.is_trained,
        "umap": umap_is_installed(),
    }
    return _mount(key="inspect", data=data, on_back_change=on_back, on_gone_change=lambda: None)
