"""How tests read the step view, and the settings of the small run that they open."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from lstm_engine.cell.quantities import QUANTITIES, quantities_of
from lstm_engine.runs import PRESETS
from lstm_engine.tracing.trace import LayerTrace

SETTINGS = replace(PRESETS["classroom"], hidden_size=24, num_layers=2, end_step=40, pace=0.0)
AT_REST = 500  # ms, after which the address is written
GROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 22, 27)"}


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def shown(page: Page) -> dict[str, float]:
    """The selected unit's values, as they stand in the drawn cell and in the legend."""
    cell = {name: number(page.locator(f"[data-value='{name}']").text_content()) for name in "figo"}
    legend = {q.symbol: number(page.locator(f"[data-legend='{q.name}']").text_content()) for q in QUANTITIES}
    for name, value in cell.items():
        assert value == legend[name]
    return legend


def query(page: Page) -> dict[str, str]:
    """The address at rest."""
    page.wait_for_timeout(AT_REST)
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def says(page: Page, expected: dict[str, str]) -> None:
    """The address comes to say that: it is written as soon as the view is at rest."""
    for _ in range(100):
        if query(page) == expected:
            return
        page.wait_for_timeout(100)
    assert query(page) == expected


def click_at(field: Locator, x: float, y: float) -> None:
    """Click at a fraction of the element's width and height."""
    box = field.bounding_box()
    field.click(position={"x": box["width"] * x, "y": box["height"] * y})


def current(page: Page) -> int:
    return int(page.locator(".strip [aria-current]").get_attribute("data-timestep"))


def in_both_themes(page: Page, *themes: str) -> Iterator[str]:
    """One page in light and then in dark, or in those: it follows the system's choice, and need not be loaded anew."""
    for scheme, ground in GROUNDS.items():
        if themes and scheme not in themes:
            continue
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        expect(page.locator(".stApp")).to_have_css("background-color", ground)
        page.wait_for_timeout(400)  # colours pass over into each other, and charts are drawn again
        yield scheme


def drawn(page: Page, place: str) -> dict[str, str]:
    """The numbers in one of the drawings, by their letters."""
    found: dict[str, str] = page.locator(place).evaluate(
        "root => Object.fromEntries([...root.querySelectorAll('[data-value]')]"
        ".map((node) => [node.dataset.value, node.textContent]))"
    )
    return found


def assert_drawn(page: Page, place: str, variant: str, layer: LayerTrace, timestep: int, unit: int) -> None:
    """The drawing shows the engine's numbers of that unit, before and after."""
    texts = drawn(page, place)
    for quantity in quantities_of(variant):
        values = getattr(layer, quantity.name)[:, 0, unit]
        assert number(texts[quantity.symbol]) == pytest.approx(float(values[timestep]), abs=0.00051), quantity.symbol
        if quantity.symbol in "ch":
            before = texts[f"{quantity.symbol}-before"]
            assert number(before) == pytest.approx(float(values[timestep - 1]), abs=0.00051)


# the empty end is gone as soon as the view has written an address of its own
TURN = """(address) => {
  getSelection().removeAllRanges();
  document.activeElement?.shadowRoot?.activeElement?.blur();
  document.activeElement?.blur();
  scrollTo(0, 0);
  History.prototype.replaceState.call(history, history.state, "", `${address}&`);
  dispatchEvent(new PopStateEvent("popstate"));
}"""


def turn_to(page: Page, address: str) -> None:
    """Let a page of the step view open another address of the same run and sequence, as the browser's Back does."""
    page.mouse.move(0, 0)
    page.evaluate(TURN, address)
    page.wait_for_function("!location.href.endsWith('&')", polling=50)
    view = page.locator(".step-view")
    expect(view).to_have_attribute("aria-busy", "false")
    view.focus()
