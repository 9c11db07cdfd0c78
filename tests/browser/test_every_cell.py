"""The Step page on cells other than the LSTM: drawn, stepped, asked, clamped, followed backward, and linked to."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from lstm_engine import Intervention, LSTMModel
from lstm_engine.cell.quantities import gradient_steps_of, operations_of, quantities_of
from lstm_engine.runs import Run, RunStore
from lstm_engine.runs.checkpoints import restore
from tests.browser.server import AppServer
from tests.browser.step_view import SETTINGS, current, number


@pytest.fixture
def open_cell(
    store: RunStore, shared_server: AppServer, open_page: Callable[..., Page]
) -> Iterator[Callable[[str, str], tuple[Page, LSTMModel]]]:
    """Opens the Step page on a run of that cell; gives the page, and the model that it shows."""
    made: list[Run] = []

    def open_cell(variant: str, query: str) -> tuple[Page, LSTMModel]:
        run = store.create(replace(SETTINGS, variant=variant), variant, start=False)
        made.append(run)
        page = open_page(f"{shared_server.url}/step?run={run.id}&{query}")
        page.wait_for_selector(".strip button")
        trainer = run.settings.build_trainer()
        restore(trainer, store.checkpoint(run.id, 0))
        return page, trainer.model

    yield open_cell
    for run in made:
        store.delete(run.id)


def legend(page: Page, variant: str) -> dict[str, str]:
    return {
        quantity.symbol: page.locator(f"[data-legend='{quantity.name}']").text_content() or ""
        for quantity in quantities_of(variant)
    }


def said(page: Page) -> str:
    return page.locator(".equation").inner_text()


def test_a_gru_is_stepped_asked_clamped_and_followed_back(open_cell, store):
    page, model = open_cell("gru", "sequence=maria&timestep=4&unit=7&layer=2")
    inputs = SETTINGS.task_object.encode("maria").inputs
    layer = model.trace(inputs).layers[1]
    for symbol, text in legend(page, "gru").items():
        name = next(quantity.name for quantity in quantities_of("gru") if quantity.symbol == symbol)
        assert number(text) == pytest.approx(float(getattr(layer, name)[3, 0, 7]), abs=0.00051)
        assert page.locator(f"[data-value='{symbol}']").text_content() == text
    before = legend(page, "gru")
    assert page.locator(".heatmap").count() == 4
    page.keyboard.press("n")
    assert "n = tanh(" in said(page)
    assert "n = np.tanh(x @ W.candidate" in said(page)
    expect(page.locator(".why .sum")).to_contain_text("former hidden state, times r,")

    page.keyboard.press("s")  # by operation
    names = [operation.name for operation in operations_of("gru")]
    assert page.locator(".equation b").inner_text() == names[0]
    for name in names[1:]:
        page.keyboard.press("ArrowRight")
        assert page.locator(".equation b").inner_text() == name
    page.keyboard.press("ArrowRight")
    assert current(page) == 4
    page.keyboard.press("s")
    page.keyboard.press("ArrowLeft")

    page.keyboard.press("z")  # the cell's letters come first; Ctrl Z undoes
    page.get_by_role("tab", name="What if").click()
    page.keyboard.press("1")
    expect(page.locator(".clamps li")).to_have_count(1)
    clamp = Intervention.clamp("update_gate", 1, [3], [7], 1)
    held = model.trace(inputs, interventions=[clamp]).layers[1]
    assert number(legend(page, "gru")["h"]) == pytest.approx(float(held.hidden[3, 0, 7]), abs=0.00051)
    assert float(held.hidden[3, 0, 7]) == pytest.approx(float(layer.hidden[2, 0, 7]), abs=1e-6)  # all is kept
    page.wait_for_timeout(500)
    assert parse_qs(urlsplit(page.url).query)["clamps"] == ["z:2:7:4-4=1"]
    page.keyboard.press("Control+z")
    expect(page.locator("[data-legend='hidden']")).to_have_text(before["h"])

    page.keyboard.press("l")
    expect(page.locator(".norms polyline")).to_have_count(1)
    assert page.locator(".backward tbody tr").count() == len(gradient_steps_of("gru"))
    page.get_by_role("tab", name="Save").click()
    assert ".layers[1].update_gate[3, 0, 7]" in page.locator(".save pre").inner_text()
    page.locator(".step-view").focus()
    expect(page.locator("[role=status]").last).to_contain_text("layer 2, unit 7: Reset gate 0.")


def test_a_plain_network_is_its_own_companion(open_cell):
    page, model = open_cell("rnn", "sequence=maria&timestep=3&unit=2&panel=backward")
    expect(page.locator(".norms")).to_contain_text("This is a plain network itself.")
    expect(page.get_by_role("button", name="Train a plain RNN beside it")).to_be_hidden()
    inputs = SETTINGS.task_object.encode("maria").inputs
    layer = model.trace(inputs).layers[0]
    page.get_by_role("tab", name="Why").click()
    assert number(legend(page, "rnn")["h"]) == pytest.approx(float(layer.hidden[2, 0, 2]), abs=0.00051)
    assert "h = np.tanh(xh @ W + b)" in said(page)
    assert page.locator(".heatmap").count() == 1


def test_what_a_variant_lacks_is_said_and_cannot_be_clamped(open_cell):
    page, _ = open_cell("no_forget_gate", "sequence=maria&timestep=3&clamps=f:1:2:1-2=0.5")
    expect(page.locator(".notice")).to_contain_text("names f; this cell has i, g, o, c, h")
    assert page.locator("[data-value='f']").text_content() == "= 1"
    assert legend(page, "no_forget_gate")["f"] == "missing, f = 1"
    page.keyboard.press("f")
    assert "This cell has no forget gate: all of the memory is kept" in said(page)
    page.get_by_role("tab", name="What if").click()
    page.keyboard.press("0")
    expect(page.locator(".notice")).to_contain_text("There is no f in this cell to clamp; choose a gate or a state (i,")
    assert page.locator(".heatmap").count() == 5
    page.keyboard.press("i")
    page.keyboard.press("w")
    expect(page.locator(".why .sum")).to_contain_text("peephole p · c′ =")
    page.get_by_role("tab", name="What if").click()
    assert "forget gate" not in page.get_by_label("Quantity to clamp").inner_text()
