"""The step view on a projector and on a phone: what can be read, and what a finger meets."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

PROJECTORS = [({"width": 1920, "height": 1080}, 20), ({"width": 1024, "height": 768}, 16)]
PHONE = {"width": 390, "height": 844}

# how large each visible text is on the screen, in pixels: that of a drawing is scaled with it
SMALLEST = """(view, [least, without]) => {
  const found = [];
  const walk = (node) => {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE && child.textContent.trim()) {
        const owner = child.parentElement;
        if (!owner || owner.closest("style, script, title, option, .hidden-text") || owner.closest(without)) continue;
        if (!owner.checkVisibility({ visibilityProperty: true })) continue;
        const matrix = owner.getScreenCTM?.();
        const scale = matrix ? Math.hypot(matrix.a, matrix.b) : 1;
        const size = parseFloat(getComputedStyle(owner).fontSize) * scale;
        if (size < least) found.push(`${size.toFixed(1)} “${child.textContent.trim().slice(0, 40)}”`);
      } else if (child.nodeType === Node.ELEMENT_NODE) walk(child);
    }
  };
  walk(view);
  return found;
}"""

# what is pressed, and is smaller than a finger
TARGETS = """(root, least) => {
  const nodes = root.querySelectorAll("button, select, a[href], input, summary");
  return [...nodes].flatMap((node) => {
    if (!node.checkVisibility({ visibilityProperty: true })) return [];
    const target = node.type === "checkbox" ? node.closest("label") ?? node : node;
    const { width, height } = target.getBoundingClientRect();
    const name = node.ariaLabel ?? node.textContent.trim().slice(0, 30);
    return width < least - 0.5 || height < least - 0.5 ? [`${width.toFixed()} x ${height.toFixed()} “${name}”`] : [];
  });
}"""


@pytest.mark.parametrize(("screen", "least"), [PROJECTORS[0], pytest.param(*PROJECTORS[1], marks=pytest.mark.thorough)])
def test_nothing_that_a_class_must_read_is_small_on_a_projector(open_step: Callable[..., Page], screen, least):
    page = open_step("sequence=alexandra&pins=3&note=Which+gate+closes%3F", viewport=screen)
    small = page.locator(".cell").bounding_box()["width"]
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Present", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("link", name="Train", exact=True)).to_have_count(0)
    expect(page.get_by_role("textbox", name="Sequence")).to_be_hidden()
    assert page.locator(".cell").bounding_box()["width"] > small
    panels = ["Why", "What if", "Backward", "Compare", "Save"]
    for panel in panels:
        page.get_by_role("tab", name=panel, exact=True).click()
        assert page.locator(".step-view").evaluate(SMALLEST, [least, "none"]) == [], panel
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, panel
    # what is stepped stands on the screen as a whole
    box = page.locator(".cell").bounding_box()
    assert box["y"] + box["height"] < screen["height"]
    page.wait_for_timeout(500)
    assert "present=1" in page.url
    page.keyboard.press("p")
    expect(page.get_by_role("textbox", name="Sequence")).to_be_visible()


@pytest.mark.xdist_group("others")
def test_on_a_phone_all_is_in_one_column_and_a_finger_wide(open_step: Callable[..., Page]):
    page = open_step("sequence=alexandra&pins=3", viewport=PHONE, has_touch=True)
    for name in ("Train", "Step", "Compare"):
        link = page.locator(".st-key-pages").get_by_role("link", name=name)
        expect(link).to_be_in_viewport()
        assert link.bounding_box()["height"] >= 44
    view = page.locator(".step-view")
    places = [page.locator(part).bounding_box() for part in (".strip", ".transport", ".cell", ".prediction", ".panels")]
    assert all(PHONE["width"] - 40 <= place["width"] <= PHONE["width"] for place in places)
    tops = [place["y"] for place in places]
    assert tops == sorted(tops)
    page.get_by_role("button", name="More", exact=True).tap()
    expect(page.get_by_label("Playing speed", exact=True)).to_be_visible()
    for panel in ("Why", "What if", "Backward", "Compare", "Save"):
        page.get_by_role("tab", name=panel, exact=True).tap()
        assert view.evaluate(TARGETS, 44) == [], panel
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, panel
        assert view.evaluate("view => view.scrollWidth - view.clientWidth") <= 0, panel
        for part in (view, page.locator("body")):
            assert part.evaluate(SMALLEST, [12, ".cell"]) == [], panel
    page.get_by_role("button", name="More", exact=True).tap()

    # the strip and the buttons of every step stay in sight
    page.get_by_role("tab", name="Why", exact=True).tap()
    page.locator(".contributions").scroll_into_view_if_needed()
    page.locator(".curves").scroll_into_view_if_needed()
    forward = page.get_by_role("button", name="Forward", exact=True)
    expect(forward).to_be_in_viewport()
    forward.tap()
    expect(page.locator(".strip [aria-current]")).to_have_attribute("data-timestep", "4")
    expect(page.locator(".strip [aria-current]")).to_be_in_viewport()
