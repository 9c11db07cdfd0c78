"""Real training processes that hang, or whose store goes away."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path

import pytest

from lstm_engine.runs import Launcher, RunStore, Status
from lstm_engine.runs.lease import lease_process, new_lease
from lstm_engine.runs.training import launcher as launchers
from lstm_engine.runs.training.processes import CallRefused, ProcessExecutor

from .conftest import SMALL
from .test_launcher import assert_same_history, undisturbed

SILENCE = 3.0  # seconds, so that a test need not wait for long


def test_hung_workers_on_all_cores_are_ended_and_their_runs_taken_up(store, wait_until):
    settings = replace(SMALL, end_step=500, pace=100.0)  # the first must not be done before the second has begun
    runs = [store.create(settings) for _ in range(2)]
    third = store.create(replace(settings, end_step=20))
    launcher = Launcher(store, ProcessExecutor(SILENCE), capacity=2)
    launcher.start()
    try:
        for run in runs:
            wait_until(lambda: store.get(run.id).step >= 60)  # noqa: B023
        hung = [lease_process(store.get(run.id).lease) for run in runs]
        for pid in hung:
            os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: all(store.get(run.id).status is Status.FINISHED for run in [*runs, third]), seconds=40)
        for pid in hung:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
    finally:
        launcher.close()
    history = undisturbed(settings)[0]
    for run in runs:
        assert_same_history(store.history(run.id), history)


def test_a_worker_that_waits_for_a_locked_store_is_not_taken_for_a_hung_one(tmp_path, url, store, wait_until):
    run = store.create(replace(SMALL, end_step=400, pace=100.0))
    launcher = Launcher(store, ProcessExecutor(SILENCE), capacity=2)
    launcher.start()
    try:
        wait_until(lambda: store.get(run.id).step >= 20)
        pid = lease_process(store.get(run.id).lease)
        other = sqlite3.connect(tmp_path / "runs.sqlite3", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        time.sleep(2 * SILENCE)
        os.kill(pid, 0)
        other.execute("COMMIT")
        other.close()
        wait_until(lambda: store.get(run.id).step >= 100)
        assert lease_process(store.get(run.id).lease) == pid
    finally:
        launcher.close()


WORKER = """
import sys
from lstm_engine.runs.store import database
from lstm_engine.runs.training import worker
from lstm_engine.runs.training.processes import main
database.BUSY_SECONDS = 0.3
worker.STORE_WAIT_SECONDS = 1.0
main()
"""


def start_worker(url: str, run_id: int) -> subprocess.Popen[str]:
    """A worker as the launcher starts it, but of little patience."""
    call = f'["lstm_engine.runs.training.worker", "train_run", ["{url}", {run_id}], {{}}]'
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, call],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def last_words(process: subprocess.Popen[str]) -> str:
    """What it says at its end, which is a sentence."""
    with process:
        assert process.stderr is not None
        said = process.stderr.read()
    assert process.returncode == 3, said
    assert "Traceback" not in said
    assert said.strip().endswith(".")
    return said


def lock_it(path: Path) -> sqlite3.Connection:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


def empty_it(path: Path) -> None:
    with sqlite3.connect(path, isolation_level=None) as other:
        for table in ("metrics", "runs"):
            other.execute(f"DROP TABLE {table}")
    other.close()


@pytest.mark.parametrize(("trouble", "words"), [(lock_it, "is locked"), (empty_it, "removed or replaced")])
def test_a_worker_whose_store_is_gone_leaves_with_a_sentence(tmp_path, url, store, wait_until, trouble, words):
    run = store.create(replace(SMALL, end_step=100_000, pace=100.0))
    process = start_worker(url, run.id)
    wait_until(lambda: store.get(run.id).step >= 10)
    held = trouble(tmp_path / "runs.sqlite3")
    said = last_words(process)
    assert words in said
    if held is not None:
        held.close()


def test_a_worker_that_finds_no_store_at_all_leaves_with_a_sentence(tmp_path):
    path = tmp_path / "runs.sqlite3"
    path.write_bytes(b"something else altogether" * 1_000)
    assert "damaged" in last_words(start_worker(f"sqlite:///{path}", 1))


class RefusingExecutor(Executor):
    """Every call ends in the store's own words."""

    def __init__(self) -> None:
        self.calls = 0

    def submit(self, fn, /, *args, **kwargs):
        self.calls += 1
        future = Future()
        future.set_exception(CallRefused("process 1 could not go on"))
        return future


def test_a_run_is_not_to_blame_for_its_store_and_is_tried_again_after_a_rest(store, monkeypatch):
    run = store.create(SMALL)
    executor = RefusingExecutor()
    launcher = Launcher(store, executor)
    for _ in range(10):
        launcher._look()
    assert executor.calls == 1
    monkeypatch.setattr(launchers, "REST_SECONDS", 0.0)
    launcher._rests_until.clear()
    for _ in range(10):
        launcher._look()
    assert executor.calls > 5
    assert store.get(run.id).status is Status.QUEUED


def test_after_a_sleep_of_the_machine_nobody_alive_loses_its_run(store, monkeypatch):
    """All leases look old then, until their holders have beaten again."""
    run = store.create(SMALL)
    lease = new_lease()
    store.acquire(run.id, lease)
    executor = RefusingExecutor()
    launcher = Launcher(store, executor)
    launcher._look()
    hours_later = time.time() + 10_000
    monkeypatch.setattr(time, "time", lambda: hours_later)
    assert [waiting.id for waiting in store.waiting()] == [run.id]
    launcher._look()
    assert executor.calls == 0
    store.record(run.id, lease)  # the holder woke up as well
    monkeypatch.setattr(launchers, "HEARTBEAT_SECONDS", 0.0)
    launcher._look()
    assert executor.calls == 0


def test_deleted_runs_are_purged_now_and_then(store, wait_until, monkeypatch):
    calls = []
    monkeypatch.setattr(RunStore, "purge", lambda self: calls.append(1))
    launcher = Launcher(store, RefusingExecutor())
    launcher.start()
    wait_until(lambda: calls)
    launcher.close()
    assert calls == [1]
