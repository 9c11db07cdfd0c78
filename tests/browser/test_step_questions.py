"""What can be asked of the step view: operations, why, what if, backward, beside another, to take along.

Long, since every panel of the one view is asked through the same few helpers and runs.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from urllib.request import urlopen
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from lstm_engine import Intervention, LSTMModel, Trace
from lstm_engine.cell.quantities import GATES, QUANTITIES
from lstm_engine.runs import Run, RunStore
from lstm_engine.runs.checkpoints import restore
from lstm_engine.tasks import EncodedSequence
from tests.browser.server import ROOT
from tests.browser.step_view import click_at, current, number, query, shown


@pytest.fixture
def model(store: RunStore, kept_run: Run) -> LSTMModel:
    """The run's model as the page shows it; runs of the same settings begin alike."""
    trainer = kept_run.settings.build_trainer()
    restore(trainer, store.checkpoint(kept_run.id, 0))
    return trainer.model


@pytest.fixture
def encode(kept_run: Run) -> Callable[[str], EncodedSequence]:
    return kept_run.settings.task_object.encode


def numbers(text: str) -> list[float]:
    return [number(found) for found in re.findall(r"−?\d+\.\d+", text)]


# ---- by operation


def test_operations_light_up_in_order_and_grey_what_is_to_come(look):
    page = look("sequence=maria&timestep=1")
    page.keyboard.press("m")
    name = page.locator(".equation b")
    order = ["concatenate", "forget", "input", "candidate", "keep", "write", "squash", "output", "predict"]
    for k, operation in enumerate(order):
        assert name.inner_text() == operation
        assert page.locator(".cell .at-work").count() > 0
        assert (page.locator(".cell .to-come").count() == 0) == (k == 8)
        assert (page.locator("[data-value='c']").text_content() == "") == (k < 5)
        page.keyboard.press("ArrowRight")
    assert current(page) == 1
    assert name.inner_text() == "concatenate"
    page.keyboard.press("ArrowLeft")
    assert (current(page), name.inner_text()) == (0, "predict")
    assert query(page)["operation"] == "9"


def test_by_operation_nothing_is_shown_before_it_is_computed(look):
    page = look("sequence=maria&timestep=3&unit=2&operation=4&quantity=cell&pins=1")
    status, header = page.locator("[role=status]").last, page.locator(".checkpoints .said")
    expect(page.locator(".why .sum")).to_contain_text("Operation 6 of 9, write, makes it.")
    assert page.locator(".contributions li:not(.empty)").count() == 0
    assert page.locator(".guesses .guess").all_inner_texts() == [""] * 5
    assert "%" not in page.locator(".prediction").inner_text()
    expect(header).to_contain_text("loss on this sequence is known at its end")
    expect(status).to_contain_text("Candidate ")
    assert not re.search("Cell state|Hidden state|Expected", status.inner_text())
    strip = page.locator(".strip button")
    assert ["surprise" in (strip.nth(k).get_attribute("aria-label") or "") for k in range(6)] == [False, True, True] + [
        False
    ] * 3
    legend = [page.locator(f"[data-legend='{q.name}']").text_content() != "" for q in QUANTITIES]
    assert legend == [True, True, True, False, False, False]
    covered = "map => { const [v, f] = ['.veil', '.field'].map((s) => map.querySelector(s).getBoundingClientRect());"
    covered += " return Math.round(6 * (v.left - f.left) / f.width); }"
    maps = [page.locator(f".heatmap[data-quantity='{q.name}']").evaluate(covered) for q in QUANTITIES]
    assert maps == [3, 3, 3, 2, 2, 2]  # the timesteps that are seen
    cut = "line => Number(line.getRootNode().querySelector(line.getAttribute('clip-path').slice(4, -1) + ' rect')"
    cut += ".getAttribute('width'))"
    curves = [page.locator(f".curves polyline[data-quantity='{q.name}']").evaluate(cut) for q in QUANTITIES]
    assert curves == [2.5, 2.5, 2.5, 1.5, 1.5, 1.5]
    page.keyboard.press("y")
    expect(page.locator(".why h3")).to_have_text("Why this prediction?")
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert "%" in page.locator(".prediction").inner_text()  # it is said by the last operation
    expect(page.locator(".why h3")).to_contain_text(" %?")
    expect(status).to_contain_text("Expected next")
    assert "surprise" in (strip.nth(3).get_attribute("aria-label") or "")
    page.keyboard.press("s")
    expect(header).to_contain_text("nats per character")
    assert page.locator(".heatmap .veil:visible").count() == 0
    assert page.locator(".curves polyline[clip-path], .pin polyline[clip-path]").count() == 0


def test_equations_hold_the_engines_numbers(look, model, encode):
    page = look("sequence=giovanni&timestep=5&unit=11&layer=2&operation=1&decimals=5")
    layer = model.trace(encode("giovanni").inputs).layers[1]
    at = {q.symbol: float(getattr(layer, q.name)[4, 0, 11]) for q in QUANTITIES}
    z = {g.symbol: float(getattr(layer, f"{g.name}_preactivation")[4, 0, 11]) for g in GATES}
    c_before, h_before = float(layer.cell[3, 0, 11]), float(layer.hidden[3, 0, 11])
    expected = [
        [h_before],
        [z["f"], at["f"]],
        [z["i"], at["i"]],
        [z["g"], at["g"]],
        [at["f"], c_before, at["f"] * c_before],
        [at["f"], c_before, at["i"], at["g"], at["c"]],
        [at["c"], np.tanh(at["c"])],
        [z["o"], at["o"], at["o"], at["c"], at["h"]],
    ]
    for values in expected:
        assert numbers(page.locator(".equation .numbers").inner_text()) == pytest.approx(values, abs=6e-6)
        page.keyboard.press("ArrowRight")
    assert "Expected next" in page.locator(".equation .numbers").inner_text()


def test_the_textbooks_line_stands_beside_the_numbers(look):
    page = look("sequence=maria")
    source = (ROOT / "lstm_engine" / "cell" / "equations.py").read_text("utf-8").splitlines()
    for key in "figoch":
        page.keyboard.press(key)
        place, code = re.fullmatch(
            r"equations\.py, line (\d+): (.*)", page.locator(".equation code").inner_text()
        ).groups()
        assert source[int(place) - 1].strip().startswith(code)
        assert code.startswith(f"{key} = ")


# ---- why


@pytest.mark.parametrize(("timestep", "unit", "layer", "gate"), [(3, 5, 1, "forget_gate"), (6, 20, 2, "candidate")])
def test_a_gates_parts_and_strongest_contributions_are_the_engines(look, model, encode, timestep, unit, layer, gate):
    page = look(f"sequence=giovanni&timestep={timestep}&unit={unit}&layer={layer}&quantity={gate}&decimals=4")
    trace = model.trace(encode("giovanni").inputs)
    parts = model.preactivation_parts(trace, layer - 1)[gate]
    place = timestep - 1, 0, unit
    said = numbers(page.locator(".why .sum").inner_text())
    of_layer = trace.layers[layer - 1]
    z, value = getattr(of_layer, f"{gate}_preactivation")[place], getattr(of_layer, gate)[place]
    expected = [parts.input[place], parts.recurrent[place], parts.bias[place], z, value]
    assert said == pytest.approx([float(part) for part in expected], abs=6e-5)

    family = "lstm"
    rows = list(model.architecture.variant.blocks).index(gate) * 24 + unit
    W = model.state_dict()[f"{family}.weight_hh_l{layer - 1}"][rows]
    recurrent = W * of_layer.hidden[timestep - 2, 0]
    below = trace.inputs if layer == 1 else trace.layers[layer - 2].hidden
    incoming = model.state_dict()[f"{family}.weight_ih_l{layer - 1}"][rows] * below[timestep - 1, 0]
    strongest = sorted(np.concatenate([recurrent, incoming[incoming != 0]]), key=abs, reverse=True)[:7]
    bars = [number(text) for text in page.locator(".contributions li:not(.empty) .probability").all_inner_texts()]
    assert bars == pytest.approx([float(value) for value in strongest], abs=6e-5)


def test_a_contribution_leads_to_where_it_comes_from(look):
    page = look("sequence=giovanni&timestep=6&unit=5")
    contributor = page.locator(".contributions li", has_text="h′ of unit").first
    target = re.search(r"unit (\d+)", contributor.inner_text()).group(1)
    contributor.locator("button").click()
    assert current(page) == 4
    assert f"h of unit {target} =" in page.locator(".why h3").inner_text()
    page.get_by_label("Layer").select_option("layer 2")
    page.keyboard.press("g")
    below = page.locator(".contributions li", has_text="layer 1").first
    target = re.search(r"h (\d+), layer 1", below.inner_text()).group(1)
    below.locator("button").click()
    assert page.get_by_label("Layer").input_value() == "0"
    assert f"h of unit {target} =" in page.locator(".why h3").inner_text()


def test_the_memory_is_told_by_who_wrote_it(look, model, encode):
    page = look("sequence=sakura&timestep=5&unit=3&quantity=cell&decimals=6")
    layer = model.trace(encode("sakura").inputs).layers[0]
    f, i, g, c = (getattr(layer, name)[:, 0, 3] for name in ("forget_gate", "input_gate", "candidate", "cell"))
    written = [float(i[t] * g[t] * np.prod(f[t + 1 : 5])) for t in range(5)]
    assert sum(written) == pytest.approx(float(c[4]), abs=1e-6)
    bars = [number(text) for text in page.locator(".contributions li:not(.empty) .probability").all_inner_texts()]
    assert bars == pytest.approx(sorted(written, key=abs, reverse=True), abs=2e-6)


def test_a_prediction_is_told_by_its_hidden_units(look, model, encode):
    page = look("sequence=sakura&timestep=2&decimals=5")
    page.locator(".guesses button").nth(1).click()
    outputs = model.trace(encode("sakura").inputs).outputs[1, 0]
    second = int(np.argsort(-outputs)[1])
    symbol, percent = re.fullmatch(r"Why “(.)”: (.*)\?", page.locator(".why h3").inner_text()).groups()
    row = page.locator(".guesses li").nth(1)
    assert [symbol, percent] == [row.locator(".guess").inner_text(), row.locator(".probability").inner_text()]
    lines = page.locator(".why .sum").inner_text()
    assert numbers(re.search("score z = .*", lines)[0])[0] == pytest.approx(float(outputs[second]), abs=6e-6)
    assert lines.endswith(f"= {percent}")
    bars = page.locator(".contributions li:not(.empty) .probability").all_inner_texts()
    rest = number(re.search("and 17 others together: (.*)", page.locator(".why .rest").inner_text())[1])
    assert sum(map(number, bars)) + rest == pytest.approx(numbers(lines)[0], abs=6e-5)


# ---- the whole sequence


@pytest.mark.parametrize(
    "order", ["similarity", *(pytest.param(name, marks=pytest.mark.thorough) for name in ("mean", "saturation"))]
)
def test_units_are_ordered_and_the_cursor_follows(look, model, encode, order):
    page = look("sequence=christopher&unit=4")
    page.get_by_label("Order of units").select_option(order)
    page.locator(".step-view").focus()
    for _ in range(24):
        page.keyboard.press("ArrowUp")
    seen = []
    for _ in range(24):
        seen.append(int(query_unit(page)))
        page.keyboard.press("ArrowDown")
    assert sorted(seen) == list(range(24))
    assert seen != list(range(24)) or order == "saturation"  # fresh gates are not saturated
    if order == "mean":
        means = model.trace(encode("christopher").inputs).layers[0].forget_gate[:, 0].mean(axis=0)
        assert list(np.round(means[seen], 5)) == sorted(np.round(means, 5), reverse=True)
    click_at(page.locator(".heatmap[data-quantity='forget_gate'] .field"), 0.5, 0.001)
    expect(page.get_by_text(f"Unit {seen[0]} over the sequence")).to_be_visible()


def query_unit(page: Page) -> str:
    return re.search(r"Unit (\d+) over", page.locator(".curves h3").inner_text()).group(1)


def test_up_to_six_units_are_pinned_and_the_link_keeps_them(look):
    page = look("sequence=maria")
    for _ in range(6):
        page.keyboard.press("u")
        page.keyboard.press("ArrowDown")
    assert page.locator(".pin").count() == 6
    assert page.locator(".pin").first.locator("polyline").count() == 6
    page.keyboard.press("u")
    expect(page.locator(".notice")).to_contain_text("Six units are pinned already")
    page.get_by_label("Unpin unit 2").click()
    assert query(page)["pins"] == "0,1,3,4,5"
    page.get_by_label("Unpin unit 3").click()
    expect(page.locator(".pin")).to_have_count(4)
    expect(look("sequence=maria&pins=0,1,3,4,5").locator(".pin")).to_have_count(5)


def test_a_long_sequence_is_drawn_in_a_window_and_stepped_as_a_whole(look):
    page = look(f"sequence={'marianna-' * 90}x")  # 811 letters and the mark before them
    expect(page.locator(".arrange")).to_contain_text("longer than the page can draw well: timesteps 1 to 400 of 812")
    page.keyboard.press("End")
    assert current(page) == 811
    expect(page.locator(".arrange")).to_contain_text("timesteps 413 to 812 of 812")
    assert page.locator(".heatmap canvas").first.evaluate("canvas => canvas.width") == 400
    page.keyboard.press("+")
    assert page.locator(".heatmap canvas").first.evaluate("canvas => canvas.width") == 200
    for _ in range(2):
        page.keyboard.press("-")
    assert page.locator(".heatmap canvas").first.evaluate("canvas => canvas.width") == 400


# ---- prediction


def test_surprise_stands_along_the_strip(look, model, encode):
    page = look("sequence=sakura")
    sequence = encode("sakura")
    outputs = model.forward(sequence.inputs)[0][:, 0].astype(float)
    log_p = outputs - np.log(np.exp(outputs).sum(axis=1, keepdims=True))
    surprise = -log_p[np.arange(7), sequence.targets[:, 0]]
    for timestep in range(1, 7):
        label = page.locator(".strip button").nth(timestep).get_attribute("aria-label")
        assert numbers(label)[0] == pytest.approx(surprise[timestep - 1], abs=0.0051)


def test_the_model_goes_on_from_here_and_what_it_says_can_be_stepped(open_step):
    page = open_step("sequence=maria&timestep=3")
    page.get_by_label("Temperature").fill("9")
    page.get_by_role("button", name="Continue from here").click()
    expect(page.locator(".prediction .problem")).to_contain_text("from 0 to 5")
    page.get_by_label("Temperature").fill("1.5")
    page.get_by_role("button", name="Continue from here").click()
    expect(page.get_by_role("textbox", name="Sequence")).not_to_have_value("maria")
    text = page.get_by_role("textbox", name="Sequence").input_value()
    assert text.startswith("ma")
    expect(page.locator(".strip button")).to_have_count(len(text) + 1)
    assert current(page) == 2
    page.locator(".step-view").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    assert current(page) == min(3, len(text))  # the page's own field did not take the view back
    assert query(page)["sequence"] == text


# ---- backward

COVERED_TO = """map => { const [v, f] = ['.veil', '.field'].map((s) => map.querySelector(s).getBoundingClientRect());
  return (v.right - f.left) / f.width; }"""


def ways_of(page: Page) -> list[Locator]:
    return page.locator(".backward tbody tr").all()


def test_gradients_are_the_engines_and_the_factors_are_the_cells(look, model, encode):
    page = look("sequence=sakura&timestep=6&unit=7&layer=1")
    page.keyboard.press("l")
    expect(page.locator(".backward h3")).to_contain_text("Loss at 6")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    sequence = encode("sakura")
    found = model.trace_gradients(sequence.inputs, sequence.targets, timesteps=[5])
    trace = model.trace(sequence.inputs).layers[0]
    at = {q.name: float(getattr(trace, q.name)[2, 0, 7]) for q in QUANTITIES}
    ways = [
        ("h → c", "hidden", at["output_gate"] * (1 - np.tanh(at["cell"]) ** 2)),
        ("h → o", "hidden", np.tanh(at["cell"])),
        ("c → c′", "cell", at["forget_gate"]),
        ("c → f", "cell", float(trace.cell[1, 0, 7])),
        ("c → i", "cell", at["candidate"]),
        ("c → g", "cell", at["input_gate"]),
        ("g → a_g", "candidate", 1 - at["candidate"] ** 2),
        ("i → a_i", "input_gate", at["input_gate"] * (1 - at["input_gate"])),
        ("f → a_f", "forget_gate", at["forget_gate"] * (1 - at["forget_gate"])),
        ("o → a_o", "output_gate", at["output_gate"] * (1 - at["output_gate"])),
    ]
    for row, (way, name, factor) in zip(ways_of(page), ways, strict=True):
        assert row.locator("th").inner_text() == way
        cells = [float(text.replace("−", "-")) for text in row.locator("td").all_inner_texts()]
        gradient = float(found.layers[0][name][2, 0, 7])
        assert cells == pytest.approx([gradient, factor, gradient * factor], rel=0.06)
    assert number(page.locator("[data-value='h']").text_content()) == pytest.approx(
        float(found.layers[0]["hidden"][2, 0, 7]), rel=0.06
    )
    words = page.locator("[role=status]").last
    expect(words).to_contain_text("Gradient of the loss at 6 by: Forget gate ")
    page.keyboard.press("s")  # by operation it comes from the loss: from the right, and from the last operation
    page.keyboard.press("ArrowLeft")
    rows = {row.locator("th").inner_text(): row.locator("td").first.inner_text() for row in ways_of(page)}
    assert {way for way, text in rows.items() if text} == {"h → c", "h → o", "o → a_o"}
    covered = page.locator(".heatmap[data-quantity='cell']").evaluate(COVERED_TO)
    assert covered == pytest.approx(3 / 7, abs=0.01)
    page.keyboard.press("s")
    page.get_by_role("tab", name="Why").click()
    expect(page.get_by_text("Unit 7 over the sequence", exact=True)).to_be_visible()
    assert shown(page)["f"] == pytest.approx(at["forget_gate"], abs=0.00051)


@pytest.mark.thorough
def test_a_plain_network_is_trained_to_stand_beside_the_gradients(open_step, store, run):
    page = open_step("sequence=sakura&timestep=6&panel=backward")
    expect(page.locator(".norms polyline")).to_have_count(2)
    page.get_by_role("button", name="Train a plain RNN beside it").click()
    expect(page.locator(".norms polyline")).to_have_count(3)
    norms = page.locator(".norms")
    expect(norms).to_contain_text("a plain RNN of equal size at training step 0")
    expect(page.locator(".fading")).to_have_text(re.compile("Over 5 timesteps, back to “·”, .* the plain network’s h"))
    made = next(other for other in store.list_runs() if other.settings.variant == "rnn")
    assert made.settings.hidden_size == run.settings.hidden_size
    # the axis runs as the strip does, and so do the arrows: from the loss, at the right, back
    assert page.locator(".norms .time-axis span").all_inner_texts() == list("·sakur")
    click_at(page.locator(".norms .field"), 2.5 / 6, 0.5)
    assert current(page) == 2
    assert page.locator("[data-value='c'] ~ .name").text_content() == "gradient of c"
    ends = "path => { const at = (k) => path.getPointAtLength(k).x; return at(0) - at(path.getTotalLength()); }"
    conveyor = page.locator(".cell .wire.conveyor")
    assert conveyor.evaluate(ends) > 0
    norms.get_by_role("button", name="Show where they differ most").click()
    page.wait_for_url("**loss_at=40**")
    expect(page.locator(".fading")).to_contain_text("Over 39 timesteps, back to “E”, the gradient at c ")
    expect(page.locator(".fading")).to_contain_text("This cell keeps ")
    expect(norms.locator(".action:visible")).to_have_count(0)  # this is where they differ most
    page.get_by_role("tab", name="Why").click()
    expect(norms).to_be_hidden()
    assert conveyor.evaluate(ends) < 0
    store.delete(made.id)


# ---- what if


def clamped_trace(model: LSTMModel, sequence: EncodedSequence, *changes: Intervention) -> Trace:
    return model.trace(sequence.inputs, interventions=changes)


def test_what_is_clamped_changes_the_run_and_the_change_is_said(open_step, look, model, encode):
    page = open_step("sequence=sakura&timestep=3&unit=5&panel=whatif")
    page.get_by_label("Quantity to clamp").select_option("forget_gate")
    page.get_by_label("Units to clamp").select_option("all")
    page.get_by_label("From timestep").fill("2")
    page.get_by_label("To timestep", exact=True).fill("4")
    value = page.get_by_label("Value to clamp at")
    value.fill("1.2")
    page.get_by_role("button", name="Clamp", exact=True).click()
    expect(page.locator(".whatif .problem")).to_contain_text(
        "“1.2” is no value for the forget gate; it must be a number from 0 to 1"
    )
    value.fill("0")
    page.get_by_role("button", name="Clamp", exact=True).click()
    expect(page.locator(".clamps li")).to_have_count(1)
    sequence = encode("sakura")
    change = Intervention("forget_gate", range(1, 4))
    trace = clamped_trace(model, sequence, change)
    page.locator(".step-view").focus()
    page.keyboard.press("End")
    for symbol, value in shown(page).items():
        name = next(q.name for q in QUANTITIES if q.symbol == symbol)
        assert value == pytest.approx(float(getattr(trace.layers[0], name)[-1, 0, 5]), abs=0.00051)
    before, after, difference = numbers(page.locator(".whatif .outcome").inner_text())[:3]
    assert before == pytest.approx(model.loss(sequence.inputs, sequence.targets), abs=0.00051)
    assert difference == pytest.approx(after - before, abs=0.0011)
    assert page.locator(".curves polyline.altered").count() == 6
    expect(page.locator(".clamped-note")).to_be_visible()
    clamps = query(page)["clamps"]
    again = look(f"sequence=sakura&timestep=7&unit=5&panel=whatif&clamps={clamps}")  # a run that begins alike
    expect(again.locator(".clamps li")).to_have_count(1)
    assert shown(again) == shown(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".clamps li")).to_have_count(0)
    expect(page.locator(".curves polyline.altered")).to_have_count(0)


def test_keys_clamp_and_undo(look, model, encode):
    page = look("sequence=sakura&timestep=2&unit=9")
    page.keyboard.type("maria1")  # whoever takes the view for a field clamps nothing
    page.keyboard.press("m")
    page.keyboard.press("i")
    assert query(page)["unit"] == "9"
    assert "clamps" not in query(page)
    page.get_by_role("tab", name="What if").click()
    page.keyboard.press("0")
    expect(page.locator(".clamps li")).to_have_count(1)
    assert shown(page)["i"] == 0
    assert "but it is clamped at 0.000" in page.locator(".equation .numbers").inner_text()
    page.keyboard.press("ArrowRight")
    trace = clamped_trace(model, encode("sakura"), Intervention("input_gate", [1], [9]))
    assert shown(page)["c"] == pytest.approx(float(trace.layers[0].cell[2, 0, 9]), abs=0.00051)
    page.keyboard.press("o")
    page.keyboard.press("1")
    expect(page.locator(".clamps li")).to_have_count(2)
    page.keyboard.press("z")
    expect(page.locator(".clamps li")).to_have_count(1)
    page.get_by_role("button", name="Reset").click()
    expect(page.locator(".clamps li")).to_have_count(0)
    page.keyboard.press("z")  # even that can be undone
    expect(page.locator(".clamps li")).to_have_count(1)


def test_a_double_click_on_a_unit_offers_to_clamp_it_and_old_is_its_former_value(open_step, model, encode):
    page = open_step("sequence=sakura&timestep=4")
    box = page.locator(".cell canvas").bounding_box()
    page.mouse.dblclick(box["x"] + box["width"] * 651 / 752, box["y"] + box["height"] * 51 / 336)  # c, the first unit
    expect(page.get_by_role("tab", name="What if")).to_have_attribute("aria-selected", "true")
    assert page.get_by_label("Quantity to clamp").input_value() == "cell"
    page.get_by_role("button", name="old", exact=True).click()
    former = float(model.trace(encode("sakura").inputs).layers[0].cell[2, 0, 0])
    assert float(page.get_by_label("Value to clamp at").input_value()) == pytest.approx(former, rel=1e-5)
    page.get_by_role("button", name="Clamp", exact=True).click()
    expect(page.locator(".clamps li")).to_have_count(1)
    assert shown(page)["c"] == pytest.approx(former, abs=0.00051)


def test_what_is_held_keeps_the_scales_says_both_losses_and_leaves_the_typed_range(open_step, model, encode):
    page = open_step("sequence=sakura&timestep=3&unit=5&panel=whatif")
    ends = page.locator(".heatmap .scale-with-ends")
    before = ends.all_inner_texts()
    page.get_by_label("From timestep").fill("2")
    page.get_by_label("To timestep", exact=True).fill("6")
    page.locator(".step-view").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert [page.get_by_label(f"{end} timestep", exact=True).input_value() for end in ("From", "To")] == ["2", "6"]
    page.get_by_label("Units to clamp").select_option("all")
    slider = page.get_by_label("Hold at")
    slider.focus()
    slider.press("Home")  # down to the lowest, by the keyboard alone
    expect(page.locator(".clamps li")).to_contain_text(["f = 0, all units, layer 1, at 2 to 6"])
    sequence = encode("sakura")
    held = clamped_trace(model, sequence, Intervention("forget_gate", range(1, 6)))
    expect(page.locator("[data-legend='forget_gate']")).to_have_text("0.000")
    assert shown(page)["c"] == pytest.approx(float(held.layers[0].cell[3, 0, 6]), abs=0.00051)
    assert ends.all_inner_texts() == before  # of what is held no colour is more vivid
    value = page.get_by_label("Value to clamp at")
    assert (slider.input_value(), value.input_value()) == ("0", "0")
    value.fill("0,25")
    assert slider.input_value() == "0.25"
    slider.press("ArrowRight")
    expect(value).to_have_value("0.26")
    slider.press("Home")
    expect(page.locator(".clamps li")).to_contain_text(["f = 0, all units, layer 1, at 2 to 6"])
    scores, targets = held.outputs[:, 0].astype(float), sequence.targets[:, 0]
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    losses = [-log_p[np.arange(len(targets)), targets].mean(), model.loss(sequence.inputs, sequence.targets)]
    said = page.locator(".checkpoints .said").inner_text()
    assert numbers(said) == pytest.approx(losses, abs=0.00051)
    page.get_by_role("button", name="here", exact=True).click()
    page.keyboard.press("ArrowRight")
    assert page.get_by_label("From timestep").input_value() == "5"


def tile(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a place of the wide drawing is on the screen."""
    page.locator(".cell canvas").scroll_into_view_if_needed()  # the test before may have left it elsewhere
    box = page.locator(".cell canvas").bounding_box()
    return box["x"] + box["width"] * x / 752, box["y"] + box["height"] * y / 336


def test_a_gate_is_dragged_live_as_one_command_and_units_say_their_names(look, model, encode):
    page = look("sequence=sakura&timestep=4&unit=9")
    trace = model.trace(encode("sakura").inputs).layers[0]
    x, y = tile(page, 285, 203)  # of the input gate
    page.mouse.move(x - 1, y)
    page.mouse.move(x, y)
    tip = page.locator(".cell .tip")
    said = re.compile(r"input gate, unit (\d+), layer 1: (0\.\d+)")
    expect(tip).to_have_text(said)
    unit, value = said.fullmatch(tip.inner_text()).groups()
    assert float(value) == pytest.approx(float(trace.input_gate[3, 0, int(unit)]), abs=0.00051)
    page.mouse.down()
    for up in (3, 20, 40):
        page.mouse.move(x, y - up)
    expect(page.locator(".clamps li")).to_have_count(1)
    expect(page.locator("[data-legend='input_gate']")).to_have_text(f"{round(float(value) + 40 / 140, 2):.3f}")
    page.mouse.move(x, y - 400)  # no further than it can go
    expect(page.locator("[data-legend='input_gate']")).to_have_text("1.000")
    assert "held at 1" in tip.inner_text()
    page.mouse.up()
    change = Intervention.clamp("input_gate", 1, [3], [int(unit)])
    held = clamped_trace(model, encode("sakura"), change).layers[0]
    assert shown(page)["c"] == pytest.approx(float(held.cell[3, 0, int(unit)]), abs=0.00051)
    assert query(page)["clamps"] == f"i:1:{unit}:4-4=1"
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 70)
    page.mouse.up()
    expect(page.locator(".clamps li")).to_contain_text([f"i = 0.5, unit {unit}"])  # in the place of the former
    page.keyboard.press("z")
    expect(page.locator("[data-legend='input_gate']")).to_have_text("1.000")
    page.keyboard.press("z")
    expect(page.locator("[data-legend='input_gate']")).not_to_have_text("1.000")
    assert "clamps" not in query(page)
    assert query(page)["unit"] == "9"
    field = page.locator(".heatmap[data-quantity='cell'] .field")
    box = field.bounding_box()
    field.hover(position={"x": box["width"] * 5.5 / 7, "y": box["height"] * 7.5 / 24})
    expect(page.locator(".heatmap[data-quantity='cell'] .tip")).to_contain_text(
        "Cell state, unit 7, layer 1, timestep 6 “r”: "
    )
    page.locator(".cell canvas").focus()
    page.keyboard.press("ArrowDown")
    expect(tip).to_contain_text("unit 10, layer 1: ")
    look("sequence=sakura&timestep=4&unit=9&hide=whatif")  # who may not hold, cannot drag
    x, y = tile(page, 285, 203)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 60)
    page.mouse.up()
    assert "clamps" not in query(page)


# ---- beside another


def test_another_sequence_is_put_beside_with_the_difference(open_step, model, encode):
    page = open_step("sequence=maria&timestep=3&unit=2&panel=compare")
    other = page.get_by_label("Other text", exact=True)
    other.fill("m4ria")
    other.press("Enter")
    expect(page.locator(".compare .problem")).to_contain_text("never seen “4”")
    other.fill("martha")
    other.press("Enter")
    expect(page.locator(".heatmap")).to_have_count(18)
    this, that = (model.trace(encode(name).inputs).layers[0] for name in ("maria", "martha"))
    page.locator(".step-view").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    for row, quantity in zip(page.locator(".compare tbody tr").all(), QUANTITIES, strict=True):
        a, b = (float(getattr(trace, quantity.name)[4, 0, 2]) for trace in (this, that))
        assert [number(text) for text in row.locator("td").all_inner_texts()] == pytest.approx(
            [a, b, a - b], abs=0.00051
        )
    page.get_by_role("button", name="This one alone").click()
    expect(page.locator(".heatmap")).to_have_count(6)


# ---- to take along


def test_every_view_is_saved_as_svg_and_png(look, kept_run, tmp_path):
    page = look("sequence=maria&timestep=4&panel=backward")
    expect(page.locator(".norms polyline")).to_have_count(2)
    page.get_by_role("tab", name="Save").click()
    for name in ("Diagram", "Heatmaps", "Curves", "Prediction", "Why", "Gradient norms"):
        for kind in ("SVG", "PNG") if name in ("Diagram", "Heatmaps") else ("SVG",):
            with page.expect_download() as download:
                page.get_by_role("button", name=f"{name} as {kind}", exact=True).click()
            assert download.value.suggested_filename.startswith("to-step-names-step-0-maria-")
            path = tmp_path / f"{name}.{kind}"
            download.value.save_as(path)
            content = path.read_bytes()
            assert content.startswith(b"<svg" if kind == "SVG" else b"\x89PNG")
            assert len(content) > 500
    for name in ("Curves", "Heatmaps"):
        drawing = ElementTree.parse(tmp_path / f"{name}.SVG")
        texts = [text.text or "" for text in drawing.iter("{http://www.w3.org/2000/svg}text")]
        assert "·maria" in "".join(text for text in texts if len(text) == 1)  # the symbols along the axis
        caption = " ".join(text for text in texts if len(text) > 30)
        assert f"to step (run {kept_run.id}) · names · training step 0 of 40 · “maria” · timestep 4 of 6" in caption


def test_a_gradient_is_saved_without_having_been_looked_at(look, tmp_path):
    page = look("sequence=maria&timestep=4&panel=save&loss_at=4")
    with page.expect_download() as download:
        page.get_by_role("button", name="Gradient norms as SVG", exact=True).click()
    download.value.save_as(tmp_path / "norms.svg")
    drawing = (tmp_path / "norms.svg").read_text("utf-8")
    assert drawing.count("<polyline") == 2
    assert "up to the loss at 4: c, h" in drawing


@pytest.mark.thorough
def test_pictures_are_made_for_white_paper_unless_a_dark_one_is_asked_for(open_step, tmp_path):
    page = open_step("sequence=maria&timestep=4&panel=save")
    dark = page.get_by_label("Pictures with a dark background")
    expect(dark).to_be_hidden()  # all are light anyhow
    page.emulate_media(color_scheme="dark")
    page.reload()
    expect(dark).to_be_visible()

    def saved(asked_for_dark: bool) -> tuple[str, str]:
        """The colour of the picture's ground and of its words."""
        dark.set_checked(asked_for_dark)
        with page.expect_download() as download:
            page.get_by_role("button", name="Diagram as SVG", exact=True).click()
        download.value.save_as(tmp_path / "cell.svg")
        drawing = ElementTree.parse(tmp_path / "cell.svg")
        ground = next(drawing.iter("{http://www.w3.org/2000/svg}rect")).get("fill")
        symbol = next(one for one in drawing.iter("{http://www.w3.org/2000/svg}text") if one.text == "f")
        return ground, re.search(r"fill: ([^;]+);", symbol.get("style"))[1]

    assert saved(False) == ("#ffffff", "rgb(29, 36, 43)")
    assert saved(True) == ("#11161b", "rgb(232, 237, 242)")
    assert page.locator(".step-view").get_attribute("data-theme") == "dark"
    assert page.locator(".step-view.on-paper").count() == 0


def test_data_link_and_code_give_the_same_numbers(look, shared_server, tmp_path):
    page = look("sequence=maria&timestep=4&unit=6&layer=2&quantity=output_gate&clamps=f:2:6:1-3=0.25&panel=save")
    on_screen = shown(page)["o"]
    for kind in ("csv", "parquet", "npz"):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"Trace as {kind}").click()
        assert download.value.suggested_filename == f"to-step-names-step-0-maria-trace.{kind}"
        download.value.save_as(tmp_path / f"trace.{kind}")
    trace = Trace.load(tmp_path / "trace.npz")
    assert float(trace.layers[1].output_gate[3, 0, 6]) == pytest.approx(on_screen, abs=0.00051)
    np.testing.assert_array_equal(trace.layers[1].forget_gate[:3, 0, 6], np.float32(0.25))
    with page.expect_download() as download:
        page.get_by_role("link", name="Weights as safetensors").click()
    assert download.value.suggested_filename == "to-step-names-step-0.safetensors"
    download.value.save_as(tmp_path / download.value.suggested_filename)
    code = page.locator(".save pre").inner_text()
    # on a machine of its own, far from the server's database
    alone = {**os.environ, "PYTHONPATH": str(ROOT), "LSTM_DATABASE_URL": "sqlite:////nowhere/none.sqlite3"}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=alone, capture_output=True, text=True, check=True
    )
    assert float(ran.stdout) == pytest.approx(on_screen, abs=0.00051)


def test_routes_answer_in_sentences(shared_server, run):
    import urllib.error

    for path, status, message in [
        (f"{run.id}/trace?sequence=m4ria", 400, "never seen “4”"),
        (f"{run.id}/trace?checkpoint=99", 404, "no checkpoint at step 99"),
        ("987654/trace", 404, "There is no run 987654."),
        (f"{run.id}/trace?clamps=f:1:99:1-1=0", 400, "there are 0 to 23"),
        (f"{run.id}/gradients?timestep=-1", 400, "timestep is “-1”"),
        (f"{run.id}/continuation?temperature=hot", 400, "temperature is “hot”"),
        (f"{run.id}/trace.xls", 404, "choose one of csv, parquet, npz"),
    ]:
        with pytest.raises(urllib.error.HTTPError) as refused:
            urlopen(f"{shared_server.url}/api/runs/{path}")
        assert refused.value.code == status
        assert message in json.loads(refused.value.read())["error"]


# ---- for everybody


def test_help_opens_on_a_question_mark_and_closes(look):
    page = look("sequence=maria")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys and help")).to_be_visible()
    keys = page.locator(".help dt").all_inner_texts()
    assert {"← →", "f i g o c h", "z, Ctrl Z", "?"} <= {*keys}
    assert page.locator(".help dd").count() == len(keys)
    before = current(page)
    page.keyboard.press("ArrowRight")
    assert current(page) == before
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys and help")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    assert current(page) == before + 1


def test_the_cursors_place_is_told_in_words(look):
    page = look("sequence=maria&timestep=1")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[role=status]").last).to_contain_text(
        "Timestep 2 of 6, reading m; layer 1, unit 0: Forget gate 0."
    )
    expect(page.locator("[role=status]").last).to_contain_text("Expected next:")
    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[role=status]").last).to_contain_text(
        "Operation 2 of 9, forget: How much of the memory to keep."
    )


@pytest.mark.thorough
def test_everything_needed_to_follow_fits_a_projector(open_step):
    page = open_step("sequence=alexandra&operation=6", viewport={"width": 1024, "height": 768})
    for part in (".strip [aria-current]", ".cell", ".equation", ".equation code", ".transport", ".checkpoints"):
        box = page.locator(part).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 768
        assert box["x"] + box["width"] <= 1024
    overflow = page.locator(".step-view").evaluate("view => view.scrollWidth - view.clientWidth")
    assert overflow == 0


@pytest.mark.thorough
def test_signals_travel_unless_motion_is_unwanted(open_step):
    moving = "view => view.getRootNode().getAnimations().length"
    page = open_step("sequence=alexandra")
    page.wait_for_timeout(600)
    page.keyboard.press("ArrowRight")
    assert page.locator(".step-view").evaluate(moving) > 0
    page.emulate_media(reduced_motion="reduce")
    page.wait_for_timeout(1000)
    assert page.locator(".step-view").evaluate(moving) == 0
    before = current(page)
    page.keyboard.press("ArrowRight")
    assert current(page) == before + 1
    assert page.locator(".step-view").evaluate(moving) == 0


@pytest.mark.xdist_group("others")
def test_a_finger_steps_as_well(open_step):
    page = open_step("sequence=alexandra&timestep=1", has_touch=True)
    page.get_by_role("button", name="Forward", exact=True).tap()
    assert current(page) == 1
    page.locator(".strip button").nth(5).tap()
    assert current(page) == 5
    page.locator(".heatmap[data-quantity='hidden'] .field").tap(position={"x": 2, "y": 2})
    assert current(page) == 0
    page.get_by_role("tab", name="Compare").tap()
    expect(page.get_by_label("Other checkpoint")).to_be_visible()


def test_the_keyboard_alone_reaches_every_panel(look):
    page = look("sequence=alexandra")
    page.get_by_role("tab", name="Why").focus()
    for name in ("What if", "Backward", "Compare", "Save", "Why"):
        page.keyboard.press("ArrowRight")
        tab = page.get_by_role("tab", name=name, exact=True)
        expect(tab).to_be_focused()
        expect(tab).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="Play", exact=True).focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
