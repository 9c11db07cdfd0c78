"""Class experiments in SQLite and PostgreSQL: whose run is whose, who waits behind whom, and what freezing stops."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest

from lstm_engine.runs import RunNotFound, RunStore, Status
from lstm_engine.runs.class_curves import part_width
from lstm_engine.runs.experiments import Freedom, Plan
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded
from lstm_engine.runs.store import Known, Owner, TooManyExperiments, TooManyRuns, TooManyShown, is_seats, rooms
from tests.lstm_engine.runs.conftest import SMALL

PLAN = Plan("Try", replace(SMALL, end_step=100), (Freedom("learning_rate", 0.001, 0.1),), tries=2).to_json()
STUDENTS = 6


@pytest.fixture
def store(url):
    with RunStore(url) as store:
        yield store


@pytest.fixture
def room(store):
    return store.open_room("key")


@pytest.fixture
def seats(store, room):
    return [store.take_seat(room.id, f"student {k}", f"token {k}", 400) for k in range(STUDENTS)]


@pytest.fixture
def experiment(store, room):
    return store.begin_experiment(room.id, PLAN, None, 10)


def begin(store, seat, experiment, rate=0.01, tries=2):
    settings = replace(SMALL, end_step=100, learning_rate=rate)
    return store.begin_variation(seat, experiment.id, {"learning_rate": rate}, settings, "class curve", tries)


def test_nobody_has_a_run_too_many_however_often_two_servers_are_asked_at_once(url, store, seats, experiment):
    def ask(one):
        server, seat = one
        with suppress(TooManyRuns):
            return begin(server, seat, experiment)

    with RunStore(url) as other, ThreadPoolExecutor(4) as threads:
        asked = [(server, seat) for seat in seats[:2] for server in (store, other) * 2]
        begun = [run for run in threads.map(ask, asked) if run is not None]
    assert len(begun) == 4
    found = store.variations(experiment.id)
    assert [(seat, len(list(runs))) for seat, runs in groupby(sorted(one.seat_id for one in found))] == [
        (seats[0].id, 2),
        (seats[1].id, 2),
    ]
    assert all(is_seats(store.owner_of(one.run_id)) for one in found)


def test_a_classs_runs_train_in_turn_one_students_and_then_anothers_and_visitors_with_them(store, seats, experiment):
    """The one who asks for many waits behind themselves, and a visitor who came last does not wait behind a class."""
    greedy, *others = seats[:4]
    first = [begin(store, greedy, experiment, tries=5) for _ in range(4)]
    each = [begin(store, seat, experiment) for seat in others]
    visitor = store.create(SMALL, owner=Owner("v" * 22, 9))
    queue = [run.id for run in store.waiting()]
    assert queue == [first[0].id, *(run.id for run in each), visitor.id, *(run.id for run in first[1:])]
    lease = new_lease()
    assert store.acquire(first[0].id, lease)  # while one of theirs trains, all others' come before their next
    queue = [run.id for run in store.waiting()]
    assert queue == [*(run.id for run in each), visitor.id, *(run.id for run in first[1:])]
    assert store.crowd().waiting == 1  # a class takes no visitor's place
    assert store.crowd().in_classes == 7


def test_freezing_stops_what_trains_and_going_on_ends_what_was_begun(store, room, seats, experiment):
    runs = [begin(store, seat, experiment) for seat in seats[:3]]
    lease = new_lease()
    store.acquire(runs[0].id, lease)
    changes = store.room_by_id(room.id).changes
    assert store.freeze_experiment(room.id, experiment.id)
    assert store.room_by_id(room.id).changes > changes  # every server tells it
    assert not store.experiment(room.id).is_open
    assert begin(store, seats[3], experiment) is None
    assert store.waiting() == []
    assert store.record(runs[0].id, lease).stopped  # its process hears it with its next word, and leaves
    store.release(runs[0].id, lease)
    assert {one.stopped for one in store.variations(experiment.id)} == {True}
    assert store.thaw_experiment(room.id, experiment.id)
    assert [run.id for run in store.waiting()] == [run.id for run in runs]
    assert begin(store, seats[3], experiment) is not None


def test_clearing_takes_all_runs_and_gives_all_tries_back_and_ending_keeps_the_curves(store, room, seats, experiment):
    runs = [begin(store, seats[0], experiment) for _ in range(2)]
    with pytest.raises(TooManyRuns):
        begin(store, seats[0], experiment)
    assert store.clear_experiment(room.id, experiment.id)
    assert store.variations(experiment.id) == []
    with pytest.raises(RunNotFound):
        store.get(runs[0].id)
    kept = begin(store, seats[0], experiment)
    assert store.remove_variation(room.id, begin(store, seats[0], experiment).id)
    with pytest.raises(TooManyRuns):  # one that the teacher took away was one
        begin(store, seats[0], experiment)
    assert [one.nickname for one in store.variations(experiment.id)] == ["student 0"]
    store.forget_nicknames(room.id)
    assert [one.nickname for one in store.variations(experiment.id)] == [""]
    assert store.end_experiment(room.id, experiment.id)
    assert store.experiment(room.id) is None
    assert store.get(kept.id).status is Status.STOPPED
    assert [one.run_id for one in store.variations(experiment.id)] == [kept.id]
    for act in (store.freeze_experiment, store.thaw_experiment, store.clear_experiment, store.end_experiment):
        assert not act(room.id, experiment.id)


def test_another_rooms_experiment_cannot_be_changed_or_trained_in(store, room, seats, experiment):
    elsewhere = store.open_room("other key")
    run = begin(store, seats[0], experiment)
    acts = (store.freeze_experiment, store.thaw_experiment, store.clear_experiment, store.end_experiment)
    for act in acts:
        assert not act(elsewhere.id, experiment.id)
    assert not store.remove_variation(elsewhere.id, run.id)
    stranger = store.take_seat(elsewhere.id, "Eve", "token", 400)
    assert begin(store, stranger, experiment) is None
    assert store.remove_seat(room.id, seats[1].id)
    assert begin(store, seats[1], experiment) is None
    with pytest.raises(TooManyExperiments):
        store.begin_experiment(room.id, PLAN, None, 1)
    second = store.begin_experiment(room.id, PLAN, None, 2)  # which ends the first
    assert begin(store, seats[2], experiment) is None
    assert store.experiment(room.id).id == second.id
    assert store.get(run.id).stopped


def test_a_curves_parts_are_the_means_of_what_was_recorded(store, seats, experiment):
    run = begin(store, seats[0], experiment)
    settings, lease = run.settings, new_lease()
    store.acquire(run.id, lease)
    trainer = settings.build_trainer()
    measured = [trainer.step() for _ in range(20)]
    store.record(run.id, lease, [Recorded(one) for one in measured], known=Known(0))
    width = part_width(settings.end_step)
    losses = np.array([one.loss for one in measured])
    means = losses[: 20 // width * width].reshape(-1, width).mean(axis=1)
    found = store.parts_of_curves({run.id: 20 // width, 10**6: 4}, settings.end_step)
    np.testing.assert_allclose(found[run.id], means)
    assert found[10**6] == ()


def test_a_class_sees_what_its_teacher_shows_and_what_it_tries_and_nobody_else_does(store, room, seats, experiment):
    private, tried = store.create(SMALL, start=False), begin(store, seats[0], experiment)
    elsewhere = store.open_room("other key")
    store.take_seat(elsewhere.id, "Eve", "eve", 400)
    store.show_run(room.id, private.id, 1)
    store.show_run(room.id, private.id, 1)
    with pytest.raises(TooManyShown):
        store.show_run(room.id, tried.id, 1)
    for run in (private, tried):
        for held in (("key", ""), ("", "token 1")):
            assert store.is_shown(run.id, *held)
        for held in (("other key", ""), ("", "eve"), ("", ""), ("token 1", "key")):
            assert not store.is_shown(run.id, *held)
    assert store.runs_shown_to("", "token 1") == store.shown_runs(room.id) == {private.id}
    store.remove_seat(room.id, seats[1].id)
    assert not store.is_shown(private.id, "", "token 1")
    assert store.removed_tokens(room.id) == {"token 1"}
    assert store.hide_run(room.id, private.id)
    assert not store.hide_run(room.id, private.id)
    assert not store.is_shown(private.id, "key", "")
    assert store.is_shown(tried.id, "key", "")
    store.close_room(room.id)
    assert not store.is_shown(tried.id, "key", "")


def test_what_a_room_tried_goes_with_it_and_stands_in_no_list_of_runs(store, room, seats, experiment):
    mine, run = store.create(SMALL, start=False), begin(store, seats[0], experiment)
    assert [one.id for one in store.list_runs()] == [mine.id]
    assert [one.id for one in store.list_runs(with_classes=True)] == [run.id, mine.id]
    store.close_room(room.id)
    store.rest_experiments(room.id)
    assert store.get(run.id).stopped
    with store._writing() as connection:
        connection.execute(rooms.rooms.update().values(closed_at=0.0))
    store.clear_rooms(1e9, 60)
    assert store.experiments(room.id) == []
    with pytest.raises(RunNotFound):
        store.get(run.id)
    assert store.get(mine.id)


def test_letters_are_mostly_a_name_and_go_with_the_nicknames(store, room, seats, experiment):
    chosen = {"letters": "anna", "learning_rate": 0.01}
    settings = replace(SMALL, end_step=100, learning_rate=0.01)
    assert store.begin_variation(seats[0], experiment.id, chosen, settings, "class curve", 2)
    store.forget_nicknames(room.id)
    (left,) = store.variations(experiment.id)
    assert (left.nickname, left.chosen) == ("", '{"learning_rate": 0.01}')
