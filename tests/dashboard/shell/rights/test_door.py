"""The app's real routes, behind the rights, as strangers ask them: a new one that changes something meets all of it."""

import asyncio
import json
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState

from dashboard.serving.listeners import Listener
from dashboard.serving.pools import Pools
from dashboard.serving.problems import Kind, Problem
from dashboard.shell.rights import sign_in
from dashboard.shell.rights.asking import MODE_VARIABLE
from dashboard.shell.rights.cookies import SIGN_IN_COOKIE, VISITOR_COOKIE, identity_in, signed, signing_key
from dashboard.shell.rights.limits import LIMITS_VARIABLE
from dashboard.shell.rights.serving import Rights, check_listening
from lstm_engine.runs import Run, RunStore
from lstm_engine.runs.store import Owner
from tests.dashboard.serving.tabs import run_async
from tests.dashboard.shell.rights.conftest import ANNA, BEN, GUEST, SMALL
from tests.dashboard.shell.rights.test_acts import everything
from tests.dashboard.shell.rights.test_seen import PRIVATE

KEY = "the key of the class"
STREAM = "/_stcore/stream"
READING = {"GET", "HEAD", "OPTIONS"}
# change nothing of anybody's but one's own browser; each has tests of its own
SIGNING = ("sign_in", "sign_out", "account", "rooms/come_back", "rooms/join")
ROOMS = {"open", "leave", "move", "whereabouts", "lead", "settings", "keep", "take_out", "close"}
QUESTIONS = {
    *("ask", "ask_again", "close_vote", "reveal", "end_vote", "answer"),
    *("add_question", "remove_question", "forget_nicknames"),
}
EXPERIMENTS = {"begin", "freeze", "go_on", "clear", "end", "remove_curve", "show_run", "hide_run", "try"}


def real_routes() -> list[Route]:
    from dashboard.app import routes

    return [route for route in routes if isinstance(route, Route)]


def filled(path: str, run: int) -> str:
    """A route's path with something in its places."""
    values = {"run_id": run, "kind": "csv", "name": "equations.py", "version": "x", "path:path": "x", "rest:path": "x"}
    for name, value in values.items():
        path = path.replace("{" + name + "}", str(value))
    return path


CHANGING = sorted(
    {
        (method, route.path)
        for route in real_routes()
        for method in (route.methods or set()) - READING
        if not route.path.endswith("{rest:path}")
    }
)
OF_A_RUN = sorted({route.path for route in real_routes() if "{run_id}" in route.path})


class Door:
    """The app's routes behind the rights, without a server."""

    def __init__(self, store: RunStore):
        self.store = store
        self.app = Rights(Starlette(routes=real_routes()), lambda: store, Pools().feeds)

    def ask(
        self,
        method: str,
        path: str,
        cookies: dict[str, str] | None = None,
        body: bytes = b"",
        client: str = "10.0.0.1",
        **headers: str,
    ) -> tuple[int, dict[str, list[str]], bytes]:
        """The status, the headers and the body of the answer."""
        held = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
        heads = {"host": "lstm.example", "cookie": held, **{k.replace("_", "-"): v for k, v in headers.items()}}
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in heads.items()],
            "client": (client, 1),
            "server": ("lstm.example", 80),
            "scheme": "http",
        }
        sent: list[dict[str, Any]] = []
        pieces = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if pieces:
                return pieces.pop()
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Any) -> None:
            sent.append(message)

        run_async(self.app(scope, receive, send))
        given: dict[str, list[str]] = {}
        for name, value in sent[0]["headers"]:
            given.setdefault(name.decode(), []).append(value.decode())
        return sent[0]["status"], given, b"".join(message.get("body", b"") for message in sent[1:])

    def cookies(self, identity: str | None) -> dict[str, str]:
        """What a visitor's browser holds."""
        return {} if identity is None else {VISITOR_COOKIE: signed(signing_key(self.store), identity)}


@pytest.fixture
def door(store, monkeypatch) -> Door:
    monkeypatch.setenv(MODE_VARIABLE, "shared")
    monkeypatch.setattr(sign_in, "key_hash", lambda: sign_in.hashed(KEY))
    monkeypatch.setattr("dashboard.app.shared_services", lambda: type("Shared", (), {"store": store}))
    return Door(store)


@pytest.fixture
def annas(store) -> Run:
    return store.create(SMALL, "anna's", start=False, owner=Owner(ANNA.identity, 9))


@pytest.mark.parametrize(("method", "path"), [one for one in CHANGING if not one[1].endswith(SIGNING)], ids=str)
def test_no_route_changes_anything_for_a_stranger(door, store, annas, method, path, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "runs=0 rooms=0")
    before = everything(store)
    for actor, kinds in ((GUEST, {"forbidden"}), (BEN, {"forbidden", "limit"})):
        status, _, body = door.ask(method, filled(path, annas.id) + "?name=x&unit=0", door.cookies(actor.identity))
        assert json.loads(body)["kind"] in kinds, body
        assert status in (403, 429)
    assert everything(store) == before


def test_the_routes_that_change_something_are_these():
    assert {path.rpartition("/")[2] for _, path in CHANGING} == {
        *("companion", "far_run", "unit_names", *ROOMS, *QUESTIONS, *EXPERIMENTS),
        *(path.rpartition("/")[2] for path in SIGNING),
    }


@pytest.mark.parametrize("path", OF_A_RUN)
def test_no_route_says_anything_of_what_another_brought(door, store, path):
    private = store.create(PRIVATE, start=False, owner=Owner(ANNA.identity, 9))
    asked = filled(path, private.id)
    for actor in (GUEST, BEN):
        status, _, body = door.ask("GET", asked, door.cookies(actor.identity))
        assert (status, json.loads(body)["kind"]) == (403, "forbidden"), body
    if path.endswith(("checkpoints", "beside", "unit_names")):
        assert door.ask("GET", asked, door.cookies(ANNA.identity))[0] == 200
        public = store.create(SMALL, start=False)
        assert door.ask("GET", filled(path, public.id))[0] == 200


def test_lists_beside_a_run_hold_what_whoever_asks_may_see(door, store):
    mine, hers = (store.create(PRIVATE, start=False, owner=Owner(a.identity, 9)) for a in (BEN, ANNA))
    path = f"/api/runs/{mine.id}/beside"
    assert json.loads(door.ask("GET", path, door.cookies(BEN.identity))[2])["runs"] == []
    status, _, body = door.ask("GET", f"{path}?run={hers.id}", door.cookies(BEN.identity))
    assert (status, "holds what somebody brought" in json.loads(body)["error"]) == (404, True)
    token = {SIGN_IN_COOKIE: sign_in.token_for(store, KEY, "")}
    assert [run["run"] for run in json.loads(door.ask("GET", path, token)[2])["runs"]] == [hers.id]


def test_a_page_brings_an_identity_to_whom_has_none_and_leaves_it_to_whom_has_one(door, store, monkeypatch):
    page = {"accept": "text/html"}
    headers = door.ask("GET", "/api/glossary", **page)[1]
    (given,) = headers["set-cookie"]
    assert headers["cache-control"] == ["private, no-store"]
    assert {"HttpOnly", "SameSite=Lax"} <= set(given.split("; "))
    name, _, value = given.partition(";")[0].partition("=")
    identity = identity_in(signing_key(store), {name: value})
    assert identity is not None
    assert "set-cookie" not in door.ask("GET", "/api/glossary", {name: value}, **page)[1]
    for tampered in (value[:-1], value.replace(".", "x."), "x" * 22 + value[22:], ""):
        assert "set-cookie" in door.ask("GET", "/api/glossary", {name: tampered}, **page)[1]
    assert "set-cookie" not in door.ask("GET", "/api/glossary")[1]  # nobody's page
    secure = door.ask("GET", "/api/glossary", **page, x_forwarded_proto="https")[1]["set-cookie"][0]
    assert "Secure" in secure
    monkeypatch.setenv(MODE_VARIABLE, "local")
    assert "set-cookie" not in door.ask("GET", "/api/glossary", **page)[1]


def test_where_one_visitor_may_do_everything_routes_are_as_they_were(door, store, annas, monkeypatch):
    monkeypatch.setenv(MODE_VARIABLE, "local")
    private = store.create(PRIVATE, start=False, owner=Owner(ANNA.identity, 9))
    assert door.ask("GET", f"/api/runs/{private.id}/checkpoints")[0] == 200
    status, _, body = door.ask("POST", f"/api/runs/{annas.id}/unit_names?name=mine&layer=1&unit=1")
    assert (status, json.loads(body)["name"]) == (200, "mine")
    assert store.unit_notes(annas.id)[0].name == "mine"


def test_the_administrator_signs_in_and_leaves_and_a_kept_token_is_then_worth_nothing(door, store, annas):
    rename = f"/api/runs/{annas.id}/unit_names?name=taken&layer=1&unit=1"
    status, given, _ = door.ask("POST", "/api/sign_in", body=json.dumps({"key": KEY}).encode())
    assert status == 200
    (made,) = given["set-cookie"]
    assert {"HttpOnly", "SameSite=Strict"} <= set(made.split("; "))
    name, _, token = made.partition(";")[0].partition("=")
    assert name == SIGN_IN_COOKIE
    assert door.ask("POST", rename, {name: token})[0] == 200
    assert door.ask("POST", rename, {name: token[:-1]})[0] == 403
    assert door.ask("POST", rename, {name: sign_in.hashed(token)})[0] == 403
    _, left, _ = door.ask("POST", "/api/sign_out", {name: token})
    assert f"{name}=;" in left["set-cookie"][0]
    assert "Max-Age=0" in left["set-cookie"][0]
    assert door.ask("POST", rename, {name: token})[0] == 403  # replayed


def test_guessing_the_key_by_its_route_ends(door, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "guesses=3")
    guesses = [door.ask("POST", "/api/sign_in", body=b'{"key": "guess"}') for _ in range(4)]
    assert [status for status, *_ in guesses] == [403, 403, 403, 429]
    assert all("set-cookie" not in given for _, given, _ in guesses)
    assert door.ask("POST", "/api/sign_in", body=json.dumps({"key": KEY}).encode())[0] == 429
    assert door.ask("POST", "/api/sign_in", body=b"{" * 9_999, client="10.0.0.2")[0] == 413
    assert door.ask("GET", f"/api/sign_in?key={KEY.replace(' ', '+')}", client="10.0.0.2")[0] in (404, 405)


@pytest.mark.parametrize(("mode", "path"), [("shared", STREAM), ("local", STREAM), ("shared", "/x")])
def test_a_stranger_gives_no_orders_of_a_developers(store, monkeypatch, mode, path):
    monkeypatch.setenv(MODE_VARIABLE, mode)
    page = BackMsg(rerun_script=ClientState(page_name="train")).SerializeToString()
    orders = [BackMsg(clear_cache=True), BackMsg(set_run_on_save=True), BackMsg(debug_shutdown_runtime=True)]
    sent = [*(order.SerializeToString() for order in orders), page, b"\xff no message", b""]
    waiting = [{"type": "websocket.receive", "bytes": data} for data in sent] + [{"type": "websocket.disconnect"}]
    heard: list[bytes] = []

    async def app(_scope: Any, receive: Any, _send: Any) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            heard.append(message["bytes"])

    async def receive() -> dict[str, Any]:
        return waiting.pop(0)

    scope = {"type": "websocket", "path": path, "headers": [], "client": ("10.0.0.1", 1)}
    run_async(Rights(app, lambda: store, Pools().feeds)(scope, receive, None))  # type: ignore[arg-type]
    assert heard == (sent[3:] if (mode, path) == ("shared", STREAM) else sent)


class Line:
    """A listener's connection."""

    def __init__(self, cookies: dict[str, str]):
        self.cookies, self.headers, self.client = cookies, {}, None


@pytest.mark.parametrize("name", ["run/{}", "run/0{}", "run/" + "0" * 18 + "{}"])
def test_nobody_listens_to_what_another_brought(door, store, name, monkeypatch):
    private = store.create(PRIVATE, start=False, owner=Owner(ANNA.identity, 9))
    text = json.dumps({"listen": name.format(private.id), "as": 1})

    def listens(cookies: dict[str, str]) -> None:
        run_async(check_listening(lambda: store, Pools().feeds, Line(cookies), text))  # type: ignore[arg-type]

    with pytest.raises(Problem) as refused:
        listens(door.cookies(BEN.identity))
    assert refused.value.kind is Kind.FORBIDDEN
    listens(door.cookies(ANNA.identity))
    monkeypatch.setenv(MODE_VARIABLE, "local")
    listens({})


def test_what_a_listener_is_refused_they_are_told_and_hear_nothing_of():
    class Nothing:
        closed = False

        def join(self, *_: object) -> None:
            raise AssertionError("it was joined")

    told: list[str] = []

    async def scenario() -> None:
        listener = Listener(Nothing(), None)  # type: ignore[arg-type]
        listener.hear('{"listen": "run/1", "as": 4}', Problem("That is not yours to see.", Kind.FORBIDDEN))
        told.extend(listener._refusals)

    run_async(scenario())
    (said,) = told
    assert '"to":4' in said
    assert '"kind":"forbidden"' in said
