from pathlib import Path

import numpy as np
import pytest

from lstm_engine import LSTMModel
from lstm_engine.cell.equations import (
    GateWeights,
    GRUWeights,
    Peepholes,
    gru_step,
    log_sum_exp,
    lstm_sequence,
    lstm_step,
    lstm_variant_step,
    rnn_step,
    sigmoid,
    softmax,
)
from lstm_engine.cell.equations_2024 import (
    MinGRUWeights,
    MinLSTMWeights,
    SLSTMWeights,
    mingru_step,
    minlstm_step,
    slstm_step,
)
from lstm_engine.cell.quantities import quantities_of
from lstm_engine.cell.variants import VARIANTS

HUGE = np.array([-1e4, -800.0, -1.0, 0.0, 1.0, 800.0, 1e4])


def test_huge_inputs_give_finite_values_without_a_warning():
    assert np.isfinite(sigmoid(HUGE)).all()
    assert np.isfinite(softmax(HUGE)).all()
    assert log_sum_exp(HUGE) == pytest.approx(1e4)


def test_sigmoid_keeps_the_digits_of_small_values():
    assert sigmoid(-700.0) == pytest.approx(np.exp(-700.0), rel=1e-14)


def test_softmax_sums_to_one_and_ignores_a_common_shift():
    z = np.random.default_rng(0).normal(size=(5, 9))
    assert softmax(z).sum(axis=-1) == pytest.approx(1)
    assert softmax(z + 1e3) == pytest.approx(softmax(z), rel=1e-10)


def test_open_forget_and_closed_input_gate_keep_the_cell_state():
    zeros = np.zeros((3, 2))
    weights = GateWeights(zeros, zeros, zeros, zeros, forget_bias=1e3, input_bias=-1e3)
    step = lstm_step(np.ones((1, 1)), np.zeros((1, 2)), np.array([[0.7, -3.0]]), weights)
    assert step.cell.tolist() == [[0.7, -3.0]]


def test_a_sequence_hands_its_states_on():
    rng = np.random.default_rng(1)
    weights = GateWeights(*(rng.normal(size=(5, 3)) for _ in range(4)))
    x = rng.normal(size=(4, 2, 2))
    start = np.zeros((2, 3))
    whole = lstm_sequence(x, start, start, weights)
    first = lstm_sequence(x[:2], start, start, weights)
    second = lstm_sequence(x[2:], first[-1].hidden, first[-1].cell, weights)
    np.testing.assert_array_equal(whole[-1].hidden, second[-1].hidden)


GOLDEN = Path(__file__).parents[2] / "golden"


def of_layer(recorded: dict[str, np.ndarray], family: str, I: int, H: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """PyTorch's weights of the first layer as the textbook takes them: a matrix (I+H, H) and a bias (H,) a gate."""
    w, u = (recorded[f"weight/{family}.{name}_l0"] for name in ("weight_ih", "weight_hh"))
    zero = np.zeros(len(w))
    b = recorded.get(f"weight/{family}.bias_ih_l0", zero) + recorded.get(f"weight/{family}.bias_hh_l0", zero)
    whole = np.concatenate([w, u], axis=1).reshape(-1, H, I + H)
    return [matrix.T for matrix in whole], list(b.reshape(-1, H))


def test_gru_and_plain_network_of_the_textbook_equal_pytorch():
    with np.load(GOLDEN / "gru_0.npz") as file:
        recorded = dict(file)
    (r, z, n), (b_r, b_z, _) = of_layer(recorded, "gru", 4, 5)
    b_n, b_h = (recorded[f"weight/gru.{name}_l0"][10:] for name in ("bias_ih", "bias_hh"))
    weights = GRUWeights(r, z, n[:4], n[4:], b_r, b_z, b_n, b_h)
    h = recorded["hidden"][0]
    for x in recorded["inputs"]:
        h = gru_step(x, h, weights).hidden
    np.testing.assert_allclose(h, recorded["last_hidden"][0], rtol=1e-12, atol=1e-15)

    with np.load(GOLDEN / "rnn_0.npz") as file:
        recorded = dict(file)
    (W,), (b,) = of_layer(recorded, "rnn", 4, 5)
    h = recorded["hidden"][0]
    for x in recorded["inputs"]:
        h = rnn_step(x, h, W, b)
    np.testing.assert_allclose(h, recorded["last_hidden"][0], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", [name for name, variant in VARIANTS.items() if variant.family == "lstm"])
def test_every_variant_of_the_textbook_is_the_cells(name):
    rng = np.random.default_rng(3)
    model = LSTMModel(3, 4, 2, variant=name, dtype="float64")
    model.parameters.flat[:] = rng.normal(size=model.num_parameters)
    recorded = {f"weight/{key}": value for key, value in model.state_dict().items()}
    blocks = VARIANTS[name].blocks
    matrices, biases = (dict(zip(blocks, arrays, strict=True)) for arrays in of_layer(recorded, "lstm", 3, 4))
    none = np.zeros((7, 4))
    weights = GateWeights(
        *(matrices.get(block, none) for block in ("forget_gate", "input_gate", "candidate", "output_gate")),
        *(biases.get(block, 0.0) for block in ("forget_gate", "input_gate", "candidate", "output_gate")),
    )
    seen = dict(zip(VARIANTS[name].peepholes, recorded.get("weight/lstm.peephole_l0", ()), strict=True))
    peepholes = Peepholes(*(seen.get(gate, 0.0) for gate in ("forget_gate", "input_gate", "output_gate")))
    inputs = rng.normal(size=(5, 2, 3))
    trace = model.trace(inputs).layers[0]
    h = c = np.zeros((2, 4))
    for t, x in enumerate(inputs):
        step = lstm_variant_step(x, h, c, weights, peepholes, name)
        for quantity, value in zip(quantities_of(name), step, strict=True):
            np.testing.assert_allclose(getattr(trace, quantity.name)[t], value, rtol=1e-10, atol=1e-13)
        h, c = step.hidden, step.cell


def test_the_cells_of_2024_of_the_textbook_are_the_cells():
    rng = np.random.default_rng(4)
    inputs = rng.normal(size=(5, 2, 3))
    for name, weights, step, states in (
        ("slstm", SLSTMWeights, slstm_step, 4),
        ("minlstm", MinLSTMWeights, minlstm_step, 1),
        ("mingru", MinGRUWeights, mingru_step, 1),
    ):
        model = LSTMModel(3, 8, 2, variant=name, dtype="float64")
        model.parameters.flat[:] = rng.normal(size=model.num_parameters)
        trace, parameters = model.trace(inputs).layers[0], model.parameters
        seen = [parameters.layers[0][:, :3]] + ([parameters.recurrent(0)] if VARIANTS[name].sees_hidden else [])
        matrices = np.concatenate(seen, axis=1).reshape(len(VARIANTS[name].blocks), 8, -1).transpose(0, 2, 1)
        W = weights(*matrices, *parameters.biases(0)[0].reshape(-1, 8))
        carried = [np.zeros((2, 8))] * states  # h, c, n, m
        for t, x in enumerate(inputs):
            found = step(x, *carried, W)
            for quantity, value in zip(quantities_of(name), found, strict=True):
                np.testing.assert_allclose(getattr(trace, quantity.name)[t], value, rtol=1e-10, atol=1e-13)
            carried = [getattr(found, state) for state in ("hidden", "cell", "normaliser", "stabiliser")[:states]]
