"""Whose runs are whose: counted where they are made, found again, queued in turn, and taken away when they are old."""

import threading
import time
from dataclasses import replace

import pytest
import sqlalchemy as sql

from lstm_engine.runs import RunNotFound, RunStore
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.store import Owner, TooManyRuns
from lstm_engine.runs.store.schema import runs
from tests.lstm_engine.runs.conftest import SMALL
from tests.lstm_engine.runs.store.test_versions import make_old


@pytest.fixture
def store(url):
    with RunStore(url) as store:
        yield store


ANNA, BEN = Owner("anna", 2), Owner("ben", 2)


def test_a_run_is_its_owners_wherever_it_is_read(store):
    mine, nobodys = store.create(SMALL, owner=ANNA, start=False), store.create(SMALL, start=False)
    assert (mine.owner, nobodys.owner) == ("anna", None)
    assert {run.id: run.owner for run in store.list_runs()} == {mine.id: "anna", nobodys.id: None}
    fork = store.fork(nobodys.id, 0, owner=ANNA)
    assert store.get(fork.id).owner == "anna"
    store.delete(mine.id)
    assert store.owner_of(mine.id) == "anna"
    with pytest.raises(RunNotFound, match="no run 99"):
        store.owner_of(99)


def test_an_owner_has_as_many_as_they_may_however_they_come_by_them(store):
    first = store.create(SMALL, owner=ANNA, start=False)
    store.create(SMALL, owner=ANNA, start=False)
    ways = (
        lambda: store.create(SMALL, owner=ANNA),
        lambda: store.fork(first.id, 0, owner=ANNA),
        lambda: store.find_or_create(replace(SMALL, seed=9), owner=ANNA),
    )
    for way in ways:
        with pytest.raises(TooManyRuns, match="at most 2"):
            way()
    store.create(SMALL, owner=BEN, start=False)
    store.create(SMALL)
    store.delete(first.id)
    assert store.number_owned("anna") == 1
    store.fork(store.create(SMALL, start=False).id, 0, owner=ANNA)
    with pytest.raises(TooManyRuns):
        store.undelete(first.id, owner=ANNA)
    assert store.number_owned("anna") == 2


def test_what_is_asked_for_at_once_is_counted_one_after_the_other(store):
    refused = []

    def ask() -> None:
        try:
            store.create(SMALL, owner=ANNA, start=False)
        except TooManyRuns:
            refused.append(1)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (store.number_owned("anna"), len(refused)) == (2, 4)


def test_whoever_asks_for_many_runs_waits_behind_themselves(store):
    many = Owner("many", 9)
    a, b, c = (store.create(SMALL, owner=many).id for _ in range(3))
    d = store.create(SMALL, owner=BEN).id
    e, f = (store.create(SMALL).id for _ in range(2))
    assert [run.id for run in store.waiting()] == [a, d, e, b, f, c]
    assert store.acquire(a, new_lease()) is not None
    assert [run.id for run in store.waiting()] == [d, e, b, f, c]  # one of theirs trains: the others' come first
    assert store.crowd().runs == 4
    assert store.crowd().waiting == 4


def test_old_runs_that_have_an_owner_are_taken_away_and_can_be_had_back(store):
    old, young, nobodys = store.create(SMALL, owner=ANNA), store.create(SMALL, owner=ANNA), store.create(SMALL)
    with store._engine.begin() as connection:
        longer_ago = sql.update(runs).where(runs.c.id.in_([old.id, nobodys.id]))
        connection.execute(longer_ago.values(created_at=time.time() - 7_200))
    assert store.delete_old(3_600) == 1
    assert {run.id for run in store.list_runs()} == {young.id, nobodys.id}
    assert store.undelete(old.id).owner == "anna"


def test_all_servers_of_a_store_have_the_same_key(store, url):
    with RunStore(url) as other:
        found = {one.server_key(name) for one in (store, other) for name in ("cookies", "cookies")}
        assert len(found) == 1
        assert len(found.pop()) >= 40
        assert other.server_key("another") != store.server_key("cookies")


def test_a_sign_in_ends_by_leaving_by_time_and_with_its_key(store):
    store.sign_in("token", "key", 60)
    store.sign_in("short", "key", -1)
    assert store.is_signed_in("token", "key")
    assert not store.is_signed_in("token", "another key")
    assert not store.is_signed_in("short", "key")
    assert not store.is_signed_in("", "")
    store.sign_out("token")
    assert not store.is_signed_in("token", "key")


def test_runs_of_before_there_were_owners_are_nobodys(url):
    make_old(url)
    with RunStore(url) as store:
        assert [run.owner for run in store.list_runs()] == [None, None]
        store.fork(store.list_runs()[-1].id, 3, owner=ANNA)
        assert store.number_owned("anna") == 1
