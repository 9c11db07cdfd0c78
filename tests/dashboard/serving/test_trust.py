import asyncio

import pytest
import streamlit as st
from starlette.responses import PlainTextResponse

from dashboard.serving.patience import Patience, nameable
from dashboard.serving.problems import Problem
from dashboard.serving.trust import FOREIGN, STALE, UNKNOWN_HOST, complaint, is_local, same_origin, server_token
from tests.dashboard.serving.test_topics import run_async


@pytest.fixture
def listening(monkeypatch):
    """Sets at which address the server listens, and which other names it answers to."""

    def listen(address: str | None, allowed: list[str] | None = None, cors: bool = True, secret: str = "") -> None:
        options = {
            "server.address": address,
            "server.allowedHosts": allowed or [],
            "server.enableCORS": cors,
            "server.corsAllowedOrigins": [],
            "server.baseUrlPath": "",
            "server.cookieSecret": secret,
        }
        monkeypatch.setattr(st, "get_option", options.__getitem__)

    return listen


def asked(method: str = "GET", path: str = "/api/runs/1/trace", kind: str = "http", **headers: str) -> str | None:
    heads = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return complaint({"type": kind, "method": method, "path": path, "headers": heads})


def test_servers_with_one_cookie_secret_take_each_others_token_and_no_other(listening):
    """A page whose server is gone goes on with another."""
    tokens = []
    for secret in ("of the school", "of the school", "of another"):
        server_token.cache_clear()  # another process
        listening("localhost", secret=secret)
        tokens.append(server_token())
    server_token.cache_clear()
    assert tokens[0] == tokens[1] != tokens[2]
    assert "of the school" not in tokens[0]


def test_what_changes_something_needs_our_origin_and_the_token(listening):
    listening("localhost")
    own = {"host": "localhost:8501", "origin": "http://localhost:8501", "x_lstm_token": server_token()}
    post = {"method": "POST", "path": "/api/runs/1/companion"}
    assert asked(**post, **own) is None
    assert asked(**post, **{**own, "origin": "http://evil.example"}) == FOREIGN
    assert asked(**post, **{**own, "origin": "http://localhost:3000"}) == FOREIGN  # another app of this machine
    assert asked(**post, **{**own, "origin": "null"}) == FOREIGN
    assert asked(**post, **{**own, "x_lstm_token": "guessed"}) == STALE
    assert asked(**post, **{**own, "x_lstm_token": "é" * 9}) == STALE
    assert asked(**post, host="localhost:8501") == STALE


def test_streamlit_is_asked_by_our_own_pages_too(listening):
    listening("localhost")
    own = {"host": "localhost:8501", "origin": "http://localhost:8501"}
    for path in ("/_stcore/stream", "/api/live"):
        assert asked(path=path, kind="websocket", **own) is None
        assert asked(path=path, kind="websocket", **{**own, "origin": "http://evil.example"}) == FOREIGN
    assert asked("PUT", "/_stcore/upload_file/a/b", **own) is None
    assert asked("PUT", "/_stcore/upload_file/a/b", **{**own, "origin": "http://evil.example"}) == FOREIGN


def test_a_name_that_was_made_to_point_here_is_refused(listening):
    listening("localhost")
    rebound = {"host": "evil.example:8501", "origin": "http://evil.example:8501"}
    assert asked(**rebound) == UNKNOWN_HOST
    assert asked(path="/", host="") == UNKNOWN_HOST
    assert asked(path="/_stcore/stream", kind="websocket", **rebound) == UNKNOWN_HOST
    listening(None)  # a hosted service, which has a name that we do not know
    assert asked(host="lstm.example") is None
    listening("127.0.0.1", allowed=["lstm.example"])  # behind a proxy; Streamlit itself then checks the names
    assert asked(host="lstm.example") is None


@pytest.mark.parametrize("site", ["cross-site", "Cross-Site", "same-site", "SAME-SITE"])
@pytest.mark.parametrize("mode", ["no-cors", "navigate", "NAVIGATE"])
def test_another_sites_page_has_nothing_computed_but_a_link_leads_to_our_pages(listening, site, mode):
    listening(None)
    assert asked(host="lstm.example", sec_fetch_site=site, sec_fetch_mode=mode) == FOREIGN
    assert asked(path="/train", host="lstm.example", sec_fetch_site=site, sec_fetch_mode=mode) is None


@pytest.mark.parametrize("site", ["same-origin", "none", "Same-Origin"])
def test_our_own_pages_and_who_types_an_address_are_answered(listening, site):
    listening(None)
    assert asked(host="lstm.example", sec_fetch_site=site, sec_fetch_mode="navigate") is None


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("https://lstm.example", "lstm.example", True),
        ("https://lstm.example", "lstm.example:443", True),
        ("https://lstm.example", "lstm.example.", False),
        ("http://localhost.:8501", "localhost:8501", False),
        ("http://localhost:8501/", "localhost:8501", False),
        ("http://localhost:8501#x", "localhost:8501", False),
        ("https://lstm.example:444", "lstm.example", False),
        ("http://[::1]:8501", "[::1]:8501", True),
        ("http://[::", "[::", False),
        ("file://", "", False),
        ("http://lstm.example@evil.example", "lstm.example", False),
        ("http://a:b", "a:b", False),
        (None, "lstm.example", True),
    ],
)
def test_origins_are_compared_as_browsers_do(listening, origin, host, same):
    listening(None)
    assert same_origin(origin, host) is same


def test_who_trusts_a_proxy_with_origins_says_so_as_to_streamlit(listening):
    listening(None, cors=False)
    assert same_origin("https://outside.example", "inside:8501")


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1:8501", "127.1.2.3", "[::1]:80", "a.localhost"])
def test_this_machine_has_these_names(host):
    assert is_local(host)


@pytest.mark.parametrize(
    "host",
    [
        *("", "evil.example", "localhost.evil.example", "0.0.0.0", "[::", "192.168.1.5", "a:b:c", "localhost."),
        *("evil@localhost", "localhost#x", "localhost/evil", "localhost?x", "localhost\\evil", "localhost\n"),
        *(" localhost", "localhost:", "localhost:a", "localhost, evil"),
    ],
)
def test_and_none_of_these(host):
    assert not is_local(host)


@pytest.mark.parametrize("path", ["/a/" + "b" * 300, "/" + "a/" * 600, "/a\0b", "/a\nb", "/" + "é" * 120, "/\ud800"])
def test_paths_that_no_file_can_have_are_not_looked_up(path):
    assert not nameable(path)
    assert nameable("/api/modules/views/step/browser/main.js")


def test_a_body_that_stops_coming_is_given_up(monkeypatch):
    monkeypatch.setattr("dashboard.serving.patience.PIECE_SECONDS", 0.05)
    sent = []

    async def app(scope, receive, send):
        while (await receive())["more_body"]:
            continue
        await PlainTextResponse("whole")(scope, receive, send)

    async def scenario() -> None:
        pieces = iter([{"type": "http.request", "body": b"a", "more_body": True}])

        async def receive():
            piece = next(pieces, None)
            if piece is None:
                await asyncio.Event().wait()
            return piece

        async def send(message):
            sent.append(message)

        await Patience(app)({"type": "http", "path": "/", "method": "POST", "headers": []}, receive, send)

    run_async(scenario())
    assert sent[0]["status"] == 408
    assert b"did not come in whole" in sent[1]["body"]


def test_problems_in_the_middle_of_a_response_are_not_answered_twice():
    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise Problem("too late")

    async def scenario() -> None:
        async def send(_message):
            return None

        with pytest.raises(Problem):
            await Patience(app)({"type": "http", "path": "/"}, send, send)

    run_async(scenario())
