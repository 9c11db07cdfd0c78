"""Breaking a unit that matters raises the loss where it matters, by what the equations say."""

import numpy as np
import pytest

from lstm_engine import Intervention, LSTMModel, SettingsError, ShapeError, inspection, tasks
from lstm_engine.inspection import ablate, transplant
from lstm_engine.inspection.effects import Sample
from lstm_engine.tasks.base import Batch

RNG = np.random.default_rng(0)
T, B, H = 60, 4, 8


@pytest.fixture(scope="module")
def model():
    """Unit 3 remembers the last mark (input 0 opens, 1 closes); the readout says it aloud, and nothing else."""
    lstm = LSTMModel(3, H, 2, dtype="float64", seed=1)
    weights = lstm.state_dict()
    hh, ih, bias = (weights[f"lstm.{name}_l0"] for name in ("weight_hh", "weight_ih", "bias_ih"))
    weights["lstm.bias_hh_l0"][...] = 0
    rows = np.arange(4) * H + 3  # i, f, g, o of unit 3
    hh[rows], ih[rows], bias[rows] = 0, 0, [-20, 20, 0, 20]
    ih[3, :2], ih[H + 3, :2], ih[2 * H + 3, :2] = 40, -40, [20, -20]
    weights["readout.weight"][...] = 0.02 * RNG.normal(size=(2, H))
    weights["readout.weight"][:, 3] = [-4, 4]
    lstm.load_state_dict(weights)
    return lstm


@pytest.fixture(scope="module")
def sequence():
    """Marks now and then; what is right is whether one is open."""
    marks = np.full((T, B), 2)
    marks[::10] = 0
    marks[5::10] = 1
    opened = (np.arange(T) % 10 < 5)[:, None] & np.ones((T, B), bool)
    return Batch(np.eye(3)[marks], opened.astype(int)), opened


def loss_with(model, batch, where, units, value=0.0):
    """Before or after, by the model's own loss."""
    held = [Intervention.clamp("hidden", value, units=units)] if units else []
    z = model.trace(batch.inputs, interventions=held).outputs
    losses = np.log(np.exp(z).sum(axis=2)) - np.take_along_axis(z, batch.targets[..., None], axis=2)[..., 0]
    return losses[where].mean()


def test_losses_are_those_of_the_models_own_clamps(model, sequence):
    batch, opened = sequence
    found = ablate(model, batch, [3], opened, by="zero", random_sets=2, resamples=50)
    for effect, where in ((found.overall, opened | True), (found.inside, opened), (found.outside, ~opened)):
        np.testing.assert_allclose(effect.before, loss_with(model, batch, where, []))
        np.testing.assert_allclose(effect.after, loss_with(model, batch, where, [3]))
        np.testing.assert_allclose(effect.rise.value, effect.after - effect.before)
        assert effect.positions == where.sum()
    np.testing.assert_allclose(found.specific.rise.value, found.inside.rise.value - found.outside.rise.value)


def test_a_unit_that_matters_is_beyond_random_ones_and_others_are_not(model, sequence):
    batch, opened = sequence
    found = ablate(model, batch, [3], opened, seed=1)
    assert found.overall.rise.low > 0.3
    assert found.overall.beyond_random
    assert len(found.overall.random_rises) == 20
    assert not ablate(model, batch, [5], opened).overall.beyond_random


def test_a_unit_held_closed_hurts_inside_alone(model, sequence):
    """Held at what it says outside, it is right there, and wrong wherever something is open."""
    batch, opened = sequence
    closed = float(model.trace(batch.inputs).layers[0].hidden[~opened][:, 3].mean())
    found = ablate(model, batch, [3], opened, by=closed)
    assert found.holds
    assert found.inside.rise.low > 1
    assert abs(found.outside.rise.value) < 0.1


def test_units_are_given_what_they_were_elsewhere_and_random_ones_as_well(model, sequence):
    """An open place's memory, held everywhere, is right inside and wrong outside; each unit gets its own number."""
    batch, opened = sequence
    states = model.trace(batch.inputs).layers[0].hidden
    found = ablate(model, batch, [3], opened, by=states[2, 0], random_sets=H - 1, resamples=50)
    held = {unit: loss_with(model, batch, ~opened, [unit], states[2, 0, unit]) for unit in range(H)}
    np.testing.assert_allclose(found.outside.after, held[3])
    assert found.outside.rise.low > 1
    assert abs(found.inside.rise.value) < 0.1
    others = [after - found.outside.before for unit, after in held.items() if unit != 3]
    assert all(min(abs(rise - other) for other in others) < 1e-9 for rise in found.outside.random_rises)
    assert "another state" in found.how


def test_the_mean_is_that_over_all_that_is_no_padding(model, sequence):
    batch, _ = sequence
    padded = Batch(batch.inputs.copy(), batch.targets, np.arange(T)[:, None] < np.array([T, T, 30, 20]))
    padded.inputs[~padded.mask] = 0
    found = ablate(model, padded, [3], random_sets=0)
    mean = model.trace(padded.inputs).layers[0].hidden[padded.mask][:, 3].mean()
    np.testing.assert_allclose(found.overall.after, loss_with(model, padded, padded.mask, [3], mean))
    assert found.overall.positions == padded.mask.sum()
    assert np.isnan(found.overall.random.value)
    assert "mean" in found.how


def test_the_property_may_stand_in_reading_order(model, sequence):
    batch, opened = sequence
    flat = inspection.in_reading_order(opened)
    kept = {"random_sets": 1, "resamples": 20}
    assert ablate(model, batch, [3], opened, **kept) == ablate(model, batch, [3], flat, **kept)


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Of blocks of 20 positions that are alike: one that took each for itself would be far too narrow."""
    held = 0
    for seed in range(200):
        generator = np.random.default_rng(seed)
        values = np.repeat(generator.normal(size=60), 20) + generator.normal(size=1200) * 0.1
        sample = Sample(np.arange(1200) // 20, 300, 0.9, generator)
        rise = sample.effect(np.zeros(1200), values, [], np.ones(1200, bool)).rise
        held += rise.low <= 0 <= rise.high
    assert 165 <= held <= 193  # 180 are expected


def test_a_long_sequence_in_chunks_has_the_same_losses(model, sequence, monkeypatch):
    batch, opened = sequence
    kept = {"random_sets": 1, "resamples": 20}
    whole = ablate(model, batch, [3], opened, **kept)
    monkeypatch.setattr("lstm_engine.inspection.ablation.CHUNK", 7 * B)
    np.testing.assert_allclose(ablate(model, batch, [3], opened, **kept).overall.rise, whole.overall.rise)


def test_every_loss_of_a_task_can_be_broken():
    for name in ("a^n b^n", "signal", "adding"):
        task = tasks.get(name)
        lstm = LSTMModel(task.input_size, 4, task.output_size)
        batch = task.batch(np.random.default_rng(0), 4, 12)
        found = ablate(lstm, batch, [0], loss=task.loss, random_sets=1, resamples=20)
        np.testing.assert_allclose(
            found.overall.before, lstm.loss(batch.inputs, batch.targets, task.loss, batch.mask), rtol=1e-5
        )


def test_a_transplanted_memory_is_said_on(model, sequence):
    """A closed sequence is given the open one's memory: from there on it says open."""
    batch, _ = sequence
    one = batch.inputs[:, :1]
    nothing = np.eye(3)[np.full((8, 1), 2)]
    found = transplant(model, nothing, one, [3], timestep=4, donor_timestep=2)
    opened = found.after[:, 1] - found.after[:, 0]
    assert (opened[4:] > 3).all()
    np.testing.assert_allclose(found.after[:4], found.before[:4], atol=1e-12)
    assert np.abs(found.before[:, 1] - found.before[:, 0]).max() < 1
    closed = transplant(model, nothing, one, [3], timestep=4, donor_timestep=7).after
    assert (closed[4:, 1] - closed[4:, 0] < -3).all()


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"units": []}, SettingsError, "units"),
        ({"units": [H]}, SettingsError, "units"),
        ({"units": [1, 1]}, SettingsError, "different"),
        ({"units": None}, SettingsError, "units"),
        ({"sequence": None}, SettingsError, "sequence"),
        ({"by": "x"}, SettingsError, "mean, zero or a number"),
        ({"by": np.zeros(H - 1)}, ShapeError, "one a unit"),
        ({"by": [np.nan] * H}, ShapeError, "finite"),
        ({"by": [[1], [1, 2]]}, ShapeError, "by"),
        ({"by": None}, SettingsError, "mean, zero or a number"),
        ({"by": 2.0}, SettingsError, "clamped"),
        ({"quantity": "x"}, SettingsError, "there is no 'x'"),
        ({"layer": 1}, SettingsError, "layer"),
        ({"loss": "x"}, SettingsError, "loss"),
        ({"loss": "squared_error"}, ShapeError, "targets"),
        ({"property": np.ones(3, bool)}, ShapeError, "property"),
        ({"property": np.ones((T, B))}, ShapeError, "property"),
        ({"confidence": 1.0}, SettingsError, "confidence"),
        ({"resamples": 0}, SettingsError, "resamples"),
        ({"random_sets": -1}, SettingsError, "random_sets"),
        ({"model": 5}, SettingsError, "model"),
    ],
)
def test_bad_arguments_are_refused_in_a_sentence(model, sequence, changes, error, words):
    given = {"model": model, "sequence": sequence[0], "units": [3], "random_sets": 1, "resamples": 10}
    with pytest.raises(error, match=words):
        ablate(**(given | changes))


def test_a_property_that_is_everywhere_has_no_outside(model, sequence):
    found = ablate(model, sequence[0], [3], np.ones((T, B), bool), random_sets=0, resamples=10)
    assert found.inside is found.outside is found.specific is None
    assert not found.holds
