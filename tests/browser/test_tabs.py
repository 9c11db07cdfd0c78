"""What is live in several tabs at once, and what happens once and is not to happen again."""

import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from lstm_engine import StepMetrics
from lstm_engine.runs import PRESETS, Run, RunStore, Status
from lstm_engine.runs.lease import LEASE_SECONDS, new_lease
from lstm_engine.runs.run import Recorded
from tests.browser.server import AppServer

TABS = 7  # browsers allow six connections to a host

# how often the page's script ran: each run ends with a message of its own
COUNT_MESSAGES = """
const Real = window.WebSocket;
window.messages = 0;
window.WebSocket = class extends Real {
  constructor(...rest) {
    super(...rest);
    if (String(rest[0]).includes("_stcore")) this.addEventListener("message", () => (window.messages += 1));
  }
};
"""


def shown_step(page: Page) -> int:
    found = re.search(r"Step ([\d,]+) of", page.locator(".lstm-sentence").inner_text())
    return int(found[1].replace(",", "")) if found else -1


def goes_on(page: Page, beyond: int, seconds: float = 60.0) -> None:
    """Wait until the page shows a later step."""
    deadline = time.monotonic() + seconds
    while shown_step(page) <= beyond:
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)


def choose(page: Page, name: str) -> None:
    """Choose a run from the list, as a person does: a page that is still being written closes the list again."""
    option = page.get_by_role("option", name=re.compile(name))
    for _ in range(5):
        with suppress(Error):  # nor is it clear which list is meant while a former one is still there
            page.get_by_role("combobox", name="Run").click(timeout=5_000)
            option.click(timeout=5_000)
            return
        page.keyboard.press("Escape")
        page.wait_for_timeout(200)
    pytest.fail(f"the list of runs never offered “{name}”")


@pytest.fixture
def training(store: RunStore):
    run = store.create(replace(PRESETS["classroom"], end_step=100_000, pace=4.0), "in many tabs")
    yield run
    store.delete(run.id)


# a tab without a page of ours in it: what it hears comes the way of all
HEAR = """async ([modules, topic]) => {
  const { listen } = await import(`${modules}browser/listening.js`);
  listen(topic, -1, { run: (run) => (window.heard = run) });
}"""


@pytest.mark.thorough
def test_more_tabs_than_a_browser_has_connections_are_all_live(
    open_page: Callable[..., Page], shared_server: AppServer, training: Run
):
    modules, topic = f"{shared_server.url}/api/modules/", f"run/{training.id}"
    bare = [open_page(f"{shared_server.url}/_stcore/health") for _ in range(TABS - 1)]
    for tab in bare:
        tab.evaluate(HEAR, [modules, topic])
    page = open_page(f"{shared_server.url}/train?run={training.id}")
    expect(page.locator(".lstm-sentence")).to_contain_text("training")
    goes_on(page, beyond=shown_step(page))
    for tab in bare:
        tab.wait_for_function("heard.status === 'training'")
        tab.wait_for_function("step => heard.step > step", arg=tab.evaluate("heard.step"))
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".lstm-sentence")).to_contain_text("paused")
    for tab in bare:
        tab.wait_for_function("heard.status === 'paused'")


@pytest.mark.thorough
def test_a_tab_and_its_run_go_on_without_loss_after_the_server_was_killed(
    server: AppServer, open_page: Callable[..., Page]
):
    with RunStore(server.database_url) as store:
        run = store.create(replace(PRESETS["classroom"], end_step=100_000, pace=50.0), "goes on")
        server.start()
        page = open_page(f"{server.url}/train?run={run.id}")
        expect(page.locator(".lstm-sentence")).to_contain_text("training")
        page.wait_for_selector(".lstm-curves .main-svg")
        page.evaluate("window.same = true")
        server.stop(kill=True)
        server.start()
        goes_on(page, beyond=max(shown_step(page), store.get(run.id).step) + 10)  # once its run is taken up again
        assert page.evaluate("window.same")  # it was not loaded anew
        steps = page.evaluate("document.querySelector('.lstm-curves').data[0].x")
        assert steps == list(range(1, len(steps) + 1))
        stored = store.history(run.id).step.tolist()
        assert stored == list(range(1, len(stored) + 1))


def comes_to_rest(page: Page) -> None:
    """The page's script is at rest for a second, sooner or later; one that reruns without end never is."""
    for _ in range(20):
        page.evaluate("window.messages = 0")
        page.wait_for_timeout(1_000)
        if page.evaluate("window.messages") == 0:
            return
    raise AssertionError("the script reruns without end")


@pytest.mark.thorough
@pytest.mark.parametrize("place", ["train", "step"])
def test_a_run_that_was_deleted_and_brought_back_is_shown_without_end(
    place: str, open_page: Callable[..., Page], shared_server: AppServer, store: RunStore
):
    kept = store.create(replace(PRESETS["classroom"], hidden_size=8), "the other one", start=False)
    newest = store.create(replace(PRESETS["classroom"], hidden_size=8), "shown in its place", start=False)
    run = store.create(replace(PRESETS["classroom"], hidden_size=8), "deleted elsewhere", start=False)
    page = open_page("about:blank")
    page.add_init_script(COUNT_MESSAGES)
    shown = page.locator(".lstm-sentence" if place == "train" else ".strip button").first
    page.goto(f"{shared_server.url}/{place}?run={run.id}")
    expect(shown).to_be_visible()
    store.delete(run.id)
    expect(page.get_by_text("is no more").first).to_be_visible()
    expect(page).to_have_url(re.compile(f"run={newest.id}\\b"))
    store.undelete(run.id)
    expect(page).to_have_url(re.compile(f"run={run.id}\\b"))  # by itself
    expect(page.get_by_text("is no more")).to_have_count(0)
    expect(shown).to_be_visible()

    choose(page, "the other one")
    expect(page).to_have_url(re.compile(f"run={kept.id}"))
    choose(page, "deleted elsewhere")
    expect(page).to_have_url(re.compile(f"run={run.id}\\b"))
    expect(shown).to_be_visible()
    comes_to_rest(page)
    expect(page.get_by_text("is no more")).to_have_count(0)
    # and it is live: what happens to it is seen
    if place == "train":
        store.advance(run.id, 3)
        expect(shown).to_contain_text("Step 3 of")
    store.delete(run.id)
    store.delete(kept.id)
    store.delete(newest.id)


@pytest.mark.thorough
def test_buttons_and_refusals_of_a_troubled_time_go_when_it_ends(
    open_page: Callable[..., Page], shared_server: AppServer, store: RunStore
):
    """The script saw the run lost while nothing could be written; the live data never did."""
    run = store.create(replace(PRESETS["classroom"], hidden_size=8), "through trouble", start=False)
    lease = new_lease()
    store.acquire(run.id, lease)
    store.start(run.id)
    page = open_page("about:blank")
    page.add_init_script(COUNT_MESSAGES)
    page.goto(f"{shared_server.url}/train?run={run.id}")
    pause = page.get_by_role("button", name="Pause", exact=True)
    expect(pause).to_be_enabled()
    expect(page.locator(".lstm-sentence")).to_contain_text("training")
    worker = sqlite3.connect(shared_server.database, isolation_level=None)  # opened in time, it may go on writing

    def beat(ago: float = 0.0) -> None:
        worker.execute("UPDATE runs SET heartbeat = ? WHERE id = ?", (time.time() - ago, run.id))

    beat(ago=LEASE_SECONDS - 1)
    shared_server.database.chmod(0o444)
    try:
        expect(page.locator(".lstm-trouble")).to_contain_text("read-only")
        while store.get(run.id).status is not Status.LOST:
            page.wait_for_timeout(50)
        pause.click()
        expect(page.get_by_role("alert").get_by_text("read-only")).to_be_visible()
        expect(page.get_by_role("button", name="Take up again")).to_be_enabled()
        beat()
    finally:
        shared_server.database.chmod(0o644)
    for _ in range(60):  # it goes on, so that it is not lost to the live data later either
        beat()
        page.wait_for_timeout(250)
        if not page.get_by_role("button", name="Take up again").or_(page.get_by_text("read-only")).count():
            break
    else:
        pytest.fail("the page shows what was so in the time of trouble")
    worker.close()
    expect(pause).to_be_enabled()
    store.pause(run.id)
    comes_to_rest(page)
    store.delete(run.id)


@pytest.mark.thorough
def test_pages_load_nothing_that_their_policy_forbids(
    browser: Browser, shared_server: AppServer, store: RunStore, run: Run
):
    lease = new_lease()
    store.acquire(run.id, lease)
    store.record(run.id, lease, [Recorded(StepMetrics(1, 2.0, 1.0, 0.01), 2.0)])  # Compare draws what was measured
    store.release(run.id, lease)
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Content Security" in message.text else None)
    for place, shown in (("train", ".lstm-curves .main-svg"), ("step", ".strip button"), ("compare", ".stPlotlyChart")):
        page.goto(f"{shared_server.url}/{place}?run={run.id}&runs={run.id}")
        expect(page.locator(shown).first).to_be_visible()
        page.wait_for_timeout(500)
    page.close()
    assert not complaints
