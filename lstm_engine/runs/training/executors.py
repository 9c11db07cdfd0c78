"""Where runs train: in processes of this machine or, as the environment says, on a Dask cluster."""

import os
from concurrent.futures import Executor

from lstm_engine.errors import SettingsError
from lstm_engine.runs.store import RunStore
from lstm_engine.runs.training.bounds import PROCESSES_VARIABLE, most_processes
from lstm_engine.runs.training.processes import ProcessExecutor

EXECUTOR_VARIABLE = "LSTM_EXECUTOR"


def executor_for(store: RunStore) -> Executor:
    """Where the runs of a store train.

    Raises:
        SettingsError: it is a cluster that cannot train them; the message says why, and nothing has begun.
    """
    address = os.environ.get(EXECUTOR_VARIABLE, "").strip()
    if not address:
        return ProcessExecutor()
    if store.is_file:
        raise SettingsError(
            f"{EXECUTOR_VARIABLE} hands runs to other machines, which cannot share the file {store.public_url}: keep "
            "the runs in PostgreSQL (LSTM_DATABASE_URL=postgresql://user@host/runs; “python -m lstm_engine backup” and "
            f"“restore” move what is there), or leave {EXECUTOR_VARIABLE} out."
        )
    from lstm_engine.runs.training.cluster import ClusterExecutor

    said = os.environ.get(PROCESSES_VARIABLE, "").strip()
    return ClusterExecutor(address, store.url, most_processes() if said else None)


def capacity_of(executor: Executor) -> int:
    """How many runs it can train now."""
    found = getattr(executor, "capacity", None)
    return most_processes() if found is None else int(found)
