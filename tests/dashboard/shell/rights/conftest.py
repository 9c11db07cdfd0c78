from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import streamlit as st

from dashboard.shell.rights import sign_in
from dashboard.shell.rights.actor import HERE, Actor, ActorKind
from dashboard.shell.rights.acts import Acts
from dashboard.shell.rights.asking import MODE_VARIABLE
from lstm_engine.runs import PRESETS, RunStore
from lstm_engine.runs.rooms import shown_code

SMALL = replace(PRESETS["classroom"], hidden_size=4, end_step=50, batch_size=2)
ADMINISTRATOR = Actor(ActorKind.ADMINISTRATOR, signed_in=True)
ANNA = Actor(ActorKind.VISITOR, "a" * 22, "10.0.0.1")
BEN = Actor(ActorKind.VISITOR, "b" * 22, "10.0.0.2")
GUEST = Actor(ActorKind.GUEST, address="10.0.0.3")
ALL_ACTORS = {"here": HERE, "administrator": ADMINISTRATOR, "anna": ANNA, "ben": BEN, "guest": GUEST}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[RunStore]:
    with RunStore(f"sqlite:///{tmp_path / 'runs.sqlite3'}") as store:
        yield store
    st.cache_resource.clear()  # how often things were done, and keys


@pytest.fixture
def acts(store: RunStore) -> Callable[[Actor], Acts]:
    """What an actor may do."""
    return lambda actor: Acts(store, lambda: actor)


@pytest.fixture
def browser(store, monkeypatch):
    """``browser(identity, address)`` is one that asks the app's routes, with a store of the test's own."""
    from tests.dashboard.shell.rights.in_rooms import Browser
    from tests.dashboard.shell.rights.test_door import KEY, Door

    monkeypatch.setenv(MODE_VARIABLE, "shared")
    monkeypatch.setattr(sign_in, "key_hash", lambda: sign_in.hashed(KEY))
    monkeypatch.setattr("dashboard.app.shared_services", lambda: type("Shared", (), {"store": store}))
    return partial(Browser, Door(store))


@pytest.fixture
def teacher(browser):
    """Whoever has just opened a room."""
    one = browser(ANNA.identity)
    status, told = one.post("open")
    assert (status, told["role"]) == (200, "teacher")
    one.code, one.key = told["code"], told["key"]
    return one


@pytest.fixture
def joined(browser, teacher):
    """A student of the teacher's room."""

    def join(nickname: str, identity: str = BEN.identity or ""):
        one = browser(identity, "10.0.0.2")
        status, told = one.post("join", code=shown_code(teacher.code).lower(), nickname=nickname)
        assert (status, told["role"], told["nickname"]) == (200, "student", nickname), told
        one.seat = told["seat"]
        return one

    return join


@pytest.fixture
def begins(store, teacher):
    """What a teacher begins, as all in the room are told of it."""

    def begins(**different):
        from dashboard.views.classroom.experiments.payloads import experiment_for_all
        from tests.dashboard.shell.rights.in_rooms import WANTED

        status, told = teacher.post("experiments/begin", **(WANTED | different))
        assert status == 200, told
        return experiment_for_all(store, store.room(teacher.code))

    return begins
