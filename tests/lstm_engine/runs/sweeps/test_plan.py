"""What a sweep is made of, and what is refused before anything starts."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_engine.errors import SettingsError
from lstm_engine.runs.settings import RunSettings
from lstm_engine.runs.sweeps import Halving, Plan, axis, axis_range, read_axis
from lstm_engine.runs.sweeps.plan import RANDOM
from lstm_engine.runs.sweeps.ready_made import READY_MADE

RATES = read_axis("learning_rate", "0.001..0.1 log 3")
CELLS = read_axis("variant", "standard, gru")
BIAS = read_axis("forget_bias", "0, 1, 5 where variant = standard")


def test_a_grid_is_all_values_together_and_conditions_leave_out_what_they_say():
    plan = Plan("parity", (BIAS, CELLS, RATES), seeds=2)
    found = {tuple(sorted(trial.values.items())) for trial in plan.trials}
    expected = {
        tuple(sorted({"variant": cell, "learning_rate": rate, **bias}.items()))
        for cell, rate in itertools.product(("standard", "gru"), (0.001, 0.01, 0.1))
        for bias in ([{"forget_bias": bias} for bias in (0.0, 1.0, 5.0)] if cell == "standard" else [{}])
    }
    assert found == expected
    assert len(plan.trials) == 2 * len(expected) == 24
    first, second = plan.trials[:12], plan.trials[12:]
    assert [trial.choice for trial in first] == [trial.choice for trial in second]  # the first seed of all comes first
    assert all(b.settings.seed == a.settings.seed + 1 for a, b in zip(first, second, strict=True))
    without = next(trial for trial in first if trial.values["variant"] == "gru")
    assert without.settings.forget_bias == RunSettings.__dataclass_fields__["forget_bias"].default
    assert all(trial.settings.pace == 0 for trial in plan.trials)


@given(st.floats(1e-6, 0.5), st.floats(1.01, 1e3), st.integers(2, 50))
def test_points_of_a_range_are_even_on_its_scale_and_reach_both_ends(least, factor, points):
    most = min(least * factor, 1.0)
    for scale, place in (("log", math.log), ("linear", float)):
        values = axis_range("learning_rate", least, most, points, scale).values
        assert values[0] == pytest.approx(least, rel=1e-5)
        assert values[-1] == pytest.approx(most, rel=1e-5)
        assert all(least <= value <= most for value in values)
        if len(values) == points:
            expected = np.linspace(place(least), place(most), points)
            np.testing.assert_allclose([place(value) for value in values], expected, atol=2e-5, rtol=2e-5)


def test_whole_numbers_of_a_range_that_meet_are_tried_once():
    assert axis_range("hidden_size", 1, 4, 10).values == (1, 2, 3, 4)


def test_random_choices_are_different_ones_and_the_same_for_one_draw():
    wide = (read_axis("learning_rate", "0.0001..0.1 log 2"), BIAS, CELLS)
    plan = Plan("parity", wide, method=RANDOM, choices=200, draw=3)
    values = [tuple(trial.values.items()) for trial in plan.trials]
    assert len(set(values)) == 200
    assert values == [tuple(trial.values.items()) for trial in Plan.from_json(plan.to_json()).trials]
    again = Plan("parity", wide, method=RANDOM, choices=200, draw=4)
    assert values != [tuple(trial.values.items()) for trial in again.trials]
    rates = np.log10([dict(value)["learning_rate"] for value in values])
    assert abs(rates.mean() + 2.5) < 4 * (3 / math.sqrt(12)) / math.sqrt(200)  # even between -4 and -1


@pytest.mark.parametrize("name", READY_MADE)
def test_ready_made_sweeps_can_be_trained_and_come_back_from_their_link(name):
    plan = READY_MADE[name].plan
    assert Plan.from_json(plan.to_json()) == plan
    assert 10 <= len(plan.trials) <= 200


def test_the_eight_ablations_are_trained_with_five_seeds():
    assert len(READY_MADE["gates"].plan.trials) == 8 * 5


@pytest.mark.parametrize(
    "said", ["0.0001..0.1 log 7", "0.1..0.5 3", "0.001, 0.01", "0.1, 0.2 where variant = gru, rnn"]
)
def test_what_people_write_is_read_as_it_is_written(said):
    found = read_axis("learning_rate", said)
    assert found.in_words() == said
    assert read_axis("learning_rate", found.in_words()) == found


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"task": "parity"}, "the sweep is empty"),
        ({"task": "parity", "space": {"hidden_size": []}}, "hidden_size has no values"),
        ({"task": "parity", "space": {"units": [1, 2]}}, "there is no setting 'units' to vary; choose one of"),
        ({"task": "knitting", "seeds": 3}, "there is no task 'knitting'"),
        ({"task": "own text", "seeds": 3}, "a text of your own"),
        ({"task": "parity", "space": {"hidden_size": [8, 8]}}, "hidden_size has the value 8 twice"),
        ({"task": "parity", "space": {"hidden_size": [8, 9_999]}}, "hidden_size is 9999, expected"),
        ({"task": "parity", "space": {"seed": [1, 2]}}, "seed is not varied like other settings"),
        (
            {"task": "parity", "space": {"learning_rate": {"from": 0.1, "to": 0.001, "points": 3}}},
            "learning_rate goes from 0.1 to 0.001, expected a range that grows",
        ),
        (
            {"task": "parity", "space": {"beta1": {"from": 0, "to": 0.9, "points": 3, "scale": "log"}}},
            "beta1 begins at 0, which a logarithmic scale does not reach",
        ),
        ({"task": "parity", "space": {"variant": {"from": 1, "to": 2}}}, "variant is no number, so it has no range"),
        ({"task": "parity", "space": {"hidden_size": [8]}, "set": {"hidden_size": 9}}, "both set and varied"),
        (
            {"task": "parity", "space": {"forget_bias": {"values": [0, 1], "where": {"variant": ["gru"]}}}},
            "forget_bias depends on variant, which is not varied",
        ),
        (
            {
                "task": "parity",
                "space": {"variant": ["rnn"], "forget_bias": {"values": [0, 1], "where": {"variant": ["gru"]}}},
            },
            "forget_bias is varied where variant is gru, which variant never is",
        ),
        (
            {
                "task": "parity",
                "space": {
                    "bias": {"values": [True], "where": {"num_layers": [1]}},
                    "num_layers": {"values": [1], "where": {"bias": [True]}},
                },
            },
            "depend on each other in a circle",
        ),
        ({"task": "parity", "seeds": 0}, "seeds is 0"),
        ({"task": "parity", "seeds": 2, "halving": {"steps": 10**6}}, "which is not before the end of a run"),
        ({"task": "parity", "seeds": 2, "minutes": -1}, "minutes is -1"),
        ({"task": "parity", "space": {"variant": ["gru"]}, "choices": 5}, "a grid tries all values together"),
        (
            {"task": "parity", "space": {"variant": ["gru", "rnn"]}, "method": "random", "choices": 5},
            "5 different choices were asked for, and only 2 were found",
        ),
        ({"task": "parity", "sede": 2}, "the plan has 'sede'"),
        ({"task": "signal", "space": {"embedding_size": [0, 4]}}, "Where embedding_size = 4: embedding_size is 4"),
        ([1], "the plan is [1], expected an object"),
    ],
)
def test_what_cannot_be_trained_is_refused_in_a_sentence(data, said):
    with pytest.raises(SettingsError) as refused:
        Plan.from_data(data)
    assert said in str(refused.value)


def test_a_thousand_million_runs_are_counted_and_not_gone_through():
    axes = tuple(axis_range(name, 0.0, 0.9, 1_000) for name in ("beta1", "beta2"))
    with pytest.raises(SettingsError, match="would have 1,000,000,000 runs, expected at most 2,000"):
        Plan("parity", (*axes, axis_range("learning_rate", 0.001, 0.1, 1_000)))
    conditional = axis("forget_bias", (0.0, 1.0), {"variant": ("gru",)})
    with pytest.raises(SettingsError, match="runs, expected at most 2,000"):
        Plan("parity", (*axes, CELLS, conditional))


def test_rungs_are_each_some_times_as_far_and_the_end_is_the_last():
    assert Halving(100, 3).targets(2_700) == (100, 300, 900, 2_700)
    assert Halving(1, 10).targets(50) == (1, 10, 50)
