"""Several app servers behind a real nginx: spread, kept together, and one of them killed."""

import asyncio
import signal
import socket
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Page
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from lstm_engine.runs import PRESETS, RunStore
from lstm_engine.runs.lease import lease_process
from tests.browser.school import COOKIE_SECRET, TOKEN, School, nginx

STUDENTS = 40  # behind one address
BACK_SECONDS = 10.0
Found = TypeVar("Found")
NOTHING_KEPT = urllib.request.build_opener()


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    if nginx() is None:
        pytest.skip("nginx is missing, so several servers behind it cannot be tried: apt-get install nginx")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "LSTM_MODE": "shared",
            "LSTM_METRICS_TOKEN": TOKEN,
            "LSTM_PROCESSES": "1",
            "STREAMLIT_SERVER_COOKIE_SECRET": COOKIE_SECRET,
            "FORWARDED_ALLOW_IPS": "127.0.0.1",
        }.items():
            environment.setenv(name, value)
        school = School(tmp_path_factory.mktemp("school"), port)
        yield school
        school.stop()


def first_page(school: School) -> str:
    """The cookie that somebody's first page brings."""
    request = urllib.request.Request(f"{school.url}/train", headers={"Accept": "text/html"})
    with NOTHING_KEPT.open(request, timeout=20) as response:
        cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("lstm_visitor=")
    return str(cookie.partition(";")[0])


async def enter(school: School, cookie: str) -> tuple[ClientConnection, str]:
    """A page's connection, and what its browser is told of where it is kept."""
    line = await connect(
        f"{school.url.replace('http', 'ws')}/_stcore/stream",
        additional_headers={"Cookie": cookie},
        subprotocols=[Subprotocol("streamlit")],
        max_size=2**24,
    )
    assert line.response is not None
    kept = line.response.headers["Set-Cookie"]
    assert kept.startswith("lstm_server=")
    return line, str(kept.partition(";")[0])


async def come_back(school: School, cookie: str) -> tuple[ClientConnection, str, float]:
    """As a browser does that lost its connection; how long that took as well."""
    began = time.monotonic()
    while True:
        try:
            return *await enter(school, cookie), time.monotonic() - began
        except Exception:
            assert time.monotonic() - began < BACK_SECONDS, "nobody took it"
            await asyncio.sleep(0.1)


def in_a_loop(scenario: Coroutine[Any, Any, Found]) -> Found:
    """In a thread of its own: Playwright has a running event loop in this one."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(asyncio.run, scenario).result()


def step_of(page: Page) -> int:
    return int(page.locator(".lstm-curves").get_attribute("data-step") or 0)


def trainer_of(school: School, store: RunStore, number: int) -> str:
    """The server whose process trains the run."""
    lease = store.get(number).lease
    assert lease
    process = lease_process(lease)
    parent = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return next(name for name, server in school.servers.items() if server.process and server.process.pid == parent)


def server_of(page: Page) -> str:
    """The server that a page is kept with."""
    return next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "lstm_server")


@pytest.mark.thorough
def test_a_class_is_spread_kept_together_and_back_when_its_server_is_killed(
    school: School, open_page: Callable[..., Page]
):
    settings = replace(PRESETS["classroom"], hidden_size=8, batch_size=4, end_step=200_000, pace=40.0)
    with RunStore(school.database_url) as store:
        number = store.create(settings, "of the class").id
        address = f"{school.url}/train?run={number}"

        # inside is not for those outside
        assert school.status(f"{school.url}/readyz") == school.status(f"{school.url}/metrics") == 404
        assert all(school.status(f"{server.url}/readyz") == 200 for server in school.servers.values())

        # pages on both servers, live
        pages: dict[str, Page] = {}
        for _ in range(12):
            page = open_page(address, apart=True)
            page.wait_for_selector(".lstm-curves[data-step]")
            pages.setdefault(server_of(page), page)
            if len(pages) == 2:
                break
        assert sorted(pages) == ["app1", "app2"]
        for page in pages.values():
            reached = step_of(page)
            page.wait_for_function(f"+document.querySelector('.lstm-curves').dataset.step > {reached + 20}")

        # a class behind one address, and the server dies that trains
        victim = trainer_of(school, store, number)
        (other,) = set(school.servers) - {victim}

        async def class_comes_and_its_server_dies() -> tuple[Counter[str], Counter[str], float, float]:
            cookies = [await asyncio.to_thread(first_page, school) for _ in range(STUDENTS)]
            came = [await enter(school, cookie) for cookie in cookies]
            spread = Counter(kept for _, kept in came)
            assert sum(school.metric("lstm_sessions", name) for name in school.servers) >= STUDENTS
            for (_, kept), cookie in list(zip(came, cookies, strict=True))[:8]:
                for held in (cookie, f"{cookie}; {kept}"):  # with the second cookie or without
                    line, again = await enter(school, held)
                    assert again == kept
                    await line.close()
            killed = time.monotonic()
            school.servers[victim].stop(kill=True)
            lost = [at for at, (_, kept) in enumerate(came) if kept == f"lstm_server={victim}"]
            for at in lost:
                await asyncio.wait_for(came[at][0].wait_closed(), BACK_SECONDS)
            back = await asyncio.gather(*(come_back(school, f"{cookies[at]}; {came[at][1]}") for at in lost))
            for line, *_ in back:
                await line.close()
            for line, _ in came:
                await line.close()
            return spread, Counter(kept for _, kept, _ in back), max(seconds for *_, seconds in back), killed

        at_death = step_of(pages[victim])
        spread, moved, longest, killed = in_a_loop(class_comes_and_its_server_dies())
        assert min(spread.values()) >= 5
        assert sum(spread.values()) == STUDENTS
        assert list(moved) == [f"lstm_server={other}"]

        # the page of a real browser, and the training, which the other server takes up
        page = pages[victim]
        while server_of(page) != other or not page.locator("[data-test-connection-state=CONNECTED]").count():
            assert time.monotonic() < killed + BACK_SECONDS
            page.wait_for_timeout(100)
        back = time.monotonic() - killed
        page.wait_for_function(f"+document.querySelector('.lstm-curves')?.dataset.step > {at_death + 40}")
        print(f"spread {dict(spread)}; the last student was back {longest:.2f} s after the connection was lost,")
        print(
            f"a browser's page {back:.1f} s after the server was killed, with the run {time.monotonic() - killed:.1f} s"
        )

        # whoever moved stays, when the first server is back
        school.servers[victim].start()
        time.sleep(0.2)

        async def stays() -> None:
            line, kept = await enter(school, f"{first_page(school)}; lstm_server={other}")
            await line.close()
            assert kept == f"lstm_server={other}"

        in_a_loop(stays())
        assert store.get(number).step > at_death


@pytest.mark.thorough
def test_servers_lose_and_find_their_database(school: School):
    """They live meanwhile, and are given no work."""
    places = [server.url for server in school.servers.values()]
    for server in school.servers.values():
        if server.process is None or server.process.poll() is not None:
            server.start()
    with RunStore(school.database_url) as store:
        number = store.create(PRESETS["classroom"], "kept", start=False).id
    school.postgres.process.send_signal(signal.SIGINT)  # whoever is connected is cut off
    deadline = time.monotonic() + 30
    while any(school.status(f"{url}/readyz") != 503 for url in places):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert all(school.status(f"{url}/healthz") == 200 for url in places)
    school.postgres.process.wait(timeout=30)
    school.postgres.start()
    while any(school.status(f"{url}/readyz") != 200 for url in places):
        assert time.monotonic() < deadline + 30
        time.sleep(0.1)
    with RunStore(school.database_url) as store:
        assert store.get(number).name == "kept"
