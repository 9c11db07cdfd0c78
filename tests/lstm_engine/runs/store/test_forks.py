"""Forks of long runs: copied a little at a time, seen when they are whole."""

import subprocess
import sys

import numpy as np
import pytest
import sqlalchemy as sql

from lstm_engine import StepMetrics
from lstm_engine.runs import Run, RunNotFound, RunStore, Status
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded
from lstm_engine.runs.store import forks
from lstm_engine.runs.store.schema import OF_A_RUN, metrics, runs, summaries
from tests.lstm_engine.runs.conftest import SMALL

LONG = 1_500  # steps: five whole buckets of summaries, and a part of one
VALUES = np.random.default_rng(0).normal(size=LONG + 1)


def record(store: RunStore, until: int) -> Run:
    """A run with metrics up to a step, and a checkpoint there."""
    run, lease = store.create(SMALL, "parent", start=False), new_lease()
    store.acquire(run.id, lease)
    rows = [
        Recorded(StepMetrics(k, float(VALUES[k]), 0.5, 0.01), float(-VALUES[k]) if k % 25 == 0 else None)
        for k in range(1, until + 1)
    ]
    store.record(run.id, lease, rows, (until, store.checkpoint(run.id, 0), False))
    store.release(run.id, lease)
    return store.get(run.id)


def stored(store: RunStore, table: sql.Table, run_id: int) -> list[tuple]:
    """All rows of a run, without its number."""
    columns = [column for column in table.c if column.name != "run_id"]
    query = sql.select(*columns).where(table.c.run_id == run_id).order_by(*list(table.primary_key.columns)[1:])
    with store._reading() as connection:
        return [tuple(row) for row in connection.execute(query)]


@pytest.mark.parametrize("step", [0, 1, 255, 256, 1_023, 1_500])
def test_a_fork_is_as_if_it_had_been_recorded_itself(store, step):
    whole = record(store, LONG)
    lease = new_lease()
    store.acquire(whole.id, lease)
    store.record(whole.id, lease, checkpoint=(step, store.checkpoint(whole.id, 0), False))
    store.release(whole.id, lease)
    fork = store.fork(whole.id, step)
    alone = record(store, step) if step else store.create(SMALL, start=False)
    for table in (metrics, summaries):
        assert stored(store, table, fork.id) == stored(store, table, alone.id)
    assert (fork.step, fork.lease, fork.status) == (step, None, Status.FINISHED if step >= 400 else Status.PAUSED)


def test_nobody_sees_or_trains_a_fork_before_it_is_whole(url, store, monkeypatch):
    run = record(store, LONG)
    monkeypatch.setattr(forks, "COPY_SECONDS", 0.0)  # the least at a time
    seen: list[tuple[int, int]] = []
    copy = forks.copy_metrics

    def copy_metrics(connection, parent, fork, first, end):
        seen.append((first, end))
        copy(connection, parent, fork, first, end)

    waits = []

    def rest() -> None:  # between two transactions
        with RunStore(url) as other:
            assert [found.id for found in other.list_runs()] == [run.id]
            assert other.waiting() == []
            for action in (other.get, other.start, other.delete, lambda n: other.acquire(n, new_lease())):
                with pytest.raises(RunNotFound):
                    action(run.id + 1)
            assert len(other.history(run.id + 1).step) == 0
            assert not other.purge()  # its maker lives
            other.rename(run.id, f"renamed {len(waits)}")  # and anybody can write
        waits.append(1)

    monkeypatch.setattr(forks, "copy_metrics", copy_metrics)
    monkeypatch.setattr("lstm_engine.runs.store.forks.rest", rest)
    fork = store.fork(run.id, LONG, start=True)
    assert fork.id == run.id + 1
    assert len(waits) >= 2
    assert [first for first, _ in seen] == [0, *(end for _, end in seen[:-1])]  # each step once
    assert store.get(run.id).name.startswith("renamed")


def test_what_a_killed_process_left_of_a_fork_is_purged(url, store, wait_until):
    run = record(store, LONG)
    code = f"""
import os, signal
from lstm_engine.runs import RunStore
from lstm_engine.runs.store import forks
forks.rest = lambda: os.kill(os.getpid(), signal.SIGKILL)
RunStore({url!r}).fork({run.id}, {LONG})
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode < 0
    with store._reading() as connection:
        assert connection.execute(sql.select(sql.func.count()).select_from(runs)).scalar() == 2
    assert [found.id for found in store.list_runs()] == [run.id]

    def only_the_run_is_left():
        store.purge()
        with store._reading() as connection:
            return connection.execute(sql.select(runs.c.id)).scalars().all() == [run.id]

    wait_until(only_the_run_is_left)  # a server of databases may take a moment to notice a client's death
    with store._reading() as connection:
        for table in OF_A_RUN:
            left = connection.execute(sql.select(table.c.run_id).distinct()).scalars().all()
            assert set(left) <= {run.id}
    assert store.fork(run.id, LONG).id > run.id + 1


def test_a_fork_whose_parent_goes_meanwhile_is_none(store, monkeypatch):
    run = record(store, LONG)

    def rest() -> None:
        monkeypatch.undo()
        store.delete(run.id)
        store._forget(run.id)

    monkeypatch.setattr("lstm_engine.runs.store.forks.rest", rest)
    with pytest.raises(RunNotFound, match=f"Run {run.id} is no more"):
        store.fork(run.id, LONG)
    with store._reading() as connection:
        assert connection.execute(sql.select(runs.c.id)).scalars().all() == []
        assert connection.execute(sql.select(metrics.c.step)).scalars().all() == []
