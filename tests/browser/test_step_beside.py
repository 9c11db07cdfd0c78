"""Two cells at once: an LSTM and a GRU of one task, stepped together on one sequence with one cursor."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from lstm_engine import Intervention, LSTMModel, Trace
from lstm_engine.cell.equations import softmax
from lstm_engine.cell.quantities import operations_of
from lstm_engine.runs import Run, RunNotFound, RunStore
from lstm_engine.runs.checkpoints import restore
from lstm_engine.tasks import EncodedSequence
from tests.browser.step_view import SETTINGS, assert_drawn, click_at, current, drawn, number, query
from tests.browser.test_accessibility import violations
from tests.browser.test_step_sizes import PHONE, PROJECTORS, SMALLEST, TARGETS

GRU = replace(SETTINGS, variant="gru", hidden_size=9, num_layers=1)
FIRST, SECOND = ".drawing:not(.second)", ".drawing.second"


@pytest.fixture
def gru(store: RunStore) -> Iterator[Run]:
    """A run of the same task, with fewer units, layers and operations."""
    run = store.create(GRU, "the GRU", start=False)
    yield run
    with suppress(RunNotFound):
        store.delete(run.id)


@pytest.fixture
def models(store: RunStore, run: Run, gru: Run) -> tuple[LSTMModel, LSTMModel]:
    found = []
    for one in (run, gru):
        trainer = one.settings.build_trainer()
        restore(trainer, store.checkpoint(one.id, 0))
        found.append(trainer.model)
    return found[0], found[1]


def loss_of(trace: Trace, sequence: EncodedSequence) -> float:
    """In nats per character."""
    said = [softmax(scores)[target] for scores, target in zip(trace.outputs[:, 0], sequence.targets[:, 0], strict=True)]
    return float(-np.log(said).mean())


def test_an_lstm_and_a_gru_are_stepped_together_and_asked_one_at_a_time(open_step, run, gru, models, store):
    page = open_step("sequence=maria&timestep=3&unit=11&layer=2", color_scheme="dark")
    page.get_by_label("Beside this", exact=True).select_option(str(gru.id))
    expect(page.locator(SECOND)).to_be_visible()
    sequence = SETTINGS.task_object.encode("maria")
    lstm, other = (model.trace(sequence.inputs) for model in models)
    losses = [loss_of(trace, sequence) for trace in (lstm, other)]
    for place, loss in zip((FIRST, SECOND), losses, strict=True):
        expect(page.locator(f"{place} .heading .said")).to_contain_text(f"loss {loss:.3f} nats per character")

    def both_are_the_engines(timestep: int) -> None:
        assert current(page) == timestep
        assert_drawn(page, FIRST, "standard", lstm.layers[1], timestep, 11)
        assert_drawn(page, SECOND, "gru", other.layers[0], timestep, 8)  # its last unit, of its one layer

    both_are_the_engines(2)
    page.keyboard.press("ArrowRight")
    both_are_the_engines(3)
    page.locator(".strip button").nth(5).click()
    both_are_the_engines(5)
    page.get_by_role("button", name="Back", exact=True).click()
    both_are_the_engines(4)
    page.get_by_label("Playing speed", exact=True).select_option("30 a second")
    page.keyboard.press("Home")
    page.locator(".step-view").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    both_are_the_engines(5)
    for prediction, trace in zip(page.locator(".prediction").all(), (lstm, other), strict=True):
        probabilities = softmax(trace.outputs[5, 0])
        guesses = [SETTINGS.task_object.vocabulary[k] for k in np.argsort(-probabilities)[:5]]
        assert prediction.locator(".guess").all_inner_texts() == guesses
        percents = [float(text.removesuffix(" %")) for text in prediction.locator(".probability").all_inner_texts()]
        assert percents == pytest.approx(sorted(100 * probabilities)[:-6:-1], abs=0.051)

    # by operation each goes through its own, and the GRU, which has fewer, waits for the LSTM
    page.locator(".strip button").nth(3).click()
    page.keyboard.press("s")
    names = [[operation.name for operation in operations_of(variant)] for variant in ("standard", "gru")]
    longest = max(map(len, names))
    for k in range(longest):
        for place, own in zip((FIRST, SECOND), names, strict=True):
            standing = page.locator(f"{place} .place").inner_text()
            assert standing.startswith(f"operation {min(k + 1, len(own))} of {len(own)}, {own[min(k, len(own) - 1)]}")
            assert standing.endswith("waits for the other") == (k >= len(own))
        assert current(page) == 3
        page.keyboard.press("ArrowRight")
    assert current(page) == 4
    page.keyboard.press("s")
    page.keyboard.press("ArrowLeft")
    both_are_the_engines(3)
    assert violations(page) == []

    # the panels ask about one of the two
    expect(page.locator(FIRST)).to_have_class("drawing focused")
    page.keyboard.press("b")
    expect(page.locator(f"{SECOND}.focused")).to_be_visible()
    assert page.locator("[data-legend]").count() == 4
    page.keyboard.press("n")
    value = float(other.layers[0].candidate[3, 0, 8])
    assert page.locator(".why h3").inner_text() == f"Why n of unit 8 = {value:.3f}?".replace("-", "−")
    assert page.get_by_text("Unit 8 over the sequence, GRU").is_visible()
    click_at(page.locator(f"{FIRST} .cell canvas"), 163 / 752, 201 / 336)
    expect(page.locator(f"{FIRST}.focused")).to_be_visible()
    expect(page.get_by_text("Unit 0 over the sequence, LSTM")).to_be_visible()
    assert page.locator(".heatmap").count() == 6 + 4
    click_at(page.locator(".heatmap[data-kind=beside][data-quantity=hidden] .field"), 0.6, 0.99)
    expect(page.get_by_text("Unit 8 over the sequence, GRU")).to_be_visible()
    assert current(page) == 3

    # each has its own clamps, and says its loss with them and without
    page.get_by_role("tab", name="What if").click()
    page.keyboard.press("z")
    page.keyboard.press("1")
    expect(page.locator(".clamps li")).to_have_count(1)
    clamp = Intervention.clamp("update_gate", 1, [3], [8], 0)
    held = models[1].trace(sequence.inputs, interventions=[clamp])
    assert_drawn(page, SECOND, "gru", held.layers[0], 3, 8)
    assert_drawn(page, FIRST, "standard", lstm.layers[0], 3, 8)
    loss = loss_of(held, sequence)
    expect(page.locator(f"{SECOND} .said")).to_contain_text(
        f"loss {loss:.3f} nats per character, {losses[1]:.3f} without clamps"
    )
    told = query(page)
    assert (told["beside"], told["focus"], told["beside_clamps"]) == (f"run:{gru.id}", "beside", "z:1:8:4-4=1")
    assert "clamps" not in told
    before = drawn(page, SECOND), drawn(page, FIRST)
    page.reload()
    expect(page.locator(".clamps li")).to_have_count(1)
    assert (drawn(page, SECOND), drawn(page, FIRST)) == before
    expect(page.locator(".step-view > [role=status]")).to_contain_text("GRU: Timestep 4 of 6, reading r")

    page.keyboard.press("b")  # the LSTM has none
    expect(page.locator(".clamps li")).to_have_count(0)
    page.get_by_role("tab", name="Backward").click()
    expect(page.locator(".norms polyline").first).to_be_visible()
    gradients = models[1].trace_gradients(
        sequence.inputs[:4], sequence.targets[:4], "cross_entropy", timesteps=[3], interventions=[clamp]
    )
    shown = number(drawn(page, SECOND)["n"].replace("e−", "e-"))
    assert shown == pytest.approx(float(gradients.layers[0]["candidate"][3, 0, 8]), rel=0.01, abs=1e-9)

    # one that trains is followed, and one that is deleted gives way to a sentence
    store.start(gru.id)
    expect(page.locator(f"{SECOND} .said")).to_contain_text("step 40 of 40")
    store.delete(gru.id)
    expect(page.locator(".beside-picker .problem")).to_contain_text(f"Run {gru.id} is no more")
    expect(page.locator(SECOND)).to_have_count(0)
    assert "beside" not in query(page)


def test_neither_cell_shows_what_it_has_not_computed_and_each_is_held_by_dragging(open_step, run, gru, models):
    last = len(operations_of("gru"))
    assert last < len(operations_of("standard"))
    page = open_step(f"sequence=maria&timestep=3&unit=4&operation={last}&beside={gru.id}")
    next_symbol = page.locator(".strip button").nth(3)
    expect(next_symbol).to_have_accessible_name(re.compile(r"surprise of GRU [\d.]+ nats$"))  # the GRU is done
    expect(next_symbol).not_to_have_accessible_name(re.compile("of LSTM"))
    assert [bar.is_visible() for bar in next_symbol.locator(".surprise").all()] == [False, True]
    expect(page.locator(f"{FIRST} .said")).to_contain_text("loss known at the sequence’s end")
    expect(page.locator(f"{SECOND} .said")).to_contain_text("loss known at the sequence’s end")
    veils = {
        kind: page.locator(f".heatmap[data-kind={kind}][data-quantity=hidden] .veil") for kind in ("this", "beside")
    }
    edges = {kind: veil.evaluate("veil => parseFloat(veil.style.transform.slice(11))") for kind, veil in veils.items()}
    assert edges == pytest.approx({"this": 100 * 3 / 6, "beside": 100 * 3 / 6})
    page.keyboard.press("ArrowLeft")  # now the GRU, too, has not predicted
    expect(next_symbol).not_to_have_accessible_name(re.compile("surprise"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(next_symbol).to_have_accessible_name(re.compile("surprise of LSTM .*, surprise of GRU"))

    page.keyboard.press("s")
    canvas = page.locator(f"{SECOND} .cell canvas")
    box = canvas.bounding_box()
    ends = page.locator(".heatmap[data-quantity=hidden] figcaption small").all_inner_texts()
    words = None
    for share in np.linspace(0.05, 0.95, 40):  # the update gate's box stands somewhere in this row
        x, y = box["x"] + box["width"] * share, box["y"] + box["height"] * 0.62
        page.mouse.move(x, y)
        tip = page.locator(f"{SECOND} .cell .tip")
        words = re.match(r"update gate, unit (\d+)", tip.inner_text() if tip.is_visible() else "")
        if words:
            break
    assert words
    unit = int(words[1])
    page.mouse.down()
    for up in (10, 60, 400):
        page.mouse.move(x, y - up)
    page.mouse.up()
    expect(page.locator(f"{SECOND}.focused")).to_be_visible()
    expect(page.locator(".clamps li")).to_have_count(1)
    told = query(page)
    assert told["beside_clamps"] == f"z:1:{unit}:3-3=1"
    assert "clamps" not in told
    clamp = Intervention.clamp("update_gate", 1, [2], [unit], 0)
    sequence = SETTINGS.task_object.encode("maria")
    held = models[1].trace(sequence.inputs, interventions=[clamp])
    assert_drawn(page, SECOND, "gru", held.layers[0], 2, unit)
    assert page.locator(".heatmap[data-quantity=hidden] figcaption small").all_inner_texts() == ends
    page.keyboard.press("Control+z")  # one command, whichever was asked about
    expect(page.locator(f"{FIRST}.focused")).to_be_visible()
    assert "beside_clamps" not in query(page)


@pytest.mark.thorough
def test_undo_back_and_an_exercise_keep_what_stands_beside(open_step, open_page, run, gru):
    page = open_step(f"sequence=maria&timestep=3&beside={gru.id}")
    expect(page.locator(SECOND)).to_be_visible()
    page.get_by_label("Beside, at training step", exact=True).select_option("0")
    assert query(page)["beside"] == f"run:{gru.id}@0"
    page.get_by_label("Beside this", exact=True).select_option("")
    expect(page.locator(SECOND)).to_have_count(0)
    assert "beside" not in query(page)
    page.go_back()
    expect(page.locator(SECOND)).to_be_visible()
    assert query(page)["beside"] == f"run:{gru.id}@0"
    page.keyboard.press("b")
    page.keyboard.press("Control+z")
    expect(page.locator(f"{FIRST}.focused")).to_be_visible()
    field = page.get_by_role("textbox", name="Sequence")
    field.fill("anna")
    field.press("Enter")
    expect(page.locator(".strip button")).to_have_count(5)
    expect(page.locator(SECOND)).to_be_visible()  # another sequence, the same two

    page.get_by_role("button", name="Share or exercise").click()
    page.get_by_label("the panel “Compare”").check()
    page.get_by_label("Any server's newest run").check()
    link = page.get_by_label("Link", exact=True).input_value()
    assert "beside=run%3Agru%2Cstandard" in link  # numbers of runs differ from server to server
    page.goto(link)
    expect(page.locator(SECOND)).to_be_visible()
    expect(page.locator(".beside-picker")).to_be_hidden()

    headings = {page.locator(f"{place} .heading b").inner_text() for place in (FIRST, SECOND)}
    assert headings == {"LSTM, 24 units", "GRU, 9 units"}

    # what else can stand beside is drawn by the same means
    page.goto(page.url.split("?")[0] + f"?run={run.id}&sequence=maria&timestep=6&beside=sequence:ana")
    expect(page.locator(f"{SECOND} .place")).to_have_text("its sequence ends at 4: it waits there")
    expect(page.locator(f"{SECOND} .heading b")).to_have_text("“ana”")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("run:{parity}", "learns another task, Parity"),
        ("anything", "The link puts “anything” beside this, which is no run, checkpoint or sequence"),
    ],
)
def test_what_cannot_stand_beside_is_said_beside_the_picker_and_one_cell_is_shown(open_step, store, asked, sentence):
    parity = store.create(replace(SETTINGS, task="parity"), "parity", start=False)
    named = asked.format(parity=parity.id)
    page = open_step(f"sequence=maria&timestep=3&quantity=cell&focus=beside&beside_clamps=z:1:1:1-1=1&beside={named}")
    expect(page.locator(".beside-picker .problem")).to_contain_text(sentence)
    expect(page.locator(SECOND)).to_have_count(0)
    assert page.locator("[data-value=f]").is_visible()
    assert page.get_by_label("Beside this", exact=True).input_value() == ""
    assert {"beside", "focus", "beside_clamps"}.isdisjoint(query(page))
    page.keyboard.press("ArrowRight")  # what was said leaves
    expect(page.locator(".beside-picker .problem")).to_be_hidden()
    store.delete(parity.id)


def test_clamps_and_a_checkpoint_that_the_run_beside_does_not_have_are_said(open_step, gru):
    page = open_step(f"sequence=maria&timestep=3&beside=run:{gru.id}@777&beside_clamps=f:1:2:1-2=0.5,z:1:2:1-2=0.5")
    problem = page.locator(".beside-picker .problem")
    expect(problem).to_contain_text(f"There is no checkpoint “777” in run {gru.id}; its newest one stands beside.")
    expect(problem).to_contain_text("names f; this cell has r, z, n, h")
    told = query(page)
    assert (told["beside"], told["beside_clamps"]) == (f"run:{gru.id}", "z:1:2:1-2=0.5")


@pytest.mark.thorough
@pytest.mark.xdist_group("others")
def test_two_cells_fit_a_phone_and_a_projector(open_step: Callable[..., Page], gru: Run):
    page = open_step(f"sequence=alexandra&beside={gru.id}", viewport=PHONE, has_touch=True)
    view = page.locator(".step-view")
    expect(page.locator(SECOND)).to_be_hidden()
    shown, other = page.get_by_role("group", name="Cell that is shown").get_by_role("button").all()
    page.evaluate("scrollTo(0, 500)")
    other.tap()  # in sight wherever the page stands
    expect(page.locator(SECOND)).to_be_visible()
    expect(page.locator(FIRST)).to_be_hidden()
    assert page.locator(SECOND).bounding_box()["width"] >= PHONE["width"] - 40
    told = page.locator("[data-legend='hidden']").inner_text()  # the panels ask about the same one
    assert number(drawn(page, SECOND)["h"]) == pytest.approx(number(told), abs=0.0051)
    left, right = (part.bounding_box() for part in page.locator(".prediction").all())
    assert left["x"] + left["width"] <= right["x"]
    assert view.evaluate(TARGETS, 44) == []
    assert view.evaluate(SMALLEST, [12, ".cell"]) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert view.evaluate("view => view.scrollWidth - view.clientWidth") <= 0
    shown.tap()
    expect(page.locator(FIRST)).to_be_visible()

    page.keyboard.press("p")
    for screen, least in PROJECTORS:
        page.set_viewport_size(screen)
        page.wait_for_timeout(300)
        assert view.evaluate(SMALLEST, [least, "none"]) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        first, second = (page.locator(place).bounding_box() for place in (FIRST, SECOND))
        wide = screen["width"] > 1200
        assert (first["y"] == second["y"]) == wide  # side by side, or one below the other
        assert (first["x"] == second["x"]) == (not wide)
