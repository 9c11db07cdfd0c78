"""Questions as data: read with clear errors, answered by the engine, judged and counted."""

import re

import numpy as np
import pytest

from dashboard.serving.clamps import parse_clamps
from lstm_engine import LSTMModel, SettingsError, tasks
from lstm_engine.cell.quantities import QUANTITIES
from lstm_engine.cell.variants import VARIANTS
from lstm_engine.questions import (
    LIVE,
    READY,
    Facts,
    QuestionError,
    answer_of,
    ask,
    is_right,
    live_question,
    read_question,
    read_scene,
    ready_question,
)
from lstm_engine.questions.facts import WORDS
from lstm_engine.questions.language import Timeline, value_of
from lstm_engine.questions.ready import ready_text
from tests.lstm_engine.questions.writing import asked_of, two, written


def facts_of(model, task, text="alexandra", t=4, u=2):
    return Facts(model, task, task.encode(text), t, u)


# ---- the experiments, each against what the paper says


@pytest.mark.parametrize("trained", [0, 1])
def test_along_the_cell_state_a_nudge_is_multiplied_with_the_forget_gate(models, names, trained):
    """Gers, Schmidhuber and Cummins 2000: dc_t/dc_{t-1} = f_t, as long as gates do not see c."""
    facts = facts_of(models[trained], names)
    trace = models[trained].trace(facts.sequence.inputs)
    for t in (1, 4, 9):
        gates = trace.layers[0].forget_gate[t - 1, 0]
        found = [facts.number(f"passes_on({t}, {u})") for u in range(12)]
        np.testing.assert_allclose(found, gates, atol=2e-6)


def test_what_is_read_from_the_same_state_comes_out_the_same_wherever_it_stands(models, names):
    facts = facts_of(models[1], names)
    assert all(facts.number(f"anew({t})") < 1e-6 for t in range(1, 11))
    state = models[1].forward(facts.sequence.inputs[:3])[1]
    moved = models[1].trace(facts.sequence.inputs[4:5], state).layers[0].hidden[0]
    assert (
        np.abs(moved - models[1].trace(facts.sequence.inputs[:5]).layers[0].hidden[4]).max() > 1e-3
    )  # else it says nothing


def test_names_in_a_scene_are_the_traces_own_numbers(models, names):
    facts = facts_of(models[1], names)
    layer = models[1].trace(facts.sequence.inputs).layers[0]
    assert facts.number("c[t, u]") == pytest.approx(float(layer.cell[3, 0, 2]))
    assert facts.number("c[0, u]") == 0
    assert facts.number("c[t, u] - (f[t, u] * c[t - 1, u] + i[t, u] * g[t, u])") == pytest.approx(0, abs=1e-6)
    assert facts.number("sum(p[t])") == pytest.approx(1)
    assert facts.value("c[:, u]").shape == (10,)
    W = models[1].state_dict()["lstm.weight_hh_l0"]  # PyTorch's order: i f g o
    np.testing.assert_allclose(facts.value("U_f"), W[12:24], rtol=1e-6)


def test_each_name_that_a_writer_is_told_of_is_one_and_the_other_way_round(models, names):
    facts = facts_of(models[1], names)
    said = [part.strip() for words in WORDS if words != "answer" for part in re.split(r", (?![^\[(]*[\])])", words)]
    assert all(facts.value(name).size for name in said)
    told = {re.split(r"[\[(]", name)[0] for name in said}
    quantities = {quantity.symbol for quantity in QUANTITIES}
    assert {re.sub(r"^U_.*", "U_f", name) for name in facts.names} - quantities == told - quantities


# ---- ready questions


@pytest.mark.parametrize("name", READY)
@pytest.mark.parametrize("trained", [0, 1])
def test_each_ready_question_has_one_right_answer_in_a_live_scene(models, names, name, trained):
    question = ready_question(name)
    held = ()
    if "clamps" in question.scene.parameters:
        task_length = len(names.encode(question.scene.parameters["sequence"]).labels)
        held = tuple(parse_clamps(question.scene.parameters["clamps"], models[trained], task_length))
    asked = asked_of(question, models[trained], names, held)
    assert is_right(asked, answer_of(asked, asked.answer))
    said = [asked.text, asked.why, *asked.options, *asked.reasons]
    assert all(text and "{" not in text and "nan" not in text for text in said)
    if asked.kind == "choice":
        right = {
            "units_and_timesteps": "one for each unit",
            "one_cell_unrolled": "same cell",
            "h_c_and_output": "lets through",
            "forget_gate_of_one": "All of it",
            "all_of_h": "all units",
            "between_sequences": "empty memory",
            "saturated_gate": "Less",
            "gradients_survive": "forget gate",
        }
        assert right[name] in asked.options[asked.answer]
    assert "answer" not in asked.without_answer()
    assert not {"reasons", "why", "mistakes", "number"} & set(asked.without_answer())


def test_a_ready_questions_answer_moves_with_the_engine():
    """A choice is right since the engine says so: in a cell that does not see h, another one is."""
    task = tasks.get("names")
    model = LSTMModel(task.input_size, 12, task.output_size, variant="minlstm", seed=0)
    asked = asked_of(ready_question("all_of_h"), model, task)
    assert asked.options[asked.answer] == "0: it sees the symbol alone"
    other = written("choice", "f[t, u]", parts=two("answer < 0.5", "answer >= 0.5"))
    model = LSTMModel(task.input_size, 12, task.output_size, forget_bias=-6.0, seed=0)
    assert asked_of(read_question(other), model, task).answer == 0
    model = LSTMModel(task.input_size, 12, task.output_size, forget_bias=6.0, seed=0)
    assert asked_of(read_question(other), model, task).answer == 1


@pytest.mark.parametrize("name", LIVE)
@pytest.mark.parametrize("variant", ["standard", "gru", "rnn", "slstm", "minlstm"])
def test_questions_from_the_page_are_answered_by_the_real_step_of_any_cell(names, name, variant):
    assert variant in VARIANTS
    model = LSTMModel(names.input_size, 8, names.output_size, variant=variant, seed=5)
    scene = read_scene("step?run=1&sequence=giovanni&timestep=3&unit=4&quantity=hidden")
    facts = facts_of(model, names, "giovanni", 3, 4)
    question = live_question(name, facts, scene)
    asked = ask(question, lambda t, u: facts_of(model, names, "giovanni", t, u), question.scene)
    trace = model.trace(facts.sequence.inputs)
    if name == "symbol":
        likeliest = names.vocabulary[int(trace.outputs[2, 0].argmax())]
        assert asked.options[asked.answer] == f"“{likeliest}”"
        assert f"“{facts.sequence.target_labels[2]}”" in asked.options
        assert "prediction" in asked.scene
    else:
        change = float(trace.layers[0].hidden[3, 0, 4] - trace.layers[0].hidden[2, 0, 4])
        assert asked.answer == (0 if change > 0.1 else 2 if change < -0.1 else 1)
        assert "heatmaps" in asked.scene


def test_at_the_last_timestep_no_gate_moves_on(models, names):
    with pytest.raises(SettingsError, match="step back by one"):
        live_question("gate", facts_of(models[0], names, "emma", 5, 0), read_scene("step?run=1"))


# ---- reading


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the head is missing; begin with a line ---"),
        ("---\ntitle: x\n", "Line 1: the head has no end"),
        (written().replace("engine: f[t, u]\n", ""), "the head has no “engine”; it needs title"),
        (written().replace("title: A question", "title:"), "Line 2: “title” says nothing"),
        (written().replace("title:", "colour:"), "Line 2: “colour: A question” is no line of a head"),
        (written("essay"), "Line 3: the kind is “essay”, expected choice, number, curve or unit"),
        (written().replace("step?", "https://evil.example/train?"), "Line 4: the scene is “https"),
        (written().replace("task=names&", ""), "Line 4: the scene names no run and no task"),
        (written(engine="f[t, u"), "Line 5: “f.t, u” is no expression"),
        (written(engine="f" + "+f" * 400), "Line 5: the expression has 801 characters"),
        (written("choice", parts="## one\nif: t > 1\nBecause."), "there is 1 choice, expected 2 to 8"),
        (
            written("choice", parts="## one\nBecause.\n\n## two\nif: t\nB."),
            "below “## one” stands no condition",
        ),
        (written("choice", parts="## one\nif: t > 1\n\n## two\nif: t < 1\nB."), "Line 9: “## one” has no reason"),
        (written(parts="## {t\nis: 1\nB."), "Line 9: a brace is alone"),
        ("x" * 9_000, "9,000 characters, expected at most 8,000"),
        (written().replace("What is it?", ""), "nothing is asked"),
    ],
)
def test_what_is_wrong_with_a_question_is_said_with_its_line(text, why):
    with pytest.raises(QuestionError, match=why.replace("(", r"\(").replace("[", r"\[")):
        read_question(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (written(engine="c[9, u]"), "Line 5: c has no timestep 9; expected 0 to 5"),
        (written(engine="f[0, u]"), "f has no timestep 0; expected 1 to 5"),
        (written(engine="q[t, u]"), "there is no “q” in this scene; choose one of"),
        (written(engine="1 / (t - 2)"), "gives no finite number"),
        (written(engine="9 ** 9 ** 9 ** 9"), "gives no finite number"),
        (written(engine="f[t]"), "gives 12 numbers, expected one"),
        (written(engine="open(1)"), "there is no function “open”"),
        (written(more="unit: 99\n"), "Line 6: the scene's unit is 99, expected 0 to 11"),
        (written("curve"), "is no curve over the 5 timesteps"),
        (
            written("choice", parts=two("answer > 5", "answer > 6")),
            "none of the choices is right",
        ),
        (written("choice", parts=two("answer < 5", "answer < 6")), "2 choices are right"),
    ],
)
def test_what_does_not_fit_the_scene_is_said_when_it_is_asked(models, names, text, why):
    with pytest.raises(QuestionError, match=why.replace("[", r"\[").replace("(", r"\(")):
        asked_of(read_question(text), models[0], names)


def test_an_expression_is_never_python():
    for text in (
        "().__class__",
        "[1 for t in 1]",
        "lambda: 1",
        "f.values",
        "'a' * 9",
        "(1).real",
        "f'{1}'",
        "anew(t=1)",
    ):
        with pytest.raises(SettingsError):
            value_of(text, {"f": Timeline("f", np.ones((2, 2))), "t": 1, "anew": abs})


def test_what_cannot_be_seen_goes_from_a_text():
    question = read_question(written().replace("What is it?", "What\u202e is\x07 it?"))
    assert question.text == "What is it?"


def test_ready_texts_are_a_teachers_examples():
    assert all(ready_text(name).startswith("---\ntitle: ") for name in READY)
    with pytest.raises(SettingsError):
        ready_text("../ready")
