"""Start as a newcomer meets it, the page of text, and what explains the rest."""

import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dashboard.shell.glossary import by_label
from lstm_engine.runs import Run
from tests.browser.server import ROOT, AppServer
from tests.browser.step_view import in_both_themes
from tests.browser.test_accessibility import violations

MOST_SHIFT = 0.02
RECORD_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shifts.push(value);
}).observe({ type: "layout-shift", buffered: true });
"""
# what moves: the newest samples' step, the path of a loss, and the letter that is read
MOVING = """() => {
  const host = [...document.querySelectorAll("*")].find((node) => node.shadowRoot?.querySelector(".lstm-start"));
  const root = host?.shadowRoot ?? document;
  return {
    made: root.querySelector("[data-part=newest-title]")?.textContent,
    loss: root.querySelector(".curve path[stroke]")?.getAttribute("d"),
    read: [...root.querySelectorAll(".letters span")].findIndex((letter) => letter.className === "now"),
  };
}"""
ALL_MOVED = f"""(first) => {{
  const now = ({MOVING})();
  return now.loss && Object.keys(first).every((name) => now[name] !== first[name]);
}}"""
# every control and label of the step view that no entry explains, by the means by which the view finds them
UNEXPLAINED = """async (module) => {
  const { loadGlossary, meaningOf } = await import(module + "browser/glossary.js");
  const { TERMS } = await import(module + "views/step/browser/terms.js");
  const host = [...document.querySelectorAll("*")].find((node) => node.shadowRoot?.querySelector(".step-view"));
  const root = host.shadowRoot.querySelector(".step-view");
  const terms = await loadGlossary();
  const parts = "button, select, input, a[href], .heatmap figcaption > span:not([class]), th, .legend li";
  return [...root.querySelectorAll(parts)]
    .filter((node) => node.checkVisibility() && !node.closest("dialog"))
    .filter((node) => node.matches("select, input") || node.textContent || node.getAttribute("aria-label"))
    .filter((node) => !meaningOf(node, root, TERMS, terms))
    .map((node) => `${node.tagName} ${node.getAttribute("aria-label") ?? node.textContent}`);
}"""


def test_start_holds_still_for_who_wants_no_motion_and_leads_on(
    open_page: Callable[..., Page], shared_server: AppServer, run: Run
):
    page = open_page(shared_server.url, reduced_motion="reduce")
    expect(page.locator(".letters .now")).to_be_visible()
    page.wait_for_timeout(1500)
    assert page.evaluate(MOVING)["read"] == 2
    page.get_by_role("button", name="Let the cell read").click()
    page.wait_for_function(f"({MOVING})().read > 2")

    # the ways on carry the run, and Start can be come back to
    page.get_by_role("link", name="Step it").click()
    expect(page.locator(".strip button").first).to_be_visible()
    assert f"run={run.id}" in page.url  # the newest one, whose name Start reads
    page.get_by_role("link", name="Start", exact=True).click()
    expect(page.locator(".letters .now")).to_be_visible()
    page.get_by_role("link", name="Bring your own").click()
    expect(page.get_by_role("dialog").get_by_text("or pasted here")).to_be_visible()


def test_everybody_can_use_start_the_page_of_text_and_what_explains(
    open_page: Callable[..., Page], shared_server: AppServer, run: Run
):
    page = open_page(shared_server.url)
    expect(page.locator(".letters .now")).to_be_visible()
    tip = page.get_by_role("tooltip")

    # by pointer; it stays while one reads it, and Escape closes it
    page.get_by_role("heading", name="The loss falls").hover()
    expect(tip).to_contain_text("how wrong the predictions are")
    tip.hover()
    expect(tip).to_be_visible()
    for scheme in in_both_themes(page):
        expect(tip).to_be_visible()
        assert violations(page, scheme) == [], scheme
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()

    # by keys
    page.locator(".start-play").focus()
    page.keyboard.press("Tab")  # the units, which say their numbers themselves
    page.keyboard.press("Tab")
    expect(tip).to_be_visible()
    focused = page.evaluate("document.activeElement.shadowRoot.activeElement.getAttribute('aria-describedby')")
    assert focused == tip.get_attribute("id")
    page.keyboard.press("Escape")

    page.goto(f"{shared_server.url}/read")
    expect(page.locator(".lstm-figure")).to_have_count(3)
    expect(page.get_by_role("heading", name="Glossary")).to_be_visible()
    expect(page.locator(".unrolled text").first).to_be_visible()
    for scheme in in_both_themes(page):
        assert violations(page, scheme) == [], scheme


@pytest.mark.xdist_group("others")
def test_an_explanation_is_tapped_open_and_stays_within_a_phone(
    open_page: Callable[..., Page], shared_server: AppServer, run: Run
):
    size = {"width": 390, "height": 844}
    page = open_page(f"{shared_server.url}/train?run={run.id}", viewport=size, has_touch=True)
    tip = page.get_by_role("tooltip")
    for name in ("training loss", "steps per second"):
        page.locator(".lstm-tile dt", has_text=name).tap()
        expect(tip).to_contain_text(name, ignore_case=True)
        box = tip.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size["width"]
        assert box["y"] + box["height"] <= size["height"]
    page.locator(".lstm-tile dt", has_text="steps per second").tap()
    expect(tip).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_each_control_and_label_of_the_step_view_has_its_entry(
    open_step: Callable[..., Page], shared_server: AppServer
):
    page = open_step("sequence=maria&timestep=3&pins=1,2&clamps=f:1:2:1-2=0.5&beside=checkpoint:0")
    modules = f"{shared_server.url}/api/modules/"
    for name in ("Why", "What if", "Backward", "Compare", "Save"):
        page.get_by_role("tab", name=name, exact=True).click()
        expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")
        assert page.evaluate(UNEXPLAINED, modules) == [], name

    # the drawing's own letters, below the canvas that lies over it; and a control's key beside what it does
    page.locator(".cell").first.scroll_into_view_if_needed()
    letter = page.locator(".cell .box .symbol", has_text="h′").first.bounding_box()
    page.mouse.move(letter["x"] + letter["width"] / 2, letter["y"] + letter["height"] / 2)
    tip = page.get_by_role("tooltip")
    expect(tip).to_contain_text("one timestep earlier")
    page.get_by_role("button", name="Forward").hover()
    expect(tip).to_contain_text("Forward (→)")

    # a line of the textbook opens its source
    page.get_by_role("tab", name="Why", exact=True).click()
    page.locator(".source-line").first.click()
    marked = page.locator(".source-lines [aria-current]")
    expect(marked).to_contain_text("f = sigmoid(xh @ W.forget + W.forget_bias)  # (B, H) how much of the old memory")
    expect(marked).to_be_in_viewport()
    page.keyboard.press("ArrowRight")  # scrolls the source, and does not step what is behind it
    page.keyboard.press("Escape")
    expect(page.locator("dialog.source")).to_have_count(0)
    assert "timestep=3" in page.url


def test_the_glossary_and_the_textbook_are_told_as_they_are(shared_server: AppServer, open_page: Callable[..., Page]):
    with urllib.request.urlopen(f"{shared_server.url}/api/source/equations.py") as response:
        assert response.read() == (ROOT / "lstm_engine/cell/equations.py").read_bytes()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{shared_server.url}/api/source/kernel.py")
    page = open_page(f"{shared_server.url}/_stcore/health")
    told = page.evaluate("fetch('/api/glossary').then((answer) => answer.json())")
    assert {label.lower() for term in told["terms"] for label in (term["name"], *term["labels"])} == set(by_label())


def test_what_is_drawn_first_stands_where_it_will_stay(shared_server: AppServer):
    """Every page brings its styles, also to a browser that has Streamlit's own page from before."""
    for path in ("", "step", "train?run=1"):
        kept = {"Accept": "text/html", "Accept-Encoding": "gzip", "If-Modified-Since": "Fri, 01 Jan 2038 00:00:00 GMT"}
        request = urllib.request.Request(f"{shared_server.url}/{path}", headers=kept)
        with urllib.request.urlopen(request) as response:
            page = response.read()
            assert int(response.headers["Content-Length"]) == len(page)
        assert page.index(b".stMainBlockContainer") < page.index(b"</head>")
