from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from lstm_engine.cell.equations import softmax
from lstm_engine.cell.quantities import QUANTITIES
from lstm_engine.runs.checkpoints import restore
from tests.browser.step_view import SETTINGS, click_at, current, shown


def test_numbers_on_screen_are_the_engines(look, store, kept_run):
    trainer = kept_run.settings.build_trainer()
    restore(trainer, store.checkpoint(kept_run.id, 0))
    sequence = trainer.task.encode("alexandra")
    trace = trainer.model.trace(sequence.inputs)
    probabilities = softmax(trace.outputs[:, 0])
    rng = np.random.default_rng(0)
    for _ in range(3):
        timestep, unit, layer = int(rng.integers(10)), int(rng.integers(24)), int(rng.integers(2))
        page = look(f"sequence=alexandra&timestep={timestep + 1}&unit={unit}&layer={layer + 1}")
        for symbol, value in shown(page).items():
            name = next(q.name for q in QUANTITIES if q.symbol == symbol)
            assert value == pytest.approx(getattr(trace.layers[layer], name)[timestep, 0, unit], abs=0.00051)
        guesses = page.locator(".guesses li")
        assert guesses.count() == 5
        for row, k in zip(guesses.all(), np.argsort(-probabilities[timestep])[:5], strict=True):
            assert row.locator(".guess").inner_text() == trainer.task.vocabulary[k]
            percent = float(row.locator(".probability").inner_text().removesuffix(" %"))
            assert percent == pytest.approx(100 * probabilities[timestep, k], abs=0.051)


def test_keyboard_steps_jumps_and_changes_the_unit(look):
    page = look("sequence=maria&timestep=1")
    before = shown(page)
    page.keyboard.press("ArrowRight")  # the view has the focus from the start
    assert current(page) == 1
    assert shown(page) != before
    page.keyboard.press("ArrowLeft")
    assert shown(page) == before
    page.keyboard.press("ArrowLeft")
    assert current(page) == 0
    page.keyboard.press("End")
    assert current(page) == 5
    page.keyboard.press("ArrowRight")
    assert current(page) == 5
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text("Unit 1 over the sequence")).to_be_visible()
    page.keyboard.press("Home")
    assert current(page) == 0


def test_mouse_steps_by_buttons_strip_heatmap_and_cell(open_step):
    page = open_step("sequence=maria&timestep=1")
    page.get_by_role("button", name="Forward", exact=True).click()
    assert current(page) == 1
    page.get_by_role("button", name="Back", exact=True).click()
    assert current(page) == 0
    page.locator(".strip button").nth(3).click()
    assert current(page) == 3
    click_at(page.locator(".heatmap[data-quantity='cell'] .field"), 0.99, 0.99)
    assert current(page) == 5
    expect(page.get_by_text("Unit 23 over the sequence")).to_be_visible()
    click_at(page.locator(".cell canvas"), 163 / 752, 201 / 336)
    expect(page.get_by_text("Unit 0 over the sequence")).to_be_visible()
    jump = page.get_by_label("Go to timestep or symbol")
    jump.fill("99")
    jump.press("Enter")
    assert current(page) == 5
    jump.fill("a")
    jump.press("Enter")
    assert current(page) == 2  # behind the last one, the first
    jump.press("Enter")
    jump.fill("q")
    jump.press("Enter")
    expect(page.get_by_text("“q” does not come in this sequence")).to_be_visible()
    assert current(page) == 2


def test_play_runs_to_the_end_at_the_chosen_speed(open_step):
    page = open_step("sequence=maria")
    page.get_by_label("Playing speed", exact=True).select_option("30 a second")
    page.keyboard.press("Escape")
    page.locator(".step-view").focus()
    page.keyboard.press("Space")
    expect(page.locator(".strip [aria-current]")).to_have_attribute("data-timestep", "5")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


# a websocket's messages are not requests: count them where they are sent
COUNT_MESSAGES = """() => {
  window.messagesSent = 0;
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (...args) { window.messagesSent++; return send.apply(this, args); };
}"""


def test_stepping_asks_the_server_nothing(look):
    page = look("sequence=christopher&timestep=1")
    page.wait_for_timeout(1500)
    sent = []
    page.evaluate(COUNT_MESSAGES)
    page.on("request", lambda request: sent.append(request.url) if "favicon" not in request.url else None)
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    assert current(page) == 10
    assert not sent
    assert page.evaluate("window.messagesSent") == 0


def test_the_address_leads_back_to_the_same_view(look, open_page):
    page = look("sequence=sakura&timestep=1")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    page.wait_for_timeout(600)
    query = parse_qs(urlsplit(page.url).query)
    assert (query["timestep"], query["unit"], query["sequence"]) == (["3"], ["1"], ["sakura"])
    again = open_page(page.url)
    again.wait_for_selector(".strip button")
    assert current(again) == 2
    assert shown(again) == shown(page)


def test_a_sequence_that_cannot_be_read_is_explained_and_the_view_stays(open_step):
    page = open_step("sequence=maria")
    field = page.get_by_role("textbox", name="Sequence")
    for text, message in (
        ("мария", "never seen"),
        ("", "The sequence is empty"),
        ("a" * 10_000, "10,000 characters; at most 2,000"),
    ):
        field.fill(text)
        field.press("Enter")
        expect(page.get_by_text(message)).to_be_visible()
        expect(page.locator(".strip button").first).to_be_visible()
        assert field.input_value() == text
    field.fill("José")  # é is read as e, with a word on it
    field.press("Enter")
    expect(page.get_by_text(message)).to_be_hidden()
    expect(page.locator(".strip button")).to_have_count(5)


def test_links_to_what_is_no_more_say_so_and_show_the_nearest(open_step):
    page = open_step(
        "sequence=maria&checkpoint=777&timestep=99&unit=-4&panel=magic&pins=3,99&clamps=f:1:2:1-2=9,f:1:2:2-3=1"
    )
    expect(page.get_by_text("There is no checkpoint “777”")).to_be_visible()
    notice = page.locator(".notice").inner_text()
    assert "timestep “99” (there are 1 to 6)" in notice
    assert "unit “-4” (there are 0 to 23)" in notice
    assert "panel “magic”" in notice
    assert "pins “3,99”" in notice
    assert "“9” is no value for the forget gate; it must be a number from 0 to 1" in notice
    assert current(page) == 5
    expect(page.get_by_label("Pinned unit 3")).to_be_visible()
    expect(page.locator(".checkpoints .said")).to_contain_text("step 0 of 40")
    page.get_by_role("tab", name="What if").click()
    expect(page.locator(".clamps li")).to_have_count(1)


def test_newer_checkpoints_are_followed_and_an_older_one_can_be_chosen(open_step, store, run):
    page = open_step("sequence=maria&timestep=1")
    for key in ("ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    before = shown(page)
    store.start(run.id)
    said = page.locator(".checkpoints .said")
    expect(said).to_contain_text("step 40 of 40")
    assert current(page) == 2
    assert shown(page) != before
    slider = page.get_by_role("slider", name="Checkpoint")
    slider.focus()
    page.keyboard.press("Home")
    expect(said).to_contain_text("step 0 of 40")
    assert shown(page) == before
    page.wait_for_timeout(600)
    assert parse_qs(urlsplit(page.url).query)["checkpoint"] == ["0"]
    page.locator(".step-view").focus()
    page.keyboard.press("]")
    expect(said).not_to_contain_text("step 0 of 40")
    page.get_by_label("newest, live").check()
    expect(said).to_contain_text("step 40 of 40")


def test_a_run_deleted_by_someone_else_is_said(open_step, store):
    mine = store.create(SETTINGS, "doomed", start=False)
    page = open_step(f"sequence=maria&run={mine.id}".replace("run=", "x="))
    page.goto(page.url.split("?")[0] + f"?run={mine.id}")
    page.wait_for_selector(".strip button")
    store.delete(mine.id)
    expect(page.get_by_text(f"Run {mine.id} is no more")).to_be_visible()


def test_a_signal_is_stepped_with_its_values(open_step, shared_server, store, open_page):
    run = store.create(replace(SETTINGS, task="signal"), "signal", start=False)
    page = open_page(f"{shared_server.url}/step?run={run.id}")
    page.wait_for_selector(".strip button")
    field = page.get_by_role("textbox", name="Sequence")
    field.fill("0.1 0.2 zero")
    field.press("Enter")
    expect(page.get_by_text("“zero”, the 3rd entry, is not a number")).to_be_visible()
    field.fill("0.1 0.2 -0.3")
    field.press("Enter")
    expect(page.locator(".strip button")).to_have_count(2)
    page.keyboard.press("Home")
    expect(page.locator(".came")).to_contain_text("came 0.200")
    store.delete(run.id)
