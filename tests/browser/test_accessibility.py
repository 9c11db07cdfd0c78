"""axe-core's rules for WCAG 2.1 A and AA, on every page and in every panel of the step view, in light and dark."""

import time
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from lstm_engine.runs import Run, RunStore, Status
from tests.browser.server import AppServer
from tests.browser.step_view import SETTINGS, in_both_themes

OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}


@pytest.fixture(scope="module")
def runs(shared_server: AppServer) -> Iterator[list[Run]]:
    """Two runs that have something to show on every page."""
    with RunStore(shared_server.database_url) as store:
        runs = [store.create(SETTINGS, name) for name in ("seen by all", "seen beside it")]
        deadline = time.monotonic() + 60
        while any(store.get(run.id).status is not Status.FINISHED for run in runs):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        for run in runs:
            store.annotate(run.id, "A note.", ["tagged"])
        yield runs
        for run in runs:
            store.delete(run.id)


def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page as it stands, and where."""
    found = Axe().run(page, options=OPTIONS)
    return [
        f"{violation['id']} ({violation['impact']}): {node['target']} {node['html'][:200]}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


def test_everybody_can_use_the_train_page(open_page: Callable[..., Page], shared_server: AppServer, runs: list[Run]):
    page = open_page(f"{shared_server.url}/train?run={runs[0].id}")
    for scheme in in_both_themes(page):
        expect(page.locator(".lstm-sentence")).to_contain_text("finished")
        page.wait_for_selector(".lstm-curves .main-svg")
        page.wait_for_selector(".lstm-development .main-svg")
        assert violations(page) == [], scheme


def test_everybody_can_use_the_compare_page(open_page: Callable[..., Page], shared_server: AppServer, runs: list[Run]):
    query = ",".join(str(run.id) for run in runs)
    page = open_page(f"{shared_server.url}/compare?runs={query}")
    for scheme in in_both_themes(page):
        expect(page.locator(".js-plotly-plot").first).to_be_visible()
        assert violations(page) == [], scheme


def test_everybody_can_use_the_step_page_in_every_panel(
    open_page: Callable[..., Page], shared_server: AppServer, runs: list[Run]
):
    asked = "sequence=maria&timestep=3&pins=1,2&clamps=f:1:2:1-2=0.5&beside=checkpoint:0&panel=magic"
    page = open_page(f"{shared_server.url}/step?run={runs[0].id}&{asked}")
    for scheme in in_both_themes(page):
        if scheme == "light":
            expect(page.locator(".notice")).to_be_visible()  # and then it is in the way of nothing
        for name in ("Why", "What if", "Backward", "Compare", "Save"):
            page.get_by_role("tab", name=name, exact=True).click()
            expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")
            if name == "Backward":
                expect(page.locator(".norms polyline").first).to_be_visible()
            assert violations(page) == [], (scheme, name)
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keys and help")).to_be_visible()
        assert violations(page) == [], (scheme, "help")
        page.keyboard.press("Escape")
        page.keyboard.press("p")
        page.get_by_role("button", name="Share or exercise").click()
        expect(page.get_by_role("dialog", name="Share or exercise")).to_be_visible()
        assert violations(page) == [], (scheme, "share, presenting")
        page.keyboard.press("Escape")
        page.keyboard.press("p")
