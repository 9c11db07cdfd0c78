"""The Train page in a browser: buttons, curves, samples, and what several people do at once.

Long, since one page has all of it, and each test is told by what the same view then shows.
"""

import math
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from lstm_engine import StepMetrics
from lstm_engine.runs import PRESETS, Run, RunStore, Status
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded

SLOW = replace(PRESETS["classroom"], hidden_size=16, pace=20.0)


def sentence(page: Page):
    return page.locator(".lstm-sentence")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def record(store: RunStore, run: Run, lease: str, steps: range) -> None:
    store.record(run.id, lease, [Recorded(StepMetrics(step, 1 / step, 1.0, 0.01), 1 / step) for step in steps])


@pytest.mark.xdist_group("others")
def test_buttons_control_a_run_that_two_browsers_see(shared_server, store, open_page):
    run = store.create(SLOW, "shared", start=False)
    url = f"{shared_server.url}/train?run={run.id}"
    one, other = open_page(url), open_page(url, apart=True)
    expect(sentence(one)).to_contain_text("Step 0 of 3,000 · paused")
    press(one, "+1")
    expect(sentence(one)).to_contain_text("Step 1 of 3,000 · paused")
    press(one, "+10")
    expect(sentence(other)).to_contain_text("Step 11 of 3,000 · paused")
    store.set_pace(run.id, 4.0)  # what is drawn costs more than what is trained
    press(other, "Resume")
    for page in (one, other):
        expect(sentence(page)).to_contain_text("training")
    expect(one.get_by_role("button", name="Pause", exact=True)).to_be_enabled()
    press(one, "Pause")
    expect(sentence(other)).to_contain_text("paused")
    press(one, "Stop")
    expect(sentence(one)).to_contain_text("stopped")
    assert store.get(run.id).status is Status.STOPPED
    press(other, "Resume")
    expect(sentence(one)).to_contain_text("training")
    expect(one.get_by_role("button", name="Pause", exact=True)).to_be_enabled()
    store.delete(run.id)
    for page in (one, other):
        expect(page.get_by_text(f"Run {run.id} is no more")).to_be_visible()


@pytest.mark.thorough
def test_zoom_survives_new_points(shared_server, store, open_page, hold):
    run = store.create(SLOW, "zoom", start=False)
    lease = hold(run.id)
    store.start(run.id)  # the lease is the test's, so no worker takes it up
    record(store, run, lease, range(1, 11))
    page = open_page(f"{shared_server.url}/train?run={run.id}")
    chart = "document.querySelector('.lstm-curves')"
    page.wait_for_function(f"{chart}?.data?.[0].x.length === 10")
    box = page.locator(".lstm-curves .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.8, steps=5)
    page.mouse.up()
    page.wait_for_function(f"{chart}.layout.xaxis.range[0] > 1")
    zoomed = page.evaluate(f"{chart}.layout.xaxis.range")
    record(store, run, lease, range(11, 31))
    page.wait_for_function(f"{chart}.data[0].x.length === 30")
    for name, status in (("Pause", "paused"), ("Resume", "training")):  # each redraws the chart as a whole, twice
        press(page, name)
        if name == "Pause":
            store.release(run.id, lease)
        expect(sentence(page)).to_contain_text(status)
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] - 100)
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
        page.wait_for_timeout(300)
    assert page.evaluate(f"{chart}.layout.xaxis.range") == zoomed
    store.delete(run.id)


def test_the_form_refuses_what_is_out_of_range_and_creates_what_is_not(shared_server, store, open_page):
    page = open_page(f"{shared_server.url}/train")
    press(page, "New run")
    dialog = page.get_by_role("dialog")
    hidden = dialog.get_by_role("spinbutton", name="Hidden size")
    hidden.fill("5000")
    hidden.press("Enter")
    expect(dialog.get_by_text("Hidden size is 5000; it must be at least 1 and at most 512.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Create and start")).to_be_disabled()
    hidden.fill("12")
    hidden.press("Enter")
    dialog.get_by_text("More settings").click()
    rate = dialog.get_by_role("spinbutton", name="Learning rate")
    rate.fill("-0.5")
    rate.press("Enter")
    expect(dialog.get_by_text("Learning rate is -0.5; it must be above 0 and at most 1.").first).to_be_visible()
    rate.fill("0.01")
    rate.press("Enter")
    dialog.get_by_role("textbox", name="Name").fill("made by hand")
    dialog.get_by_role("textbox", name="Name").press("Enter")
    create = dialog.get_by_role("button", name="Create and start")
    expect(create).to_be_enabled()
    create.click()
    expect(dialog).to_be_hidden()
    expect(sentence(page)).to_contain_text("training")
    run = store.list_runs()[0]
    assert (run.name, run.settings.hidden_size, run.settings.learning_rate) == ("made by hand", 12, 0.01)
    store.delete(run.id)


def test_a_wrong_link_leads_to_the_nearest_sensible_view(shared_server, store, open_page):
    run = store.create(SLOW, "newest", start=False)
    page = open_page(f"{shared_server.url}/train?run=987654")
    expect(page.get_by_text("There is no run 987654.")).to_be_visible()
    expect(sentence(page)).to_contain_text("Step 0")
    page = open_page(f"{shared_server.url}/train?run=<b>x")
    expect(page.get_by_text("is not the number of a run")).to_be_visible()
    store.delete(run.id)


@pytest.mark.thorough
def test_a_long_curve_is_drawn_thinner_as_a_whole_and_in_full_when_zoomed(shared_server, store, open_page):
    run = store.create(replace(SLOW, end_step=5_000), "long", start=False)
    lease = new_lease()
    store.acquire(run.id, lease)
    rows = [Recorded(StepMetrics(k, 9.0 if k == 1_234 else 1.0, 0.5, 0.01)) for k in range(1, 4_001)]
    store.record(run.id, lease, rows)
    page = open_page(f"{shared_server.url}/train?run={run.id}")
    chart = "document.querySelector('.lstm-curves')"
    page.wait_for_function(f"{chart}?.data?.[0].x.at(-1) === 4000")
    assert page.evaluate(f"{chart}.data[0].x.length") <= 2_500
    assert page.evaluate(f"Math.max(...{chart}.data[0].y)") == 9
    page.evaluate(f"Plotly.relayout({chart}, {{'xaxis.range': [1000, 1500]}})")
    page.wait_for_function(f"{chart}.data[0].x.length === 4000")
    store.delete(run.id)


@pytest.mark.thorough
def test_a_signal_run_shows_its_prediction_as_a_curve(shared_server, store, open_page):
    run = store.create(replace(SLOW, task="signal", end_step=100, pace=0.0), "signal")
    page = open_page(f"{shared_server.url}/train?run={run.id}")
    expect(sentence(page)).to_contain_text("finished")
    page.wait_for_function("document.querySelector('.lstm-sampled-curve')?.data?.[1].y.length === 100")
    store.delete(run.id)


@pytest.mark.thorough
def test_where_live_data_does_not_get_through_the_page_polls(shared_server, store, open_page):
    run = store.create(SLOW, "polled")
    page = open_page("about:blank")
    blocked, frames = True, []
    page.on(
        "websocket",
        lambda socket: "_stcore" in socket.url and socket.on("framereceived", lambda _: frames.append(socket.url)),
    )
    page.route_web_socket("**/api/live", lambda socket: socket.close() if blocked else socket.connect_to_server())
    page.goto(f"{shared_server.url}/train?run={run.id}")
    chart = "document.querySelector('.lstm-curves')?.data?.[0].x.length"
    page.wait_for_function(f"{chart} > 5")
    points = page.evaluate(chart)
    page.wait_for_function(f"{chart} > {points + 15}")
    blocked = False  # it was only for a while: the script comes to rest, and the curve grows with every step once
    for _ in range(30):
        known = len(frames)
        page.wait_for_timeout(1_500)
        if len(frames) == known:
            break
    assert len(frames) == known
    points = page.evaluate(chart)
    page.wait_for_function(f"{chart} > {points + 5}")
    steps = page.evaluate("document.querySelector('.lstm-curves').data[0].x")
    assert steps == list(range(1, len(steps) + 1))
    press(page, "Pause")
    expect(sentence(page)).to_contain_text("paused")
    page.get_by_role("link", name="Step").click()
    expect(page.locator(".strip button").first).to_be_visible()
    store.delete(run.id)


@pytest.mark.thorough
def test_a_change_in_mid_run_is_marked_on_the_curve(shared_server, store, open_page):
    run = store.create(replace(SLOW, end_step=2_000, pace=100.0), "changed")
    page = open_page(f"{shared_server.url}/train?run={run.id}")
    expect(sentence(page)).to_contain_text("training")
    page.get_by_role("button", name="Manage").click()
    rate = page.get_by_role("spinbutton", name="Learning rate")
    rate.fill("0.02")
    rate.press("Enter")
    page.get_by_role("button", name="Change from the next step on").click()
    marks = "document.querySelector('.lstm-curves').layout.annotations.map((mark) => mark.text)"
    page.wait_for_function(f"{marks}.includes('learning rate 0.02')")
    (change,) = store.changes(run.id)
    assert page.evaluate("document.querySelector('.lstm-curves').layout.shapes[0].x0") == change.step
    store.delete(run.id)


def test_the_curve_holds_what_the_store_holds_samples_are_a_film_and_gates_develop(shared_server, store, open_page):
    run = store.create(replace(SLOW, end_step=60, pace=0.0), "exact")
    page = open_page(f"{shared_server.url}/train?run={run.id}")
    expect(sentence(page)).to_contain_text("finished")
    page.wait_for_function("document.querySelector('.lstm-curves')?.data?.[0].x.length === 60")
    drawn = page.evaluate("document.querySelector('.lstm-curves').data.map((trace) => ({x: trace.x, y: trace.y}))")
    history = store.history(run.id)
    assert drawn[0]["x"] == history.step.tolist()
    assert drawn[0]["y"] == [float(f"{value:.6g}") for value in history.loss]
    assert drawn[3]["y"] == [float(f"{value:.6g}") for value in history.gradient_norm]

    title = page.locator(".lstm-samples h3").first
    expect(title).to_contain_text("Names made up, at step 60")
    film = page.get_by_label("Checkpoint of the samples")
    steps = store.checkpoint_steps(run.id)
    expect(film).to_have_attribute("max", str(len(steps) - 1))
    film.fill("0")
    expect(title).to_contain_text("at step 0")
    film.fill(film.get_attribute("max"))
    expect(title).to_contain_text("at step 60")
    chart = "document.querySelector('.lstm-development')?.data"
    page.wait_for_function(f"{chart}?.[0].x.includes(61)")  # step 60 on an axis that begins at 1
    drawn = page.evaluate(f"{chart}.find((trace) => trace.meta.join() === 'forget_gate,mean')")
    assert [x - 1 for x in drawn["x"]] == steps
    assert 0.5 < drawn["y"][0] < 0.9  # a forget bias of 1
    store.delete(run.id)


@pytest.mark.thorough
def test_axes_become_logarithmic_and_the_curve_smooth(shared_server, store, open_page):
    run = store.create(replace(SLOW, end_step=60, pace=0.0), "axes")
    page = open_page(f"{shared_server.url}/train?run={run.id}")
    chart = "document.querySelector('.lstm-curves')"
    page.wait_for_function(f"{chart}?.data?.[0].x.at(-1) === 60")
    page.get_by_label("logarithmic steps").check()
    page.get_by_label("logarithmic loss").check()
    page.wait_for_function(f"{chart}.layout.xaxis.type === 'log' && {chart}.layout.yaxis.type === 'log'")
    low, high = page.evaluate(f"{chart}._fullLayout.yaxis.range")
    losses = store.history(run.id).loss
    assert 10**low <= losses.min() < losses.max() <= 10**high
    jumps = f"{chart}.data[0].y.slice(1).reduce((sum, y, k) => sum + Math.abs(y - {chart}.data[0].y[k]), 0)"
    before = page.evaluate(jumps)
    page.get_by_label("Smoothing of the training loss").select_option("over 10 points")
    assert page.evaluate(jumps) < 0.7 * before
    store.delete(run.id)


@pytest.mark.thorough
def test_a_long_curve_is_refined_where_a_person_zooms(shared_server, store, open_page):
    run = store.create(replace(SLOW, end_step=100_000), "long", start=False)
    lease = new_lease()
    store.acquire(run.id, lease)
    for first in range(0, 60_000, 10_000):
        rows = [Recorded(StepMetrics(k, 2.0 + (k == 31_007), 1.0, 0.01)) for k in range(first + 1, first + 10_001)]
        store.record(run.id, lease, rows)
    store.release(run.id, lease)
    page = open_page(f"{shared_server.url}/train?run={run.id}")
    chart = "document.querySelector('.lstm-curves')"
    page.wait_for_function(f"{chart}?.data?.[0].x.at(-1) === 60000")
    assert page.evaluate(f"Math.max(...{chart}.data[0].y)") == 3  # the spike is there from afar
    page.evaluate(f"Plotly.relayout({chart}, {{'xaxis.range': [31000, 31100]}})")
    page.wait_for_function(f"{chart}.data[0].x.filter((x) => x >= 31000 && x <= 31100).length === 101")
    assert page.evaluate(f"{chart}.data[0].y[{chart}.data[0].x.indexOf(31007)]") == 3
    store.delete(run.id)


def test_lines_move_at_once_and_the_chart_knows_soon(shared_server, store, open_page, hold):
    run = store.create(replace(SLOW, end_step=1000), "lines", start=False)
    lease = hold(run.id)
    store.start(run.id)  # the lease is the test's, so no worker takes it up

    def record(first: int, last: int) -> None:
        rows = [Recorded(StepMetrics(k, 2 + (k % 7) / 7, 1 + (k % 5) / 5, 0.01), 2.5) for k in range(first, last + 1)]
        store.record(run.id, lease, rows)

    record(1, 200)
    page = open_page(f"{shared_server.url}/train?run={run.id}")
    chart = "document.querySelector('.lstm-curves')"
    page.wait_for_function(f"{chart}?.data?.[0].x.at(-1) === 200")
    page.evaluate(f"window.drawn = 0; {chart}.on('plotly_afterplot', () => window.drawn++)")
    ends = f"""[...{chart}.querySelectorAll('.scatterlayer .js-line')].map((line) => {{
        const end = line.getPointAtLength(line.getTotalLength());
        return {chart}._fullLayout.xaxis.p2d(end.x);
    }})"""
    for last in range(210, 260, 10):  # whole drawings may come between, but not for each
        record(last - 9, last)
        page.wait_for_function(f"{chart}.dataset.step === '{last}'")
        training, validation, _, gradient = page.evaluate(ends)
        assert [training, validation, gradient] == pytest.approx([last] * 3, abs=0.2)
    assert page.evaluate("window.drawn") < 5
    page.wait_for_function(f"{chart}.data[0].x.at(-1) === 250")
    store.delete(run.id)


@pytest.mark.thorough
def test_the_validation_tile_tells_of_the_newest_point_of_its_curve(shared_server, store, open_page, hold):
    """Several messages may come before the next drawing, and the last need not bring a validation."""
    run = store.create(replace(SLOW, end_step=1000), "tiles", start=False)
    lease = hold(run.id)
    store.start(run.id)  # the lease is the test's, so no worker takes it up
    page = open_page(f"{shared_server.url}/train?run={run.id}")
    chart = "document.querySelector('.lstm-curves')"
    page.wait_for_function(f"{chart}?.data")
    tile = page.locator(".lstm-tile", has_text="validation loss").locator("dd")
    for step in range(1, 81, 4):
        store.record(run.id, lease, [Recorded(StepMetrics(step, 2.0, 1.0, 0.01), 1 + step / 1000)])
        for later in range(step + 1, step + 4):
            page.wait_for_timeout(35)
            store.record(run.id, lease, [Recorded(StepMetrics(later, 2.0, 1.0, 0.01))])
        page.wait_for_function(f"{chart}.dataset.step === '{step + 3}'")
        assert tile.inner_text() == str(1 + step / 1000)
    perplexity = page.locator(".lstm-tile", has_text="validation perplexity").locator("dd")
    assert float(perplexity.inner_text()) == pytest.approx(math.exp(1.077), rel=1e-3)
    store.delete(run.id)


@pytest.mark.thorough
def test_the_console_stays_clean(shared_server, store, open_page, hold):
    """A run without points, logarithms, gaps, values of 0 and below, zooming in and out while it trains."""
    run = store.create(replace(SLOW, end_step=1000), "console", start=False)
    lease = hold(run.id)
    store.start(run.id)
    page = open_page("about:blank")
    said: list[str] = []
    page.on("console", lambda message: message.type in ("error", "warning") and said.append(message.text))
    page.goto(f"{shared_server.url}/train?run={run.id}")
    chart = "document.querySelector('.lstm-curves')"
    page.wait_for_function(f"{chart}?.data")
    page.get_by_label("logarithmic steps").check()
    page.get_by_label("logarithmic loss").check()
    last = 0

    def record(*losses: float, validated: bool = True) -> None:
        """One step after another, so that lines are moved between two drawings of the whole."""
        nonlocal last
        for loss in losses:
            last += 1
            row = Recorded(StepMetrics(last, loss, max(0.0, loss), 0.01), loss if validated else None)
            store.record(run.id, lease, [row])
            page.wait_for_function(f"{chart}.dataset.step === '{last}'")

    record(2.0, 1.5, 1.0, validated=False)
    page.evaluate(f"Plotly.relayout({chart}, {{'xaxis.range': [0, 1.5], 'yaxis.range': [-1, 1]}})")
    record(1.0, 0.0, -0.5, 1.0, 1.2, 1.1)
    record(math.inf, 1.0, validated=False)
    page.get_by_label("logarithmic loss").uncheck()
    page.evaluate(f"Plotly.relayout({chart}, {{'yaxis.range': [-1, 3]}})")
    record(1.0, -1.0, 1.0)
    page.get_by_label("logarithmic steps").uncheck()
    page.evaluate(f"Plotly.relayout({chart}, {{'xaxis.autorange': true, 'yaxis.autorange': true}})")
    record(1.0, 1.0)
    page.evaluate(f"{chart}.dispatchEvent(new PointerEvent('pointerenter'))")
    record(1.0, 1.0)
    paths = page.evaluate(f"[...{chart}.querySelectorAll('path')].map((path) => path.getAttribute('d') ?? '')")
    assert not any("NaN" in path or path == "M" for path in paths)
    # Streamlit looks for its own health below the page's path first
    assert [text for text in said if "404" not in text] == []
    store.delete(run.id)


@pytest.mark.thorough
def test_what_keys_reach_in_a_chart_is_told_to_everybody(shared_server, store, open_page):
    """An image is one thing to a screen reader, and nothing in it can be reached."""
    run = store.create(replace(SLOW, end_step=60, pace=0.0), "roles")
    page = open_page(f"{shared_server.url}/train?run={run.id}")
    page.wait_for_selector(".lstm-curves .main-svg")
    page.wait_for_selector(".lstm-development .main-svg")
    inside = "[role=img] :is(a, button, input, select, [tabindex])"
    assert page.evaluate(f"[...document.querySelectorAll('{inside}')].map((node) => node.outerHTML)") == []
    assert page.get_by_role("figure", name="Loss and gradient norm by step").count() == 1
    store.delete(run.id)
