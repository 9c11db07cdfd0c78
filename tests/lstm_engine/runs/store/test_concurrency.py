"""Many at once: nobody waits for a reader, no reader waits, and what only one may do only one does."""

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
import sqlalchemy as sql

from lstm_engine import StepMetrics
from lstm_engine.runs import RunNotFound, RunStore, StoreError
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded
from lstm_engine.runs.store import LeaseLost, StoreProblem
from tests.lstm_engine.runs.conftest import SMALL


def at_once(count: int, url: str, action: Callable[[RunStore], object]) -> list[object]:
    """What each of so many stores answers, or the error that it meets; all begin at the same moment."""
    barrier, found = threading.Barrier(count), []

    def visit() -> None:
        with RunStore(url) as store:
            barrier.wait()
            try:
                found.append(action(store))
            except Exception as error:
                found.append(error)

    visitors = [threading.Thread(target=visit) for _ in range(count)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    return found


def recorded(*steps: int) -> list[Recorded]:
    return [Recorded(StepMetrics(step, 1.0, 0.5, 0.01)) for step in steps]


def test_readers_are_answered_while_somebody_writes(url, store, monkeypatch):
    """The writer holds the one lock that SQLite has, and a row in a server; a reader that needed it would fail."""
    monkeypatch.setattr("lstm_engine.runs.store.database.BUSY_SECONDS", 0.2)
    run, lease = store.create(SMALL), new_lease()
    store.acquire(run.id, lease)
    store.record(run.id, lease, recorded(1, 2))
    with store._writing() as connection:
        connection.execute(sql.text("UPDATE runs SET name = 'not yet' WHERE id = :id"), {"id": run.id})
        with RunStore(url) as reader:
            assert reader.get(run.id).name == run.name
            assert [found.id for found in reader.list_runs()] == [run.id]
            assert reader.waiting() == []
            assert len(reader.history(run.id).step) == 2
            assert len(reader.curves(run.id).loss.step) == 2
            assert len(reader.checkpoint(run.id, reader.newest_checkpoint_step(run.id))) > 1_000
            assert reader.checkpoint_steps(run.id) == [0]
            assert reader.changes(run.id) == []
            assert reader.notes(run.id).note == ""
            assert reader.find(SMALL).id == run.id
            assert reader.create_first_run(SMALL, "first") is None
            with pytest.raises(StoreError) as refused:
                reader.rename(run.id, "both")
            assert refused.value.kind is StoreProblem.BUSY
    assert store.get(run.id).name == "not yet"


def test_a_reader_sees_no_half_of_what_is_written(store):
    run, lease = store.create(SMALL), new_lease()
    store.acquire(run.id, lease)
    done = threading.Event()
    torn: list[object] = []

    def read() -> None:
        while not done.is_set():
            steps = store.history(run.id).step.tolist()
            if steps != list(range(1, len(steps) + 1)) or len(steps) % 10:
                torn.append(steps)

    reader = threading.Thread(target=read)
    reader.start()
    for first in range(1, 300, 10):
        store.record(run.id, lease, recorded(*range(first, first + 10)))
    done.set()
    reader.join()
    assert torn == []


def test_of_many_who_want_the_same_run_all_get_the_same(url, store):
    made = at_once(8, url, lambda own: own.find_or_create(SMALL, "one for all").id)
    assert len(set(made)) == 1
    assert len(store.list_runs()) == 1


def test_a_run_is_the_same_if_its_numbers_are(store):
    run = store.create(replace(SMALL, pace=7.0), "paced", start=False)
    assert store.find_or_create(SMALL).id == run.id  # how fast it goes changes no number
    other = store.find_or_create(replace(SMALL, seed=1))
    assert other.id != run.id
    assert other.wants_worker
    store.change(run.id, "learning_rate", 0.1)  # from here on its numbers are others
    assert store.find(SMALL) is None
    fresh = store.find_or_create(SMALL)
    assert fresh.id not in (run.id, other.id)
    store.delete(fresh.id)
    assert store.find(SMALL) is None


def test_two_workers_cannot_take_the_same_run(url, store):
    run = store.create(SMALL)
    taken = at_once(8, url, lambda own: own.acquire(run.id, new_lease()))
    assert sum(found is not None for found in taken) == 1


def test_clicks_of_many_add_up(url, store):
    run = store.create(SMALL, start=False)
    assert not [found for found in at_once(8, url, lambda own: own.advance(run.id, 1).id) if found != run.id]
    assert store.get(run.id).target_step == 8


def test_first_notes_of_many_do_not_collide(url, store):
    run = store.create(SMALL, start=False)
    assert at_once(8, url, lambda own: own.annotate(run.id, "mine", ["a"])) == [None] * 8
    assert store.notes(run.id).note == "mine"


def test_a_run_is_deleted_once_and_recorded_no_more(url, store):
    run, lease = store.create(SMALL), new_lease()
    store.acquire(run.id, lease)
    found = at_once(4, url, lambda own: own.delete(run.id))
    assert found.count(None) == 1
    assert all(isinstance(error, RunNotFound) for error in found if error is not None)
    with pytest.raises(LeaseLost):
        store.record(run.id, lease, recorded(1))


def test_the_same_metrics_from_two_workers_are_not_doubled(url, store):
    run, lease = store.create(SMALL), new_lease()
    store.acquire(run.id, lease)
    found = at_once(4, url, lambda own: own.record(run.id, lease, recorded(1, 2, 3)).step)
    assert found.count(3) == 1
    kinds = {error.kind for error in found if isinstance(error, StoreError)}
    assert kinds == {StoreProblem.ALREADY_THERE}
    assert store.history(run.id).step.tolist() == [1, 2, 3]


def test_runs_are_listed_by_one_question(store):
    """However many there are."""
    for _ in range(3):
        store.create(SMALL, start=False)
    asked: list[str] = []
    sql.event.listen(store._readers, "before_cursor_execute", lambda *found: asked.append(found[2]))
    assert len(store.list_runs()) == 3
    assert len(asked) == 1


def test_a_number_that_no_run_has_is_not_found(store):
    store.create(SMALL)
    for number in (0, -1, 2**31, 2**63 - 1, 2**63, -(2**70), 10**5_000):
        actions = [store.get, store.start, store.delete, store.newest_checkpoint_step, store.curves, store.undelete]
        actions += [partial(store.checkpoint, step=0), partial(store.fork, step=0), partial(store.set_pace, pace=1)]
        for action in actions:
            with pytest.raises(RunNotFound):
                action(number)
        assert len(store.history(number).step) == 0
        assert store.checkpoint_steps(number) == []
        assert store.changes(number) == []


def test_steps_beyond_all_bounds_are_none(store):
    run, lease = store.create(SMALL), new_lease()
    store.acquire(run.id, lease)
    store.record(run.id, lease, recorded(1, 2))
    assert store.history(run.id, after=-(10**300), until=10**300).step.tolist() == [1, 2]
    assert store.history(run.id, after=10**300).step.tolist() == []
    assert store.curves(run.id, after=10**300).loss.step.tolist() == []
    assert store.curves(run.id, after=0, until=-(10**300)).loss.step.tolist() == []
    with pytest.raises(RunNotFound):
        store.checkpoint(run.id, 10**5_000)
    assert store.set_target(run.id, 10**300).target_step == SMALL.end_step


def test_a_name_is_kept_whatever_is_in_it(store):
    run = store.create(SMALL, "zero \0, half a pair \ud800, and \u202e", start=False)
    assert run.name == "zero , half a pair ?, and \u202e"
    store.annotate(run.id, "a\0b", ["c\0d"])
    assert (store.notes(run.id).note, store.notes(run.id).tags) == ("ab", ("cd",))
