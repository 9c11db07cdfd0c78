"""Visitors' runs go when their time is over, though nobody comes; and say so before."""

import asyncio
import time

import pytest
import sqlalchemy as sql

from dashboard.shell.rights.asking import MODE_VARIABLE
from dashboard.shell.rights.cleaning import clean, goes_in_words, keep_clean
from dashboard.shell.rights.limits import LIMITS_VARIABLE
from lstm_engine.runs import Run, RunStore
from lstm_engine.runs.store import Owner, StoreError
from lstm_engine.runs.store.schema import runs
from tests.dashboard.serving.tabs import run_async

from .conftest import SMALL


@pytest.fixture(autouse=True)
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MODE_VARIABLE, "shared")
    monkeypatch.setenv(LIMITS_VARIABLE, "hours=10")


def aged(store: RunStore, hours: float, owner: str | None = "anna") -> Run:
    """A run that was begun so long ago."""
    run = store.create(SMALL, start=False, owner=None if owner is None else Owner(owner, 9))
    with store._writing() as connection:
        began = time.time() - hours * 3_600
        connection.execute(sql.update(runs).where(runs.c.id == run.id).values(created_at=began))
    return store.get(run.id)


def cleaned(store: RunStore, *answers: object) -> None:
    """By the server's own task, which is asked for the store again and again."""
    asked: list[object] = []

    def get_store() -> RunStore:
        asked.append(1)
        if len(asked) <= len(answers):
            raise answers[len(asked) - 1]  # type: ignore[misc]
        return store

    async def watch() -> None:
        task = asyncio.create_task(keep_clean(get_store, every=0.01))
        while len(asked) < len(answers) + 2:
            await asyncio.sleep(0.01)
        assert not task.done()
        task.cancel()

    run_async(watch())


def test_old_runs_go_by_time_and_only_those_of_visitors(store: RunStore):
    old, young, nobodys = aged(store, 11), aged(store, 9), aged(store, 99, owner=None)
    cleaned(store)
    assert {run.id for run in store.list_runs()} == {young.id, nobodys.id}
    assert store.undelete(old.id).id == old.id  # for a day


def test_cleaning_goes_on_after_trouble(store: RunStore):
    aged(store, 11)
    cleaned(store, StoreError("away"), ValueError("nobody expected this"))
    assert store.list_runs() == []


def test_nothing_is_cleaned_where_everybody_may_do_everything(store: RunStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(MODE_VARIABLE, "local")
    run = aged(store, 99)

    async def a_moment() -> None:
        task = asyncio.create_task(keep_clean(lambda: store, every=0.01))
        await asyncio.sleep(0.05)
        task.cancel()

    run_async(a_moment())
    assert [found.id for found in store.list_runs()] == [run.id]
    assert goes_in_words(run) == ""


def test_a_run_says_when_it_will_go_once_that_is_soon(store: RunStore):
    assert goes_in_words(aged(store, 1)) == ""
    assert "deleted in 2 hours, as visitors' runs are 10 hours" in goes_in_words(aged(store, 8))
    assert "deleted within the hour" in goes_in_words(aged(store, 9.5))
    assert goes_in_words(aged(store, 99, owner=None)) == ""


def test_cleaning_where_there_is_nothing_to_do_writes_nothing(store: RunStore):
    aged(store, 1)
    before = store.waits.found("write")
    assert clean(store) == 0
    assert store.waits.found("write") == before
