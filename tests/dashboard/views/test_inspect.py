"""The Inspect page's questions, against what the engine and its inspection say themselves."""

from dataclasses import replace

import numpy as np
import pytest

from dashboard.serving.problems import Problem
from dashboard.views.inspect.films import Films
from dashboard.views.inspect.movers import movers_payload
from dashboard.views.inspect.step_places import step_place
from dashboard.views.inspect.texts import HELD_OUT, passage, written
from lstm_engine import EngineError, LSTMModel, TaskInputError, tasks
from lstm_engine.inspection import find_units, memory, text_properties
from lstm_engine.runs import RunNotFound
from lstm_engine.runs.brought import brought
from lstm_engine.tasks.own_model import OwnModel
from tests.dashboard.messages import unpack
from tests.dashboard.views.apps import inspect_page, run, words
from tests.dashboard.views.inspecting import NAMES, TEXT, model_of


def test_a_text_is_read_as_the_model_reads_it_in_one_go(questions, some_store, code):
    asked = questions.asked(code.id, {})
    header, arrays = unpack(questions.text(asked, 1))
    held_out = TEXT[round(len(TEXT) * 0.9) :]
    read = "".join({"⏎": "\n", "␣": " "}.get(label, label) for label in header["labels"])
    assert read == held_out[:-1]
    assert (header["total"], header["pages"], header["sequences"], header["cut"]) == (len(read), 1, 1, False)

    batch = code.settings.task_object.validation_batch(len(held_out) - 1)
    trace = model_of(some_store, code).trace(batch.inputs)
    scores = trace.outputs[:, 0].astype(float)
    chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    came = chances[np.arange(len(read)), batch.targets[:, 0]]
    np.testing.assert_allclose(arrays["surprise"], -np.log(came), atol=1e-4)
    np.testing.assert_allclose(arrays["top_chances"][:, 0], chances.max(axis=1), atol=1e-5)
    _, colours = unpack(questions.colours(asked, "cell", 1))
    np.testing.assert_allclose(colours["values"], trace.layers[0].cell[:, 0], atol=1e-4)
    assert (np.abs(colours["values"]) > colours["extents"] + 1e-6).mean() < 0.02
    assert header["property"] == "inside brackets"
    _, marks = unpack(questions.marks(asked, "inside brackets", 1))
    np.testing.assert_array_equal(marks["marks"], text_properties(read)["inside brackets"])


def test_the_state_begins_anew_at_each_sequence_and_padding_is_not_shown(questions, some_store):
    made = some_store.create(NAMES, start=False)
    asked = questions.asked(made.id, {})
    analysis = questions.analysis(asked)
    text = analysis.passage
    assert len(text.lengths) > 100
    assert len(text.labels) == sum(text.lengths)
    assert not any(one.endswith("··") for one in text.texts)
    model = model_of(some_store, made)
    for number in (0, 7, len(text.lengths) - 1):
        begin, length = text.begins[number], text.lengths[number]
        alone = model.trace(text.batch.inputs[:length, [number]]).layers[0].hidden[:, 0]
        np.testing.assert_allclose(analysis.values["hidden"][begin : begin + length], alone, atol=1e-6)


def test_a_persons_own_text_is_read_line_by_line_or_as_a_whole(questions, some_store, code):
    made = some_store.create(NAMES, start=False)
    names = questions.analysis(questions.asked(made.id, {"text": "own", "own": "maria\nJosé"}))
    assert names.passage.texts == ("·maria", "·jose")
    assert "é as e" in names.passage.note
    whole = questions.analysis(questions.asked(code.id, {"text": "own", "own": "f(x)\n= g[1]\n"}))
    assert whole.passage.texts == ("f(x)\n= g[1]",)


def test_texts_share_the_checkpoints_model_whose_bytes_count(questions, code):
    text = (TEXT * 5_500)[:5_500]  # longer than what can be stepped through
    long = questions.analysis(questions.asked(code.id, {"text": "own", "own": text})).passage
    assert written(long.labels) == text[:-1]
    assert written(long.came) == text[1:]
    first, second = (questions.analysis(questions.asked(code.id, {"text": "own", "own": own})) for own in ("(a)", "so"))
    assert first.model is second.model
    assert first.size > first.model.parameters.flat.nbytes


@pytest.mark.parametrize(
    ("query", "ask", "message"),
    [
        ({"layer": "2"}, None, "There is no layer 2; this run has 1 to 1"),
        ({"layer": "x"}, None, "layer is “x”"),
        ({"text": "other"}, "text", "There is no text “other”; choose held-out or own"),
        ({"text": "own", "own": "日本"}, "text", "never seen"),
        ({"text": "own", "own": "(" * 7_000}, "text", "7,000 characters; at most 6,000"),
        ({}, "page", "There is no page 3; this text has 1 to 1"),
        ({}, "colours", "There is no “magic” in this cell; choose one of forget_gate"),
        ({}, "property", "This text has no property “nothing”; it has"),
        ({}, "spans", "The spans “9-3,x” cannot be read; write at most 50 like 3-9"),
        ({}, "empty", "nothing in your regular expression yet"),
        ({}, "expression", "there is no function"),
        ({}, "long", "has 500 characters; at most 400"),
        ({}, "unit", "There is no unit 6; this layer has 0 to 5"),
        ({}, "units", "Those are 6 units; choose from 1 to 5"),
        ({}, "by", "not at “three”; write mean, zero, value:0.5 or position:137"),
        ({}, "number", "value is “nan”; it must be a number from"),
        ({}, "wide", "hidden cannot be clamped to 1.5; expected a number from -1 to 1"),
        ({}, "elsewhere", "There is no position 9,999; this text has 1 to"),
        ({}, "position", "There is no position 1,000,000"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_a_sentence(questions, code, query, ask, message):
    asks = {
        "text": lambda asked: questions.text(asked, 1),
        "page": lambda asked: questions.text(asked, 3),
        "colours": lambda asked: questions.colours(asked, "magic", 1),
        "property": lambda asked: questions.find(asked, "cell", "nothing"),
        "spans": lambda asked: questions.find(asked, "cell", "spans:9-3,x"),
        "empty": lambda asked: questions.find(asked, "cell", "pattern:"),
        "expression": lambda asked: questions.find(asked, "cell", "expression:open('/etc/passwd').read()"),
        "long": lambda asked: questions.find(asked, "cell", "pattern:" + "a" * 492),
        "unit": lambda asked: questions.unit(asked, "cell", 6),
        "units": lambda asked: questions.broken(asked, list(range(6)), "", "hidden", "mean"),
        "by": lambda asked: questions.broken(asked, [0], "", "hidden", "three"),
        "number": lambda asked: questions.broken(asked, [0], "", "hidden", "value:nan"),
        "wide": lambda asked: questions.broken(asked, [0], "", "hidden", "value:1.5"),
        "elsewhere": lambda asked: questions.broken(asked, [0], "", "hidden", "position:9999"),
        "position": lambda asked: questions.step(asked, 999_999),
    }
    with pytest.raises(EngineError, match=message):
        asks.get(ask, lambda asked: None)(questions.asked(code.id, query))


def test_units_are_ranked_as_inspection_ranks_them(questions, code):
    asked = questions.asked(code.id, {})
    analysis, values = questions.values(asked, "cell")
    text = analysis.passage.texts[0]
    expected = find_units(values, {"inside brackets": text_properties(text)["inside brackets"]}).found[
        "inside brackets"
    ]
    found = questions.find(asked, "cell", "inside brackets")
    assert [one["unit"] for one in found["units"]] == [one.unit for one in expected.units]
    assert found["units"][0]["score"] == pytest.approx(expected.best.score, abs=1e-5)
    own = questions.find(asked, "cell", "expression:char == '('")
    assert own["share"] == pytest.approx(text.count("(") / len(text), abs=1e-5)
    painted = questions.find(asked, "cell", "spans:5-44,60-99,200-240")
    assert painted["share"] == pytest.approx((40 + 40 + 41) / len(text), abs=1e-5)


def test_a_pattern_holds_where_it_matches_letters_or_words(questions, some_store, code):
    pytest.importorskip("re2")
    asked = questions.asked(code.id, {})
    _, marks = unpack(questions.marks(asked, r"pattern:g\[\d\]", 1))
    read = questions.analysis(asked).passage.texts[0]
    assert marks["marks"].sum() == 4 * read.count("g[1]")
    series = some_store.create(replace(NAMES, task="signal"), start=False)
    values = questions.asked(series.id, {"text": "own", "own": "0.10 -0.2 0.3 -0.4"})
    _, marks = unpack(questions.marks(values, "pattern:-", 1))
    assert marks["marks"].tolist() == [label.startswith("-") for label in questions.analysis(values).passage.labels]


@pytest.mark.parametrize("name", ["names", "own text", "a^n b^n", "parity", "brackets", "signal", "adding", "reber"])
def test_every_place_of_a_text_is_found_on_the_step_page(name):
    task = tasks.get(name, text=TEXT if name == "own text" else None)
    text = passage(task, replace(NAMES, sequence_length=30), HELD_OUT, "", 1_500)
    for position in {0, 1, len(text.labels) // 2, len(text.labels) - 1}:
        sequence, timestep = step_place(task, text, position)
        assert task.encode(sequence).labels[timestep - 1] == text.labels[position]


def test_an_expression_is_about_words_where_a_run_reads_words(questions, some_store):
    text = "the cat sat on the mat .\n\nthe dog saw the cat and ran to the mat .\n\n" * 60
    run = some_store.create(replace(NAMES, task="own words", text=text), start=False)
    asked = questions.asked(run.id, {})
    labels = np.array(questions.analysis(asked).passage.labels)
    _, found = unpack(questions.marks(asked, 'expression:word in ("cat", "dog") and previous(word) == "the"', 1))
    expected = np.isin(labels, ["cat", "dog"]) & (np.concatenate([[""], labels[:-1]]) == "the")
    assert expected.sum() > 5
    np.testing.assert_array_equal(found["marks"], expected)
    _, found = unpack(questions.marks(asked, "expression:position_in_the_sequence % 2", 1))
    np.testing.assert_array_equal(found["marks"], questions.analysis(asked).properties["position in the sequence"] % 2)
    with pytest.raises(EngineError, match="bracket_depth"):
        questions.marks(asked, "expression:bracket_depth > 1", 1)


def test_a_films_frame_counts_what_memory_counts(some_store, questions):
    made = some_store.create(replace(NAMES, task="parity", hidden_size=4), start=False)
    asked = questions.asked(made.id, {"text": "own", "own": "10110"})
    frame = Films(lambda: some_store).gates(asked)
    trace = model_of(some_store, made).trace(questions.analysis(asked).passage.batch.inputs)
    expected = memory(trace)
    (gates,) = [one for one in frame["figures"]["saturation"]["data"] if one.get("name") == "Forget gate"]
    assert len(gates["text"]) == 4
    assert frame["positions"] == 5
    assert frame["dead"] == np.flatnonzero(expected.dead).tolist()
    assert sorted(frame["figures"]) == ["memory", "saturation", "values"]


def test_what_moved_a_prediction_is_its_gradient_times_the_input(questions, some_store):
    """By finite differences: each input is made a little smaller, in turn."""
    made = some_store.create(replace(NAMES, hidden_size=4), start=False)
    asked = questions.asked(made.id, {"text": "own", "own": "maria"})
    analysis = questions.analysis(asked)
    found = movers_payload(analysis, 4, 9)
    assert found["labels"] == list("·mari")
    assert (found["output"], found["came"]) == (9, 1)
    model = LSTMModel(28, 4, 28, dtype="float64")
    model.load_state_dict({name: array.astype(float) for name, array in analysis.model.state_dict().items()})
    inputs = analysis.passage.batch.inputs[:5, [0]].astype(float)

    def chance(scale: float, at: int) -> float:
        changed = inputs.copy()
        changed[at] *= scale
        scores = model.forward(changed)[0][-1, 0]
        return float(scores[9] - np.log(np.exp(scores).sum()))

    expected = [(chance(1 + 1e-5, at) - chance(1 - 1e-5, at)) / 2e-5 for at in range(5)]
    np.testing.assert_allclose(found["moves"], expected, atol=1e-5)
    with pytest.raises(Problem, match="There is no output 28; this run has 0 to 27"):
        movers_payload(analysis, 4, 28)


def test_names_are_of_units_that_there_are(questions, code):
    assert questions.note_unit(code.id, 0, 5, "last", "")["name"] == "last"
    assert [note.name for note in questions.names(code.id)] == ["last"]
    with pytest.raises(RunNotFound):
        questions.names(999)
    for layer, unit in ((0, 6), (1, 0), (-1, 0)):
        with pytest.raises(Problem, match="There is no"):
            questions.note_unit(code.id, layer, unit, "nobody", "")
    with pytest.raises(TaskInputError):
        questions.analysis(questions.asked(code.id, {"text": "own", "own": "x"}))


def test_a_model_that_was_brought_is_inspected_as_far_as_it_can_be(questions, some_store):
    numbers = OwnModel(3, 2, source="numbers")
    run = some_store.add_model(brought(LSTMModel(3, 4, 2), numbers))
    asked = questions.asked(run.id, {})
    text = questions.analysis(asked).passage
    assert len(text.labels) == sum(text.lengths) == len(questions.analysis(asked).values["cell"])
    assert questions.unit(asked, "cell", 1)["unit"] == 1
    with pytest.raises(Problem, match="No answer is asked in this text"):
        questions.broken(asked, [1], "", "hidden", "mean")
    letters = OwnModel(4, 4, symbols=tuple("ab()"), says="next", source="letters")
    run = some_store.add_model(brought(LSTMModel(4, 4, 4), letters))
    short, long = (questions.asked(run.id, {"text": "own", "own": text}) for text in ("(ab)a", "(ab)a" * 12))
    assert questions.unit(short, "cell", 1)["scores"] == []
    with pytest.raises(Problem, match="The text has 5 positions; at least 20 are needed"):
        questions.find(short, "cell", "inside brackets")
    assert questions.find(long, "cell", "inside brackets")["all"] == 4
    assert "inside brackets" in questions.broken(long, [1], "inside brackets", "hidden", "mean")["sentence"]


def test_the_page_says_what_to_do_and_of_an_untrained_run_that_there_is_nothing_to_find(store):
    made = store.create(NAMES, "new", start=False)
    said = " ".join(words(run(inspect_page, run=str(made.id))))
    assert "has not learned anything yet" in said
    assert "Start trains it" in said
