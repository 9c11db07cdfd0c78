import json
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstm_engine import (
    LSTMModel,
    LSTMState,
    SettingsError,
    WeightsError,
    from_keras,
    from_pytorch,
    load_model,
    save_model,
    to_pytorch,
)
from lstm_engine.formats.onnx import export_onnx
from tests.lstm_engine.test_golden import CASES, GOLDEN, load, part

RNG = np.random.default_rng(2)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_saved_model_comes_back_bit_for_bit(tmp_path, bias, dtype):
    model = LSTMModel(3, 4, 2, num_layers=2, dtype=dtype, bias=bias, seed=5)
    save_model(model, tmp_path / "model.safetensors", {"run": "first"})
    loaded = load_model(tmp_path / "model.safetensors")
    assert (loaded.architecture, loaded.dtype) == (model.architecture, model.dtype)
    np.testing.assert_array_equal(loaded.parameters.flat, model.parameters.flat)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_pytorchs_own_state_dicts_compute_pytorchs_outputs(path):
    recorded = load(path)
    lstm, readout = part(recorded, "weight/lstm."), part(recorded, "weight/readout.")
    model = from_pytorch(lstm, readout, dtype="float64")
    outputs, _ = model.forward(recorded["inputs"], LSTMState(recorded["hidden"], recorded["cell"]))
    np.testing.assert_allclose(outputs, recorded["outputs"], rtol=1e-10, atol=1e-13)
    back = to_pytorch(model)
    for given_, returned in zip((lstm, readout), back, strict=True):
        assert given_.keys() == returned.keys()
        for name in given_:
            np.testing.assert_array_equal(given_[name], returned[name])


def test_without_a_readout_the_hidden_state_comes_out():
    lstm, _ = to_pytorch(LSTMModel(3, 4, 2, seed=1))
    model = from_pytorch(lstm)
    inputs = RNG.normal(size=(5, 2, 3))
    np.testing.assert_array_equal(model.forward(inputs)[0], model.trace(inputs).layers[-1].hidden)


def test_keras_kernels_compute_keras_equations():
    I, H, O = 3, 4, 2
    kernel, recurrent, bias = RNG.normal(size=(I, 4 * H)), RNG.normal(size=(H, 4 * H)), RNG.normal(size=4 * H)
    dense, dense_bias = RNG.normal(size=(H, O)), RNG.normal(size=O)
    model = from_keras([(kernel, recurrent, bias)], (dense, dense_bias), dtype="float64")
    x = RNG.normal(size=(4, 1, I))
    h, c = np.zeros((1, H)), np.zeros((1, H))
    for t in range(4):
        i, f, g, o = np.split(x[t] @ kernel + h @ recurrent + bias, 4, axis=1)
        i, f, o = (1 / (1 + np.exp(-z)) for z in (i, f, o))
        c = f * c + i * np.tanh(g)
        h = o * np.tanh(c)
    np.testing.assert_allclose(model.forward(x)[0][-1], h @ dense + dense_bias, rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weight_ih_l0_reverse": np.zeros((16, 3))}, "is bidirectional"),
        ({"weight_hr_l0": np.zeros((2, 4))}, "is projected"),
        ({"weight_hh_l0": np.zeros((16, 9))}, r"weight_hh_l0 has shape \(16, 9\), expected \(16, 4\)"),
        ({"weight_ih_l0": np.zeros((15, 3))}, r"weight_ih_l0 has shape \(15, 3\)"),
        ({"weight_ih_l0": np.zeros(16)}, r"weight_ih_l0 has shape \(16,\)"),
        ({"surprise": np.zeros(2)}, r"unexpected: lstm\.surprise"),
        ({"bias_hh_l0": np.full(16, np.nan)}, "not finite"),
    ],
)
def test_pytorch_weights_that_do_not_fit_are_named(change, message):
    lstm, readout = to_pytorch(LSTMModel(3, 4, 2))
    with pytest.raises(WeightsError, match=message):
        from_pytorch({**lstm, **change}, readout)


def test_keras_layers_that_do_not_fit_are_named():
    with pytest.raises(WeightsError, match="there is no layer"):
        from_keras([])
    with pytest.raises(WeightsError, match="layer 0 has 1 arrays"):
        from_keras([[np.zeros((3, 16))]])


def write(path, header: dict, data: bytes = b"") -> None:
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(struct.pack("<Q", 2**62) + b"{}"),  # a header of exabytes
        lambda path: write(path, {"a": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 4]}}, b"0000"),
        lambda path: write(
            path,
            {
                "a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
                "b": {"dtype": "F32", "shape": [1], "data_offsets": [2, 6]},
            },
            b"000000",
        ),
        lambda path: write(path, {"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, b"0000"),
        lambda path: write(path, {"__metadata__": {"format": "lstm_engine model 1", "model": "[]"}}),
        lambda path: write(path, {"__metadata__": {"format": "lstm_engine model 1", "model": '{"input_size": 1e99}'}}),
    ],
)
def test_hostile_files_are_refused_with_an_error_of_ours(tmp_path, make):
    path = tmp_path / "hostile.safetensors"
    make(path)
    with pytest.raises(WeightsError, match=r"hostile\.safetensors"):
        load_model(path)


def test_sizes_that_lie_do_not_make_the_loader_allocate(tmp_path):
    path = tmp_path / "lying.safetensors"
    sizes = {"input_size": 10**6, "hidden_size": 10**6, "output_size": 1, "num_layers": 1, "bias": True}
    write(path, {"__metadata__": {"format": "lstm_engine model 1", "model": json.dumps(sizes)}})
    with pytest.raises(WeightsError, match="but the file holds 0"):
        load_model(path)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_file_is_refused_or_read_but_never_crashes(tmp_path, data):
    path = tmp_path / "model.safetensors"
    save_model(LSTMModel(2, 3, 2), path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        model = load_model(path)
    except WeightsError:
        return
    assert np.isfinite(model.parameters.flat).all()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(WeightsError, match=r"nothing\.safetensors cannot be read"):
        load_model(tmp_path / "nothing.safetensors")


@pytest.mark.parametrize("kind", ["gru", "rnn"])
def test_pytorchs_gru_and_plain_network_come_over(kind):
    recorded = load(GOLDEN / f"{kind}_1.npz")
    network, readout = part(recorded, f"weight/{kind}."), part(recorded, "weight/readout.")
    model = from_pytorch(network, readout, "float64", kind)
    state = LSTMState(recorded["hidden"], np.zeros_like(recorded["hidden"]))
    np.testing.assert_allclose(model.forward(recorded["inputs"], state)[0], recorded["outputs"], rtol=1e-10)
    with pytest.raises(WeightsError):
        from_pytorch(network, readout, variant="vanilla")


@pytest.mark.parametrize(("layers", "bias"), [(1, True), (2, True), (3, False)])
def test_onnxruntime_computes_what_the_model_computes(tmp_path, layers, bias):
    import onnxruntime

    model = LSTMModel(3, 5, 4, layers, seed=8, bias=bias)
    export_onnx(model, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    for T, B in ((1, 1), (7, 3)):
        inputs = RNG.normal(size=(T, B, 3)).astype(np.float32)
        (outputs,) = session.run(None, {"inputs": inputs})
        np.testing.assert_allclose(outputs, model.forward(inputs)[0], rtol=1e-5, atol=1e-5)


def test_a_variant_that_onnx_lacks_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="no coupled_input_forget cell"):
        export_onnx(LSTMModel(3, 5, 4, variant="coupled_input_forget"), tmp_path / "model.onnx")
