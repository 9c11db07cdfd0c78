"""axe-core's rules for WCAG 2.1 A and AA, on every page and in every panel of the step view, in light and dark."""

import time
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from lstm_engine.runs import Run, RunStore, Status
from tests.browser.server import AppServer
from tests.browser.step_view import SETTINGS, in_both_themes

ALL = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}  # what the other theme may break

pytestmark = pytest.mark.xdist_group("everybody")  # the runs that they look at are trained once
THEMES = pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.thorough)])
NAMELESS = """view => [...view.querySelectorAll("button, input, select, a, canvas, [role]")]
  .filter((node) => !node.closest("[aria-hidden=true]") && node.tagName !== "LI")
  .filter((node) => !(node.ariaLabel || node.textContent.trim() || node.labels?.length || node.title ||
                      node.getAttribute("aria-labelledby") || node.getAttribute("role") === "status" || node.hidden ||
                      node.matches("[popover]:not(:popover-open)")))
  .map((node) => node.outerHTML.slice(0, 200))"""
# text whose contrast with the page is below 4.5 to 1, by WCAG's formula; what is greyed as yet to come may be
PALE = """view => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
                            return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3); };
  const linear = (v) => v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const behind = (node) => { for (let n = node; n; n = n.parentElement ?? n.getRootNode().host) {
      const colour = getComputedStyle(n).backgroundColor;
      if (colour && !/^rgba\\(0, 0, 0, 0\\)|transparent/.test(colour)) return rgb(colour); } return [255, 255, 255]; };
  const pale = [];
  for (const node of view.querySelectorAll("*")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!own || !node.checkVisibility() || node.closest(".to-come, [aria-disabled=true], .empty")) continue;
    const style = getComputedStyle(node);
    const text = light(rgb(node.namespaceURI.endsWith("svg") ? style.fill : style.color));
    const ground = light(behind(node));
    const ratio = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
    if (ratio < 4.5) pale.push(`${ratio.toFixed(2)} ${node.outerHTML.slice(0, 120)}`);
  }
  return pale;
}"""


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


def violations(page: Page, scheme: str = "light", within: Locator | None = None) -> list[str]:
    """What axe finds wrong on the page as it stands, and where; of the dark theme, what the colours may break.

    Args:
        page: to be looked at. scheme: of colours.
        within: the only part that has changed since the page was looked at as a whole.
    """
    options = {"runOnly": COLOURS if scheme == "dark" else ALL, "resultTypes": ["violations"]}
    if within is None:
        found = Axe().run(page, options=options).response
    else:
        found = within.evaluate("(node, options) => axe.run(node, options)", options)
    return [
        f"{violation['id']} ({violation['impact']}): {node['target']} {node['html'][:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@THEMES
def test_everybody_can_use_the_train_page(
    theme: str, open_page: Callable[..., Page], shared_server: AppServer, runs: list[Run]
):
    page = open_page(f"{shared_server.url}/train?run={runs[0].id}")
    for scheme in in_both_themes(page, theme):
        expect(page.locator(".lstm-sentence")).to_contain_text("finished")
        page.wait_for_selector(".lstm-curves .main-svg")
        page.wait_for_selector(".lstm-development .main-svg")
        assert violations(page, scheme) == [], scheme


@THEMES
def test_everybody_can_use_the_compare_page(
    theme: str, open_page: Callable[..., Page], shared_server: AppServer, runs: list[Run]
):
    query = ",".join(str(run.id) for run in runs)
    page = open_page(f"{shared_server.url}/compare?runs={query}")
    for scheme in in_both_themes(page, theme):
        expect(page.locator(".js-plotly-plot").first).to_be_visible()
        assert violations(page, scheme) == [], scheme


@THEMES
def test_everybody_can_use_the_step_page_in_every_panel(
    theme: str, open_page: Callable[..., Page], shared_server: AppServer, runs: list[Run]
):
    asked = "sequence=maria&timestep=3&pins=1,2&clamps=f:1:2:1-2=0.5&beside=checkpoint:0&panel=magic"
    page = open_page(f"{shared_server.url}/step?run={runs[0].id}&{asked}")
    view = page.locator(".step-view")
    for scheme in in_both_themes(page, theme):
        if scheme == "light":
            expect(page.locator(".notice")).to_be_visible()  # and then it is in the way of nothing
        for name in ("Why", "What if", "Backward", "Compare", "Save"):
            page.get_by_role("tab", name=name, exact=True).click()
            expect(page.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")
            if name == "Backward":
                expect(page.locator(".norms polyline").first).to_be_visible()
            panel = None if name == "Why" else page.locator("[role=tabpanel]:not([hidden])")
            assert violations(page, scheme, panel) == [], (scheme, name)
            assert view.evaluate(NAMELESS) == [], (scheme, name)
            assert view.evaluate(PALE) == [], (scheme, name)
        page.keyboard.press("?")
        dialog = page.get_by_role("dialog", name="Keys and help")
        expect(dialog).to_be_visible()
        assert violations(page, scheme, dialog) == [], (scheme, "help")
        page.keyboard.press("Escape")
        page.keyboard.press("p")
        page.get_by_role("button", name="Share or exercise").click()
        dialog = page.get_by_role("dialog", name="Share or exercise")
        expect(dialog).to_be_visible()
        assert violations(page, scheme, dialog) == [], (scheme, "share, presenting")
        page.keyboard.press("Escape")
        page.keyboard.press("p")
