"""Real processes killed, databases locked and disks full: nothing is lost, nothing is doubled."""

import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sql

from lstm_engine.runs import PRESETS, RunStore, Status
from lstm_engine.runs.checkpoints import restore
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.training.worker import Worker, train_run
from tests.benchmarks.kills import disturbed

KILLS = int(os.environ.get("LSTM_KILLS", "4"))  # many more by `python -m tests.benchmarks.kills`
SETTINGS = replace(
    PRESETS["classroom"], hidden_size=8, batch_size=4, sequence_length=10, end_step=4_000, pace=0.0, seed=5
)


def outcome(store: RunStore, run_id: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Everything that was recorded, and the final weights."""
    run = store.get(run_id)
    trainer = run.settings.build_trainer()
    restore(trainer, store.checkpoint(run_id, run.end_step))
    history = store.history(run_id)
    columns = [history.step, history.loss, history.validation_loss, history.gradient_norm, history.learning_rate]
    return columns, trainer.model.parameters.flat.copy()


def test_kills_of_worker_and_server_leave_no_trace(any_url):
    """At random moments; the sequence of moments is the test's own, what they hit is chance."""
    kills = KILLS if any_url.startswith("sqlite") else KILLS // 2
    found = disturbed(any_url, kills, seed=7)
    assert found.differences == []
    assert sum(found.kills.values()) == kills


def test_a_database_that_is_locked_for_long_is_waited_for(any_url, monkeypatch: pytest.MonkeyPatch):
    # so that the lock is met within the test's time
    monkeypatch.setattr("lstm_engine.runs.store.database.BUSY_SECONDS", 0.3)
    with RunStore(any_url) as store, RunStore(any_url) as other:
        run = store.create(replace(SETTINGS, end_step=150, pace=100.0))
        worker = threading.Thread(target=train_run, args=(any_url, run.id))
        worker.start()
        while store.get(run.id).step < 20:
            time.sleep(0.02)
        with other._writing() as connection:
            connection.exec_driver_sql("UPDATE runs SET name = 'held'")
            time.sleep(1.5)
            reached = other.get(run.id).step
        worker.join(timeout=30)
        assert reached < 150  # it waited
        assert store.get(run.id).status is Status.FINISHED
        assert store.history(run.id).step.tolist() == list(range(1, 151))


def test_a_full_disk_is_waited_for_and_the_run_goes_on(tmp_path: Path):
    """SQLite itself refuses to grow, as it does when the disk is full."""
    url = f"sqlite:///{tmp_path / 'runs.sqlite3'}"
    with RunStore(url) as store:
        run = store.create(replace(SETTINGS, end_step=400, pace=0.0), start=False)
        plain = store.create(replace(SETTINGS, end_step=400, pace=0.0))
        train_run(url, plain.id)
        full = threading.Event()
        full.set()
        engine = store._engine  # the worker below gets this store, so that its disk can be filled and freed

        def limit(connection, _record=None, _proxy=None) -> None:
            count = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {count if full.is_set() else 2**30}")

        sql.event.listen(engine, "checkout", limit)
        store.set_target(run.id, 400)
        lease = new_lease()
        store.acquire(run.id, lease)
        worker = Worker(store, run.id, lease, threading.Event())
        thread = threading.Thread(target=worker.work)
        thread.start()
        time.sleep(1.0)
        assert thread.is_alive()  # it waits
        assert store.get(run.id).step < 400
        full.clear()
        thread.join(timeout=30)
        assert store.get(run.id).status is Status.FINISHED
        for one, other in zip(outcome(store, plain.id)[0], outcome(store, run.id)[0], strict=True):
            np.testing.assert_array_equal(one, other)
