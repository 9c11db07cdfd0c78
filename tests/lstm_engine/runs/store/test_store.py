import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_engine import StepMetrics
from lstm_engine.runs import RunNotFound, RunStore, Status, StoreError
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded
from lstm_engine.runs.store import LeaseLost
from lstm_engine.runs.store.checkpoints import thin_steps
from tests.lstm_engine.runs.conftest import SMALL


def recorded(*steps: int) -> list[Recorded]:
    return [Recorded(StepMetrics(step, 1 / step, 0.5, 0.01), 2.0 if step % 2 else None) for step in steps]


def test_a_run_is_queued_trains_pauses_and_finishes(store):
    run = store.create(SMALL)
    assert run.status is Status.QUEUED
    lease = new_lease()
    assert store.acquire(run.id, lease).status is Status.TRAINING
    store.record(run.id, lease, recorded(1, 2, 3))
    assert store.pause(run.id).status is Status.PAUSED
    assert store.start(run.id).status is Status.TRAINING
    assert store.stop(run.id).status is Status.STOPPED
    store.start(run.id)
    assert store.record(run.id, lease, recorded(*range(4, 401))).status is Status.FINISHED


def test_single_steps_add_up_and_stop_at_the_end(store):
    run = store.create(SMALL, start=False)
    assert run.status is Status.PAUSED
    assert store.advance(run.id, 1).target_step == 1
    assert store.advance(run.id, 10).target_step == 11
    assert store.advance(run.id, 1_000).target_step == 400


def test_history_comes_back_bit_for_bit(store):
    run, lease = store.create(SMALL), new_lease()
    store.acquire(run.id, lease)
    store.record(run.id, lease, recorded(1, 2, 3))
    history = store.history(run.id)
    assert history.step.tolist() == [1, 2, 3]
    assert history.loss.tolist() == [1.0, 1 / 2, 1 / 3]
    assert np.isnan(history.validation_loss).tolist() == [False, True, False]
    assert store.history(run.id, after=2).step.tolist() == [3]
    assert store.history(run.id, after=3).step.tolist() == []


def test_a_new_run_has_a_checkpoint_of_its_first_weights(store):
    run = store.create(SMALL)
    assert store.checkpoint_steps(run.id) == [0]
    assert len(store.checkpoint(run.id, 0)) > 1_000
    with pytest.raises(RunNotFound, match="no checkpoint at step 7"):
        store.checkpoint(run.id, 7)


def test_a_passing_checkpoint_gives_way_to_the_next(store):
    run, lease = store.create(SMALL), new_lease()
    store.acquire(run.id, lease)
    for step, passing in ((5, False), (7, True), (9, True), (10, False)):
        store.record(run.id, lease, checkpoint=(step, b"data", passing))
    assert store.checkpoint_steps(run.id) == [0, 5, 10]


def test_only_one_process_can_hold_a_run(store):
    run, mine, other = store.create(SMALL), new_lease(), new_lease()
    assert store.acquire(run.id, mine) is not None
    assert store.acquire(run.id, other) is None
    with pytest.raises(LeaseLost):
        store.record(run.id, other, recorded(1))
    store.release(run.id, mine)
    assert store.acquire(run.id, other) is not None
    with pytest.raises(LeaseLost):
        store.record(run.id, mine, recorded(1))
    assert len(store.history(run.id).step) == 0


def test_a_run_held_by_a_dead_process_is_lost_and_can_be_taken(store):
    run = store.create(SMALL)
    host = new_lease().split(":")[0]
    store.acquire(run.id, f"{host}:{2**22 - 1}:dead")
    assert store.get(run.id).status is Status.LOST
    assert [waiting.id for waiting in store.waiting()] == [run.id]
    assert store.acquire(run.id, new_lease()) is not None


def test_a_deleted_run_is_gone_for_everyone_and_its_number_never_returns(store):
    run, lease = store.create(SMALL), new_lease()
    store.acquire(run.id, lease)
    store.record(run.id, lease, recorded(1))
    store.delete(run.id)
    for action in (store.get, store.start, store.pause, store.delete, store.newest_checkpoint_step):
        with pytest.raises(RunNotFound, match=f"Run {run.id} is no more"):
            action(run.id)
    with pytest.raises(LeaseLost):
        store.record(run.id, lease, recorded(2))
    assert len(store.history(run.id).step) == 0
    assert store.create(SMALL).id > run.id


def test_of_many_first_visitors_one_starts_the_first_run(url, store):
    made = []

    def visit():
        with RunStore(url) as own:
            made.append(own.create_first_run(SMALL, "first"))

    visitors = [threading.Thread(target=visit) for _ in range(8)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert sum(run is not None for run in made) == 1
    store.delete(store.list_runs()[0].id)
    assert store.create_first_run(SMALL, "again") is None


def test_a_damaged_file_is_named_and_left_alone(tmp_path):
    path = tmp_path / "runs.sqlite3"
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(StoreError, match=r"runs.sqlite3 is damaged.*Nothing was changed"):
        RunStore(f"sqlite:///{path}")
    assert path.read_bytes() == b"this is not a database" * 100


def test_a_file_damaged_within_is_named(tmp_path, url, store):
    for _ in range(20):
        store.create(SMALL)
    store.close()
    path = tmp_path / "runs.sqlite3"
    data = bytearray(path.read_bytes())
    data[4096 : len(data) // 2] = os.urandom(len(data) // 2 - 4096)
    path.write_bytes(data)

    def use_all() -> None:
        with RunStore(url) as damaged:
            for run in damaged.list_runs():
                damaged.delete(run.id)

    with pytest.raises(StoreError, match="is damaged"):
        use_all()


def test_a_read_only_file_can_be_looked_at_but_not_changed(tmp_path, url, store):
    run = store.create(SMALL)
    store.close()
    path = tmp_path / "runs.sqlite3"
    path.chmod(stat.S_IRUSR)
    reader = RunStore(url)
    assert reader.get(run.id).settings == SMALL
    assert reader.checkpoint_steps(run.id) == [0]
    for action in (lambda: reader.create(SMALL), lambda: reader.pause(run.id), lambda: reader.delete(run.id)):
        with pytest.raises(StoreError, match="is read-only"):
            action()
    assert reader.create_first_run(SMALL, "first") is None
    reader.close()


@pytest.mark.parametrize("url", ["nonsense", "", "mysterydb://host/name"])
def test_a_url_that_names_no_database_is_refused(url):
    with pytest.raises(StoreError):
        RunStore(url)


@given(st.sets(st.integers(0, 10**6), min_size=1, max_size=100), st.integers(2, 70))
def test_thinning_keeps_the_ends_and_the_bound(steps, bound):
    ordered = sorted(steps)
    kept = sorted(steps - set(thin_steps(ordered, bound)))
    assert len(kept) <= bound
    assert (kept[0], kept[-1]) == (ordered[0], ordered[-1])


def test_store_makes_the_folder_of_its_file(tmp_path: Path):
    store = RunStore(f"sqlite:///{tmp_path / 'deep' / 'runs.sqlite3'}")
    assert store.list_runs() == []
    store.close()


def test_a_second_store_in_this_process_does_not_blind_the_first(store, url):
    """Closing a handle of one's own on the file would end SQLite's locks; another process then removes the log."""
    run = store.create(SMALL, start=False)
    RunStore(url).close()
    code = f"from lstm_engine.runs import RunStore; RunStore({url!r}).rename({run.id}, 'renamed elsewhere')"
    for _ in range(2):
        subprocess.run([sys.executable, "-c", code], check=True)
    assert store.get(run.id).name == "renamed elsewhere"
    store.rename(run.id, "renamed here")
    with RunStore(url) as other:
        assert other.get(run.id).name == "renamed here"
