import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, ViewportSize, expect

from lstm_engine.runs import Run, RunStore, Status, StoreError
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.training.worker import HEARTBEAT_SECONDS
from tests.browser.server import AppServer
from tests.browser.step_view import SETTINGS, turn_to

SCREEN: ViewportSize = {"width": 1440, "height": 900}
MOST_VISITED = 25  # addresses of a tab that is handed on; a browser keeps 50
PATIENCE = 30_000  # milliseconds: several servers and browsers share the cores with what they test
expect.set_options(timeout=PATIENCE)


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
        server.stop(kill=True)  # its workers follow; to take leave takes longer


@pytest.fixture
def store(shared_server: AppServer) -> Iterator[RunStore]:
    """The store of the shared server; what a test leaves training would keep the next one's runs waiting for a core."""
    store = RunStore(shared_server.database_url)
    yield store
    for run in store.list_runs():
        if run.status in (Status.TRAINING, Status.QUEUED):
            store.delete(run.id)
    store.close()


@pytest.fixture(scope="session")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """What the pages of all tests share: what was fetched once is not fetched again for each."""
    context = browser.new_context(viewport=SCREEN, bypass_csp=True)
    yield context
    context.close()


class Pages:
    """Pages of one browser window, of which the tests of a process hand one on.

    They live in the process of a page that opens the others, which need not compile every script anew for each; and
    opening a document in one that is there costs a third less than in a new one.
    """

    def __init__(self, window: BrowserContext, health: str):
        self.window, self.health = window, health
        self.opener = window.new_page()
        self.opener.goto(health)
        self.idle: Page | None = None

    def new(self) -> Page:
        with self.opener.expect_popup() as opened:
            self.opener.evaluate("void window.open('about:blank')")
        return opened.value

    def take(self) -> Page:
        """The idle page as a new one would be, or a new one."""
        page, self.idle = self.idle, None
        return page or self.new()

    def give(self, page: Page) -> None:
        """Leave a page to the next test: what its tab remembers is forgotten, but for the visited addresses."""
        page.goto(self.health)
        if page.evaluate("history.length") > MOST_VISITED:
            page.close()
            return
        page.evaluate("sessionStorage.clear()")
        page.emulate_media(media="null", color_scheme="null", reduced_motion="null", forced_colors="null")
        page.mouse.move(0, 0)
        self.idle = page


@pytest.fixture(scope="session")
def pages(window: BrowserContext, shared_server: AppServer) -> Pages:
    return Pages(window, f"{shared_server.url}/_stcore/health")


class Others:
    """Windows of other people's browsers, with a mouse or with a finger; each is handed on when its test is done.

    The first page of each costs three times as much as the others, so its tests share a process: the group "others".
    """

    def __init__(self, browser: Browser, health: str):
        self.browser, self.health = browser, health
        self.idle: dict[bool, list[Pages]] = {False: [], True: []}  # by whether it is touched

    def take(self, has_touch: bool) -> Pages:
        if self.idle[has_touch]:
            return self.idle[has_touch].pop()
        return Pages(self.browser.new_context(viewport=SCREEN, bypass_csp=True, has_touch=has_touch), self.health)

    def give(self, pages: Pages, has_touch: bool) -> None:
        """As somebody new, whom no server knows."""
        pages.window.clear_cookies()
        pages.opener.evaluate("localStorage.clear()")
        self.idle[has_touch].append(pages)


@pytest.fixture(scope="session")
def others(browser: Browser, shared_server: AppServer) -> Others:
    return Others(browser, f"{shared_server.url}/_stcore/health")


@pytest.fixture
def open_page(request: pytest.FixtureRequest, pages: Pages, others: Others) -> Iterator[Callable[..., Page]]:
    """Opens pages; an error thrown in the page fails the test. ``apart=True`` opens one as another person's browser.

    Whoever adds scripts, routes or answers to dialogs begins with ``about:blank``: no later test gets that page.
    Playwright waits for expressions by ``eval``, which our pages forbid: that policy has a test of its own.
    """
    opened: list[Page] = []
    handed_on: list[tuple[Pages, Page]] = []
    apart_of_all: list[tuple[Pages, bool]] = []
    errors: list[str] = []

    def note(error: Error) -> None:
        errors.append(str(error))

    def open_page(
        url: str,
        viewport: ViewportSize = SCREEN,
        apart: bool = False,
        has_touch: bool = False,
        **media: Any,
    ) -> Page:
        of = pages
        if apart or has_touch:
            of = others.take(has_touch)
            apart_of_all.append((of, has_touch))
        page = of.new() if url == "about:blank" else of.take()
        page.set_viewport_size(viewport)
        if url != "about:blank":
            handed_on.append((of, page))
        page.emulate_media(**media)
        page.on("pageerror", note)
        page.set_default_timeout(PATIENCE)
        page.goto(url)
        opened.append(page)
        return page

    failed = request.session.testsfailed
    yield open_page
    went_well = request.session.testsfailed == failed
    for page in opened:
        of = next((of for of, its in handed_on if its is page), None)
        if of and of.idle is None and not page.is_closed() and went_well:
            page.remove_listener("pageerror", note)
            of.give(page)
        else:
            page.close()
    for of, has_touch in apart_of_all:
        if went_well:
            others.give(of, has_touch)
        else:
            of.window.close()
    assert not errors


@pytest.fixture
def hold(store: RunStore) -> Iterator[Callable[[int], str]]:
    """Takes a run up as a worker does, with a sign of life now and then: slow pages do not end the lease."""
    done = threading.Event()
    threads: list[threading.Thread] = []

    def beat(run_id: int, lease: str) -> None:
        with suppress(StoreError):  # the test is done with the run
            while not done.wait(HEARTBEAT_SECONDS):
                store.record(run_id, lease)

    def hold(run_id: int) -> str:
        lease = new_lease()
        assert store.acquire(run_id, lease)
        threads.append(threading.Thread(target=beat, args=(run_id, lease)))
        threads[-1].start()
        return lease

    yield hold
    done.set()
    for thread in threads:
        thread.join()


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


@pytest.fixture(scope="session")
def kept_run(shared_server: AppServer) -> Run:
    """A run as ``run`` gives it, for tests that change nothing of it."""
    with RunStore(shared_server.database_url) as store:
        return store.create(SETTINGS, "to step", start=False)


class Kept:
    """Pages of the step view that several tests look at, one after the other, and the errors thrown in them."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.errors: list[str] = []

    def drop(self) -> None:
        while self.pages:
            self.pages.popitem()[1].close()


@pytest.fixture(scope="session")
def kept(window: BrowserContext) -> Iterator[Kept]:
    kept = Kept()
    yield kept
    kept.drop()


@pytest.fixture
def look(
    request: pytest.FixtureRequest, shared_server: AppServer, pages: Pages, kept: Kept, kept_run: Run
) -> Iterator[Callable[[str], Page]]:
    """Opens an address of the Step page in a page that may be there already, as the browser's Back does.

    All that stands in the address is as it says, the rest as it begins, and nothing can be undone. For tests that
    ask by keys and look; whoever fills in fields or changes what the address does not tell takes ``open_step``.
    There is a page for each sequence, since another one would be told to the page's script. A panel that is not in
    view may still hold what it last showed, unseen.
    """

    def look(query: str) -> Page:
        address = f"{shared_server.url}/step?run={kept_run.id}&{query}"
        (sequence,) = parse_qs(query)["sequence"]
        if sequence in kept.pages:
            turn_to(kept.pages[sequence], address)
            return kept.pages[sequence]
        page = kept.pages[sequence] = pages.new()
        page.set_viewport_size(SCREEN)
        page.on("pageerror", lambda error: kept.errors.append(str(error)))
        page.set_default_timeout(PATIENCE)
        page.goto(address)
        page.wait_for_selector(".strip button")
        return page

    failed = request.session.testsfailed
    yield look
    errors, kept.errors[:] = list(kept.errors), []
    if errors or request.session.testsfailed > failed:
        kept.drop()
    assert not errors
