from dataclasses import replace

import pytest

from lstm_engine import SettingsError
from lstm_engine.runs import PRESETS, RunSettings, preset


def test_settings_survive_the_way_through_json():
    for settings in PRESETS.values():
        assert RunSettings.from_json(settings.to_json()) == settings


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden_size": 0}, "hidden_size is 0, expected a whole number of at least 1 and at most 512"),
        ({"hidden_size": 10**9}, "hidden_size is 1000000000"),
        ({"hidden_size": 8.5}, "expected a whole number"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0, expected a number of above 0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"learning_rate": 2}, "at most 1"),
        ({"beta2": 1.0}, "beta2 is 1.0"),
        ({"seed": -1}, "seed is -1"),
        ({"task": "prices"}, "no task 'prices'"),
        ({"input_size": 5}, "input_size is 5, but this task needs at least 28"),
        ({"clip_norm": 0.0}, "clip_norm is 0.0"),
        ({"hidden_size": 512, "num_layers": 4, "batch_size": 256, "sequence_length": 200}, "GiB of memory"),
    ],
)
def test_settings_out_of_range_are_named(change, message):
    with pytest.raises(SettingsError, match=message):
        replace(RunSettings(), **change)


def test_settings_that_are_not_ours_are_refused():
    for text in ("[1]", "{", '{"hidden": 3}'):
        with pytest.raises(SettingsError):
            RunSettings.from_json(text)
    with pytest.raises(SettingsError, match="no preset 'turbo'"):
        preset("turbo", "names")


def test_the_notebook_preset_is_the_notebooks():
    trainer = preset("notebook", "names").build_trainer()
    a, adam = trainer.model.architecture, trainer.optimizer
    assert (a.input_size, a.hidden_size, a.output_size, a.num_layers, a.bias) == (100, 256, 1000, 1, False)
    assert (adam.learning_rate, adam.betas, adam.clip_norm) == (0.005, (0.9, 0.99), None)
    assert trainer.model.parameters.flat.std() == pytest.approx(0.01, rel=0.02)


@pytest.mark.parametrize("task", ["names", "signal"])
@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset_trains_every_task(name, task):
    trainer = preset(name, task).build_trainer()
    assert trainer.step().loss > 0
