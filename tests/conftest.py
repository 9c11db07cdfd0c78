"""What all tests share."""

import gc
import os

# more test processes than cores: further threads would only wait for each other, which made some ten times slower
for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

from collections.abc import Iterator  # noqa: E402

import pytest  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

from tests.browser import chromium  # noqa: E402

LONGEST = {"test_survival.py", "test_hung_workers.py", "test_tabs.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: they wait much, and at the end one process would wait with nothing beside it."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


def pytest_collection_finish() -> None:
    """What was imported and collected stays: looking whether it is garbage took a twelfth of the processor's time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, for pages of the app and for its modules alone."""
    path = chromium.find()
    assert path, "Chromium is missing: run `make test`, or tests/browser/chromium.py --install"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield browser
        browser.close()
