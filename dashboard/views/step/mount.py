"""The step view: the drawn cell and all that can be asked of it, stepped in the browser.

The page's script says only what to look at (run and sequence); what the engine computes comes from routes of the app.
"""

from collections.abc import Callable
from typing import Any

from dashboard.serving.assets import base_path, module_url
from dashboard.serving.headers import embed_origins
from dashboard.serving.trust import server_token
from dashboard.shell.cells import quantity_payload
from dashboard.shell.components import register
from dashboard.shell.run_labels import cell_name
from dashboard.shell.selection import told_address
from lstm_engine.runs import Run

_mount = register("step", with_cell=True, with_panels=True)


def mount_step(
    run: Run,
    sequence: str,
    examples: list[str],
    on_sequence: Callable[[], None],
    on_back: Callable[[], None],
    begin_refused: str = "",
) -> Any:
    """Show a sequence.

    Args:
        run: whose cell is stepped.
        sequence: as its task's ``encode`` takes it.
        examples: further sequences, to put beside it.
        on_sequence: called when the view has a new sequence, a continuation of this one.
        on_back: called when the browser's Back led to another run, or to what the page has not read yet.
        begin_refused: why whoever looks may begin no run to stand beside it; empty if they may.

    Returns:
        the component's state: ``sequence``, what ``on_sequence`` is about, ``gone``, the run that vanished, and
        ``status``, one that the run's picker does not say yet.
    """
    base = base_path()
    data = {
        "script": module_url("views/step/browser/main.js"),
        "questions": f"{base}/api/runs/{run.id}",
        "run": run.id,
        "name": run.name,
        "cell": cell_name(run),
        "task": run.settings.task,
        "token": server_token(),
        "begin_refused": begin_refused,
        "status": run.status.value,
        "end_step": run.end_step,
        "learned_here": run.is_trained,
        "sequence": sequence,
        "examples": examples,
        "quantities": quantity_payload(run.settings.variant),
        "embedding": embed_origins(),
        "told": told_address("run", "sequence"),
    }
    return _mount(
        key="step",
        data=data,
        on_sequence_change=on_sequence,
        on_back_change=on_back,
        on_gone_change=lambda: None,
        on_status_change=lambda: None,
    )
