"""Real processes killed, databases locked and disks full: nothing is lost, nothing is doubled."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sql

from lstm_engine.runs import PRESETS, RunStore, Status
from lstm_engine.runs.checkpoints import restore
from lstm_engine.runs.lease import lease_process, new_lease, process_exists
from lstm_engine.runs.training.worker import Worker, train_run

KILLS = int(os.environ.get("LSTM_KILLS", "10"))  # a hundred take a minute and a half
SETTINGS = replace(
    PRESETS["classroom"], hidden_size=8, batch_size=4, sequence_length=10, end_step=4_000, pace=0.0, seed=5
)
# a server's training side: a launcher, and the workers that it starts; it dies with all of them
SERVER = """
import sys, time
from lstm_engine.runs import Launcher, RunStore, StoreError
while True:
    try:
        store = RunStore(sys.argv[1])
        break
    except StoreError:
        time.sleep(0.1)  # as the app, which tries again at every visit
Launcher(store, capacity=1).start()
while True:
    time.sleep(1)
"""


def outcome(store: RunStore, run_id: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Everything that was recorded, and the final weights."""
    run = store.get(run_id)
    trainer = run.settings.build_trainer()
    restore(trainer, store.checkpoint(run_id, run.end_step))
    history = store.history(run_id)
    columns = [history.step, history.loss, history.validation_loss, history.gradient_norm, history.learning_rate]
    return columns, trainer.model.parameters.flat.copy()


@pytest.mark.alone
def test_kills_of_worker_and_server_leave_no_trace(tmp_path: Path):
    """At random moments; the sequence of moments is the test's own, what they hit is chance."""
    url = f"sqlite:///{tmp_path / 'runs.sqlite3'}"
    moments = random.Random(7)
    with RunStore(url) as store:
        undisturbed = store.create(SETTINGS)
        train_run(url, undisturbed.id)
        run = store.create(replace(SETTINGS, pace=400.0), start=True)

        def start_server() -> subprocess.Popen[bytes]:
            return subprocess.Popen([sys.executable, "-c", SERVER, url], start_new_session=True)

        server = start_server()
        kills = {"worker": 0, "server": 0}
        try:
            while sum(kills.values()) < KILLS:
                time.sleep(moments.uniform(0.0, 0.3))
                present = store.get(run.id)
                if sum(kills.values()) > KILLS - 4 and present.pace:
                    store.set_pace(run.id, 0.0)
                if moments.random() < 0.15:
                    server.kill()
                    server.wait()
                    kills["server"] += 1
                    server = start_server()
                elif present.lease is not None:
                    pid = lease_process(present.lease)
                    if pid is not None and process_exists(pid):
                        os.kill(pid, signal.SIGKILL)
                        kills["worker"] += 1
            store.set_pace(run.id, 0.0)
            store.start(run.id)  # someone who looks at it presses “Try again”, should it have been given up
            deadline = time.monotonic() + 90
            while store.get(run.id).status is not Status.FINISHED and time.monotonic() < deadline:
                if store.get(run.id).status is Status.FAILED:
                    store.start(run.id)
                time.sleep(0.1)
        finally:
            server.kill()
            server.wait()
        assert store.get(run.id).status is Status.FINISHED
        assert kills["server"] >= KILLS // 20
        expected, weights = outcome(store, undisturbed.id)
        found, found_weights = outcome(store, run.id)
        for one, other in zip(expected, found, strict=True):
            np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(weights, found_weights)


def test_a_database_that_is_locked_for_long_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # so that the lock is met within the test's time
    monkeypatch.setattr("lstm_engine.runs.store.database.BUSY_SECONDS", 0.3)
    url = f"sqlite:///{tmp_path / 'runs.sqlite3'}"
    with RunStore(url) as store:
        run = store.create(replace(SETTINGS, end_step=150, pace=100.0))
        worker = threading.Thread(target=train_run, args=(url, run.id))
        worker.start()
        while store.get(run.id).step < 20:
            time.sleep(0.02)
        other = sqlite3.connect(tmp_path / "runs.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        time.sleep(1.5)
        other.execute("COMMIT")
        other.close()
        worker.join(timeout=30)
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
