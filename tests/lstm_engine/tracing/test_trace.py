"""Traces with questions: gradients of everything, what a pre-activation is made of, and what if."""

import numpy as np
import pytest

from lstm_engine import Intervention, LSTMModel, LSTMState, SettingsError, ShapeError, Trace, WeightsError
from lstm_engine.cell.quantities import quantities_of
from lstm_engine.cell.variants import VARIANTS
from lstm_engine.learning.losses import cross_entropy

NAMES = list(VARIANTS)
RNG = np.random.default_rng(11)
INPUTS = RNG.normal(size=(5, 2, 3))
TARGETS = RNG.integers(3, size=(5, 2))


def make(name: str, layers: int = 1) -> LSTMModel:
    return LSTMModel(3, 4, 3, layers, name, dtype="float64", seed=6, init_std=0.7)


def loss_with(model: LSTMModel, changes: list[Intervention], timesteps: list[int], inputs=INPUTS) -> float:
    outputs = model.trace(inputs, interventions=changes).outputs.transpose(2, 0, 1)
    mask = np.isin(np.arange(5), timesteps)[:, None] & np.ones((5, 2), bool)
    return cross_entropy(outputs, TARGETS, mask, False)[0]


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_of_every_quantity_is_what_a_small_shift_of_it_changes(name, layers):
    model = make(name, layers)
    timesteps, step = [3, 4], 1e-6
    gradients = model.trace_gradients(INPUTS, TARGETS, timesteps=timesteps)
    for layer in range(layers):
        for quantity in (quantity.name for quantity in quantities_of(name)):
            for t, unit in ((0, 1), (2, 3), (4, 0)):
                shifts = [
                    [Intervention(quantity, [t], [unit], scale=1.0, shift=sign * step, layer=layer)] for sign in (1, -1)
                ]
                above, below = (loss_with(model, change, timesteps) for change in shifts)
                expected = (above - below) / (2 * step)  # all sequences of the batch are shifted together
                actual = gradients.layers[layer][quantity][t, :, unit].sum()
                assert actual == pytest.approx(expected, rel=1e-5, abs=1e-9), (quantity, t, unit)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_with_interventions_equal_finite_differences(name):
    model = make(name)
    first = quantities_of(name)[0].name
    changes = [Intervention(first, [1, 2], [0, 2], scale=0.5, shift=0.1), Intervention("hidden", [0], [1])]
    gradients = model.trace_gradients(INPUTS, TARGETS, interventions=changes)
    for index in ((0, 0, 1), (1, 1, 2), (3, 0, 0)):
        moved = [INPUTS.copy(), INPUTS.copy()]
        moved[0][index] += 1e-6
        moved[1][index] -= 1e-6
        above, below = (loss_with(model, changes, list(range(5)), inputs) for inputs in moved)
        assert gradients.inputs[index] == pytest.approx((above - below) / 2e-6, rel=1e-5, abs=1e-9)


def test_an_open_forget_and_a_closed_input_gate_hold_the_cell_state():
    model = make("standard")
    changes = [Intervention("forget_gate", shift=1.0), Intervention("input_gate", shift=0.0)]
    cell = RNG.normal(size=(1, 2, 4))
    layer = model.trace(INPUTS, LSTMState(np.zeros((1, 2, 4)), cell), changes).layers[0]
    np.testing.assert_array_equal(layer.cell, np.broadcast_to(cell[0], (5, 2, 4)))


def test_only_what_follows_an_intervention_changes():
    model = make("standard", layers=2)
    before = model.trace(INPUTS)
    after = model.trace(INPUTS, interventions=[Intervention("output_gate", [2], [1], shift=1.0, layer=1)])
    np.testing.assert_allclose(after.layers[0].hidden, before.layers[0].hidden, rtol=1e-12)
    np.testing.assert_allclose(after.outputs[:2], before.outputs[:2], rtol=1e-12)
    assert (after.layers[1].output_gate[2, :, 1] == 1).all()
    assert (np.abs(after.outputs[2:] - before.outputs[2:]).max(axis=(1, 2)) > 1e-6).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (Intervention("forget"), "no 'forget' in a standard cell; choose forget_gate, input_gate"),
        (Intervention("cell", units=[4]), r"no unit 4 to change; expected 0\.\.3"),
        (Intervention("cell", timesteps=[-1]), "no timestep -1"),
        (Intervention("cell", layer=1), "no layer 1"),
        (Intervention("cell", shift=float("nan")), "must be finite"),
    ],
)
def test_interventions_on_what_is_not_there_are_named(change, message):
    with pytest.raises(SettingsError, match=message):
        make("standard").trace(INPUTS, interventions=[change])


def test_timesteps_that_are_not_there_are_named():
    for timesteps in ([5], [], [-1]):
        with pytest.raises(ShapeError, match=r"expected at least one of 0\.\.4"):
            make("standard").trace_gradients(INPUTS, TARGETS, timesteps=timesteps)


def test_the_gradient_stops_at_timesteps_after_the_loss():
    gradients = make("standard").trace_gradients(INPUTS, TARGETS, timesteps=[1])
    assert np.abs(gradients.layers[0]["cell"][2:]).max() == 0
    assert np.abs(gradients.layers[0]["cell"][:2]).min() > 0


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_the_parts_of_a_preactivation_add_up(name, bias):
    model = LSTMModel(3, 4, 2, 2, name, dtype="float64", seed=3, bias=bias)
    trace = model.trace(INPUTS, model.forward(RNG.normal(size=(3, 2, 3)))[1])
    for layer in range(2):
        for block, parts in model.preactivation_parts(trace, layer).items():
            whole = parts.input + parts.recurrent + parts.bias + parts.peephole
            expected = getattr(trace.layers[layer], f"{block}_preactivation")
            np.testing.assert_allclose(whole, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", ["standard", "no_input_gate", "gru", "rnn"])
def test_a_saved_trace_comes_back_bit_for_bit(tmp_path, name):
    trace = make(name, layers=2).trace(INPUTS)
    trace.save(tmp_path / "trace.npz")
    loaded = Trace.load(tmp_path / "trace.npz")
    np.testing.assert_array_equal(loaded.outputs, trace.outputs)
    assert len(loaded.layers) == 2
    for mine, other in zip(trace.layers, loaded.layers, strict=True):
        for field, array in vars(mine).items():
            if array is None:
                assert getattr(other, field) is None
            else:
                np.testing.assert_array_equal(getattr(other, field), array)


def test_files_that_hold_no_trace_are_refused(tmp_path):
    path = tmp_path / "trace.npz"
    with pytest.raises(WeightsError, match="cannot be read as a trace"):
        Trace.load(path)
    np.savez(path, inputs=np.zeros(2))
    with pytest.raises(WeightsError, match="cannot be read as a trace"):
        Trace.load(path)
    np.savez(path, inputs=np.array([{"a": "pickled object"}], dtype=object))
    with pytest.raises(WeightsError, match="cannot be read as a trace"):
        Trace.load(path)


def test_tidy_columns_name_every_number_once():
    trace = make("standard", layers=2).trace(INPUTS)
    columns = trace.columns()
    assert len({len(column) for column in columns.values()}) == 1
    assert len(columns["value"]) == 2 * 10 * 5 * 2 * 4
    picked = (
        (columns["layer"] == 1)
        & (columns["quantity"] == "cell")
        & (columns["timestep"] == 3)
        & (columns["sequence"] == 1)
        & (columns["unit"] == 2)
    )
    assert columns["value"][picked].tolist() == [trace.layers[1].cell[3, 1, 2]]
