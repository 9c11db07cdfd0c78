"""Every variant against its paper's equations, finite differences, and the standard cell's fast kernel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_engine import Adam, LSTMModel, LSTMState, Trainer, WeightsError, from_pytorch, load_model, save_model, tasks
from lstm_engine.cell.variants import VARIANTS
from lstm_engine.runs import RunSettings
from lstm_engine.runs.checkpoints import restored_model, serialise

NAMES = list(VARIANTS)
LSTMS = [name for name, variant in VARIANTS.items() if variant.family == "lstm"]


def sigma(z):
    return 1 / (1 + np.exp(-z))


def paper_step(name, x, h, c, weights, peepholes):
    """One timestep of a variant, batch-major, as Greff et al. 2017 write it in section 3."""
    pre = {block: x @ W.T + h @ U.T + b for block, (W, U, b) in weights.items()}
    p = {gate: peepholes.get(gate, 0) for gate in ("input_gate", "forget_gate", "output_gate")}
    i = 1 if name == "no_input_gate" else sigma(pre["input_gate"] + p["input_gate"] * c)
    if name == "no_forget_gate":
        f = 1
    elif name == "coupled_input_forget":
        f = 1 - i
    else:
        f = sigma(pre["forget_gate"] + p["forget_gate"] * c)
    z = pre["candidate"] if name == "no_input_activation" else np.tanh(pre["candidate"])
    c = z * i + c * f
    o = 1 if name == "no_output_gate" else sigma(pre["output_gate"] + p["output_gate"] * c)
    return (c if name == "no_output_activation" else np.tanh(c)) * o, c


@pytest.mark.parametrize("name", LSTMS)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_every_lstm_variant_computes_its_papers_equations(name, seed):
    rng = np.random.default_rng(seed)
    I, H, O, T, B = 3, 4, 2, 5, 2
    model = LSTMModel(I, H, O, variant=name, dtype="float64", seed=seed)
    model.parameters.flat[:] = rng.normal(size=model.num_parameters)
    w = model.state_dict()
    weights = {
        block: (
            w["lstm.weight_ih_l0"][k * H : (k + 1) * H],
            w["lstm.weight_hh_l0"][k * H : (k + 1) * H],
            (w["lstm.bias_ih_l0"] + w["lstm.bias_hh_l0"])[k * H : (k + 1) * H],
        )
        for k, block in enumerate(VARIANTS[name].blocks)
    }
    peepholes = dict(zip(VARIANTS[name].peepholes, w.get("lstm.peephole_l0", ()), strict=True))
    x, h, c = rng.normal(size=(T, B, I)), rng.normal(size=(B, H)), rng.normal(size=(B, H))
    trace = model.trace(x, LSTMState(h[None], c[None])).layers[0]
    for t in range(T):
        h, c = paper_step(name, x[t], h, c, weights, peepholes)
        np.testing.assert_allclose(trace.hidden[t], h, rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(trace.cell[t], c, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_gradients_of_every_variant_equal_finite_differences(name, layers):
    rng = np.random.default_rng(7)
    model = LSTMModel(3, 4, 3, layers, name, dtype="float64", seed=1)
    inputs, targets = rng.normal(size=(4, 2, 3)), rng.integers(3, size=(4, 2))
    gradient = model.loss_and_gradients(inputs, targets)[1].flat.copy()
    weights = model.parameters.flat
    for k in range(0, weights.size, max(1, weights.size // 60)):
        value, step = weights[k], 1e-6
        weights[k] = value + step
        above = model.loss(inputs, targets)
        weights[k] = value - step
        below = model.loss(inputs, targets)
        weights[k] = value
        assert gradient[k] == pytest.approx((above - below) / (2 * step), rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_plain_cell_equals_the_fast_kernel(dtype, bias):
    rng = np.random.default_rng(3)
    model = LSTMModel(3, 5, 2, num_layers=2, dtype=dtype, bias=bias, seed=4)
    inputs, targets = rng.normal(size=(6, 3, 3)), rng.integers(2, size=(6, 3))
    tolerance = {"rtol": 1e-4, "atol": 1e-6} if dtype == "float32" else {"rtol": 1e-11, "atol": 1e-15}
    loss, d_inputs, d_state = model.loss_and_input_gradients(inputs, targets)
    plain = model.trace_gradients(inputs, targets)
    assert plain.loss == pytest.approx(loss, rel=1e-5)
    np.testing.assert_allclose(plain.inputs, d_inputs, **tolerance)
    np.testing.assert_allclose(plain.initial_hidden, d_state.hidden, **tolerance)
    np.testing.assert_allclose(plain.initial_cell, d_state.cell, **tolerance)


@pytest.mark.parametrize("name", NAMES)
def test_two_halves_of_a_sequence_are_one_whole_in_every_variant(name):
    rng = np.random.default_rng(9)
    model, inputs = LSTMModel(3, 4, 2, 2, name, dtype="float64", seed=1, init_std=1.0), rng.normal(size=(6, 2, 3))
    whole, last = model.forward(inputs)
    first, state = model.forward(inputs[:3])
    second, after = model.forward(inputs[3:], state)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, rtol=1e-12)
    assert after._fields == last._fields
    for mine, other in zip(after, last, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-12)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_every_variant_comes_back_from_a_file_and_from_a_checkpoint(tmp_path, name, bias):
    inputs = np.random.default_rng(2).normal(size=(4, 2, 28)).astype("float32")
    model = LSTMModel(28, 8, 28, 2, name, seed=5, bias=bias)
    outputs = model.forward(inputs)[0]
    save_model(model, tmp_path / "model.safetensors")
    np.testing.assert_array_equal(load_model(tmp_path / "model.safetensors").forward(inputs)[0], outputs)
    checkpoint = serialise(Trainer(model, tasks.get("names"), Adam(model)))
    restored = restored_model(RunSettings(variant=name), checkpoint)
    np.testing.assert_array_equal(restored.forward(inputs)[0], outputs)


@pytest.mark.parametrize("name", ["slstm", "minlstm", "mingru"])
def test_cells_that_pytorch_has_not_are_said_to_be_so(name):
    with pytest.raises(WeightsError, match=f"PyTorch has no {name} cell; expected standard, gru or rnn"):
        from_pytorch({}, variant=name)


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_learns_and_resumes(name):
    task = tasks.get("names")
    model = LSTMModel(28, 8, 28, variant=name, seed=2)
    trainer = Trainer(model, task, Adam(model, 0.02), batch_size=4, sequence_length=10)
    before = trainer.validate()
    for _ in range(25):
        trainer.step()
    state = trainer.state_dict()
    following = trainer.step()
    assert trainer.validate() < before
    trainer.load_state_dict(state)
    assert trainer.step() == following


def test_huge_inputs_give_no_warning_and_no_nan_in_any_variant():
    inputs = np.full((4, 2, 3), 1e4) * np.array([1, -1])[None, :, None]
    for name in NAMES:
        loss, gradients = LSTMModel(3, 4, 2, variant=name).loss_and_gradients(inputs, np.zeros((4, 2), int))
        assert np.isfinite(loss), name
        assert np.isfinite(gradients.flat).all(), name
