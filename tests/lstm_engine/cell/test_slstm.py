"""The sLSTM against its paper without the stabiliser, scalar by scalar, by finite differences, and at its extremes."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_engine import Intervention, LSTMModel, LSTMState, SettingsError, ShapeError, SLSTMState
from lstm_engine.cell.slstm import QUANTITIES
from lstm_engine.learning.losses import cross_entropy
from lstm_engine.runs import RunSettings
from tests.lstm_engine.cell.differences import derivative

I, H, T, B, HEADS = 3, 8, 5, 2, 4
RNG = np.random.default_rng(5)
INPUTS, TARGETS = RNG.normal(size=(T, B, I)), RNG.integers(3, size=(T, B))


def drawn(seed: int, layers: int = 1) -> LSTMModel:
    model = LSTMModel(I, H, 3, layers, "slstm", dtype="float64", seed=seed)
    model.parameters.flat[:] = np.random.default_rng(seed).normal(size=model.num_parameters)
    return model


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_an_slstm_says_what_the_papers_equations_without_stabiliser_say_number_by_number(seed):
    model, x = drawn(seed), np.random.default_rng(seed).normal(size=(T, 1, I))
    named = {name: array.tolist() for name, array in model.state_dict().items()}
    W, R, b = (named[f"slstm.{name}_l0"] for name in ("weight_ih", "weight_hh", "bias_ih"))
    layer = model.trace(x).layers[0]
    c, n, h, m = [0.0] * H, [0.0] * H, [0.0] * H, [0.0] * H
    width = H // HEADS
    for t in range(T):
        before = list(h)
        for unit in range(H):
            head = unit // width
            pre = []
            for block in range(4):  # i, f, z, o
                row = block * H + unit
                from_input = sum(W[row][k] * float(x[t, 0, k]) for k in range(I))
                from_hidden = sum(R[row][k] * before[head * width + k] for k in range(width))
                pre.append(from_input + from_hidden + b[row])
            z, i = math.tanh(pre[2]), math.exp(pre[0])  # (11), (12)
            f, o = 1 / (1 + math.exp(-pre[1])), 1 / (1 + math.exp(-pre[3]))  # (13), (14)
            c[unit] = f * c[unit] + i * z  # (8)
            n[unit] = f * n[unit] + i  # (9)
            h[unit] = o * c[unit] / n[unit]  # (10)
            m_before = m[unit]
            m[unit] = max(math.log(f) + m_before, math.log(i))  # (15)
            expected = {
                "input_gate": math.exp(math.log(i) - m[unit]),  # (16)
                "forget_gate": math.exp(math.log(f) + m_before - m[unit]),  # (17)
                "candidate": z,
                "output_gate": o,
                "cell": c[unit] * math.exp(-m[unit]),
                "normaliser": n[unit] * math.exp(-m[unit]),
                "stabiliser": m[unit],
                "hidden": h[unit],
            }
            for name, value in expected.items():
                assert getattr(layer, name)[t, 0, unit] == pytest.approx(value, rel=1e-10, abs=1e-12), name


def test_gradients_of_the_slstm_equal_differences_to_ten_digits():
    model = drawn(1, layers=2)
    gradient = model.loss_and_gradients(INPUTS, TARGETS)[1].flat.copy()
    weights, chosen = model.parameters.flat, slice(None, None, 7)
    expected = [derivative(lambda: model.loss(INPUTS, TARGETS), weights, k) for k in range(weights.size)[chosen]]
    np.testing.assert_allclose(gradient[chosen], expected, rtol=1e-10, atol=1e-11 * np.abs(gradient).max())


def test_gradients_of_the_slstm_with_interventions_equal_differences_to_ten_digits():
    model, x = drawn(2, layers=2), INPUTS.copy()
    state = SLSTMState(*(part.copy() for part in model.forward(RNG.normal(size=(3, B, I)))[1]))
    changes = [
        Intervention("input_gate", [1, 2], [0, 2, 5], scale=0.5, shift=0.1),
        Intervention.clamp("cell", 0.4, [1], [1, 3]),
        Intervention.clamp("normaliser", 1.5, [2], [4, 6]),
        Intervention("stabiliser", [0, 3], [3, 7], scale=1.0, shift=0.5),
        Intervention("forget_gate", [3], scale=0.7, layer=1),
        Intervention("hidden", [0], [1, 2], scale=2.0, layer=1),
    ]

    def loss(changes: list[Intervention] = changes) -> float:
        outputs = model.trace(x, state, changes).outputs.transpose(2, 0, 1)
        return cross_entropy(outputs, TARGETS, np.ones((T, B), bool), False)[0]

    found = model.trace_gradients(x, TARGETS, state=state, interventions=changes)
    pairs = [(x, found.inputs), *zip(state, found.initial_state, strict=True)]
    for array, gradient in pairs:
        for index in list(np.ndindex(array.shape))[::7]:
            assert gradient[index] == pytest.approx(derivative(loss, array, index), rel=1e-10, abs=2e-13)
    shift = np.zeros(1)
    for quantity in QUANTITIES:
        for t, unit in ((0, 1), (1, 2), (4, 5)):

            def moved(name: str = quantity.name, t: int = t, unit: int = unit) -> float:
                return loss([*changes, Intervention(name, [t], [unit], scale=1.0, shift=float(shift[0]))])

            actual = found.layers[0][quantity.name][t, :, unit].sum()
            assert actual == pytest.approx(derivative(moved, shift, 0), rel=1e-10, abs=2e-13), (quantity.name, t, unit)


def test_the_stabiliser_changes_nothing_that_is_said_and_no_gradient_goes_through_it():
    model = drawn(3)
    before = model.trace(INPUTS)
    changes = [Intervention("stabiliser", scale=1.0, shift=shift, units=[u]) for u, shift in ((0, 3.0), (5, -3.0))]
    after = model.trace(INPUTS, interventions=changes)
    assert np.abs(after.layers[0].cell - before.layers[0].cell).max() > 0.5
    np.testing.assert_allclose(after.layers[0].hidden, before.layers[0].hidden, rtol=1e-12)
    gradients = model.trace_gradients(INPUTS, TARGETS).layers[0]
    assert np.abs(gradients["stabiliser"]).max() < 1e-14 < np.abs(gradients["cell"]).max()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("layers", [1, 2])
def test_preactivations_of_ten_thousand_stay_finite(dtype, layers):
    rng = np.random.default_rng(4)
    model = LSTMModel(I, H, 3, layers, "slstm", dtype=dtype, seed=1, init_std=1.0)
    inputs = 1e4 * rng.choice([-1.0, 0.0, 1.0], size=(30, 4, I))
    inputs[3:9] = -1e4  # gates shut for long
    trace = model.trace(inputs)
    for layer in trace.layers:
        for name, values in vars(layer).items():
            assert np.isfinite(values).all(), name
        assert (layer.normaliser[-1] >= 1).all()
        assert (np.abs(layer.cell) <= layer.normaliser).all()
    loss, gradients = model.loss_and_gradients(inputs, np.zeros((30, 4), int))
    assert np.isfinite(loss)
    assert np.isfinite(gradients.flat).all()


def test_an_input_gate_that_is_shut_from_the_start_writes_as_soon_as_it_opens():
    model = LSTMModel(1, 4, 1, variant="slstm", dtype="float64", bias=False)
    model.parameters.flat[:] = 0
    weights = model.parameters["slstm.weight_ih_l0"]  # rows i, f, z, o
    weights[:4], weights[8:12] = 1, 0.01
    layer = model.trace(np.array([-1e4, -1e4, 100.0, 1.0])[:, None, None]).layers[0]
    assert (layer.hidden[:2] == 0).all()
    np.testing.assert_allclose(layer.hidden[2:], 0.5 * np.tanh(1.0), rtol=1e-12)


@pytest.mark.parametrize("value", [-1e6, -1.0, 0.0, 1.0, 1e6])
@pytest.mark.parametrize("name", ["cell", "normaliser", "stabiliser"])
def test_whatever_is_clamped_to_whatever_value_stays_finite(name, value):
    model = LSTMModel(I, H, 3, variant="slstm", seed=1, init_std=2.0)
    for timesteps in (None, [2]):
        clamps = [Intervention.clamp(name, value, timesteps)]
        for layer in model.trace(INPUTS, interventions=clamps).layers:
            assert all(np.isfinite(values).all() for values in vars(layer).values())
        gradients = model.trace_gradients(INPUTS, TARGETS, interventions=clamps)
        assert all(np.isfinite(values).all() for values in gradients.layers[0].values())


def test_a_state_without_its_normaliser_is_refused():
    assert isinstance(drawn(1).forward(INPUTS)[1], SLSTMState)
    state = LSTMState(np.zeros((1, B, H)), np.zeros((1, B, H)))
    with pytest.raises(
        ShapeError, match="LSTMState of 2 parts, expected an SLSTMState of hidden, cell, normaliser and"
    ):
        drawn(1).forward(INPUTS, state)
    four = SLSTMState(*np.zeros((4, 1, B, H)))
    with pytest.raises(ShapeError, match="SLSTMState of 4 parts, expected an LSTMState of hidden and cell, or None"):
        LSTMModel(I, H, 3).forward(INPUTS, four)
    with pytest.raises(ShapeError, match=r"state.stabiliser has shape \(1, 1, 2, 8\), expected \(num_layers, B, H\)"):
        drawn(1).forward(INPUTS, four._replace(stabiliser=np.zeros((1, 1, B, H))))


def test_a_unit_hears_its_own_head_alone():
    model = drawn(7)
    assert model.state_dict()["slstm.weight_hh_l0"].shape == (4 * H, H // HEADS)
    before = model.trace(INPUTS).layers[0]
    after = model.trace(INPUTS, interventions=[Intervention("hidden", [1], [3], scale=1.0, shift=0.5)]).layers[0]
    for name in ("input_gate", "forget_gate", "candidate", "output_gate"):
        moved = getattr(after, f"{name}_preactivation")[2] != getattr(before, f"{name}_preactivation")[2]
        np.testing.assert_array_equal(moved.all(axis=0), [unit in (2, 3) for unit in range(H)])
        np.testing.assert_array_equal(moved.any(axis=0), moved.all(axis=0))


def test_units_that_cannot_be_divided_among_heads_are_refused():
    with pytest.raises(
        SettingsError, match=r"hidden_size is 30, .* 4 heads; expected a multiple of 4, such as 28 or 32"
    ):
        LSTMModel(3, 30, 2, variant="slstm")
    with pytest.raises(SettingsError, match=r"hidden_size is 3, .* expected a multiple of 4, such as 4"):
        RunSettings(variant="slstm", hidden_size=3)
