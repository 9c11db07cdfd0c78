"""Bounds in bytes, and what is forgotten for good."""

import os
import threading
from dataclasses import replace

import numpy as np
import pytest
import sqlalchemy as sql

from lstm_engine import SettingsError, StepMetrics
from lstm_engine.runs import RunNotFound, RunStore, Status, StoreError
from lstm_engine.runs.checkpoints import restore
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded
from lstm_engine.runs.store import StoreProblem, space, sqlite
from lstm_engine.runs.store.schema import OF_A_RUN, checkpoints, runs
from lstm_engine.runs.store.space import used_bytes
from lstm_engine.runs.training.worker import Worker, train_run
from tests.lstm_engine.runs.conftest import SMALL

DATA = bytes(20_000)


def held_run(store: RunStore) -> tuple[int, str]:
    run, lease = store.create(SMALL, start=False), new_lease()
    store.acquire(run.id, lease)
    return run.id, lease


def sizes(store: RunStore, run_id: int) -> list[int]:
    query = sql.select(sql.func.length(checkpoints.c.data)).where(checkpoints.c.run_id == run_id)
    with store._reading() as connection:
        return list(connection.execute(query).scalars())


@pytest.mark.parametrize("text", ["", "many", "-1 GB", "1 GB 2", "1e400 B", "nan"])
def test_a_bound_that_is_no_number_of_bytes_is_refused(sqlite_url, monkeypatch, text):
    monkeypatch.setenv("LSTM_RUN_BYTES", text)
    if not text:
        RunStore(sqlite_url).close()  # as if it were not set
        return
    with pytest.raises(SettingsError, match=r"LSTM_RUN_BYTES is “.*expected a number of bytes such as 500 MB"):
        RunStore(sqlite_url)


def test_a_runs_checkpoints_are_thinned_by_bytes(store):
    run_id, lease = held_run(store)
    store.run_bytes = 7.5 * len(DATA)
    for step in range(1, 41):
        store.record(run_id, lease, checkpoint=(step, DATA, False))
        assert sum(sizes(store, run_id)) <= store.run_bytes
    steps = store.checkpoint_steps(run_id)
    assert (steps[0], steps[-1]) == (0, 40)
    assert 5 <= len(steps) <= 7
    with store._reading() as connection:
        kept = connection.execute(sql.select(runs.c.checkpoint_bytes).where(runs.c.id == run_id)).scalar()
    assert kept == sum(sizes(store, run_id))


def test_a_run_that_cannot_fit_is_refused_in_a_sentence(store):
    store.run_bytes = 10_000.0
    with pytest.raises(StoreError, match=r"a checkpoint of it has .* MB; a run may have .*LSTM_RUN_BYTES") as refused:
        store.create(SMALL)
    assert refused.value.kind is StoreProblem.NO_ROOM
    assert store.list_runs() == []


def test_a_full_store_says_so_and_loses_nothing(store):
    run_id, lease = held_run(store)
    store.record(run_id, lease, [Recorded(StepMetrics(1, 1.0, 0.5, 0.01))], (1, DATA, False))
    with store._reading() as connection:
        store.store_bytes = float(used_bytes(connection) + 10)
    for action in (
        lambda: store.create(SMALL),
        lambda: store.fork(run_id, 1),
        lambda: store.find_or_create(replace(SMALL, seed=3)),
        lambda: store.record(run_id, lease, [Recorded(StepMetrics(2, 1.0, 0.5, 0.01))], (2, DATA, False)),
    ):
        with pytest.raises(StoreError, match=r"is full: it holds .*LSTM_STORE_BYTES.*Delete runs") as refused:
            action()
        assert refused.value.kind is StoreProblem.NO_ROOM
    assert store.history(run_id).step.tolist() == [1]
    assert store.checkpoint_steps(run_id) == [0, 1]
    store.record(run_id, lease)  # a sign of life needs no room
    assert store.find_or_create(SMALL).id == run_id  # nor does what is there
    store.store_bytes = float("inf")
    assert store.record(run_id, lease, [Recorded(StepMetrics(2, 1.0, 0.5, 0.01))], (2, DATA, False)).step == 2


def test_where_room_is_needed_deleted_runs_give_it_the_first_deleted_first(store):
    first, second = (store.create(SMALL, start=False).id for _ in range(2))
    with store._reading() as connection:
        store.store_bytes = used_bytes(connection) + 10_000.0
    store.delete(second)
    store.delete(first)
    with store._reading() as connection:
        store.store_bytes = used_bytes(connection) + 1.5 * max(sizes(store, first))
    made = store.create(SMALL, start=False)
    with pytest.raises(RunNotFound, match="its space was needed"):
        store.undelete(second)
    assert store.undelete(first).id == first
    assert {run.id for run in store.list_runs()} == {first, made.id}


def test_a_run_in_a_full_store_stops_with_the_sentence_and_goes_on_bit_by_bit(url, store, monkeypatch):
    settings = replace(SMALL, end_step=60)
    plain, run = store.create(settings), store.create(settings)
    train_run(url, plain.id)
    with store._reading() as connection:
        monkeypatch.setenv("LSTM_STORE_BYTES", str(used_bytes(connection) + 2 * max(sizes(store, run.id))))
    train_run(url, run.id)
    stopped = store.get(run.id)
    assert stopped.status is Status.FAILED
    assert "is full" in stopped.error
    assert stopped.lease is None
    monkeypatch.delenv("LSTM_STORE_BYTES")
    store.start(run.id)
    train_run(url, run.id)
    assert store.get(run.id).status is Status.FINISHED
    np.testing.assert_array_equal(store.history(run.id).loss, store.history(plain.id).loss)
    assert store.checkpoint(run.id, 60) == store.checkpoint(plain.id, 60)


def test_deleted_runs_are_forgotten_after_a_day_and_not_before(store, monkeypatch):
    run_id, lease = held_run(store)
    store.record(run_id, lease, [Recorded(StepMetrics(1, 1.0, 0.5, 0.01))], (1, DATA, False))
    store.change(run_id, "learning_rate", 0.1)
    store.annotate(run_id, "gone soon")
    kept = store.create(SMALL, start=False)
    store.delete(run_id)
    assert not store.purge()
    assert store.undelete(run_id).id == run_id
    store.delete(run_id)
    monkeypatch.setattr(space, "UNDO_SECONDS", -1.0)
    assert not store.purge(seconds=20)
    with store._reading() as connection:
        assert connection.execute(sql.select(runs.c.id)).scalars().all() == [kept.id]
        for table in OF_A_RUN:
            assert set(connection.execute(sql.select(table.c.run_id)).scalars()) <= {kept.id}


def test_a_purge_takes_no_longer_than_it_is_given_and_goes_on_next_time(store, monkeypatch):
    run_id, lease = held_run(store)
    store.record(run_id, lease, [Recorded(StepMetrics(k, 1.0, 0.5, 0.01)) for k in range(1, 101)])
    store.delete(run_id)
    monkeypatch.setattr(space, "UNDO_SECONDS", -1.0)
    monkeypatch.setattr(space, "ROWS_AT_ONCE", 10)
    assert store.purge(seconds=0.0)
    with pytest.raises(RunNotFound):
        store.undelete(run_id)  # it has begun
    calls = 1
    while store.purge(seconds=0.05):
        calls += 1
        assert calls < 100
    assert calls > 1
    with store._reading() as connection:
        assert connection.execute(sql.select(runs.c.id)).first() is None


def test_space_goes_back_to_the_file_system(sqlite_url, tmp_path, monkeypatch):
    monkeypatch.setattr(space, "UNDO_SECONDS", -1.0)
    monkeypatch.setattr(sqlite, "LONG_LOG", 1)
    with RunStore(sqlite_url) as store:
        run_id, lease = held_run(store)
        for step in range(1, 9):
            store.record(run_id, lease, checkpoint=(step, os.urandom(2**20), False))
        store.delete(run_id)
        while store.purge():
            pass
        log = tmp_path / "runs.sqlite3-wal"
        assert not log.exists() or log.stat().st_size == 0
        assert (tmp_path / "runs.sqlite3").stat().st_size < 2**22


def test_a_pause_at_a_passing_checkpoint_keeps_it(store):
    run, lease = store.create(SMALL), new_lease()
    store.acquire(run.id, lease)
    worker = Worker(store, run.id, lease, threading.Event())
    restore(worker.trainer, store.checkpoint(run.id, 0))
    worker.saved_step = 0
    while worker.trainer.steps_taken < 7:
        worker.train_one_step()
    worker.save(passing=True)
    worker.save(passing=False)  # paused just now
    while worker.trainer.steps_taken < 9:
        worker.train_one_step()
    worker.save(passing=True)
    assert {7, 9} <= set(store.checkpoint_steps(run.id))
    store.release(run.id, lease)
    # a worker that takes the run up where another one left, and is paused before it does a step
    store.pause(run.id)
    train_run_until_idle(store, run.id)
    lease = new_lease()
    store.acquire(run.id, lease)
    store.record(run.id, lease, checkpoint=(11, store.checkpoint(run.id, 9), True))
    assert {7, 9, 11} <= set(store.checkpoint_steps(run.id))


def train_run_until_idle(store: RunStore, run_id: int) -> None:
    leave = threading.Event()
    store.stop(run_id)
    train_run(store.url, run_id, leave)
