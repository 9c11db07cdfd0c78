"""The engine against recorded results of PyTorch; see tests/golden/make.py."""

from pathlib import Path

import numpy as np
import pytest

from lstm_engine import SGD, Adam, AdamW, LSTMModel, LSTMState, RMSprop

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = sorted(GOLDEN.glob("lstm_*.npz"))


def load(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


def part(recorded: dict[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): array for name, array in recorded.items() if name.startswith(prefix)}


def model_with(weights: dict[str, np.ndarray], dtype: str = "float64") -> LSTMModel:
    layers = sum(name.startswith("lstm.weight_ih") for name in weights)
    O, H = weights["readout.weight"].shape
    model = LSTMModel(weights["lstm.weight_ih_l0"].shape[1], H, O, layers, dtype=dtype, bias="readout.bias" in weights)
    model.load_state_dict(weights)
    return model


def assert_equal_to_the_last_digits(actual: np.ndarray, expected: np.ndarray, name: str) -> None:
    assert actual.shape == expected.shape, name
    error = np.abs(actual - expected).max() / max(np.abs(expected).max(), 1e-300)
    assert error < 1e-10, f"{name}: relative error {error:.1e}"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_values_and_gradients_equal_pytorch(path: Path):
    recorded = load(path)
    model = model_with(part(recorded, "weight/"))
    state = LSTMState(recorded["hidden"], recorded["cell"])
    outputs, last = model.forward(recorded["inputs"], state)
    assert_equal_to_the_last_digits(outputs, recorded["outputs"], "outputs")
    assert_equal_to_the_last_digits(last.hidden, recorded["last_hidden"], "last hidden")
    assert_equal_to_the_last_digits(last.cell, recorded["last_cell"], "last cell")
    loss, gradients = model.loss_and_gradients(
        recorded["inputs"], recorded["targets"], str(recorded["loss_name"]), state=state
    )
    assert loss == pytest.approx(float(recorded["loss"]), rel=1e-12)
    expected = part(recorded, "gradient/")
    assert set(gradients) == set(expected)
    for name, gradient in gradients.items():
        assert_equal_to_the_last_digits(gradient, expected[name], name)
    _, d_inputs, d_state = model.loss_and_input_gradients(
        recorded["inputs"], recorded["targets"], str(recorded["loss_name"]), state=state
    )
    assert_equal_to_the_last_digits(d_inputs, recorded["d_inputs"], "inputs")
    assert_equal_to_the_last_digits(d_state.hidden, recorded["d_hidden"], "initial hidden")
    assert_equal_to_the_last_digits(d_state.cell, recorded["d_cell"], "initial cell")


OTHERS = sorted((*GOLDEN.glob("gru_*.npz"), *GOLDEN.glob("rnn_*.npz")))


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_gru_and_plain_network_equal_pytorch(path: Path):
    recorded = load(path)
    weights = part(recorded, "weight/")
    layers = len(recorded["hidden"])
    model = LSTMModel(4, 5, 3, layers, path.stem[:3], dtype="float64", bias="readout.bias" in weights)
    model.load_state_dict(weights)
    state = LSTMState(recorded["hidden"], np.zeros_like(recorded["hidden"]))
    outputs, last = model.forward(recorded["inputs"], state)
    assert_equal_to_the_last_digits(outputs, recorded["outputs"], "outputs")
    assert_equal_to_the_last_digits(last.hidden, recorded["last_hidden"], "last hidden")
    loss, gradients = model.loss_and_gradients(recorded["inputs"], recorded["targets"], state=state)
    assert loss == pytest.approx(float(recorded["loss"]), rel=1e-12)
    expected = part(recorded, "gradient/")
    assert set(gradients) == set(expected)
    for name, gradient in gradients.items():
        assert_equal_to_the_last_digits(gradient, expected[name], name)
    _, d_inputs, d_state = model.loss_and_input_gradients(recorded["inputs"], recorded["targets"], state=state)
    assert_equal_to_the_last_digits(d_inputs, recorded["d_inputs"], "inputs")
    assert_equal_to_the_last_digits(d_state.hidden, recorded["d_hidden"], "initial hidden")


@pytest.mark.parametrize("layers", [1, 2])
def test_an_embedding_equals_pytorchs(layers: int):
    recorded = load(GOLDEN / f"embedding_{layers - 1}.npz")
    weights, symbols, targets = part(recorded, "weight/"), recorded["symbols"], recorded["targets"]
    model = LSTMModel(11, 5, 6, layers, dtype="float64", bias="readout.bias" in weights, embedding_size=4)
    assert list(model.state_dict()) == list(weights)
    model.load_state_dict(weights)
    assert_equal_to_the_last_digits(model.forward(symbols)[0], recorded["outputs"], "outputs")
    np.testing.assert_array_equal(model.trace(symbols).inputs, recorded["vectors"])
    loss, gradients = model.loss_and_gradients(symbols, targets)
    assert loss == pytest.approx(float(recorded["loss"]), rel=1e-12)
    assert set(gradients) == set(part(recorded, "gradient/"))
    for name, gradient in gradients.items():
        assert_equal_to_the_last_digits(gradient, recorded[f"gradient/{name}"], name)
    of_vectors = model.trace_gradients(symbols, targets).inputs
    assert_equal_to_the_last_digits(of_vectors, recorded["d_vectors"], "vectors")
    adam = Adam(model, 0.01, (0.9, 0.99), clip_norm=0.05)
    for norm in recorded["norms"]:
        assert adam.step(model.loss_and_gradients(symbols, targets)[1]) == pytest.approx(norm, rel=1e-10)
    for name, end in model.state_dict().items():
        assert_equal_to_the_last_digits(end, recorded[f"end/{name}"], name)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_float32_is_close_to_pytorch(path: Path):
    recorded = load(path)
    narrowed = {name: array.astype(np.float32) for name, array in part(recorded, "weight/").items()}
    outputs, _ = model_with(narrowed, "float32").forward(
        recorded["inputs"], LSTMState(recorded["hidden"], recorded["cell"])
    )
    np.testing.assert_allclose(outputs, recorded["outputs"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd", "momentum", "rmsprop"])
def test_optimizers_with_clipping_end_where_pytorch_ends(name: str):
    recorded = load(GOLDEN / f"optimizer_{name}.npz")
    model = model_with(part(recorded, "start/"))
    optimizer = {
        "adam": lambda: Adam(model, 0.01, (0.9, 0.99), clip_norm=0.05),
        "adamw": lambda: AdamW(model, 0.01, (0.9, 0.99), clip_norm=0.05, weight_decay=0.1),
        "sgd": lambda: SGD(model, 0.1, clip_norm=0.05),
        "momentum": lambda: SGD(model, 0.1, clip_norm=0.05, momentum=0.9),
        "rmsprop": lambda: RMSprop(model, 0.01, 0.95, clip_norm=0.05),
    }[name]()
    for norm in recorded["norms"]:
        _, gradients = model.loss_and_gradients(recorded["inputs"], recorded["targets"])
        assert optimizer.step(gradients) == pytest.approx(norm, rel=1e-10)
    for key, weights in model.state_dict().items():
        assert_equal_to_the_last_digits(weights, recorded[f"end/{key}"], key)
