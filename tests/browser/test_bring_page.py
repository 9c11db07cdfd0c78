"""Your model: from a file to its gates, in a browser."""

import numpy as np
from playwright.sync_api import expect

from lstm_engine.runs.checkpoints import restored_with_task
from tests.browser.step_view import number, shown
from tests.browser.test_accessibility import violations
from tests.lstm_engine.formats.foreign import FOREIGN


def test_a_pytorch_model_is_uploaded_named_and_stepped_with_the_engines_numbers(shared_server, store, open_page):
    page = open_page(f"{shared_server.url}/model")
    expect(page.get_by_text("save_file(weights", exact=False).first).to_be_visible()
    page.locator("input[type=file]").first.set_input_files(FOREIGN / "tied.safetensors")
    vocabulary = page.get_by_role("textbox", name="Vocabulary")
    vocabulary.fill("abcdefg")
    page.get_by_role("textbox", name="A sequence to begin with").click()  # whoever goes on has typed it
    expect(page.get_by_text("7 symbols: 0 is “a”")).to_be_visible()
    expect(page.locator("[data-stale=true], [data-test-script-state=running]")).to_have_count(0)  # drawn half through
    assert violations(page) == []
    page.get_by_role("button", name="Step it").click()
    page.wait_for_selector(".strip button")
    made = store.list_runs()[0]
    expect(page.get_by_text("trained elsewhere · loss on this sequence")).to_be_visible()
    expect(page.get_by_role("slider", name="Checkpoint")).to_be_hidden()
    model, task = restored_with_task(made.settings, store.checkpoint(made.id, 0))
    sequence = task.encode("abcdefg")
    trace = model.trace(sequence.inputs)
    place = (int(page.locator(".strip [aria-current]").get_attribute("data-timestep")), 0, 0)
    here = trace.layers[0]
    told = shown(page)
    assert np.allclose(
        [told[name] for name in "fiog"],
        [here.forget_gate[place], here.input_gate[place], here.output_gate[place], here.candidate[place]],
        atol=6e-4,
    )
    best = page.locator(".guesses li").first
    scores = model.forward(sequence.inputs)[0][place[0], 0].astype(float)
    share = np.exp(scores) / np.exp(scores).sum()
    expect(best).to_contain_text(f"{'abcdefg'[share.argmax()]}")
    assert abs(number(best.locator(".row > :last-child").text_content().rstrip(" %")) - 100 * share.max()) < 0.06
    page.reload()  # its address leads back to it
    page.wait_for_selector(".strip button")
    assert shown(page) == told

    page.goto(f"{shared_server.url}/inspect?run={made.id}&text=own&own={'abcdefgabdc' * 5}&property=vowel")
    page.wait_for_selector(".inspect-view:not([aria-busy])")
    expect(page.get_by_role("combobox", name="Text").locator("option")).to_have_text(["Its examples", "Your own text"])
    page.get_by_role("button", name="Find units").click()
    expect(page.locator(".ranking li")).to_have_count(model.architecture.hidden_size)
    page.get_by_role("button", name="Its page").click()
    expect(page.locator("#panel-unit .responses tbody tr")).to_have_count(7)
    page.locator("#panel-unit").get_by_role("button", name="Break it").click()
    expect(page.locator(".sentence")).to_contain_text("the loss where “vowel” holds")
    store.delete(made.id)
