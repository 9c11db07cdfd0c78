"""What a person changes in the step view can be undone and done again; what the engine refuses changes nothing."""

import json
import re
from collections.abc import Callable
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from lstm_engine import StepMetrics
from lstm_engine.runs import Run, RunSettings, RunStore
from lstm_engine.runs.run import Recorded
from tests.browser.server import AppServer
from tests.browser.step_view import SETTINGS, current, shown


def address(page: Page) -> dict[str, list[str]]:
    """The address at rest."""
    page.wait_for_timeout(500)
    return parse_qs(urlsplit(page.url).query)


def undo_all(page: Page) -> int:
    button = page.get_by_role("button", name="Undo", exact=True)
    count = 0
    while button.get_attribute("aria-disabled") == "false":
        button.click()
        count += 1
    return count


def test_all_that_was_set_is_undone_and_done_again_by_buttons_and_keys(open_step):
    page = open_step("sequence=sakura&timestep=3&unit=5")
    begun, values = address(page), shown(page)
    page.get_by_label("Order of units").select_option("mean")
    page.get_by_role("button", name="Pin unit 5").click()
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_label("Layer").select_option("layer 2")
    page.get_by_label("Move", exact=True).select_option("by operation")
    page.keyboard.press("i")
    page.get_by_role("tab", name="What if").click()
    page.keyboard.press("0")
    expect(page.locator(".clamps li")).to_have_count(1)
    page.get_by_role("tab", name="Backward").click()
    expect(page.locator(".backward h3")).to_contain_text("Loss at")
    page.get_by_role("tab", name="Compare").click()
    page.get_by_label("Other checkpoint").select_option("training step 0")
    expect(page.locator(".heatmap")).to_have_count(18)
    ended = address(page)
    assert {"order", "pins", "width", "layer", "operation", "clamps", "panel", "beside"} <= ended.keys()
    expect(page.get_by_role("button", name="Redo", exact=True)).to_have_attribute("aria-disabled", "true")

    assert undo_all(page) == 10
    expect(page.locator(".heatmap")).to_have_count(6)
    expect(page.locator(".curves polyline.altered")).to_have_count(0)
    page.locator(".step-view").focus()
    page.keyboard.press("f")  # a key of the cursor is no command, so undo does not take it back
    assert address(page) == begun
    assert shown(page) == values

    for k in range(10):
        page.keyboard.press("Control+Shift+Z" if k % 2 else "Control+y")
    expect(page.locator(".heatmap")).to_have_count(18)
    page.keyboard.press("i")
    assert address(page) == ended


def test_steps_are_not_commands_and_a_drag_is_one(look):
    page = look("sequence=sakura&timestep=2&unit=9&quantity=input_gate&panel=whatif")
    page.keyboard.press("1")
    expect(page.locator(".clamps li")).to_have_count(1)
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+z")
    expect(page.locator(".curves polyline.altered")).to_have_count(0)
    assert current(page) == 4

    heatmap = page.locator(".heatmap[data-quantity='input_gate'] .field")
    heatmap.scroll_into_view_if_needed()
    field = heatmap.bounding_box()
    page.mouse.move(field["x"] + 5, field["y"] + 5)
    page.mouse.down()
    for share in (0.3, 0.6, 0.99):
        page.mouse.move(field["x"] + field["width"] * share, field["y"] + field["height"] * share)
    page.mouse.up()
    assert (current(page), address(page)["unit"]) == (6, ["23"])
    page.locator(".step-view").focus()
    page.keyboard.press("z")
    assert (current(page), address(page)["unit"]) == (4, ["9"])


def test_a_field_that_takes_text_keeps_its_own_undo(open_step):
    page = open_step("sequence=sakura&panel=whatif")
    page.get_by_role("button", name="Pin unit 0").click()
    value = page.get_by_label("Value to clamp at")
    value.focus()
    page.keyboard.press("End")
    page.keyboard.type(".5")
    page.keyboard.press("Control+z")
    expect(page.locator(".pin")).to_have_count(1)
    assert value.input_value() != "0.5"


def test_a_continuation_can_be_taken_back_and_the_pages_field_follows(open_step):
    page = open_step("sequence=maria&timestep=3&clamps=f:1:2:1-6=0.5")
    field = page.get_by_role("textbox", name="Sequence")
    page.get_by_label("Temperature").fill("3")
    page.get_by_role("button", name="Continue from here").click()
    expect(field).not_to_have_value("maria")
    text = field.input_value()
    expect(page.locator(".strip button")).to_have_count(len(text) + 1)
    expect(page.locator(".curves polyline.altered")).to_have_count(6)  # what is held to the end is held on
    assert address(page)["clamps"] == [f"f:1:2:1-{len(text) + 1}=0.5"]
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(field).to_have_value("maria")
    expect(page.locator(".strip button")).to_have_count(6)
    expect(page.locator(".curves polyline.altered")).to_have_count(6)
    assert address(page)["clamps"] == ["f:1:2:1-6=0.5"]
    page.get_by_role("button", name="Redo", exact=True).click()
    expect(field).to_have_value(text)
    expect(page.locator(".strip button")).to_have_count(len(text) + 1)
    field.fill("anna")  # another sequence is another story
    field.press("Enter")
    expect(page.locator(".strip button")).to_have_count(5)
    expect(page.get_by_role("button", name="Undo", exact=True)).to_have_attribute("aria-disabled", "true")


def test_what_the_engine_refuses_changes_nothing(open_step):
    page = open_step("sequence=maria&timestep=1&panel=whatif&clamps=f:1:2:1-2=0.5")
    page.wait_for_function("location.search.includes('unit=')")  # the view has written the address whole
    before = address(page)
    value = page.get_by_label("Value to clamp at")
    for wrong in ("1.2", "", "much"):
        value.fill(wrong)
        page.get_by_role("button", name="Clamp", exact=True).click()
        expect(page.locator(".whatif .problem")).to_have_text(
            f"“{wrong}” is no value for the forget gate; it must be a number from 0 to 1."
        )
    assert address(page) == before
    expect(page.locator(".clamps li")).to_have_count(1)
    expect(page.get_by_role("button", name="Undo", exact=True)).to_have_attribute("aria-disabled", "true")
    value.fill("0,25")  # as half the world writes it
    page.get_by_role("button", name="Clamp", exact=True).click()
    expect(page.locator(".clamps li")).to_have_count(2)
    expect(page.locator(".whatif .problem")).to_be_hidden()
    assert address(page)["clamps"] == ["f:1:2:1-2=0.5,f:1:0:1-1=0.25"]


def test_clamps_that_follow_each_other_fast_are_all_kept(look):
    page = look("sequence=maria&timestep=2&unit=3&panel=whatif")
    for key in "f0i1g0o1":
        page.keyboard.press(key)
    expect(page.locator(".clamps li")).to_have_count(4)
    page.get_by_label("Unclamp i = 1").click()
    expect(page.locator(".clamps li")).to_have_count(3)
    assert address(page)["clamps"] == ["f:1:3:2-2=0,g:1:3:2-2=0,o:1:3:2-2=1"]


def test_a_contribution_that_was_followed_can_be_come_back_from(look):
    page = look("sequence=giovanni&timestep=6&unit=5")
    page.locator(".contributions li", has_text="h′ of unit").first.locator("button").click()
    assert current(page) == 4
    page.get_by_role("button", name="Undo", exact=True).click()
    assert current(page) == 5
    assert "f of unit 5 =" in page.locator(".why h3").inner_text()


def test_a_refused_clamp_has_a_kind_and_its_place(shared_server, run):
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{shared_server.url}/api/runs/{run.id}/trace?clamps=f:1:1:1-1=0,f:1:1:1-1=7,o:3:1:1-1=0")
    told = json.loads(refused.value.read())
    assert (refused.value.code, told["kind"], told["places"]) == (400, "clamp", [1, 2])
    assert "“7” is no value for the forget gate" in told["error"]


# ---- a run that goes on


class Worker:
    """Plays the worker: saves checkpoints, of which only the newest stays."""

    def __init__(self, store: RunStore, run: Run, lease: str):
        self.store, self.run, self.lease = store, run, lease
        self.data = store.checkpoint(run.id, 0)
        store.start(run.id)

    def save(self, step: int) -> None:
        reached = self.store.get(self.run.id).step
        rows = [Recorded(StepMetrics(k, 1.0, 0.5, 0.01), None) for k in range(reached + 1, step + 1)]
        self.store.record(self.run.id, self.lease, rows, checkpoint=(step, self.data, True))


@pytest.fixture
def worker(store: RunStore, hold: Callable[[int], str]) -> Worker:
    # no launcher of the shared server takes a run up that has a living worker
    run = store.create(SETTINGS, "goes on", start=False)
    worker = Worker(store, run, hold(run.id))
    yield worker
    store.delete(run.id)


def open_run(page: Page, server: AppServer, run: Run, query: str = "") -> None:
    page.goto(f"{server.url}/step?run={run.id}&sequence=maria{query}")


@pytest.mark.thorough
def test_a_newest_checkpoint_that_is_replaced_while_it_is_asked_for_is_not_the_runs_end(
    open_page: Callable[..., Page], shared_server: AppServer, worker: Worker
):
    worker.save(10)
    asked = []

    def replace_it(route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            worker.save(20)  # between the browser's two questions: which one is the newest, and what does it compute
        route.continue_()

    page = open_page("about:blank")
    page.route(re.compile(r"/trace\?"), replace_it)
    open_run(page, shared_server, worker.run)
    expect(page.locator(".checkpoints .said")).to_contain_text("step 20 of 40")
    assert ["checkpoint=10" in url for url in asked] == [True, False]
    expect(page.locator(".badge")).to_have_text("weights are changing")
    expect(page.get_by_text("is no more")).to_have_count(0)
    expect(page.get_by_text("no checkpoint")).to_have_count(0)

    asked.clear()
    worker.save(25)  # the same while the run is followed
    expect(page.locator(".checkpoints .said")).to_contain_text("step 2", timeout=20_000)
    expect(page.locator(".strip button")).to_have_count(6)
    assert address(page)["run"] == [str(worker.run.id)]


@pytest.mark.thorough
def test_a_chosen_checkpoint_that_was_thinned_out_gives_way_to_the_newest(
    open_page: Callable[..., Page], shared_server: AppServer, worker: Worker
):
    worker.save(10)
    page = open_page("about:blank")
    open_run(page, shared_server, worker.run, "&checkpoint=10")
    expect(page.locator(".checkpoints .said")).to_contain_text("step 10 of 40")
    expect(page.locator(".badge")).to_be_empty()  # these weights stay
    worker.save(30)
    page.get_by_role("tab", name="What if").click()
    page.get_by_role("button", name="Clamp", exact=True).click()  # asks for what is no more
    expect(page.locator(".notice")).to_contain_text("no checkpoint at step 10")
    expect(page.locator(".notice")).to_contain_text("Here is the newest one.")
    expect(page.locator(".checkpoints .said")).to_contain_text("step 30 of 40")
    expect(page.locator(".clamps li")).to_have_count(1)


# ---- texts of strangers


HOSTILE = "<b>x</b>![i](http://example.test/p.png)"


def test_what_strangers_wrote_stands_there_as_text(open_page, shared_server, store):
    run = store.create(SETTINGS, f"{HOSTILE} $x^2$", start=False)
    outside = []
    page = open_page("about:blank")
    page.on("request", lambda request: outside.append(request.url) if "//example.test" in request.url[:30] else None)
    page.goto(
        f"{shared_server.url}/step?run={run.id}&sequence=maria&panel={HOSTILE}&quantity={HOSTILE}&clamps={HOSTILE}"
    )
    expect(page.locator(".notice")).to_contain_text(f"panel “{HOSTILE[:40]}")
    expect(page.locator(".notice")).to_contain_text("cannot be read")
    view = page.locator(".step-view")
    assert view.locator(".notice b, img, a[href*='example.test']").count() == 0
    page.get_by_role("tab", name="Compare").click()
    other = page.get_by_label("Other text", exact=True)
    other.fill(HOSTILE)
    other.press("Enter")
    expect(page.locator(".compare .problem")).to_contain_text("never seen “!”, “(”")
    assert view.locator("img").count() == 0
    assert outside == []
    store.delete(run.id)


def test_symbols_that_are_markup_are_stepped_as_text(open_page, shared_server, store):
    text = "<b>bold</b> & <img src=x onerror=alert(1)> " * 60
    run = store.create(RunSettings(task="own text", text=text, hidden_size=8, end_step=10), "markup", start=False)
    page = open_page("about:blank")
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(f"{shared_server.url}/step?run={run.id}&sequence=%3Cb%3Ebold%3C%2Fb%3E")
    page.wait_for_selector(".strip button")
    labels = page.locator(".strip button span").all_inner_texts()
    assert "".join(labels) == "<b>bold</b"  # the last symbol is what comes next
    assert page.locator(".strip b, .strip img").count() == 0
    assert not dialogs
    store.delete(run.id)
