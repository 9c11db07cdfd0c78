from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lstm_engine.runs import Run, RunStore
from tests.browser.server import AppServer
from tests.browser.step_view import SETTINGS

expect.set_options(timeout=15_000)  # two servers and two browsers share the cores with what they test


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """One server for the tests that do not break it; each makes a run of its own."""
    server = AppServer(tmp_path_factory.mktemp("app"))
    RunStore(server.database_url).close()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AppServer]:
    """A server of the test's own, not started yet."""
    server = AppServer(tmp_path)
    yield server
    if server.process is not None and server.process.poll() is None:
        server.stop()


@pytest.fixture
def store(shared_server: AppServer) -> Iterator[RunStore]:
    store = RunStore(shared_server.database_url)
    yield store
    store.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages; an error thrown in the page fails the test.

    Playwright waits for expressions by ``eval``, which our pages forbid: that policy has a test of its own.
    """
    pages: list[Page] = []
    errors: list[str] = []

    def open_page(url: str, **options: object) -> Page:
        page = browser.new_page(**{"viewport": {"width": 1440, "height": 900}, "bypass_csp": True, **options})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_default_timeout(15_000)
        page.goto(url)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert not errors


@pytest.fixture
def run(store: RunStore) -> Iterator[Run]:
    """A run of two small layers, not started."""
    run = store.create(SETTINGS, "to step", start=False)
    yield run
    store.delete(run.id)


@pytest.fixture
def open_step(shared_server: AppServer, open_page: Callable[..., Page], run: Run) -> Callable[..., Page]:
    """Opens the Step page on that run with more in its address, and waits until it is drawn."""

    def open_step(query: str, **options: object) -> Page:
        page = open_page(f"{shared_server.url}/step?run={run.id}&{query}", **options)
        page.wait_for_selector(".strip button")
        return page

    return open_step
