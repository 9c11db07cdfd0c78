"""Whose turn it is to train, when more people want to than there are processes."""

import time
from dataclasses import replace

import numpy as np
import pytest

from lstm_engine.runs import RunStore, Status
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.store import Owner
from lstm_engine.runs.training import worker
from lstm_engine.runs.training.worker import train_run

from .conftest import SMALL
from .test_launcher import assert_same_history, final_weights, undisturbed


@pytest.fixture
def url(any_url: str) -> str:
    return any_url


def of(store: RunStore, identity: str | None, **settings) -> int:
    owner = None if identity is None else Owner(identity, 99)
    return store.create(replace(SMALL, **({"end_step": 200} | settings)), owner=owner).id


def held(store: RunStore, *numbers: int) -> None:
    for number in numbers:
        assert store.acquire(number, new_lease())


def test_a_run_makes_room_for_somebody_elses_and_not_for_its_owners_next(store):
    long, next_of_anna = of(store, "anna"), of(store, "anna")
    held(store, long)
    assert not store.is_others_turn(long, -1)
    bens = of(store, "ben")
    assert store.is_others_turn(long, -1)
    assert not store.is_others_turn(long, 60)  # it has only just asked: a place may be free elsewhere
    assert not store.is_others_turn(bens, -1)  # it does not train
    store.stop(bens)
    assert not store.is_others_turn(long, -1)
    assert store.get(next_of_anna).status is Status.QUEUED


def test_a_place_is_handed_on_once_and_not_to_and_fro(store):
    """Two places, of which one person had both: the other gets one, and keeps it, however much the first asks for."""
    first, second, third = (of(store, "anna") for _ in range(3))
    held(store, first, second)
    bens = of(store, "ben")
    assert store.is_others_turn(first, -1)
    lease = store.get(first).lease
    store.queue_anew(first, lease)
    store.release(first, lease)
    assert [run.id for run in store.waiting()] == [bens, third, first]
    held(store, bens)
    assert not store.is_others_turn(bens, -1)
    assert not store.is_others_turn(second, -1)


def test_nobodys_runs_are_one_persons(store):
    mine, others = of(store, None), of(store, None)
    held(store, mine)
    assert not store.is_others_turn(mine, -1)
    of(store, "seat 4")
    assert store.is_others_turn(mine, -1)
    assert store.get(others).owner is None


@pytest.mark.parametrize("any_url", ["sqlite"], indirect=True)
def test_a_run_that_made_room_ends_with_the_same_numbers(url, store, monkeypatch):
    monkeypatch.setattr(worker, "TURN_SECONDS", 0.0)
    monkeypatch.setattr(worker, "TURN_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(worker, "PATIENCE_SECONDS", -1.0)
    monkeypatch.setattr(worker, "RECORD_SECONDS", 0.03)
    annas, bens = of(store, "anna"), of(store, "ben", end_step=60)
    turns = []
    while store.waiting():
        number = store.waiting()[0].id
        turns.append(number)
        before = time.time()
        train_run(url, number)
        if store.get(number).step < store.get(number).end_step:
            assert store.get(number).queued_at >= before
    assert {annas, bens} == set(turns)
    assert turns[:2] == [annas, bens]  # each makes room at once, as the other waits
    history, weights = undisturbed(store.get(annas).settings)
    assert_same_history(store.history(annas), history)
    np.testing.assert_array_equal(final_weights(store, store.get(annas)), weights)
