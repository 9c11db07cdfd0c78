"""minLSTM and minGRU against their paper, read scalar by scalar, as a prefix scan, and by finite differences."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_engine import Intervention, LSTMModel, LSTMState
from lstm_engine.cell.variants import VARIANTS
from lstm_engine.learning.losses import cross_entropy
from lstm_engine.runs.development import gate_statistics
from tests.lstm_engine.cell.differences import derivative

NAMES = ("minlstm", "mingru")


def drawn(name: str, seed: int, layers: int = 1) -> LSTMModel:
    model = LSTMModel(3, 4, 3, layers, name, dtype="float64", seed=seed)
    model.parameters.flat[:] = np.random.default_rng(seed).normal(size=model.num_parameters)
    return model


def linear(model: LSTMModel, block: str) -> tuple[np.ndarray, np.ndarray]:
    """The paper's Linear of that name: weights (H, I) and bias (H,)."""
    weights, name = model.state_dict(), model.variant
    rows = slice(4 * VARIANTS[name].blocks.index(block), 4 * (VARIANTS[name].blocks.index(block) + 1))
    return weights[f"{name}.weight_ih_l0"][rows], weights[f"{name}.bias_ih_l0"][rows]


def scalar_sigma(z: float) -> float:
    return 1 / (1 + math.exp(-z))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_a_minimal_cell_computes_its_papers_equations_number_by_number(name, seed):
    model, rng = drawn(name, seed), np.random.default_rng(seed)
    x, initial = rng.normal(size=(5, 1, 3)), rng.normal(size=4)
    trace = model.trace(x, LSTMState(initial[None, None], np.zeros((1, 1, 4)))).layers[0]
    for unit in range(4):
        h = float(initial[unit])
        for t in range(5):
            found = {}
            for block in VARIANTS[name].blocks:
                W, b = linear(model, block)
                found[block] = sum(float(W[unit, k]) * float(x[t, 0, k]) for k in range(3)) + float(b[unit])
            if name == "minlstm":  # section 3.2.4
                f, i = scalar_sigma(found["forget_gate"]), scalar_sigma(found["input_gate"])
                f, i = f / (f + i), i / (f + i)
                h = f * h + i * found["candidate"]
                assert trace.forget_gate[t, 0, unit] == pytest.approx(f, rel=1e-12)
                assert trace.input_gate[t, 0, unit] == pytest.approx(i, rel=1e-12)
            else:  # section 3.1.3
                z = scalar_sigma(found["update_gate"])
                h = (1 - z) * h + z * found["candidate"]
                assert trace.update_gate[t, 0, unit] == pytest.approx(z, rel=1e-12)
            assert trace.hidden[t, 0, unit] == pytest.approx(h, rel=1e-11, abs=1e-13)


def prefix_scan(kept: np.ndarray, written: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """h = kept h′ + written for all prefixes at once, in log2(T) rounds (Hillis and Steele 1986; Blelloch 1990)."""
    distance = 1
    while distance < len(kept):
        later, earlier = slice(distance, None), slice(None, -distance)
        new_written, new_kept = written.copy(), kept.copy()
        new_written[later] += kept[later] * written[earlier]
        new_kept[later] *= kept[earlier]
        kept, written, distance = new_kept, new_written, 2 * distance
    return kept, written


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**31), timesteps=st.integers(1, 40))
def test_the_parallel_form_gives_the_numbers_of_the_sequential_one(name, seed, timesteps):
    model, rng = drawn(name, seed), np.random.default_rng(seed)
    x, initial = rng.normal(size=(timesteps, 2, 3)), rng.normal(size=(1, 2, 4))
    outputs = {block: x @ linear(model, block)[0].T + linear(model, block)[1] for block in VARIANTS[name].blocks}
    gates = {block: 1 / (1 + np.exp(-z)) for block, z in outputs.items()}
    if name == "minlstm":
        total = gates["forget_gate"] + gates["input_gate"]
        kept, written = gates["forget_gate"] / total, gates["input_gate"] / total * outputs["candidate"]
    else:
        kept, written = 1 - gates["update_gate"], gates["update_gate"] * outputs["candidate"]
    of_initial, of_inputs = prefix_scan(kept, written)
    hidden = model.trace(x, LSTMState(initial, np.zeros_like(initial))).layers[0].hidden
    np.testing.assert_allclose(hidden, of_initial * initial[0] + of_inputs, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_of_the_minimal_cells_equal_differences_to_ten_digits(name):
    rng = np.random.default_rng(7)
    model, x, y = drawn(name, 1, layers=2), rng.normal(size=(4, 2, 3)), rng.integers(3, size=(4, 2))
    gradient = model.loss_and_gradients(x, y)[1].flat.copy()
    weights, chosen = model.parameters.flat, slice(None, None, 3)
    expected = [derivative(lambda: model.loss(x, y), weights, k) for k in range(weights.size)[chosen]]
    np.testing.assert_allclose(gradient[chosen], expected, rtol=1e-10, atol=1e-11 * np.abs(gradient).max())


@pytest.mark.parametrize("name", NAMES)
def test_gradients_of_the_minimal_cells_with_interventions_equal_differences_to_ten_digits(name):
    rng = np.random.default_rng(8)
    model, x, y = drawn(name, 2, layers=2), rng.normal(size=(4, 2, 3)), rng.integers(3, size=(4, 2))
    gate = VARIANTS[name].blocks[0]
    changes = [
        Intervention(gate, [1, 2], [0, 2], scale=0.5, shift=0.1),
        Intervention("candidate", [0], scale=2.0, layer=1),
        Intervention.clamp("hidden", 0.3, [2], [1]),
    ]
    state = LSTMState(rng.normal(size=(2, 2, 4)), np.zeros((2, 2, 4)))

    def loss() -> float:
        return cross_entropy(
            model.trace(x, state, changes).outputs.transpose(2, 0, 1), y, np.ones((4, 2), bool), False
        )[0]

    found = model.trace_gradients(x, y, state=state, interventions=changes)
    for array, gradient in ((x, found.inputs), (state.hidden, found.initial_state.hidden)):
        for index in list(np.ndindex(array.shape))[::3]:
            assert gradient[index] == pytest.approx(derivative(loss, array, index), rel=1e-10, abs=5e-13)


def test_minimal_cells_have_no_weights_that_act_on_h():
    assert list(LSTMModel(3, 4, 2, variant="minlstm").state_dict()) == [
        "minlstm.weight_ih_l0", "minlstm.bias_ih_l0", "readout.weight", "readout.bias",
    ]  # fmt: skip
    shapes = {name: array.shape for name, array in LSTMModel(3, 4, 2, 2, "mingru", bias=False).state_dict().items()}
    assert shapes == {"mingru.weight_ih_l0": (8, 3), "mingru.weight_ih_l1": (8, 4), "readout.weight": (2, 4)}


def test_a_candidate_without_limits_is_never_called_saturated():
    trace = LSTMModel(3, 4, 2, variant="mingru", seed=1, init_std=3.0).trace(np.ones((5, 1, 3)))
    assert np.abs(trace.layers[0].candidate).max() > 1
    statistics = gate_statistics(trace)["candidate"]
    assert (statistics.shut, statistics.open) == (0, 0)


def test_both_gates_shut_is_no_division_by_zero():
    model = LSTMModel(1, 1, 1, variant="minlstm", dtype="float64")
    model.parameters.flat[:] = [-1, 0, -1, 0, 1, 0, 1, 0]  # weight and bias of f, i, g and the readout
    layer = model.trace(np.full((3, 1, 1), 1e4)).layers[0]
    np.testing.assert_array_equal(layer.forget_gate, 0.5)
    np.testing.assert_array_equal(layer.input_gate, 0.5)
