"""The real server, as strangers meet it."""

import asyncio
import json
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from dashboard.serving import assets
from dashboard.serving.assets import DASHBOARD, module_url
from lstm_engine.runs import PRESETS, Run, RunStore
from tests.benchmarks.hostile import attack
from tests.browser.server import AppServer
from tests.dashboard.serving.test_topics import run_async

pytestmark = pytest.mark.xdist_group("server")
BEGINNINGS = {
    "nothing": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost: localhost\r\n",
    "half a body": b"PUT /_stcore/upload_file/a/b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nx",
    "a body that nobody reads": b"POST /train HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nx",
    "a whole one, then half a head": b"GET /_stcore/health HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HT",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    server = AppServer(tmp_path_factory.mktemp("hostile"))
    RunStore(server.database_url).close()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module", autouse=True)
def half_sent(server: AppServer) -> Iterator[dict[str, socket.socket]]:
    """Requests that never come in whole: begun before all other tests, since they are given up after seconds only."""
    sockets = {}
    for name, beginning in BEGINNINGS.items():
        sockets[name] = socket.create_connection(("127.0.0.1", server.port))
        sockets[name].sendall(beginning)
    yield sockets
    for connection in sockets.values():
        connection.close()


@pytest.fixture(scope="module")
def run(server: AppServer) -> Run:
    with RunStore(server.database_url) as store:
        return store.create(PRESETS["classroom"], "stands", start=False)


def answer(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = urllib.request.Request(url, method=method, headers={k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, dict(response.headers), response.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def closes(line: ClientConnection) -> bool:
    """Whether the server ends the connection, rather than going silent."""
    try:
        while True:
            line.recv(10)
    except ConnectionClosed:
        return True
    except TimeoutError:
        return False


def test_hostile_requests_meet_no_error_that_nobody_expected(server, run):
    statuses = {}

    async def scenario() -> None:
        statuses.update(await attack(server.url, 300, seed=1))

    run_async(scenario())
    assert statuses["200"] > 20
    assert statuses["400"] > 20
    assert not {"500", "no answer", "page failed"} & statuses.keys()
    assert "Traceback" not in server.log.read_text()


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        (f"runs/{2**63}/trace", 404, "missing"),
        (f"runs/{'9' * 5_000}/trace", 404, "missing"),
        ("runs/1/trace?checkpoint=7", 404, "checkpoint_missing"),
        ("runs/1/trace?timestep=x&sequence=%00", 400, "invalid"),
        (f"modules/{'a' * 300}", 404, "missing"),
        ("nothing/here", 404, "missing"),
        ("runs/1/trace.exe", 404, "missing"),
    ],
)
def test_refusals_have_a_kind_and_a_sentence(server, run, path, status, kind):
    code, _, body = answer(f"{server.url}/api/{path}")
    assert (code, json.loads(body)["kind"]) == (status, kind)


def test_a_stretch_of_a_curve_may_reach_beyond_all_steps(server, run):
    code, _, body = answer(f"{server.url}/api/runs/{run.id}/curves?after=1e19&until=-1e300")
    curves = json.loads(body)
    assert (code, curves["loss"]) == (200, {"step": [], "value": []})
    assert not any(curve["step"] for curve in curves.values())


def test_another_sites_page_starts_no_training(server, run):
    paths = ("companion", "far_run")
    for path, headers in product(paths, ({"Origin": "http://evil.example"}, {}, {"Host": "evil.example"})):
        code, _, body = answer(f"{server.url}/api/runs/{run.id}/{path}", "POST", **headers)
        assert (code, json.loads(body)["kind"]) == (403, "untrusted")
    with RunStore(server.database_url) as store:
        assert len([other for other in store.list_runs() if other.settings.variant == "rnn"]) == 0


@pytest.mark.parametrize("path", ["/api/live", "/_stcore/stream"])
@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost.:{port}", "http://127.0.0.1.:{port}"])
def test_another_sites_page_hears_nothing_and_its_refusal_has_the_usual_headers(server, path, origin):
    address = server.url.replace("http", "ws") + path
    with pytest.raises(InvalidStatus) as refused:
        connect(address, origin=origin.format(port=server.port))  # type: ignore[arg-type]
    assert refused.value.response.status_code == 403
    assert "frame-ancestors 'self'" in refused.value.response.headers["Content-Security-Policy"]
    assert refused.value.response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_hidden_frame_of_another_site_has_nothing_computed(server, run):
    frame = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}
    code, _, body = answer(f"{server.url}/api/runs/{run.id}/trace?sequence=anna", **frame)
    assert (code, json.loads(body)["kind"]) == (403, "untrusted")


def test_readers_who_leave_early_leave_nothing_in_the_log(server, run):
    for number in range(12):
        kind = ".csv" if number % 2 else ""
        reader = socket.create_connection(("127.0.0.1", server.port))
        path = f"/api/runs/{run.id}/trace{kind}?sequence={'ab' * (number + 20)}"
        reader.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        time.sleep(0.01 * number)
        reader.close()
    code, _, _ = answer(f"{server.url}/api/runs/{run.id}/trace.csv?sequence=last")
    assert code == 200
    assert "ASGI callable" not in server.log.read_text()
    assert "Traceback" not in server.log.read_text()


def test_pages_and_routes_send_the_usual_headers(server):
    for path in ("/", "/train", "/api/modules/browser/listening.js", "/api/nothing", "/_stcore/health"):
        _, headers, _ = answer(server.url + path)
        headers = {name.lower(): value for name, value in headers.items()}
        assert "frame-ancestors 'self'" in headers["content-security-policy"]
        assert "'unsafe-inline'" not in headers["content-security-policy"].split("style-src")[0]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_modules_are_kept_under_the_address_that_the_pages_name_and_under_no_other(server):
    named = module_url("views/step/browser/main.js")
    for path, kept in ((named, True), (named.replace("@", "@0"), False), (re.sub("@[^/]*", "", named), False)):
        code, headers, body = answer(server.url + path)
        assert (code, "immutable" in {k.lower(): v for k, v in headers.items()}["cache-control"]) == (200, kept)
        assert body == (DASHBOARD / "views/step/browser/main.js").read_bytes()
    # a page that took modules from two addresses would have two of each, and two connections
    naming = [path for path in DASHBOARD.rglob("*.py") if "api/modules" in path.read_text("utf-8")]
    assert naming == [DASHBOARD / "serving" / "assets.py"]


def test_another_content_is_another_address_of_all_modules(monkeypatch, tmp_path):
    (tmp_path / "browser").mkdir()
    for name in ("one", "other"):
        (tmp_path / "browser" / f"{name}.js").write_text(f"// {name}")
    monkeypatch.setattr(assets, "DASHBOARD", tmp_path)
    monkeypatch.setattr(assets, "modules", lambda: frozenset({"browser/one.js", "browser/other.js"}))
    before = module_url("browser/one.js")
    assert module_url("browser/one.js") == before
    (tmp_path / "browser" / "other.js").write_text("// changed")
    assert module_url("browser/one.js") != before


def test_a_connection_that_only_listens_stays_and_one_that_shouts_is_closed(server, run):
    address = server.url.replace("http", "ws") + "/api/live"
    with connect(address) as quiet, connect(address) as loud:
        quiet.send(json.dumps({"listen": f"run/{run.id}", "after": 0, "as": 4}))
        names = set()
        while names < {"run", "pace"}:
            names |= {event["name"] for event in json.loads(quiet.recv(10))}
        loud.send("x" * 10_000)
        assert closes(loud)
        quiet.send("{")
        assert json.loads(quiet.recv(10))[0]["name"] == "refused"


def test_the_live_data_ends_at_once_when_the_server_stops(tmp_path: Path):
    server = AppServer(tmp_path)
    with RunStore(server.database_url) as store:
        run = store.create(PRESETS["classroom"], start=False)
    server.start()
    with connect(server.url.replace("http", "ws") + "/api/live") as tab:
        tab.send(json.dumps({"listen": f"run/{run.id}", "after": 0}))
        tab.recv(10)
        server.stop()
        assert closes(tab)


def test_exports_at_once_are_all_delivered(server, run):
    async def scenario() -> None:
        urls = [f"{server.url}/api/runs/{run.id}/trace.csv?sequence={'a' * (k + 1)}" for k in range(12)]
        found = await asyncio.gather(*(asyncio.to_thread(answer, url) for url in urls))
        for code, headers, body in found:
            assert code == 200
            assert len(body) == int({k.lower(): v for k, v in headers.items()}["content-length"])
        assert len({body.count(b"\n") for _, _, body in found}) == 12

    run_async(scenario())


def test_half_sent_requests_are_given_up(half_sent):
    deadline = time.monotonic() + 40
    for name, connection in half_sent.items():
        connection.settimeout(max(1.0, deadline - time.monotonic()))
        try:
            while connection.recv(4096):
                continue
        except TimeoutError:
            pytest.fail(f"{name}: the connection stands for ever")
        except ConnectionError:
            continue
