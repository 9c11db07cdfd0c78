"""A database that does not say that it has written, or comes back without what it had written."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sql

from lstm_engine.learning.training import StepMetrics
from lstm_engine.runs import RunStore, Status, StoreError
from lstm_engine.runs.cli import main
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded
from lstm_engine.runs.store import AlreadyThere, Known, LeaseLost, StateLost
from lstm_engine.runs.store.schema import changes, checkpoints, metrics, runs, summaries
from lstm_engine.runs.training import worker as workers
from lstm_engine.runs.training.worker import patiently, train_run

from .conftest import SMALL
from .test_launcher import assert_same_history, undisturbed


@pytest.fixture
def url(any_url: str) -> str:
    return any_url


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a worker which waits in vain fails within the test's time."""
    monkeypatch.setattr(workers, "STORE_WAIT_SECONDS", 20.0)


def recorded(first: int, last: int) -> list[Recorded]:
    return [Recorded(StepMetrics(step, 1.0, 0.5, 0.01)) for step in range(first, last + 1)]


@pytest.fixture
def lost_answers(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every third commit that records metrics is made, and its answer lost; returns at which steps."""
    lost: list[int] = []
    count = 0
    record = RunStore.record

    def losing(self, run_id, lease, recorded=(), *rest):
        nonlocal count
        engine = self._engine.dialect
        commit = type(engine).do_commit

        def do_commit(connection) -> None:
            commit(engine, connection)
            lost.append(recorded[-1].metrics.step)
            raise engine.loaded_dbapi.OperationalError("server closed the connection unexpectedly")

        count += bool(recorded)
        if recorded and count % 3 == 1:
            engine.do_commit = do_commit
            count += 1
        try:
            return record(self, run_id, lease, recorded, *rest)
        finally:
            engine.__dict__.pop("do_commit", None)

    monkeypatch.setattr(RunStore, "record", losing)
    return lost


def test_a_commit_whose_answer_was_lost_is_not_made_again(store, url, lost_answers):
    run = store.create(SMALL)
    train_run(url, run.id)
    assert lost_answers
    assert store.get(run.id).status is Status.FINISHED
    assert_same_history(store.history(run.id), undisturbed(SMALL)[0])


def test_training_in_a_terminal_survives_lost_answers_too(url, lost_answers, capsys):
    sizes = ["hidden_size=8", "batch_size=4", "sequence_length=8", "end_step=60"]
    settings = [word for size in sizes for word in ("--set", size)]
    assert main(["--database", url, "train", "names", *settings]) == 0
    assert lost_answers
    capsys.readouterr()
    with RunStore(url) as store:
        assert store.history(1).step.tolist() == list(range(1, 61))


def test_what_no_waiting_mends_is_not_waited_for():
    calls = []

    def already_there() -> None:
        calls.append(1)
        raise AlreadyThere("it is there")

    with pytest.raises(AlreadyThere):
        patiently(already_there, lambda: False)
    assert len(calls) == 1


def test_only_who_knows_how_the_run_stands_may_record(store):
    run = store.create(SMALL)
    lease = new_lease()
    store.acquire(run.id, lease)
    store.record(run.id, lease, recorded(1, 5), known=Known(0))
    again = store.record(run.id, lease, recorded(1, 5), known=Known(0))  # its answer was lost
    assert again.step == 5
    for wrong in (Known(4), Known(9), Known(5, changes=1)):
        with pytest.raises(StateLost, match="without its last commits"):
            store.record(run.id, lease, recorded(6, 7), known=wrong)
        with pytest.raises(StateLost):
            store.record(run.id, lease, known=wrong)
    with pytest.raises(LeaseLost):
        store.record(run.id, new_lease(), recorded(6, 7), known=Known(4))
    store.change(run.id, "learning_rate", 0.02)  # nobody took it up yet
    store.record(run.id, lease, known=Known(5))
    store.take_changes(run.id, lease, 6)
    assert store.record(run.id, lease, recorded(6, 7), known=Known(5, changes=1)).step == 7
    assert store.history(run.id).step.tolist() == list(range(1, 8))


def forget_commits(store: RunStore, run_id: int, step: int) -> None:
    """What a server does that went down before its last commits were on the disk: the run stands as it once did."""
    with store._writing() as connection:
        connection.execute(sql.update(runs).where(runs.c.id == run_id).values(step=step))
        for table in (metrics, checkpoints, changes):
            connection.execute(sql.delete(table).where(table.c.run_id == run_id, table.c.step > step))
        connection.execute(sql.delete(summaries).where(summaries.c.run_id == run_id))


@pytest.mark.parametrize("paused", [False, True])
def test_a_database_without_its_last_commits_leaves_no_hole(
    store, url, wait_until: Callable[..., None], paused, caplog
):
    settings = replace(SMALL, end_step=200, pace=100.0)
    run = store.create(settings, start=False)
    store.set_target(run.id, 60 if paused else 200)
    leave = threading.Event()
    worker = threading.Thread(target=train_run, args=(url, run.id, leave))
    worker.start()
    wait_until(lambda: store.get(run.id).step >= 60)
    if paused:
        wait_until(lambda: store.newest_checkpoint_step(run.id) == 60)
    with caplog.at_level(logging.WARNING):
        forget_commits(store, run.id, 30)
        worker.join(timeout=30)
    assert not worker.is_alive()  # it left: what it knows is not what is there
    assert "without its last commits" in caplog.text
    assert store.get(run.id).lease is None  # so that the next one need not wait
    assert store.history(run.id).step.tolist() == list(range(1, 31))
    store.start(run.id)
    train_run(url, run.id)
    assert_same_history(store.history(run.id), undisturbed(settings)[0])


def test_a_heart_whose_work_is_refused_falls_silent_until_it_is_done(store, url, wait_until, monkeypatch):
    """As on a disk that has room for a sign of life, and for nothing more."""
    monkeypatch.setattr(workers, "MUTE_SECONDS", 0.2)
    monkeypatch.setattr(workers, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(workers, "STORE_WAIT_SECONDS", 60.0)
    full = threading.Event()
    record = RunStore.record

    def limited(self, run_id, lease, recorded=(), *rest):
        if recorded and full.is_set():
            raise StoreError("the disk is full")
        return record(self, run_id, lease, recorded, *rest)

    monkeypatch.setattr(RunStore, "record", limited)
    run = store.create(replace(SMALL, end_step=300, pace=100.0))
    worker = threading.Thread(target=train_run, args=(url, run.id))
    worker.start()
    wait_until(lambda: store.get(run.id).step >= 10)
    full.set()
    wait_until(lambda: time.time() - store.get(run.id).heartbeat > 0.6)
    full.clear()
    wait_until(lambda: store.get(run.id).status is Status.FINISHED)
    worker.join(timeout=30)
    assert store.history(run.id).step.tolist() == list(range(1, 301))
