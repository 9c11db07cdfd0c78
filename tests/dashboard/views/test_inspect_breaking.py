"""Breaking units, as the Inspect page asks for it: against the models' own clamps; the claim and its report."""

from dataclasses import replace

import numpy as np
import pytest

from dashboard.serving.problems import Problem
from dashboard.views.inspect.claims import Claim
from dashboard.views.inspect.report import report_of
from dashboard.views.inspect.texts import HELD_OUT, most_broken, passage, side_by_side
from lstm_engine import Intervention, tasks
from lstm_engine.inspection import Ablation, Effect, Estimate
from lstm_engine.runs import Run
from tests.dashboard.views.inspecting import CODE, NAMES, model_of


def test_what_would_keep_the_others_waiting_is_not_broken(questions, code, monkeypatch):
    for module in ("bounds", "texts"):
        monkeypatch.setattr(f"dashboard.views.inspect.{module}.MOST_WORK", 10_000)
    with pytest.raises(Problem, match=r"would take too long; choose a text of your own with at most \d+ positions"):
        questions.broken(questions.asked(code.id, {}), [0], "", "hidden", "mean")


def test_a_long_text_is_broken_in_pieces_in_which_each_position_counts_once(code):
    task = tasks.get("source code")
    text = passage(task, CODE, HELD_OUT, "", 5_000)
    batch, positions = side_by_side(text, 1)
    counted = positions >= 0
    assert sorted(positions[counted].tolist()) == list(range(5_000))
    np.testing.assert_array_equal(batch.mask, counted)
    np.testing.assert_array_equal(batch.inputs[counted], text.batch.inputs[positions[counted], 0])
    np.testing.assert_array_equal(batch.targets[counted], text.batch.targets[positions[counted], 0])
    first_counted = counted.argmax(axis=0)
    assert first_counted[0] == 0
    assert (first_counted[1:] == 100).all()  # they have read so far by then


def test_of_what_is_too_much_for_breaking_the_first_part_is_taken(code):
    """The published preset on source code: 128,096 weights, and half a hundred thousand positions held out."""
    task = tasks.get("source code")
    text = passage(task, CODE, HELD_OUT, "", 52_000)
    assert most_broken(text, 128_096) == int(2.5e9 // 128_096)
    assert most_broken(text, 10**8) == 3_200  # fewer would not be fewer readings

    names = passage(tasks.get("names"), NAMES, HELD_OUT, "", 5_000)
    weights = int(2.5e9 // sum(names.lengths[:2]))
    assert most_broken(names, weights) == sum(names.lengths[:2])
    batch, positions = side_by_side(names, weights)
    assert batch.inputs.shape[1] == batch.targets.shape[1] == positions.shape[1] == 2
    assert sorted(positions[positions >= 0].tolist()) == list(range(sum(names.lengths[:2])))


def test_nothing_found_in_a_short_text_is_not_taken_for_an_answer(questions, code):
    asked = questions.asked(code.id, {"text": "own", "own": "f(x)\n= g[1]\n"})
    assert questions.broken(asked, [2], "", "hidden", "mean")["verdict"].startswith("That is too little to tell: 11 ")


def test_breaking_changes_the_loss_by_what_the_model_says_without_the_unit(questions, some_store, code):
    asked = questions.asked(code.id, {})
    found = questions.broken(asked, [2], "inside brackets", "hidden", "zero")
    batch = code.settings.task_object.validation_batch(10_000)
    model = model_of(some_store, code)
    before = model.loss(batch.inputs, batch.targets)
    (whole, inside, outside) = found["rows"]
    assert whole["before"] == pytest.approx(before, abs=1e-3)
    assert inside["positions"] + outside["positions"] == whole["positions"]
    mixed = (inside["rise"][0] * inside["positions"] + outside["rise"][0] * outside["positions"]) / whole["positions"]
    assert whole["rise"][0] == pytest.approx(mixed, abs=1e-5)
    assert found["sentence"].startswith("Without unit 2 the loss inside brackets ")


def test_a_clamp_and_a_transplant_do_what_the_models_own_clamps_do_and_the_claim_says_which(
    questions, some_store, code
):
    asked = questions.asked(code.id, {})
    batch = code.settings.task_object.validation_batch(10_000)
    model = model_of(some_store, code)
    states = model.trace(batch.inputs).layers[0]

    def loss_held(quantity: str, values: dict[int, float]) -> float:
        held = [Intervention.clamp(quantity, value, units=[unit]) for unit, value in values.items()]
        scores = model.trace(batch.inputs, interventions=held).outputs.astype(float)
        chances = np.log(np.exp(scores).sum(axis=2)) - np.take_along_axis(scores, batch.targets[..., None], 2)[..., 0]
        return float(chances.mean())

    clamped = questions.claim(asked, [2], "inside brackets", "output_gate", "value:0")
    assert clamped.result.overall.after == pytest.approx(loss_held("output_gate", {2: 0.0}), abs=1e-3)
    assert clamped.sentence.startswith("With the output gate of unit 2 held at 0, the loss inside brackets ")
    given = questions.claim(asked, [2, 4], "inside brackets", "cell", "position:41")
    values = {unit: float(states.cell[40, 0, unit]) for unit in (2, 4)}
    assert given.result.overall.after == pytest.approx(loss_held("cell", values), abs=1e-3)
    told = f"({values[2]:.2f} and {values[4]:.2f})".replace("-", "−")
    assert "units 2 and 4 held at what it was at position 41, behind “" in given.sentence
    report = report_of(given, questions.analysis(asked))
    assert "cell state held at what it was at position 41" in report
    assert told in report


def test_a_claim_says_how_much_of_a_long_text_it_was_measured_on(questions, code, monkeypatch):
    monkeypatch.setattr("dashboard.views.inspect.texts.PIECES", 2)
    monkeypatch.setattr("dashboard.views.inspect.texts.MOST_BROKEN_INPUTS", 1)
    asked = questions.asked(code.id, {})
    found = questions.broken(asked, [2], "", "hidden", "mean")
    total = len(questions.analysis(asked).passage.labels)
    assert found["rows"][0]["positions"] == 200
    assert found["note"].startswith(f"Measured on the first 200 of {total} positions")
    assert found["note"] in report_of(questions.claim(asked, [2], "", "hidden", "mean"), questions.analysis(asked))


def effect(rise: float, low: float, high: float, random: tuple[float, ...]) -> Effect:
    return Effect(100, 1.0, 1.0 + rise, Estimate(rise, low, high), Estimate(0.0, min(random), max(random)), random)


def claim(run: Run, asked: object, specific: Effect, names: dict[int, str]) -> Claim:
    parts = effect(0.2, 0.1, 0.3, (0.0,)), effect(0.41, 0.35, 0.47, (0.01, 0.05)), effect(-0.02, -0.03, 0.0, (0.0,))
    found = Ablation((37,), 0, "hidden", "hidden held at its mean", *parts, specific, 0.95)
    return Claim(found, "inside brackets", run, asked, 400, 400, "nats per character", names)  # type: ignore[arg-type]


def test_a_claim_is_a_sentence_and_a_report_that_needs_nothing_else(questions, some_store, code):
    asked = questions.asked(code.id, {})
    proved = claim(code, asked, effect(0.4, 0.3, 0.5, (0.0, 0.05)), {})
    assert proved.sentence == (
        "Without unit 37 the loss inside brackets rises by 0.41 (0.35 to 0.47), outside falls by 0.02; "
        "2 random units: at most 0.05."
    )
    assert proved.verdict.startswith("The claim holds")
    assert claim(code, asked, effect(0.4, 0.3, 0.5, (0.0, 0.6)), {}).verdict.startswith("Not proved")
    clamped = replace(claim(code, asked, effect(0.4, 0.3, 0.5, (0.0, 0.6)), {}), silenced=False)
    assert clamped.verdict.endswith("so it does with random units held so.")
    assert claim(code, asked, effect(0.1, -0.1, 0.5, (0.0,)), {}).verdict.startswith("The claim does not hold")

    hostile = "<script>alert(1)</script>&"
    questions.note_unit(code.id, 0, 2, hostile[:40], "")
    real = questions.claim(asked, [2], "inside brackets", "hidden", "mean")
    assert "unit 2 “<script>" in real.sentence
    report = report_of(replace(real, run=replace(code, name=hostile)), questions.analysis(asked))
    assert "<script" not in report
    assert "&lt;script&gt;" in report
    assert "http" not in report
    assert "src=" not in report
    assert "<svg" in report
