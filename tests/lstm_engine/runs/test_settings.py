from dataclasses import fields, replace

import numpy as np
import pytest

from lstm_engine import SettingsError, WeightsError
from lstm_engine.runs import PRESETS, RunSettings, preset
from lstm_engine.runs.checkpoints import restored_model, serialise
from lstm_engine.runs.settings import LIMITS, SETTINGS, DataSettings, ModelSettings, OptimizerSettings


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


def test_the_notebook_preset_reads_words_as_its_sizes_say():
    assert PRESETS["notebook"] == preset("notebook", "words")
    model = preset("notebook", "words").build_model()
    a = model.architecture
    assert (a.input_size, a.embedding_size, a.hidden_size, a.output_size, a.bias) == (1000, 100, 256, 1000, False)
    assert model.parameters["embedding.weight"].std() == pytest.approx(0.01, rel=0.02)


def test_a_run_of_the_notebook_preset_of_before_is_what_it_was():
    stored = RunSettings(input_size=100, output_size=1000, bias=False, init_std=0.01, clip_norm=None).to_json()
    before = "".join(stored.rsplit(', "embedding_size": 0', 1))  # older versions had no such setting
    assert "embedding" not in before
    assert RunSettings.from_json(before) == RunSettings.from_json(stored)
    assert "embedding.weight" not in RunSettings.from_json(before).build_model().state_dict()


def test_what_is_no_symbol_has_no_embedding():
    with pytest.raises(SettingsError, match="embedding_size is 8, but the task 'adding' reads numbers"):
        RunSettings(task="adding", embedding_size=8)
    with pytest.raises(SettingsError, match="embedding_size is -1"):
        RunSettings(embedding_size=-1)


@pytest.mark.parametrize("task", ["names", "signal"])
@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset_trains_every_task(name, task):
    trainer = preset(name, task).build_trainer()
    assert trainer.step().loss > 0


WRONG = [True, "3", 99.5, float("nan"), float("inf"), 10**400, np.int64(8), np.bool_(True), [3], {}, b"x", "\ud800"]


@pytest.mark.parametrize("name", list(SETTINGS))
def test_every_setting_refuses_values_of_another_kind(name):
    setting = SETTINGS[name]
    right = {int: [int], float: [int, float], bool: [bool], str: [str]}[setting.kind]
    for value in [*WRONG, None]:
        if type(value) in right and value in [True, 3, "3", 99.5]:
            continue  # of the right kind; whether it is in range is another matter
        if value is None and setting.optional:
            continue
        with pytest.raises(SettingsError, match=name):
            RunSettings(**{name: value})


@pytest.mark.parametrize(
    "change", [{"output_size": 99.5}, {"output_size": True}, {"init_std": 1e39}, {"init_std": -1.0}]
)
def test_what_was_accepted_though_wrong_is_refused(change):
    with pytest.raises(SettingsError, match=f"{next(iter(change))} is "):
        RunSettings(**change)


def test_weights_of_the_largest_spread_are_finite():
    model = RunSettings(init_std=LIMITS["init_std"].most, hidden_size=8).build_model()
    assert np.isfinite(model.parameters.flat).all()


def test_each_setting_is_said_once_and_has_its_words():
    assert list(SETTINGS) == [field.name for field in fields(RunSettings)]
    for name, setting in SETTINGS.items():
        assert setting.fits(setting.default), name
        assert setting.label
        assert setting.help.endswith(".")
    assert SETTINGS["hidden_size"].expected == "a whole number of at least 1 and at most 512"
    assert SETTINGS["clip_norm"].expected == "a number of above 0, or None"


def test_runs_are_compared_by_their_parts():
    lstm = RunSettings(hidden_size=8)
    other = replace(lstm, variant="rnn", pace=0.0)
    assert (lstm.data, lstm.optimizer) == (other.data, other.optimizer)
    assert lstm.model != other.model
    assert not lstm.same_numbers(other)
    assert lstm.same_numbers(replace(lstm, pace=7.0))
    assert not lstm.same_numbers(replace(lstm, seed=7))
    assert isinstance(lstm, ModelSettings)
    assert lstm.model == ModelSettings(hidden_size=8)
    assert (type(lstm.data), type(lstm.optimizer)) == (DataSettings, OptimizerSettings)


def test_a_model_is_built_and_restored_without_a_trainer(monkeypatch):
    settings = RunSettings(hidden_size=8, num_layers=2, variant="no_forget_gate", bias=False)
    trainer = settings.build_trainer()
    trainer.step()
    monkeypatch.setattr("lstm_engine.runs.settings.Trainer", None)  # nobody is to need one
    monkeypatch.setattr("lstm_engine.runs.settings.Adam", None)
    assert settings.build_model().architecture == trainer.model.architecture
    again = restored_model(settings.model, serialise(trainer))
    assert again.architecture == trainer.model.architecture
    np.testing.assert_array_equal(again.parameters.flat, trainer.model.parameters.flat)


def test_weights_of_another_cell_are_refused():
    checkpoint = serialise(RunSettings(hidden_size=8, variant="gru").build_trainer())
    for variant, bytes_ in (("standard", checkpoint), ("gru", b"no checkpoint"), ("gru", checkpoint[:200])):
        with pytest.raises(WeightsError, match="The checkpoint cannot be read"):
            restored_model(ModelSettings(variant=variant), bytes_)
