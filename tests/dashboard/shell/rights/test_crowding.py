"""How much of a server one visitor, one network and all may take."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from dashboard.serving.pools import Pools
from dashboard.shell.rights import crowding, limits, sign_in
from dashboard.shell.rights.asking import MODE_VARIABLE
from dashboard.shell.rights.cookies import SIGN_IN_COOKIE, VISITOR_COOKIE, new_identity, signed, signing_key
from dashboard.shell.rights.crowding import Buckets, Crowding
from dashboard.shell.rights.limits import LIMITS_VARIABLE
from lstm_engine.runs import RunStore
from lstm_engine.runs.store import StoreError
from tests.dashboard.serving.asking import asked
from tests.dashboard.serving.tabs import run_async

PAGE = {"accept": "text/html", "sec_fetch_dest": "document"}


@pytest.fixture(autouse=True)
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MODE_VARIABLE, "shared")
    monkeypatch.setattr(crowding, "memory_in_use", lambda: 50.0)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Sets what time it is."""
    now = [1_000.0]
    monkeypatch.setattr(crowding.time, "monotonic", lambda: now[0])
    return now


async def rest(scope: Any, receive: Any, send: Any) -> None:
    """The app behind: it answers, and holds a connection until the page goes."""
    if scope["type"] == "http":
        await PlainTextResponse("answered")(scope, receive, send)
        return
    await send({"type": "websocket.accept"})
    await receive()


def app_of(get_store: Callable[[], RunStore]) -> Crowding:
    return Crowding(rest, get_store, Pools().feeds)


def cookie_of(store: RunStore) -> str:
    """Of a visitor whom nobody knew."""
    return f"{VISITOR_COOKIE}={signed(signing_key(store), new_identity())}"


@asynccontextmanager
async def open_page(app: Crowding, cookie: str = "", client: str = "10.0.0.1") -> AsyncIterator[bool]:
    """A page's connection while it is open; whether it was let in."""
    answered, gone = asyncio.get_running_loop().create_future(), asyncio.Event()

    async def receive() -> Any:
        await gone.wait()
        return {"type": "websocket.disconnect"}

    async def send(message: Any) -> None:
        answered.set_result(message["type"] == "websocket.accept")

    scope = {"type": "websocket", "path": "/_stcore/stream", "client": (client, 1), "query_string": b""}
    scope["headers"] = [(b"host", b"localhost"), (b"cookie", cookie.encode())]
    task = asyncio.create_task(app(scope, receive, send))
    yield await answered
    gone.set()
    await task


def test_one_visitors_requests_end_and_others_go_on(store: RunStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "requests=5 address_requests=100")
    anna, ben = cookie_of(store), cookie_of(store)
    app = app_of(lambda: store)

    async def ask() -> None:
        found = [(await asked(app, "/api/runs/1/trace", "10.0.0.1", cookie=anna))[0] for _ in range(8)]
        assert found == [200] * 5 + [429] * 3
        assert (await asked(app, "/api/runs/1/trace", "10.0.0.1", cookie=ben))[0] == 200
        *_, body = await asked(app, "/api/runs/1/trace", "10.0.0.1", cookie=anna)
        assert b"You have sent 5 requests in the last minute" in body
        for free in ("/static/js/main.js", "/api/modules@1/browser/dom.js", "/healthz"):
            assert (await asked(app, free, "10.0.0.1", cookie=anna))[0] == 200

    run_async(ask())


def test_without_a_cookie_or_with_made_up_ones_the_network_is_counted(store: RunStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "requests=2 address_requests=6")
    app = app_of(lambda: store)

    async def ask() -> None:
        cookies = [f"{VISITOR_COOKIE}={new_identity()}.{secrets.token_urlsafe(32)}" for _ in range(8)]
        found = [(await asked(app, "/api/x", "10.0.0.1", cookie=cookie))[0] for cookie in cookies]
        assert found == [200] * 6 + [429] * 2
        assert (await asked(app, "/api/x", "10.0.0.2"))[0] == 200

    run_async(ask())


def test_requests_come_back_with_time_and_no_more_than_a_minutes_at_once(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(LIMITS_VARIABLE, "requests=60")
    buckets = Buckets()

    def through(times: int) -> int:
        return sum(buckets.take(("requests", "anna")) is None for _ in range(times))

    assert through(100) == 60
    clock[0] += 10
    assert through(100) == 10
    clock[0] += 3_600
    assert through(100) == 60


def test_made_up_names_without_end_fill_no_memory(clock: list[float], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(crowding, "MOST_KEYS", 5)
    monkeypatch.setenv(LIMITS_VARIABLE, "requests=3")
    buckets = Buckets()
    let_in = sum(buckets.take(("requests", f"{number}")) is None for number in range(50))
    assert let_in == 5 + 3  # the others are counted together
    assert len(buckets._left) <= 6


def test_a_visitor_has_so_many_pages_and_is_told_when_there_is_one_too_many(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(LIMITS_VARIABLE, "pages=2")
    anna, app = cookie_of(store), app_of(lambda: store)

    async def visit() -> None:
        async with open_page(app, anna) as first, open_page(app, anna) as second:
            assert first
            assert second
            assert (await asked(app, "/train", cookie=anna, **PAGE))[0] == 200  # one of them may be loaded anew
            async with open_page(app, anna) as while_the_former_one_ends, open_page(app, anna) as too_many:
                assert while_the_former_one_ends
                assert not too_many
                status, headers, body = await asked(app, "/train", cookie=anna, **PAGE)
                assert (status, headers["cache-control"]) == (429, "no-store")
                assert b"You have 3 pages of this app open, and a visitor may have 2." in body
                assert b"Try again" in body
                assert (await asked(app, "/train", cookie=cookie_of(store), **PAGE))[0] == 200
        assert (await asked(app, "/train", cookie=anna, **PAGE))[0] == 200
        assert not app._open

    run_async(visit())


@pytest.mark.parametrize(
    ("bound", "words"), [("address_pages=1", b"From your network"), ("all_pages=1", b"This server")]
)
def test_a_network_and_a_server_have_so_many(
    store: RunStore, monkeypatch: pytest.MonkeyPatch, bound: str, words: bytes
):
    monkeypatch.setenv(LIMITS_VARIABLE, bound)
    app = app_of(lambda: store)

    async def visit() -> None:
        async with open_page(app, cookie_of(store)), open_page(app, cookie_of(store)):
            status, _, body = await asked(app, "/train", "10.0.0.1", cookie=cookie_of(store), **PAGE)
            assert (status, words in body) == (429, True)
            elsewhere, *_ = await asked(app, "/train", "10.0.0.2", **PAGE)
            assert elsewhere == (429 if bound.startswith("all") else 200)

    run_async(visit())


def test_when_memory_is_nearly_full_nobody_new_comes_and_who_is_there_stays(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
):
    anna, app = cookie_of(store), app_of(lambda: store)

    async def visit() -> None:
        async with open_page(app, anna):
            monkeypatch.setattr(crowding, "memory_in_use", lambda: 97.0)
            status, headers, body = await asked(app, "/train", cookie=cookie_of(store), **PAGE)
            assert (status, "retry-after" in headers) == (503, True)
            assert b"97 % of it are in use" in body
            assert (await asked(app, "/train", cookie=anna, **PAGE))[0] == 200
            assert (await asked(app, "/api/runs/1/trace", cookie=cookie_of(store)))[0] == 200

    run_async(visit())


def test_an_administrator_comes_in_whatever_is_full(store: RunStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "requests=0 address_requests=0 all_pages=0")
    monkeypatch.setattr(sign_in, "key_hash", lambda: "hash of the key")
    store.sign_in(sign_in.hashed("token"), "hash of the key", 100)
    app = app_of(lambda: store)

    async def visit() -> None:
        assert (await asked(app, "/train", cookie=f"{SIGN_IN_COOKIE}=token", **PAGE))[0] == 200
        assert (await asked(app, "/train", cookie=f"{SIGN_IN_COOKIE}=another", **PAGE))[0] == 429

    run_async(visit())


def test_where_everybody_may_do_everything_nothing_is_counted(store: RunStore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(MODE_VARIABLE, "local")
    monkeypatch.setenv(LIMITS_VARIABLE, "requests=0 address_requests=0 pages=0 all_pages=0 memory=0")
    assert run_async(asked(app_of(lambda: store), "/train", **PAGE))[0] == 200


def test_a_store_that_is_away_is_not_asked_for_each_request(clock: list[float]):
    asked_for: list[int] = []

    def away() -> RunStore:
        asked_for.append(1)
        raise StoreError("away")

    app = app_of(away)

    async def ask() -> None:
        for _ in range(20):
            assert (await asked(app, "/train", **PAGE))[0] == 200  # the page says it

    run_async(ask())
    assert len(asked_for) == 1


def test_no_run_is_begun_when_memory_is_nearly_full(acts: Any, monkeypatch: pytest.MonkeyPatch):
    from dashboard.shell.rights import acts as module
    from tests.dashboard.shell.rights.conftest import ANNA, SMALL

    monkeypatch.setattr(module, "memory_in_use", lambda: 95.0)
    with pytest.raises(limits.Problem, match="memory is nearly full: 95 %"):
        acts(ANNA).create(SMALL)
