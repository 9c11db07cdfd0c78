import re
import time
from collections.abc import Sequence

import pytest
from playwright.sync_api import Page, expect

from lstm_engine.runs import Run, RunStore
from tests.browser.server import AppServer


def shown_step(page: Page) -> int:
    text = page.locator(".lstm-sentence").inner_text()
    found = re.search(r"Step ([\d,]+) of", text)
    return int(found[1].replace(",", "")) if found else -1


def drawn_points(page: Page) -> int:
    return page.evaluate("document.querySelector('.lstm-curves')?.data?.[0]?.x?.length ?? 0")


def runs_of(server: AppServer) -> Sequence[Run]:
    with RunStore(server.database_url) as store:
        return store.list_runs()


@pytest.mark.alone
def test_an_empty_store_greets_with_a_moving_curve_and_a_cell_to_step(server, open_page):
    server.start()
    started = time.monotonic()
    page = open_page(f"{server.url}/train")
    page.wait_for_selector(".lstm-curves .main-svg")
    while (points := drawn_points(page)) < 2:
        page.wait_for_timeout(50)
    while drawn_points(page) <= points:
        page.wait_for_timeout(50)
    assert time.monotonic() - started < 10
    expect(page.locator(".lstm-name").first).to_be_visible()
    page.get_by_role("link", name="Step").click()
    expect(page.locator(".strip button").first).to_be_visible()

    # training goes on without a browser, and a browser that comes back sees where it is
    before = runs_of(server)
    assert len(before) == 1
    page.goto("about:blank")
    time.sleep(1.5)
    again = open_page(f"{server.url}/train")
    again.wait_for_selector(".lstm-curves .main-svg")
    expect(again.locator(".lstm-sentence")).to_contain_text("Step ")
    assert shown_step(again) > before[0].step + 20
    assert len(runs_of(server)) == 1


@pytest.mark.alone
def test_ctrl_c_ends_the_server_quickly_with_viewers_connected(server, open_page):
    server.start()
    page = open_page(f"{server.url}/train")
    expect(page.locator(".lstm-sentence")).to_contain_text("training")
    started = time.monotonic()
    server.stop()
    assert time.monotonic() - started < 8
    assert runs_of(server)[0].lease is None


def test_a_damaged_store_is_named_and_the_app_goes_on(server, open_page):
    server.database.write_bytes(b"no database " * 500)
    server.start()
    page = open_page(f"{server.url}/train")
    expect(page.get_by_text("is damaged")).to_be_visible()
    server.database.unlink()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".lstm-sentence")).to_contain_text("Step ")
