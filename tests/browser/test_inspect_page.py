"""Inspect, as a person meets it: find a unit, break it, paint, name, and go to the Step page and back."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from lstm_engine.runs import Run, RunSettings, RunStore
from tests.browser.server import AppServer
from tests.browser.test_accessibility import violations

TEXT = "f(x) = g[1] + (a or b)\n# about it\nsay('so', [2, 3])\n" * 40
SETTINGS = replace(RunSettings(), task="own text", text=TEXT, hidden_size=8, sequence_length=20, end_step=10)
MARK = "<img src=x onerror=document.title='x'>"
# every control and label of the view that no entry explains, by the means by which the view finds them
UNEXPLAINED = """async (module) => {
  const { loadGlossary, meaningOf } = await import(module + "browser/glossary.js");
  const { TERMS } = await import(module + "views/inspect/browser/terms.js");
  const host = [...document.querySelectorAll("*")].find((node) => node.shadowRoot?.querySelector(".inspect-view"));
  const root = host.shadowRoot.querySelector(".inspect-view");
  const terms = await loadGlossary();
  return [...root.querySelectorAll("button, select, input, textarea, a[href], th, h3, label > span:first-child")]
    .filter((node) => node.checkVisibility() && !node.closest(".modebar"))
    .filter((node) => !meaningOf(node, root, TERMS, terms))
    .map((node) => `${node.tagName} ${node.getAttribute("aria-label") ?? node.textContent}`);
}"""


@pytest.fixture
def code(store: RunStore) -> Iterator[Run]:
    run = store.create(SETTINGS, "code", start=False)
    yield run
    store.delete(run.id)


@pytest.fixture
def open_inspect(shared_server: AppServer, open_page: Callable[..., Page], code: Run) -> Callable[..., Page]:
    def open_inspect(query: str = "", **options: object) -> Page:
        page = open_page(f"{shared_server.url}/inspect?run={code.id}{query}", **options)
        page.wait_for_selector(".inspect-view:not([aria-busy])")
        return page

    return open_inspect


def test_a_bracket_unit_is_found_and_broken_in_two_clicks_and_a_link_shows_the_same(open_inspect, open_page):
    page = open_inspect()
    expect(page.get_by_role("combobox", name="Property")).to_have_value("inside brackets")
    page.get_by_role("button", name="Find units").click()  # one
    best = page.locator(".ranking [aria-pressed=true]")
    expect(best).to_have_count(1)
    number = page.get_by_role("spinbutton", name="Unit").input_value()
    expect(best).to_contain_text(f"unit {number}")
    assert page.locator(".ranking button").first.get_attribute("data-unit") == number
    page.get_by_role("button", name="Break it: unit").click()  # two
    sentence = page.locator(".sentence")
    expect(sentence).to_contain_text(f"Without unit {number} the loss inside brackets")
    expect(page.locator(".break-chart svg circle.rise")).to_have_count(3)
    page.wait_for_url("**broken=*")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the claim").click()
    report = saved.value.path().read_text("utf-8")
    assert sentence.inner_text() in report
    assert "<script" not in report

    page.get_by_role("combobox", name="What is held").select_option("cell")
    page.get_by_role("combobox", name="Held at").select_option("value")
    page.get_by_role("textbox", name="Number to hold at").fill("much")
    press = page.get_by_role("button", name="Break it", exact=True)
    press.click()
    expect(page.locator("#panel-break .status")).to_contain_text("“much” cannot be read as a number")
    page.get_by_role("textbox", name="Number to hold at").fill("−0.5")
    press.click()
    expect(sentence).to_contain_text(f"With the cell state of unit {number} held at −0.5, the loss inside brackets")
    page.get_by_role("application").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.get_by_role("combobox", name="Held at").select_option("position")
    place = page.get_by_role("spinbutton", name="Position to take from").input_value()
    assert place == "4"
    press.click()
    expect(sentence).to_contain_text(f"held at what it was at position {place}, behind “f(x)")
    page.wait_for_url(f"**by=position*{place}*held=cell*")

    other = open_page(page.url)
    expect(other.locator(".sentence")).to_have_text(sentence.inner_text())
    assert other.get_by_role("spinbutton", name="Unit").input_value() == number
    for _ in range(3):  # what was broken before, and how
        page.go_back()
    expect(page.locator("#panel-find")).to_be_visible()


def test_the_text_is_read_by_keys_painted_and_stepped_from(open_inspect, code):
    page = open_inspect("&unit=3")
    field = page.get_by_role("application")
    field.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    said = page.locator(".readout")
    expect(said).to_contain_text("at 4")
    expect(said).to_contain_text("unit 3: c = ")
    expect(said).to_contain_text("expected next")
    page.keyboard.press("ArrowDown")
    expect(said).to_contain_text("unit 4: c = ")
    page.get_by_role("button", name="Keep as a row").click()
    field.focus()
    page.keyboard.press("ArrowDown")
    expect(said).to_contain_text("unit 5: c = ")
    expect(page.locator(".legend-unit")).to_have_count(2)
    for _ in range(6):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#panel-match")).to_contain_text("Painted: positions 4 to 10")
    expect(page.locator("#panel-match")).to_contain_text("Units on just there")
    page.wait_for_url("**span=4-10*")
    bounds = field.bounding_box()
    page.mouse.move(bounds["x"] + 60, bounds["y"] + 15)
    page.mouse.down()
    page.mouse.move(bounds["x"] + 120, bounds["y"] + 15, steps=4)
    page.mouse.up()
    expect(page.locator("#panel-match")).not_to_contain_text("positions 4 to 10")
    expect(page.locator("#panel-match")).to_contain_text("Other places")  # asked for once the painting is done
    first, last = re.findall(r"positions (\d+) to (\d+)", page.locator("#panel-match").inner_text())[0]
    page.wait_for_url(f"**span={first}-{last}*")
    here = page.url

    field.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".strip button")
    assert "/step?" in page.url
    assert "unit=5" in page.url
    page.go_back()
    page.wait_for_selector(".inspect-view:not([aria-busy])")
    expect(page.locator(".readout")).to_contain_text("unit 5: c = ")
    page.wait_for_url(here)

    # a colour for another unit costs no more than a frame has, by far; here without the clock's verdict
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("performance.getEntriesByName('recolour').length") > 0


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.thorough)])
def test_everybody_can_use_every_panel_and_everything_is_explained(open_inspect, shared_server, store, code, scheme):
    store.note_unit(code.id, 0, 2, MARK[:40], "a note of 2")
    page = open_inspect("&unit=2&rows=1&span=5-9&position=7&property=inside+brackets", color_scheme=scheme)
    expect(page.locator(".legend-unit").first).to_contain_text(f"unit 2 · {MARK[:40]}")
    ready = {
        "Find": ".ranking li",
        "Unit": "#panel-unit .responses",
        "Break it": ".break-chart svg",
        "Match": ".map canvas[aria-label]",
        "Moved by": ".moved-text span",
        "Gates": ".gate-chart .main-svg",
    }
    for tab, seen in ready.items():
        page.get_by_role("tab", name=tab, exact=True).click()
        if tab in ("Find", "Break it"):
            page.locator("[role=tabpanel]:not([hidden]) .primary").first.click()
        expect(page.locator(seen).first).to_be_visible()
        if scheme == "light":
            assert page.evaluate(UNEXPLAINED, f"{shared_server.url}/api/modules/") == [], tab
        if scheme == "light" or tab in ("Unit", "Break it"):  # what is not in there looks like what is
            panel = None if tab == "Find" or scheme == "dark" else page.locator("[role=tabpanel]:not([hidden])")
            assert violations(page, scheme, panel) == [], tab
    assert page.title() != "x"

    page.get_by_role("tab", name="Unit", exact=True).click()
    page.get_by_role("textbox", name="Name of the unit").fill("brackets & co")
    page.get_by_role("button", name="Keep name and note").click()
    expect(page.locator(".legend-unit").first).to_contain_text("brackets & co")
    assert "brackets & co" in {note.name for note in store.unit_notes(code.id)}
    page.goto(f"{shared_server.url}/step?run={code.id}&unit=2")
    page.get_by_role("button", name=f"Pin unit 2 · {MARK[:40]}").click()
    expect(page.locator(".pin .link")).to_have_text(f"Unit 2 · {MARK[:40]}")
    expect(page.locator(".why, #panel-why").first).to_contain_text(f"unit 2 · {MARK[:40]}")


@pytest.mark.xdist_group("others")
def test_a_persons_own_text_and_a_phone(open_inspect, code):
    page = open_inspect("&text=own&own=f(日本)", viewport={"width": 390, "height": 844}, has_touch=True)
    expect(page.locator(".notice")).to_contain_text("never seen")
    page.get_by_role("textbox", name="Your own text").fill("f(x) = (a or b) + g[1]")
    page.get_by_role("button", name="Read it").click()
    expect(page.locator(".pager")).to_contain_text("1 to 21 of 21")
    expect(page.locator(".notice")).to_be_hidden()
    page.get_by_role("application").tap(position={"x": 24, "y": 18})
    expect(page.locator(".readout")).to_contain_text("“x” at 3")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("combobox", name="Property").select_option("expression")
    page.get_by_role("textbox", name="Your own property").fill("open('x')")
    page.get_by_role("button", name="Find units").click()
    expect(page.locator("#panel-find .status")).to_contain_text("There is no function")
