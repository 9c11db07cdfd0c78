"""Statistics of gates against sums by hand, and memory against what a cell in fact keeps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_engine import LSTMModel, SettingsError, ShapeError, inspection
from lstm_engine.cell.quantities import quantities_of
from lstm_engine.cell.variants import VARIANTS
from lstm_engine.inspection import gate_statistics, histogram, memory

RNG = np.random.default_rng(0)
INPUTS = RNG.normal(size=(40, 3, 4))


def model(variant="standard", H=8, **further):
    return LSTMModel(4, H, 4, variant=variant, dtype="float64", **further)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_cell_has_its_statistics(variant):
    trace = model(variant).trace(INPUTS)
    found = gate_statistics(trace, bins=20)
    there = {q.name for q in quantities_of(variant) if not q.missing}
    assert found.histograms.keys() == found.means.keys() == there
    assert found.missing == tuple(sorted(q.name for q in quantities_of(variant) if q.missing))
    for name in there:
        values = getattr(trace.layers[0], name).reshape(-1, 8)
        counts, edges = found.histograms[name].counts, found.histograms[name].edges
        expected = [np.histogram(values[:, k], edges)[0] for k in range(8)]
        assert (counts.sum(axis=1) == 120).all()
        assert np.abs(counts - expected).sum() <= 8  # a value on an edge may fall to either side of it
        np.testing.assert_allclose(found.means[name], values.mean(axis=0))
        np.testing.assert_allclose(found.deviations[name], values.std(axis=0), atol=1e-9)
    for name, fraction in found.memory.left_saturated.items():
        np.testing.assert_allclose(fraction, (getattr(trace.layers[0], name) < 0.1).mean(axis=(0, 1)))
        np.testing.assert_allclose(
            found.memory.right_saturated[name], (getattr(trace.layers[0], name) > 0.9).mean(axis=(0, 1))
        )
    assert found.memory.left_saturated.keys() == {q.name for q in quantities_of(variant) if q.is_gate and not q.missing}


@pytest.mark.parametrize(
    ("variant", "kept"),
    [
        ("standard", lambda layer: layer.forget_gate),
        ("coupled_input_forget", lambda layer: 1 - layer.input_gate),
        ("gru", lambda layer: layer.update_gate),
        ("mingru", lambda layer: 1 - layer.update_gate),
        ("minlstm", lambda layer: layer.forget_gate),
        ("slstm", lambda layer: layer.forget_gate),
    ],
)
def test_memory_follows_from_the_mean_log_of_what_is_kept(variant, kept):
    trace = model(variant).trace(INPUTS)
    found = memory(trace)
    np.testing.assert_allclose(found.timesteps, -1 / np.log(kept(trace.layers[0])).mean(axis=(0, 1)))
    assert found.reason == ""


def test_after_its_memory_a_cell_has_kept_a_part_in_e():
    """With all else shut, what remains of c after so many timesteps is c / e."""
    lstm = model()
    weights = {name: np.zeros_like(array) for name, array in lstm.state_dict().items()}
    weights["lstm.bias_ih_l0"][:8] = -40.0  # the input gate is shut
    weights["lstm.bias_ih_l0"][8:16] = np.linspace(1, 4, 8)
    lstm.load_state_dict(weights)
    state = type(lstm.forward(INPUTS)[1])(np.zeros((1, 3, 8)), np.ones((1, 3, 8)))
    trace = lstm.trace(INPUTS, state)
    kept = trace.layers[0].cell[:, 0]  # (T, H)
    after = np.arange(1, 41)[:, None]
    np.testing.assert_allclose(kept, np.exp(-after / memory(trace).timesteps), rtol=1e-6)


@pytest.mark.parametrize(("variant", "words"), [("rnn", "anew at every timestep"), ("no_forget_gate", "f = 1")])
def test_cells_that_forget_by_no_gate_say_so(variant, words):
    found = memory(model(variant).trace(INPUTS))
    assert found.timesteps is None
    assert words in found.reason


def test_traces_one_after_the_other_count_as_one():
    lstm = model()
    whole = gate_statistics(lstm.trace(INPUTS))
    parts = gate_statistics(lstm.trace(INPUTS[:, [b]]) for b in range(3))
    np.testing.assert_allclose(parts.memory.timesteps, whole.memory.timesteps)
    np.testing.assert_array_equal(parts.histograms["forget_gate"].counts, whole.histograms["forget_gate"].counts)
    np.testing.assert_allclose(parts.deviations["cell"], whole.deviations["cell"])
    assert parts.positions == whole.positions == 120


def test_units_that_do_nothing_or_the_same_are_named():
    lstm = model(H=6)
    weights = lstm.state_dict()
    rows = {name: array.reshape(4, 6, -1) for name, array in weights.items() if not name.startswith("readout")}
    for name, array in rows.items():
        if "weight_hh" in name:
            array[...] = 0
        array[:, 1] = array[:, 0]  # unit 1 does what unit 0 does
        array[:, 2] = array[:, 0]
        array[2, 2] = -array[2, 0]  # and unit 2 the opposite
        if "weight" in name:
            array[:, 3:5] = 0
        else:
            array[2, 3] = 0  # unit 3 has nothing to write
            array[:, 4] = [[50], [-50], [50], [50]] if array.shape[2] == 1 else 0  # unit 4 always writes the same
    weights = {name: rows[name].reshape(weights[name].shape) if name in rows else weights[name] for name in weights}
    lstm.load_state_dict(weights)
    found = memory(lstm.trace(INPUTS))
    assert np.flatnonzero(found.dead).tolist() == [3]
    assert np.flatnonzero(found.stuck).tolist() == [4]
    assert {(one, other): round(value, 6) for one, other, value in found.doubled} == {(0, 1): 1, (0, 2): -1, (1, 2): -1}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30), st.integers(1, 12))
def test_histograms_count_every_value_once(values, bins):
    found = histogram(np.array(values)[:, None], (-3, 3), bins)
    inside = np.clip(values, -3, 3)
    assert found.counts.sum() == len(values)
    assert found.counts[0, 0] >= (inside == -3).sum()
    np.testing.assert_allclose(found.edges, np.linspace(-3, 3, bins + 1))


def test_a_range_of_ones_own_holds_all_values():
    values = RNG.normal(size=(500, 3))
    found = histogram(values)
    for k in range(3):
        assert np.abs(found.counts[k] - np.histogram(values[:, k], found.edges)[0]).sum() <= 2
    assert histogram(np.ones((4, 1))).counts.sum() == 4


def test_bad_arguments_are_refused_in_a_sentence():
    trace = model().trace(INPUTS)
    for wrong in (None, 5, [], [5]):
        with pytest.raises(SettingsError, match="expected"):
            gate_statistics(wrong)
    with pytest.raises(SettingsError, match="layer"):
        memory(trace, layer=1)
    with pytest.raises(SettingsError, match="bins"):
        gate_statistics(trace, bins=0)
    with pytest.raises(SettingsError, match="one model"):
        gate_statistics([trace, model("gru").trace(INPUTS)])
    with pytest.raises(SettingsError, match="lower"):
        histogram(np.ones((4, 1)), (1, 0))
    with pytest.raises(ShapeError, match="not finite"):
        inspection.histogram(np.full((4, 1), np.nan))
