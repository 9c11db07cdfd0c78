"""Coming to the step view and going away from it: keys that work at once, what is kept, and the browser's Back."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from lstm_engine.runs import Run, RunStore
from tests.browser.server import AppServer
from tests.browser.step_view import AT_REST, SETTINGS, current, query, says, shown


def test_arrow_keys_step_on_every_natural_path(open_page: Callable[..., Page], shared_server: AppServer, run: Run):
    page = open_page(f"{shared_server.url}/train?run={run.id}")
    page.get_by_role("link", name="Step", exact=True).first.click()
    page.wait_for_selector(".strip button")
    expect(page.get_by_text("step, anywhere on this page")).to_be_visible()
    assert current(page) == 3  # inside of the word, where there is something in memory
    page.keyboard.press("ArrowRight")  # the link in the navigation has the focus
    assert current(page) == 4

    field = page.get_by_role("textbox", name="Sequence")
    field.fill("maria")
    field.press("ArrowLeft")  # is the field's
    assert current(page) == 4
    field.press("Enter")
    expect(page.locator(".strip button")).to_have_count(6)
    page.keyboard.press("ArrowRight")
    assert current(page) == 4
    assert field.input_value() == "maria"

    page.get_by_label("Example").click()
    page.get_by_role("option", name="sakura").click()
    expect(page.locator(".strip button")).to_have_count(7)
    page.keyboard.press("End")
    assert current(page) == 6

    page.get_by_label("Example").click()  # the one that is chosen already
    page.get_by_role("option", name="sakura").click()
    expect(page.locator(".step-view")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    assert current(page) == 5

    page.mouse.click(5, 500)  # beside everything
    page.keyboard.press("ArrowLeft")
    assert current(page) == 4

    field.fill("s4kura")  # what cannot be read is refused, and the nearest that can is shown
    field.press("Enter")
    expect(page.get_by_text("never seen “4”")).to_be_visible()
    expect(page.locator(".strip button")).to_have_count(6)
    page.keyboard.press("Home")
    assert current(page) == 0
    assert field.input_value() == "s4kura"

    page.get_by_role("tab", name="Compare").click()
    page.get_by_label("Other text").fill("anna")
    page.get_by_label("Other text").press("Enter")
    expect(page.locator(".cell")).to_have_count(2)
    page.keyboard.press("ArrowRight")
    assert current(page) == 1

    field.fill("anna")
    field.press("Tab")  # whoever goes on by Tab stays where that leads
    expect(page.locator(".strip button")).to_have_count(5)
    expect(page.locator(".step-view")).not_to_be_focused()


def test_the_start_sign_is_explained_where_it_is_read(look: Callable[..., Page]):
    page = look("sequence=maria&timestep=1")
    remark = page.get_by_text("“·” is the start sign: no letter has been read")
    expect(remark).to_be_visible()
    assert shown(page)["f"] > 0
    top = page.locator(".cell").bounding_box()["y"]
    page.keyboard.press("ArrowRight")
    expect(remark).to_be_hidden()
    assert page.locator(".cell").bounding_box()["y"] == top


def test_the_view_is_found_again_after_another_page_and_back_goes_back(open_step: Callable[..., Page]):
    page = open_step("sequence=sakura&timestep=2&unit=9&panel=whatif")
    page.get_by_label("Value to clamp at").fill("0.25")
    page.get_by_role("button", name="Clamp", exact=True).click()
    expect(page.locator(".clamps li")).to_have_count(1)
    page.get_by_role("button", name="Pin unit 9").click()
    page.keyboard.press("ArrowRight")
    left = query(page)
    values = shown(page)
    assert {"clamps", "pins", "panel"} <= left.keys()

    page.get_by_role("link", name="Train", exact=True).first.click()
    expect(page).to_have_url(f"{page.url.split('/step')[0].split('/train')[0]}/train?run={left['run']}")
    page.get_by_role("link", name="Step", exact=True).first.click()
    expect(page.locator(".clamps li")).to_have_count(1)
    says(page, left)
    assert shown(page) == values

    page.go_back()  # to Train
    expect(page).to_have_url(f"{page.url.split('/train')[0].split('/step')[0]}/train?run={left['run']}")
    page.go_back()
    expect(page.locator(".clamps li")).to_have_count(1)
    says(page, left)
    page.go_back()  # to before the clamp was made
    expect(page.locator(".clamps li")).to_have_count(0)
    before = query(page)
    assert (before["timestep"], before["panel"], "clamps" in before) == ("2", "whatif", False)
    page.go_forward()
    expect(page.locator(".clamps li")).to_have_count(1)
    says(page, left)


def test_back_leads_through_sequences_panels_and_runs_but_not_through_steps(
    open_page: Callable[..., Page], shared_server: AppServer, store: RunStore, run: Run
):
    other = store.create(replace(SETTINGS, hidden_size=8, seed=1), "the other", start=False)
    page = open_page(f"{shared_server.url}/step?run={run.id}&sequence=maria&timestep=2")
    page.wait_for_selector(".strip button")
    entries = page.evaluate("history.length")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(AT_REST)
    assert page.evaluate("history.length") == entries
    page.get_by_role("tab", name="Save").click()
    assert query(page)["panel"] == "save"
    field = page.get_by_role("textbox", name="Sequence")
    field.fill("anna")
    field.press("Enter")
    expect(page.locator(".strip button")).to_have_count(5)
    assert query(page)["sequence"] == "anna"
    page.get_by_role("combobox", name="Run").click()
    page.get_by_role("option", name="the other").click()
    picker = page.get_by_role("combobox", name="Run")
    expect(picker).to_have_count(1)
    expect(picker).to_have_value(re.compile("^the other · "))
    page.wait_for_function("id => location.search.includes(`run=${id}`)", arg=other.id)
    assert page.evaluate("history.length") == entries + 3

    page.go_back()
    expect(picker).to_have_count(1)
    expect(picker).to_have_value(re.compile("^to step · "))
    expect(page.get_by_role("textbox", name="Sequence")).to_have_value("anna")
    expect(page.locator(".strip button")).to_have_count(5)
    page.go_back()
    expect(page.get_by_role("textbox", name="Sequence")).to_have_value("maria")
    expect(page.locator(".strip button")).to_have_count(6)
    assert (query(page)["panel"], query(page)["timestep"]) == ("save", "5")
    page.go_back()
    expect(page.get_by_role("tab", name="Why")).to_have_attribute("aria-selected", "true")
    assert current(page) == 4
    store.delete(other.id)


def test_notices_push_nothing_down_and_leave_when_they_no_longer_hold(open_page, shared_server, run):
    page = open_page(f"{shared_server.url}/step?run=98765&sequence=maria&timestep=99&panel=magic")
    page.wait_for_selector(".strip button")
    said = page.get_by_text("There is no run 98765.")
    expect(said).to_be_visible()
    expect(page.locator(".notice")).to_contain_text("timestep “99”")
    top = page.locator(".strip").bounding_box()["y"]
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".notice")).to_be_hidden()
    page.get_by_role("button", name="Close", exact=True).click()
    expect(said).to_be_hidden()
    assert page.locator(".strip").bounding_box()["y"] == top


def test_back_clears_the_notices_of_the_address_that_it_leads_away_from(open_page, shared_server, run):
    page = open_page(f"{shared_server.url}/step?run={run.id}&sequence=maria")
    page.wait_for_selector(".strip button")
    page.get_by_role("tab", name="Save").click()
    assert query(page)["panel"] == "save"
    page.evaluate(  # as a link within the page would
        "address => { History.prototype.pushState.call(history, {}, '', address); "
        "dispatchEvent(new PopStateEvent('popstate')); }",
        f"{shared_server.url}/step?run=98765&sequence=maria&timestep=99",
    )
    said, notice = page.get_by_text("There is no run 98765."), page.locator(".notice")
    expect(said).to_be_visible()
    expect(notice).to_contain_text("timestep “99”")
    page.go_back()
    expect(page.get_by_role("tab", name="Save")).to_have_attribute("aria-selected", "true")
    expect(notice).to_be_hidden()
    expect(said).to_be_hidden()


@pytest.mark.parametrize("named", ["names", pytest.param("no such task", marks=pytest.mark.thorough)])
def test_a_link_to_a_task_finds_a_run_of_it(open_page, shared_server, store, run, named):
    newest = store.create(replace(SETTINGS, task="parity"), "another task", start=False)
    page = open_page(f"{shared_server.url}/step?task={named}")
    page.wait_for_selector(".strip button")
    missing = page.get_by_text("There is no run of the task “no such task” here")
    expect(missing).to_have_count(0 if named == "names" else 1)
    assert query(page)["run"] == str(run.id if named == "names" else newest.id)
    assert ("task" in query(page)) == (named == "names")
    store.delete(newest.id)
