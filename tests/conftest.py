"""What all tests share."""

import gc
import os
import tempfile
import time
from pathlib import Path

# more test processes than cores: further threads would only wait for each other, which made some ten times slower
for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

from collections.abc import Iterator  # noqa: E402

import pytest  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from tests.browser import chromium  # noqa: E402

LONGEST_COLLECTION = 60.0  # seconds that the other processes wait for the first
LONGEST = {"test_survival.py", "test_hung_workers.py", "test_tabs.py"}


def pytest_configure(config: pytest.Config) -> None:
    """The first process compiles what it imports; if all began at once, each would compile all of it."""
    if worker_of(config) not in ("gw0", None):
        first_is_through, patience = collected(config), time.monotonic() + LONGEST_COLLECTION
        while not first_is_through.exists() and time.monotonic() < patience:
            time.sleep(0.1)


def worker_of(config: pytest.Config) -> str | None:
    return str(config.workerinput["workerid"]) if hasattr(config, "workerinput") else None


def collected(config: pytest.Config) -> Path:
    """A file that is there once the first process of this run has collected."""
    return Path(tempfile.gettempdir(), f"collected-{config.workerinput['testrunuid']}")  # type: ignore[attr-defined]


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: they wait much, and at the end one process would wait with nothing beside it.

    Those that look at the same pages go to one process, which opens these once.
    """
    items.sort(key=lambda item: item.path.name not in LONGEST)
    for item in items:
        if "look" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("look"))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected stays: looking whether it is garbage took a twelfth of the processor's time."""
    gc.collect()
    gc.freeze()
    if worker_of(session.config) == "gw0":
        collected(session.config).touch()


def pytest_unconfigure(config: pytest.Config) -> None:
    if worker_of(config) == "gw0":
        collected(config).unlink(missing_ok=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, for pages of the app and for its modules alone."""
    path = chromium.find()
    assert path, "Chromium is missing: run `make test`, or tests/browser/chromium.py --install"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield browser
        browser.close()
