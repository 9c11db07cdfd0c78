"""Real training processes: they are started, stopped and killed here."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from dataclasses import replace

import numpy as np
import pytest

from lstm_engine.runs import History, Launcher, RunStore, Status
from lstm_engine.runs.lease import lease_process, process_exists
from lstm_engine.runs.training.launcher import POLL_SECONDS

from .conftest import SMALL


@pytest.fixture
def launcher(store):
    launcher = Launcher(store, capacity=2)
    launcher.start()
    yield launcher
    launcher.close()


def assert_same_history(actual: History, expected: History) -> None:
    for name in History.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(actual, name), getattr(expected, name), err_msg=name)


def undisturbed(settings) -> tuple[History, np.ndarray]:
    """What a run's metrics and weights are when nothing happens to it."""
    from lstm_engine.runs.training.worker import is_validation_step

    trainer = settings.build_trainer()
    rows = []
    for _ in range(settings.end_step):
        m = trainer.step()
        rows.append(
            (
                m.step,
                m.loss,
                trainer.validate() if is_validation_step(m.step) else np.nan,
                m.gradient_norm,
                m.learning_rate,
                np.nan,  # the task has no measure of its own
            )
        )
    columns = list(zip(*rows, strict=True))
    return History(np.array(columns[0]), *(np.array(c) for c in columns[1:])), trainer.model.parameters.flat


def final_weights(store, run) -> np.ndarray:
    from lstm_engine.runs.checkpoints import restore

    trainer = run.settings.build_trainer()
    restore(trainer, store.checkpoint(run.id, store.newest_checkpoint_step(run.id)))
    return trainer.model.parameters.flat


def test_a_run_trains_to_its_end_in_a_process_of_its_own(store, launcher, wait_until):
    run = store.create(SMALL)
    wait_until(lambda: store.get(run.id).lease)
    assert lease_process(store.get(run.id).lease) != os.getpid()
    wait_until(lambda: store.get(run.id).status is Status.FINISHED)
    history, weights = undisturbed(SMALL)
    assert_same_history(store.history(run.id), history)
    wait_until(lambda: store.newest_checkpoint_step(run.id) == 400)
    np.testing.assert_array_equal(final_weights(store, run), weights)
    assert {0, 1, 10, 100, 400} <= set(store.checkpoint_steps(run.id))


def test_pause_single_steps_and_resume(store, launcher, wait_until):
    run = store.create(SMALL, start=False)
    store.advance(run.id, 1)
    wait_until(lambda: store.get(run.id).step == 1)
    store.advance(run.id, 10)
    wait_until(lambda: store.get(run.id).step == 11)
    wait_until(lambda: store.newest_checkpoint_step(run.id) == 11)  # every pause leaves a checkpoint
    assert store.get(run.id).status is Status.PAUSED
    store.start(run.id)
    wait_until(lambda: store.get(run.id).status is Status.FINISHED)
    assert_same_history(store.history(run.id), undisturbed(SMALL)[0])


def test_killed_run_resumes_bit_identical(store, launcher, wait_until):
    settings = replace(SMALL, end_step=900, pace=600.0)
    run = store.create(settings)
    for moment in (60, 310, 640):
        wait_until(lambda: store.get(run.id).step >= moment)  # noqa: B023
        os.kill(lease_process(store.get(run.id).lease), signal.SIGKILL)
        wait_until(lambda: store.get(run.id).status is not Status.TRAINING)
    wait_until(lambda: store.get(run.id).status is Status.FINISHED)
    history, weights = undisturbed(settings)
    assert_same_history(store.history(run.id), history)
    wait_until(lambda: store.newest_checkpoint_step(run.id) == 900)
    np.testing.assert_array_equal(final_weights(store, run), weights)


SERVER = """
import sys, time
from lstm_engine.runs import Launcher, RunStore
Launcher(RunStore(sys.argv[1])).start()
time.sleep(99)
"""


def test_killed_server_takes_its_worker_with_it_and_the_next_one_goes_on(url, store, wait_until):
    settings = replace(SMALL, end_step=600, pace=400.0)
    run = store.create(settings)
    for moment in (50, 250):
        server = subprocess.Popen([sys.executable, "-c", SERVER, url])
        wait_until(lambda: store.get(run.id).step >= moment)  # noqa: B023
        server.kill()
        server.wait()
        wait_until(lambda: store.get(run.id).lease is None)  # the worker saved, let go and left
    launcher = Launcher(store)
    launcher.start()
    wait_until(lambda: store.get(run.id).status is Status.FINISHED)
    launcher.close()
    assert_same_history(store.history(run.id), undisturbed(settings)[0])


def test_runs_beyond_the_cores_wait_their_turn(store, wait_until):
    launcher = Launcher(store, capacity=1)
    first, second, third = (store.create(replace(SMALL, pace=300.0)) for _ in range(3))
    launcher.start()
    wait_until(lambda: store.get(first.id).status is Status.TRAINING)
    assert [run.id for run in store.waiting()] == [second.id, third.id]
    wait_until(lambda: store.get(second.id).status is Status.TRAINING)
    assert store.get(first.id).status is Status.FINISHED
    store.pause(second.id)  # a paused run makes room
    wait_until(lambda: store.get(third.id).status is Status.TRAINING)
    launcher.close()


def test_stopped_server_lets_workers_save_and_leave(store, wait_until):
    launcher = Launcher(store)
    launcher.start()
    run = store.create(replace(SMALL, pace=100.0))
    wait_until(lambda: store.get(run.id).step >= 20)
    launcher.close()
    stopped = store.get(run.id)
    assert stopped.lease is None
    assert store.newest_checkpoint_step(run.id) == stopped.step
    assert stopped.status is Status.QUEUED


def test_divergence_fails_the_run_with_a_sentence_and_keeps_what_it_had(store, launcher, wait_until):
    settings = replace(SMALL, task="signal", learning_rate=1.0, clip_norm=None, init_std=1e20, end_step=50)
    run = store.create(settings)
    wait_until(lambda: store.get(run.id).status is Status.FAILED)
    failed = store.get(run.id)
    assert "diverged at step" in failed.error
    assert failed.step == len(store.history(run.id).step)


def test_deleting_a_training_run_ends_its_process(store, launcher, wait_until):
    run = store.create(replace(SMALL, pace=50.0))
    wait_until(lambda: store.get(run.id).step > 2)
    pid = lease_process(store.get(run.id).lease)
    store.delete(run.id)
    wait_until(lambda: not launcher._active)
    wait_until(lambda: not process_exists(pid))  # it waits a moment for another run


def test_a_checkpoint_that_cannot_be_read_fails_the_run_with_a_sentence(store, launcher, wait_until):
    run = store.create(SMALL, start=False)
    with store._writing() as connection:
        connection.exec_driver_sql("UPDATE checkpoints SET data = x'00'")
    store.start(run.id)
    wait_until(lambda: store.get(run.id).status is Status.FAILED)
    assert "checkpoint cannot be read" in store.get(run.id).error


class DyingExecutor(Executor):
    """Every process that it starts is killed at once."""

    def submit(self, fn, /, *args, **kwargs):
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(9)"])
        process.kill()
        future = Future()
        future.set_exception(RuntimeError(f"ended with exit code {process.wait()}"))
        return future


def test_a_run_whose_worker_keeps_dying_is_given_up_until_a_person_tries_again(store, wait_until):
    launcher = Launcher(store, executor=DyingExecutor())
    run = store.create(SMALL)
    launcher.start()
    wait_until(lambda: store.get(run.id).status is Status.FAILED)
    launcher.close()
    assert "died 3 times at step 0" in store.get(run.id).error
    assert store.start(run.id).status is Status.QUEUED


def test_pace_holds_training_back(store, launcher, wait_until):
    run = store.create(replace(SMALL, pace=20.0))
    wait_until(lambda: store.get(run.id).step >= 20)
    assert 10 < store.get(run.id).steps_per_second < 30
    store.set_pace(run.id, 0)
    wait_until(lambda: store.get(run.id).status is Status.FINISHED, seconds=5)


def test_dead_store_is_survived(tmp_path, wait_until):
    """The launcher goes on when its database cannot be read for a while."""
    store = RunStore(f"sqlite:///{tmp_path / 'runs.sqlite3'}")
    launcher = Launcher(store)
    run = store.create(SMALL, start=False)
    launcher.start()
    with store._writing() as connection:
        connection.exec_driver_sql("ALTER TABLE runs RENAME TO elsewhere")
    time.sleep(3 * POLL_SECONDS)  # it looks in vain meanwhile
    assert launcher._thread.is_alive()
    with store._writing() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO runs")
    store.start(run.id)
    wait_until(lambda: store.get(run.id).status is Status.FINISHED)
    launcher.close()
    store.close()


def test_nothing_is_launched_for_a_store_that_cannot_be_written(tmp_path, url, store):
    run = store.create(SMALL)
    store.close()
    (tmp_path / "runs.sqlite3").chmod(0o444)
    reader = RunStore(url)
    launcher = Launcher(reader, executor=DyingExecutor())
    launcher._look()
    assert launcher._active == {}
    assert reader.get(run.id).status is Status.QUEUED
    reader.close()


def test_the_launcher_outlives_whatever_its_look_meets(store, wait_until, monkeypatch):
    launcher = Launcher(store)
    looks = iter([RuntimeError("out of memory"), sqlite3.OperationalError("database is locked")])
    real = store.waiting

    def waiting():
        trouble = next(looks, None)
        if trouble is not None:
            raise trouble
        return real()

    monkeypatch.setattr(store, "waiting", waiting)
    run = store.create(SMALL)
    launcher.start()
    try:
        wait_until(lambda: store.get(run.id).status is Status.FINISHED)
    finally:
        launcher.close()
