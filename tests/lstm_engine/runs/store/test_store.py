import sys
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_engine import StepMetrics
from lstm_engine.runs import RunNotFound, RunStore, Status, StoreError
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded
from lstm_engine.runs.store import LeaseLost, StoreProblem
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
    for number in (run.id + 1, 0, -1):  # which no run ever had
        for ask in (store.get, store.start, store.delete, store.undelete):
            with pytest.raises(RunNotFound, match=f"There is no run {number}.$"):
                ask(number)
    with pytest.raises(LeaseLost):
        store.record(run.id, lease, recorded(2))
    assert len(store.history(run.id).step) == 0
    store._forget(run.id)
    with pytest.raises(RunNotFound, match=f"Run {run.id} is no more"):  # also when nothing is left of it
        store.get(run.id)
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


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "",
        "mysterydb://host/name",
        "postgresql://me:secret@host:abc/runs",
        "postgresql://me:other@secret@host/runs",
        "sqlite:///a%00b",
        "sqlite:///a\0b",
        "sqlite:///file:x?mode=memory&uri=true",
        "sqlite:///a.db?timeout=abc",
        "sqlite:///a.db?check_same_thread=x",
        "sqlite:///a.db?cached_statements=" + "9" * 30,
        "sqlite+aiosqlite:///a.db",
        "sqlite+nothing:///a.db",
        "postgresql+nothing://host/runs",
    ],
)
def test_a_url_that_names_no_database_is_refused(address):
    with pytest.raises(StoreError) as refused:
        RunStore(address)
    assert refused.value.kind is StoreProblem.ADDRESS
    assert "secret" not in str(refused.value)
    assert "\0" not in str(refused.value)


def test_a_password_that_is_not_escaped_is_not_told_by_the_driver():
    with pytest.raises(StoreError) as refused:
        RunStore("postgresql://127.0.0.1:1/secret@127.0.0.1:1/runs")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("kind", ["postgresql+psycopg2", "mysql+pymysql", "postgresql+pg8000"])
def test_without_a_foreign_driver_the_kinds_of_url_that_work_are_named(kind, monkeypatch):
    monkeypatch.setitem(sys.modules, kind.split("+")[1], None)
    with pytest.raises(
        StoreError, match=r"not installed\. Write a URL like sqlite:.*postgresql://user@host"
    ) as refused:
        RunStore(f"{kind}://host/runs")
    assert refused.value.kind is StoreProblem.NO_DRIVER


@given(st.sets(st.integers(0, 10**6), min_size=1, max_size=100), st.integers(2, 70))
def test_thinning_keeps_the_ends_and_the_bound(steps, bound):
    ordered = sorted(steps)
    kept = sorted(steps - set(thin_steps(ordered, bound)))
    assert len(kept) <= bound
    assert (kept[0], kept[-1]) == (ordered[0], ordered[-1])


def test_made_up_names_never_repeat(url):
    with RunStore(url) as store:
        runs = [store.create(SMALL, suggestion="First names", start=False) for _ in range(2)]
        store.delete(runs[0].id)
        runs += [store.create(SMALL, suggestion="First names", start=False), store.create(SMALL, start=False)]
        runs += [store.fork(runs[1].id, 0) for _ in range(2)]
        names = [run.name for run in runs]
        assert names[0] == "First names"
        assert len(set(names)) == len(names)
        assert store.create(SMALL, "First names", start=False).name == "First names"  # a person may give it again
        long = [store.create(SMALL, suggestion="x" * 200, start=False).name for _ in range(2)]
        assert len(set(long)) == 2


def test_the_newest_validation_losses_are_told_of_all_runs_at_once(url):
    with RunStore(url) as store:
        first, second = (store.create(SMALL, start=False) for _ in range(2))
        lease = new_lease()
        store.acquire(first.id, lease)
        rows = [Recorded(StepMetrics(k, 3.0, 1.0, 0.01), 2.0 + k / 10 if k in (2, 4) else None) for k in range(1, 6)]
        store.record(first.id, lease, rows)
        assert store.newest_losses() == {first.id: 2.4}
        store.delete(first.id)
        assert store.newest_losses() == {}
        assert second.id in {run.id for run in store.list_runs()}


def test_the_newest_checkpoint_is_read_though_it_was_replaced_since_it_was_asked_for(store, monkeypatch):
    run, lease = store.create(SMALL), new_lease()
    store.acquire(run.id, lease)
    store.record(run.id, lease, recorded(1), (1, b"first", True))
    asked = store.newest_checkpoint_step

    def replaced_meanwhile(run_id: int) -> int:
        step = asked(run_id)
        if step == 1:
            store.record(run.id, lease, recorded(2), (2, b"second", True))
        return step

    monkeypatch.setattr(store, "newest_checkpoint_step", replaced_meanwhile)
    assert store.newest_checkpoint(run.id) == (2, b"second")
    store.delete(run.id)
    with pytest.raises(RunNotFound):
        store.newest_checkpoint(run.id)
