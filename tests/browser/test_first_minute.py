import re
import time
from collections.abc import Sequence

import pytest
from playwright.sync_api import Page, expect

from lstm_engine.runs import Run, RunStore
from tests.browser.server import AppServer
from tests.browser.test_start_page import ALL_MOVED, MOST_SHIFT, MOVING, RECORD_SHIFTS

POINTS = "(document.querySelector('.lstm-curves')?.data?.[0]?.x?.length ?? 0)"


def shown_step(page: Page) -> int:
    text = page.locator(".lstm-sentence").inner_text()
    found = re.search(r"Step ([\d,]+) of", text)
    return int(found[1].replace(",", "")) if found else -1


def drawn_points(page: Page) -> int:
    return page.evaluate(POINTS)


def runs_of(server: AppServer) -> Sequence[Run]:
    with RunStore(server.database_url) as store:
        return store.list_runs()


def test_an_empty_store_moves_and_trains_until_ctrl_c(server, open_page):
    server.start()
    page = open_page("about:blank")
    page.add_init_script(RECORD_SHIFTS)
    page.goto(server.url)
    expect(page.get_by_role("heading", name="What does a network remember while it reads?")).to_be_visible()
    page.wait_for_function(f"({MOVING})().read >= 0")
    first = page.evaluate(MOVING)
    page.wait_for_function(ALL_MOVED, arg=first)
    assert sum(page.evaluate("window.shifts")) < MOST_SHIFT
    expect(page.locator("[data-part=oldest] li")).to_have_count(6)

    page.get_by_role("link", name="Train", exact=True).click()
    page.wait_for_selector(".lstm-curves .main-svg")
    points = drawn_points(page)
    page.wait_for_function(f"{POINTS} > {max(1, points)}")
    expect(page.locator(".lstm-name").first).to_be_visible()

    # training goes on without a browser, and a browser that comes back sees where it is
    (before,) = runs_of(server)
    page.goto("about:blank")
    time.sleep(1.5)
    page.goto(f"{server.url}/train")
    expect(page.locator(".lstm-sentence")).to_contain_text("training")
    assert shown_step(page) > before.step + 20
    assert len(runs_of(server)) == 1

    server.stop()
    (run,) = runs_of(server)
    assert run.lease is None


@pytest.mark.thorough
def test_a_damaged_store_is_named_and_the_app_goes_on(server, open_page):
    server.database.write_bytes(b"no database " * 500)
    server.start()
    page = open_page(f"{server.url}/train")
    expect(page.get_by_text("is damaged")).to_be_visible()
    server.database.unlink()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".lstm-sentence")).to_contain_text("Step ")
