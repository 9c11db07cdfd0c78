"""Whether a server lives and can be given work, as a proxy asks it."""

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from dashboard.serving import health
from dashboard.serving.health import Readiness, health_routes
from lstm_engine.runs import RunStore
from tests.dashboard.serving.tabs import run_async

from .asking import asked


def ready(readiness: Readiness, times: int = 1) -> tuple[int, Any]:
    """Status and answer, the last of so many."""

    async def ask() -> tuple[int, Any]:
        app = Starlette(routes=health_routes(readiness))
        assert (await asked(app, "/healthz"))[::2] == (200, b"ok")
        for _ in range(times):
            status, headers, body = await asked(app, "/readyz")
            assert headers["cache-control"] == "no-store"
        return status, json.loads(body)

    return run_async(ask())


def test_a_server_whose_store_is_away_lives_and_is_not_ready_until_it_is_back(store: RunStore, tmp_path: Path):
    file = tmp_path / "runs.sqlite3"
    assert ready(Readiness(lambda: store, lambda: False)) == (200, {"ready": True})
    file.rename(tmp_path / "away")
    assert ready(Readiness(lambda: store, lambda: False)) == (503, {"ready": False, "trouble": "missing"})
    (tmp_path / "away").rename(file)
    assert ready(Readiness(lambda: store, lambda: False)) == (200, {"ready": True})


def test_a_server_that_is_being_stopped_gets_no_more_work(store: RunStore):
    assert ready(Readiness(lambda: store, lambda: True)) == (503, {"ready": False, "trouble": "stopping"})


def test_a_store_that_hangs_is_told_in_time_and_asked_once(store: RunStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(health, "KEPT_SECONDS", 0.0)
    answered, looks = threading.Event(), []

    def get_store() -> RunStore:
        looks.append(1)
        answered.wait(10)
        return store

    async def ask() -> list[str]:
        readiness = Readiness(get_store, lambda: False)
        found = await asyncio.gather(*(readiness.trouble() for _ in range(20)))
        found.append(await readiness.trouble())
        answered.set()
        await asyncio.sleep(0.1)
        return [*found, await readiness.trouble()]

    found = run_async(ask())
    assert found == ["silent"] * 21 + [""]
    assert len(looks) == 2


def test_many_who_ask_are_told_what_was_found_a_moment_ago(store: RunStore):
    looks = []

    def get_store() -> RunStore:
        looks.append(1)
        return store

    assert ready(Readiness(get_store, lambda: False), times=20)[0] == 200
    assert len(looks) == 1
