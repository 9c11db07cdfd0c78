"""What is done on a worker of a Dask cluster: it says what it is, and has its calls made by processes of their own.

A run trains there as it does on the server's own machine: in a fresh process with one thread and bounded memory, which
leaves when its worker does, however that went. So what ends a worker costs at most the steps since the last checkpoint.
"""

import contextlib
import functools
import hashlib
import platform
import sys
import threading
from concurrent.futures import TimeoutError as NotYet
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from lstm_engine.errors import EngineError
from lstm_engine.runs.store import RunStore
from lstm_engine.runs.training.processes import CallRefused, ProcessExecutor

PACKAGE = Path(__file__).resolve().parents[2]
LOOK_SECONDS = 0.5  # between two looks whether the worker is about to leave
MAKING = threading.Lock()  # of what belongs to a worker, in one of its threads
LEAVING = ("closing", "closing_gracefully", "closed", "failed")  # of a Dask worker's states


@functools.cache
def code_of_package() -> str:
    """Names the text of all modules of the engine: one that differs may compute other numbers."""
    found = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        found.update(path.relative_to(PACKAGE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:12]


@functools.cache
def sameness() -> dict[str, str]:
    """What has to be the same here and there, so that a run has the same bits wherever it trains."""
    return {
        "lstm_engine": code_of_package(),
        "NumPy": np.__version__,
        "distributed": version("distributed"),
        "Python": "{}.{}".format(*sys.version_info),
        "machine": platform.machine(),
    }


def introduce(url: str | None) -> dict[str, str]:
    """What a worker is and, if a store's address is given, whether it reaches that from where it is.

    Returns:
        ``sameness`` and, under ``trouble``, a sentence where runs cannot be trained here.
    """
    trouble = ""
    if find_spec("psycopg") is None:
        trouble = "it has no driver for PostgreSQL: python -m pip install 'psycopg[binary]'"
    elif url is not None:
        try:
            with RunStore(url) as store:
                store.check()
        except EngineError as error:
            trouble = f"it does not reach the run store. {error}"
    return {**sameness(), "trouble": trouble}


def carry_out(worker: Any, module: str, name: str, args: tuple[Any, ...]) -> None:
    """Have a process of its own make the call, and wait until it has; told to leave when the worker is.

    Args:
        worker: Dask's, in one of whose threads this is.

    Raises:
        CallRefused: the call ended in one of our own errors, whose sentence the worker's log has.
        RuntimeError: its process died.
    """
    done = processes_of(worker).submit(getattr(import_module(module), name), *args)
    while True:
        with contextlib.suppress(NotYet):
            done.result(LOOK_SECONDS)
            return
        if worker.status.name in LEAVING:
            processes_of(worker).shutdown(wait=False)
            done.result()
            return


def processes_of(worker: Any) -> ProcessExecutor:
    """The processes that work for a worker; they go on from one call to the next."""
    with MAKING:
        known: ProcessExecutor | None = getattr(worker, "lstm_processes", None)
        if known is None:
            known = worker.lstm_processes = ProcessExecutor()
    return known


def check_same(expected: dict[str, str]) -> None:
    """Raises CallRefused if this is not what the caller is."""
    if (differs := difference(sameness(), expected)) is not None:
        raise CallRefused(f"this worker {differs}")


def difference(there: dict[str, str], here: dict[str, str]) -> str | None:
    """What is not the same, as the rest of a sentence; None if all is."""
    for name, ours in here.items():
        if (theirs := there.get(name)) != ours:
            what = f"other code of {name}" if name == "lstm_engine" else f"another {name}"
            return f"has {what} ({theirs}, here {ours})"
    return None
