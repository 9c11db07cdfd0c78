"""What settings will cost, before they are trained."""

from dataclasses import replace

import numpy as np
import pytest

from lstm_engine.runs import PRESETS, RunSettings, preset
from lstm_engine.runs.costs import cost_of

SMALL = replace(PRESETS["classroom"], hidden_size=8)


@pytest.mark.parametrize(
    "settings",
    [SMALL, replace(SMALL, variant="gru", num_layers=2), replace(preset("published", "adding"), hidden_size=5)],
)
def test_the_parameters_are_the_models(settings):
    model = settings.build_model()
    cost = cost_of(settings)
    assert cost.parameters == sum(np.size(weight) for weight in model.state_dict().values())
    assert cost.memory == 16 * cost.parameters + settings.buffer_bytes


def test_a_pace_that_the_machine_can_keep_decides():
    cost = cost_of(replace(SMALL, pace=0.01, end_step=10))
    assert (cost.paced, cost.seconds) == (True, pytest.approx(1_000))
    free = cost_of(replace(SMALL, pace=0.0, end_step=10))
    assert not free.paced
    assert free.seconds == pytest.approx(10 / free.steps_per_second)


def test_settings_that_differ_in_what_costs_nothing_are_measured_once():
    one, other = (cost_of(replace(SMALL, seed=seed, pace=0.0, end_step=7)) for seed in (3, 4))
    assert one == other


def test_large_settings_are_estimated_from_a_part_of_a_step():
    large = RunSettings(hidden_size=256, batch_size=128, sequence_length=200, pace=0.0)
    assert cost_of(large).seconds > cost_of(replace(SMALL, pace=0.0)).seconds


def test_a_persons_own_data_count_among_what_is_kept():
    text = "the quick brown fox. " * 20
    own = cost_of(replace(SMALL, task="own text", text=text))
    assert own.kept == 12 * own.parameters + len(text)
