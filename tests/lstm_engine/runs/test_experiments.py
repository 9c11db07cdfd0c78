"""Plans of class experiments, what students choose, and what their curves say together."""

from dataclasses import replace

import numpy as np
import pytest

from lstm_engine import SettingsError
from lstm_engine.runs import RunSettings
from lstm_engine.runs.class_curves import PARTS, part_width, standing, whole_parts
from lstm_engine.runs.experiments import CALLED, Freedom, Plan, letters_of, spelled
from lstm_engine.tasks import OWN_TASKS

RATE = Freedom("learning_rate", 0.001, 0.1)
UNITS = Freedom("hidden_size", 8, 32)
CELLS = Freedom("variant", choices=("standard", "gru", "slstm"))
BASE = RunSettings(hidden_size=16, end_step=100, batch_size=4)
SPELLING = replace(BASE, task="own text", text=spelled("anna"))


def test_what_is_chosen_becomes_the_run_and_all_else_is_the_same_for_everybody():
    plan = Plan("Try", BASE, (CELLS, UNITS, RATE))
    assert [one.name for one in plan.freedoms] == [
        name for name in CALLED if name in ("variant", "learning_rate", "hidden_size")
    ]
    chosen = plan.judged({"learning_rate": 0.02, "variant": "gru", "hidden_size": 24})
    settings = plan.settings_for(chosen)
    assert replace(settings, learning_rate=BASE.learning_rate, variant=BASE.variant, hidden_size=16) == BASE
    assert plan.in_words(chosen) == "GRU, learning rate 0.02, 24 units"
    assert Plan.from_json(plan.to_json()) == plan


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ({"learning_rate": 0.5}, "from 0.001 to 0.1"),
        ({"learning_rate": float("nan")}, "from 0.001 to 0.1"),
        ({"learning_rate": True}, "from 0.001 to 0.1"),
        ({"learning_rate": "0.01"}, "from 0.001 to 0.1"),
        ({"learning_rate": 10**400}, "from 0.001 to 0.1"),
        ({}, "you choose: learning rate"),
        ({"learning_rate": 0.01, "end_step": 9}, "you choose: learning rate"),
        (["learning_rate"], "you choose: learning rate"),
        (None, "you choose: learning rate"),
    ],
)
def test_what_may_not_be_chosen_is_refused_in_a_sentence(chosen, why):
    with pytest.raises(SettingsError, match=why):
        Plan("Try", BASE, (RATE,)).judged(chosen)


def test_a_cell_outside_of_the_choices_and_a_number_that_is_not_whole_are_refused():
    with pytest.raises(SettingsError, match="none of the cells of this experiment: LSTM, GRU, sLSTM"):
        CELLS.judged("rnn")
    with pytest.raises(SettingsError, match="none of the cells"):
        CELLS.judged(["gru"])
    with pytest.raises(SettingsError, match="a whole number from 8 to 32"):
        UNITS.judged(12.5)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: Plan("Try", BASE, ()), "varies at least one thing"),
        (lambda: Plan("Try", BASE, (RATE, RATE)), "each once"),
        (lambda: Plan(" ", BASE, (RATE,)), "a title"),
        (lambda: Plan("x" * 81, BASE, (RATE,)), "a title"),
        (lambda: Plan("Try", BASE, (RATE,), tries=0), "at least one run"),
        (lambda: Plan("Try", BASE, (RATE,), minutes=-1), "minutes"),
        (lambda: Plan("Try", BASE, (Freedom("letters"),)), "where a text is learned"),
        (lambda: Freedom("end_step", 1, 2), "nothing is called"),
        (lambda: Freedom("learning_rate", 0.1, 0.001), "below the"),
        (lambda: Freedom("learning_rate", 0.0, 0.1), "above 0"),
        (lambda: Freedom("learning_rate"), "learning_rate is None"),
        (lambda: Freedom("variant", choices=("gru",)), "fewer than two"),
        (lambda: Freedom("variant", choices=("gru", "nothing")), "no cell"),
        (lambda: Plan.from_json("{"), "cannot be read"),
        (lambda: Plan.from_json("[]"), "cannot be read"),
        (lambda: Freedom.from_json({"name": ["x"]}), "an object with a name"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(make, why):
    with pytest.raises(SettingsError, match=why):
        make()


def test_the_largest_run_is_what_the_plan_is_judged_by():
    plan = Plan("Try", BASE, (UNITS, CELLS))
    largest = plan.largest()
    assert largest.hidden_size == 32
    weights = [replace(BASE, hidden_size=32, variant=cell).build_model().num_parameters for cell in CELLS.choices]
    assert largest.build_model().num_parameters == max(weights)
    with pytest.raises(SettingsError, match=r"With the sLSTM: .* among 4 heads"):
        Plan("Try", BASE, (Freedom("hidden_size", 8, 30), CELLS)).largest()


def test_letters_are_plain_and_a_cell_can_learn_them():
    plan = Plan("Spell", SPELLING, (Freedom("letters"),))
    chosen = plan.judged({"letters": "  Zoë   O’Hara "})
    assert chosen == {"letters": "Zoë O’Hara"}
    settings = plan.settings_for(chosen)
    trainer = settings.build_trainer()
    first = trainer.step().loss
    for _ in range(60):
        last = trainer.step().loss
    assert last < first / 2
    assert set(settings.text) == set("Zoë O’Hara\n")
    assert isinstance(settings.task_object, OWN_TASKS["own text"])
    for wrong in ("", "a", " . ", "<b>anna</b>", "x" * 25, "anna\u202e", None, 7, "=1+1"):
        with pytest.raises(SettingsError):
            letters_of(wrong)
    assert letters_of("Teacher") == "Teacher"  # nobody is taken for one by it


def test_the_class_mean_is_of_all_that_came_so_far_and_only_those_who_came_furthest_are_ranked():
    generator = np.random.default_rng(0)
    curves = {key: tuple(generator.uniform(0, 3, 20 if key % 3 else 7)) for key in range(30)}
    found = standing(curves)
    table = np.full((30, 20), np.nan)
    for key, curve in curves.items():
        table[key, : len(curve)] = curve
    np.testing.assert_allclose(found.mean, np.nanmean(table, axis=0))
    full = [key for key in curves if key % 3]
    assert found.ranked == tuple(sorted(full, key=lambda key: curves[key][-1]))
    assert standing({}) == standing({4: ()}).__class__((), 0, ())
    assert standing({4: ()}).ranked == ()


@pytest.mark.parametrize("end_step", [1, 10, 47, 48, 49, 300, 2_000])
def test_a_runs_parts_are_as_many_as_a_curve_may_have_and_hold_every_step_once(end_step):
    width = part_width(end_step)
    parts = whole_parts(end_step, end_step)
    assert parts <= PARTS
    assert (parts - 1) * width < end_step <= parts * width
    steps = [whole_parts(step, end_step) for step in range(end_step + 1)]
    assert steps == sorted(steps)
    assert all(count * width <= step for step, count in enumerate(steps[:-1]))
