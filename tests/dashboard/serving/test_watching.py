"""Requests counted, told to Prometheus, and logged as JSON."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route

from dashboard.serving import metrics
from dashboard.serving.metrics import metrics_routes
from dashboard.serving.pools import Pools
from dashboard.serving.routes import run_route
from dashboard.serving.watching import Watched, Watching
from dashboard.shell.rights.asking import is_from_here
from lstm_engine.runs import PRESETS, RunStore
from lstm_engine.runs.logs import JsonLines
from lstm_engine.runs.store import StoreError
from lstm_engine.runs.training.worker import train_run
from tests.dashboard.serving.tabs import run_async

from .asking import asked

SMALL = replace(PRESETS["classroom"], hidden_size=4, batch_size=2, end_step=30, pace=0.0)
TOKEN = "the token of a monitor"


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv(metrics.TOKEN_VARIABLE, TOKEN)
    metrics.token.cache_clear()
    yield
    metrics.token.cache_clear()


def app_of(get_store: Callable[[], RunStore]) -> tuple[Starlette, Watched]:
    """An app with one route of its own, and all others of whoever asks."""

    async def answer(request: Request) -> PlainTextResponse:
        return PlainTextResponse("found", 404 if request.path_params.get("run_id") == "404" else 200)

    routes: list[BaseRoute] = [run_route("trace", answer)]
    watched = Watched(routes)
    routes[:0] = metrics_routes(get_store, Pools(), watched, is_from_here)
    everything = Route("/{path:path}", answer)
    return Starlette(routes=[*routes, everything], middleware=[Middleware(Watching, watched=watched)]), watched


def scraped(app: Starlette) -> dict[tuple[str, ...], float]:
    """All that is told, by name and labels' values; read by the client's own parser."""
    status, _, body = run_async(asked(app, "/metrics"))
    assert status == 200
    families = text_string_to_metric_families(body.decode())
    return {(s.name, *sorted(s.labels.values())): s.value for family in families for s in family.samples}


def test_requests_are_counted_by_route_and_code_and_made_up_addresses_fill_nothing(store: RunStore):
    app, _ = app_of(lambda: store)

    async def ask() -> None:
        for number in range(30):
            await asked(app, f"/api/runs/{number}/trace")
            await asked(app, f"/made/up/{number}")
            await asked(app, f"/_stcore/{number}", method=f"M{number}")
        await asked(app, "/api/runs/404/trace")

    run_async(ask())
    found = scraped(app)
    counted = {key[1:]: value for key, value in found.items() if key[0] == "lstm_requests_total"}
    assert counted == {
        ("/api/runs/{run_id}/trace", "200", "GET"): 30.0,
        ("/api/runs/{run_id}/trace", "404", "GET"): 1.0,
        ("200", "GET", "page"): 30.0,
        ("405", "other", "other"): 30.0,
    }


def test_what_was_trained_is_counted_once_and_a_deleted_run_takes_nothing_away(store: RunStore):
    app, _ = app_of(lambda: store)
    before = store.create(SMALL, start=False)
    assert scraped(app)[("lstm_steps_trained_total",)] == 0
    store.start(before.id)
    train_run(store.url, before.id)
    store.fork(before.id, 30)
    found = scraped(app)
    assert found[("lstm_steps_trained_total",)] == SMALL.end_step
    assert found[("lstm_runs", "resting")] == 2
    store.delete(before.id)
    found = scraped(app)
    assert found[("lstm_steps_trained_total",)] == SMALL.end_step
    assert found[("lstm_store_wait_seconds_count", "write")] >= 3
    assert found[("lstm_store_wait_seconds_bucket", "+Inf", "read")] >= 3
    assert found[("process_resident_memory_bytes",)] > 2**20


def test_a_store_that_is_away_is_told_beside_what_is_known_without_it():
    def away() -> RunStore:
        raise StoreError("away")

    app, watched = app_of(away)
    watched.open["/_stcore/stream"] = 7
    found = scraped(app)
    assert found[("lstm_store_up",)] == 0
    assert found[("lstm_sessions",)] == 7


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("10.0.0.5", {}, 403),
        ("127.0.0.1", {"x_forwarded_for": "10.0.0.5"}, 403),  # a proxy at this machine asks for others
        ("127.0.0.1", {"host": "school.example"}, 403),
        ("10.0.0.5", {"authorization": f"Bearer {TOKEN}"}, 200),
        ("10.0.0.5", {"authorization": "Bearer "}, 403),
        ("10.0.0.5", {"authorization": TOKEN}, 403),
    ],
)
def test_strangers_are_told_nothing(store: RunStore, client: str, headers: dict[str, str], status: int):
    found, _, body = run_async(asked(app_of(lambda: store)[0], "/metrics", client, **headers))
    assert found == status
    assert (b"lstm_" in body.lower()) == (status == 200) or b"LSTM_METRICS_TOKEN" in body


def test_no_token_or_a_short_one_opens_nothing(store: RunStore, monkeypatch: pytest.MonkeyPatch):
    for short in ("", "short"):
        monkeypatch.setenv(metrics.TOKEN_VARIABLE, short)
        metrics.token.cache_clear()
        app, _ = app_of(lambda: store)
        assert run_async(asked(app, "/metrics", "10.0.0.5", authorization=f"Bearer {short}"))[0] == 403


def test_without_the_library_the_route_says_how_to_have_it(store: RunStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(metrics, "HAS_CLIENT", False)
    status, _, body = run_async(asked(app_of(lambda: store)[0], "/metrics"))
    assert (status, b"pip install" in body) == (404, True)


def test_whatever_is_logged_is_one_line_of_json():
    try:
        raise ValueError("a\nb")
    except ValueError:
        record = logging.makeLogRecord({"msg": "it\n%s “ \ud800", "args": ("x",), "exc_info": sys.exc_info(), "run": 5})
    line = JsonLines().format(record)
    assert "\n" not in line
    said = json.loads(line)
    assert said["message"] == "it\nx “ \ud800"
    assert "ValueError: a\nb" in said["error"]
    assert said["run"] == 5


def test_a_process_logs_its_own_its_libraries_and_its_end_as_json():
    script = """
import logging, warnings
library = logging.getLogger("library"); library.addHandler(logging.StreamHandler()); library.propagate = False
from lstm_engine.runs.logs import set_up_logs
set_up_logs()
logging.getLogger("ours").warning("one %d", 1)
library.error("two")
warnings.warn("three")
raise RuntimeError("four")
"""
    environment = {**os.environ, "LSTM_LOG": "json"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["logger"] for line in lines] == ["ours", "library", "py.warnings", "lstm_engine.runs.logs"]
    assert lines[-1]["message"] == "four"
    assert done.returncode == 1
