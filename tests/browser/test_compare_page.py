"""The Compare page in a browser."""

import re
from contextlib import suppress
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from lstm_engine.runs import PRESETS
from tests.browser.step_view import in_both_themes

QUICK = replace(PRESETS["classroom"], hidden_size=16, end_step=50, pace=0.0)


def test_cells_are_compared_in_a_frame_that_shows_the_view_alone(shared_server, store, open_page):
    runs = [store.create(replace(QUICK, variant=variant), f"cell {variant}") for variant in ("standard", "rnn")]
    page = open_page(f"{shared_server.url}/compare?embed=true&runs={','.join(str(run.id) for run in runs)}")
    expect(page.get_by_text("What differs")).to_be_visible()
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    expect(page.get_by_role("link", name="Train", exact=True)).to_have_count(0)
    named = "document.querySelector('.js-plotly-plot')?._fullData?.filter((trace) => trace.name?.startsWith('cell'))"
    page.wait_for_function(f"{named}?.length === 2 && {named}.every((trace) => trace.x.length > 2)")
    for run in runs:
        store.delete(run.id)


def test_the_popover_closes_when_the_runs_are_started(shared_server, store, open_page):
    page = open_page(f"{shared_server.url}/compare")
    page.get_by_role("button", name="Three cells on the same task").click()
    page.get_by_label("Task", exact=True).click()
    page.get_by_role("option", name="Parity").click()
    start = page.get_by_role("button", name="Train them")
    start.click()
    expect(page.locator("[data-tag]").first).to_contain_text("Parity")
    expect(start).to_be_hidden()
    made = [run for run in store.list_runs() if run.settings.task == "parity"]
    assert sorted(run.settings.variant for run in made) == ["gru", "rnn", "standard"]
    for run in made:
        store.delete(run.id)


CONTRAST = """(node) => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const over = (colour, under) => {
        canvas.fillStyle = `rgb(${under})`;
        canvas.fillRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const lightness = (colour) => {
        const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        const [r, g, b] = colour.map((part) => linear(part / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.unshift(getComputedStyle(at).backgroundColor);
    const ground = layers.reduce((under, layer) => over(layer, under), [255, 255, 255]);
    const both = [ground, over(getComputedStyle(node).color, ground)].map(lightness);
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
}"""


@pytest.mark.thorough
def test_tags_and_buttons_can_be_read_in_both_themes(shared_server, store, open_page):
    run = store.create(QUICK, "tagged", start=False)
    page = open_page(f"{shared_server.url}/compare?runs={run.id}")
    tag = page.locator("[data-tag]").first
    expect(tag).to_contain_text("tagged")
    page.get_by_role("button", name="Three cells on the same task").click()
    button = page.get_by_role("button", name="Train them")
    expect(button).to_be_visible()
    for scheme in in_both_themes(page):
        assert tag.evaluate(CONTRAST) >= 4.5, scheme
        assert button.evaluate(CONTRAST) >= 4.5, scheme
    store.delete(run.id)


@pytest.mark.thorough
def test_who_renames_a_run_stays_on_it(shared_server, store, open_page, run):
    """Browsers say a field's label again with each click, also the label that is no more."""
    newer = store.create(run.settings, "newer", start=False)
    page = open_page(f"{shared_server.url}/train?run={run.id}")
    for name in ("first name", "second name"):
        page.get_by_role("button", name="Manage").click()
        page.get_by_role("tab", name="Name and notes").click()
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Name, note and tags are saved").first).to_be_visible()
        expect(page.get_by_role("tab", name="Name and notes")).to_have_count(0)  # it closed
        expect(page.get_by_role("combobox", name="Run")).to_have_count(1)
        expect(page.get_by_role("combobox", name="Run")).to_have_value(re.compile(name))
        expect(page).to_have_url(re.compile(rf"run={run.id}\b(?!.*names)"))
    assert [store.get(one.id).name for one in (run, newer)] == ["second name", "newer"]
    page.goto(f"{shared_server.url}/compare?runs={run.id}")
    chosen = page.get_by_test_id("stMultiSelect")
    expect(chosen).to_contain_text("second name")
    store.rename(run.id, "third name")
    for _ in range(2):
        chosen.get_by_role("combobox").click()
        page.get_by_role("option", name=re.compile("newer")).first.click()
        page.keyboard.press("Escape")
        with suppress(AssertionError):
            expect(page).to_have_url(re.compile(rf"runs={run.id}(,|%2C){newer.id}"), timeout=5_000)
            break
    expect(page).to_have_url(re.compile(rf"runs={run.id}(,|%2C){newer.id}"))
    store.delete(newer.id)
