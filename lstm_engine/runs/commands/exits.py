"""Exit codes, and what a script reads."""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from lstm_engine.runs.run import Run

DONE = 0
REFUSED = 1  # a sentence on the standard error says why
UNREADABLE = 2  # the line could not be understood; argparse's own
FAILED = 3  # something was trained, and failed: a run that diverged, a sweep none of whose runs came to its end
RESTS = 4  # not done and not failed: paused, stopped, out of time
INTERRUPTED = 130  # Ctrl-C, as a shell expects it
TERMINATED = 143  # SIGTERM
IN_WORDS = (
    "exit codes: 0 done; 1 refused, with a sentence on the standard error; 2 the line cannot be understood; "
    "3 training failed; 4 at rest before the end; 130 after Ctrl-C, 143 after SIGTERM"
)


def print_json(data: object) -> None:
    """One object on a line of its own; what is no number is null."""
    sys.stdout.write(json.dumps(finite(data), ensure_ascii=True, allow_nan=False) + "\n")


def finite(data: Any) -> Any:
    """The same with None for every number that JSON does not know."""
    if isinstance(data, float):
        return data if math.isfinite(data) else None
    if isinstance(data, Mapping):
        return {str(key): finite(value) for key, value in data.items()}
    return [finite(value) for value in data] if isinstance(data, list | tuple) else data


def run_data(run: Run) -> dict[str, Any]:
    """A run as scripts read it."""
    return {
        "run": run.id,
        "name": run.name,
        "task": run.settings.task,
        "status": run.status.value,
        "step": run.step,
        "end_step": run.end_step,
        "error": run.error,
        "problem": run.problem,
    }


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells, the columns beneath each other; the first row is the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines)


def shown(value: object) -> str:
    """A cell of a table."""
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
