"""Symbols as learned vectors; what PyTorch computes with them is held by test_golden.py."""

import pickle

import numpy as np
import pytest

from lstm_engine import (
    Adam,
    Intervention,
    LSTMModel,
    SettingsError,
    ShapeError,
    Stepper,
    Trainer,
    WeightsError,
    from_keras,
    from_pytorch,
    load_model,
    save_model,
    tasks,
    to_pytorch,
    truncated_bptt,
)
from lstm_engine.runs import RunSettings
from lstm_engine.runs.checkpoints import restore, restored_model, serialise

V, E, H, O, T, B = 9, 4, 5, 6, 7, 3
RNG = np.random.default_rng(3)
SYMBOLS, TARGETS = RNG.integers(V, size=(T, B)), RNG.integers(O, size=(T, B))
ONE_HOT = np.eye(V, dtype=np.float32)[SYMBOLS]
VARIANTS = ["standard", "vanilla", "gru", "rnn"]


def made(variant: str = "standard", dtype: str = "float64", layers: int = 2) -> LSTMModel:
    return LSTMModel(V, H, O, layers, variant, dtype=dtype, seed=1, embedding_size=E)


def folded(model: LSTMModel) -> LSTMModel:
    """The model that reads one-hot symbols and computes the same: its input weights are W E^T."""
    weights, a = model.state_dict(), model.architecture
    embedding, name = weights.pop("embedding.weight"), f"{a.variant.family}.weight_ih_l0"
    weights[name] = weights[name] @ embedding.T
    plain = LSTMModel(V, H, O, a.num_layers, model.variant, dtype="float64")
    plain.load_state_dict(weights)
    return plain


@pytest.mark.parametrize("variant", VARIANTS)
def test_an_embedding_is_a_product_with_one_hot_symbols(variant):
    model = made(variant)
    plain, W = folded(model), model.state_dict()[f"{model.architecture.variant.family}.weight_ih_l0"]
    np.testing.assert_allclose(model.forward(SYMBOLS)[0], plain.forward(ONE_HOT)[0], rtol=1e-12, atol=1e-14)
    loss, gradients = model.loss_and_gradients(SYMBOLS, TARGETS)
    folded_loss, of_folded = plain.loss_and_gradients(ONE_HOT, TARGETS)
    of_product = of_folded[f"{model.architecture.variant.family}.weight_ih_l0"]  # (rows, V), dL/d(W E^T)
    assert loss == pytest.approx(folded_loss, rel=1e-12)
    np.testing.assert_allclose(gradients["embedding.weight"], of_product.T @ W, rtol=1e-12, atol=1e-16)
    assert not gradients["embedding.weight"][np.setdiff1d(np.arange(V), SYMBOLS)].any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_integers_and_one_hot_give_the_same_bits(variant, dtype):
    model = made(variant, dtype)
    for inputs in (ONE_HOT, ONE_HOT.astype(bool), SYMBOLS.astype(np.uint8)):
        np.testing.assert_array_equal(model.forward(inputs)[0], model.forward(SYMBOLS)[0])
        _, gradients = model.loss_and_gradients(SYMBOLS, TARGETS)
        expected = gradients.flat.copy()
        model.loss_and_gradients(inputs, TARGETS)
        np.testing.assert_array_equal(gradients.flat, expected)


def test_zeros_are_no_symbol_as_in_a_product():
    padded = ONE_HOT.copy()
    padded[4:, 1] = 0
    model = made()
    plain = folded(model)
    np.testing.assert_allclose(model.forward(padded)[0], plain.forward(padded)[0], rtol=1e-12, atol=1e-14)
    _, gradients = model.loss_and_gradients(np.zeros_like(padded), TARGETS)
    assert not gradients["embedding.weight"].any()
    mask = np.arange(T)[:, None] < [T, 4, T]
    _, gradients = model.loss_and_gradients(padded, TARGETS, mask=mask)
    expected = gradients.flat.copy()
    model.loss_and_gradients(SYMBOLS, TARGETS, mask=mask)
    np.testing.assert_allclose(gradients.flat, expected, atol=1e-16)


def test_a_trace_holds_the_vectors_and_their_gradients():
    model = made()
    embedding = model.state_dict()["embedding.weight"]
    trace = model.trace(SYMBOLS)
    np.testing.assert_array_equal(trace.inputs, embedding[SYMBOLS])
    parts = model.preactivation_parts(trace)["forget_gate"]
    total = parts.input + parts.recurrent + parts.bias + parts.peephole
    np.testing.assert_allclose(total, trace.layers[0].forget_gate_preactivation, rtol=1e-12, atol=1e-14)
    found, gathered = model.trace_gradients(SYMBOLS, TARGETS), np.zeros((V, E))
    np.add.at(gathered, SYMBOLS, found.inputs)
    _, gradients = model.loss_and_gradients(SYMBOLS, TARGETS)
    np.testing.assert_allclose(gathered, gradients["embedding.weight"], rtol=1e-10, atol=1e-16)
    clamp = [Intervention.clamp("forget_gate", 1.0, units=[2], timesteps=[3])]
    changed = model.trace(SYMBOLS, interventions=clamp)
    assert (changed.layers[0].forget_gate[3, :, 2] == 1).all()
    np.testing.assert_array_equal(changed.inputs, trace.inputs)


def test_a_stepper_reads_symbols():
    model = made()
    outputs, _ = model.forward(SYMBOLS)
    by_number, by_vector = Stepper(model, B), Stepper(model, B)
    for t in range(T):
        np.testing.assert_allclose(by_number.step(SYMBOLS[t]), outputs[t], rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(by_vector.step(ONE_HOT[t]), outputs[t], rtol=1e-12, atol=1e-14)
    with pytest.raises(ShapeError, match=r"expected integers \(B,\) from 0 to 8, or one-hot \(B, 9\)"):
        by_vector.step([9, 0, 0])
    with pytest.raises(ShapeError, match=r"x has shape \(1,\), expected B = 3 symbols"):
        by_vector.step([0])


def test_all_else_begins_as_it_would_without_an_embedding():
    weights = made().state_dict()
    assert next(iter(weights)) == "embedding.weight"
    for name, array in LSTMModel(E, H, O, 2, dtype="float64", seed=1).state_dict().items():
        np.testing.assert_array_equal(array, weights[name])
    large = LSTMModel(500, H, O, embedding_size=50)
    assert large.parameters["embedding.weight"].std() == pytest.approx(1, rel=0.02)
    assert large.num_parameters == large.architecture.num_parameters
    scaled = LSTMModel(500, H, O, embedding_size=50, init_std=0.01)
    assert scaled.parameters["embedding.weight"].std() == pytest.approx(0.01, rel=0.02)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ([[0.5]], r"dtype float64, expected integers \(T, B\) from 0 to 8, or one-hot \(T, B, 9\)"),
        ([[True]], "dtype bool, expected integers"),
        ([["a"]], "expected integers"),
        ([[9]], r"range over 9\.\.9, expected integers"),
        ([[-1]], r"range over -1\.\.-1"),
        ([[2**64 - 1]], "range over"),
        ([3], r"shape \(1,\)"),
        ([[]], r"shape \(1, 0\)"),
        (np.ones((2, 1, V)), "not one-hot"),
        (ONE_HOT / 2, "not one-hot"),
        (-ONE_HOT, "not one-hot"),
        (np.full((2, 1, V), np.nan), "not one-hot"),
        (np.zeros((2, 1, V + 1)), r"float64 of shape \(2, 1, 10\)"),
        (np.zeros((2, 1, V), complex), "complex128"),
    ],
)
def test_what_is_no_symbol_is_refused(inputs, message):
    with pytest.raises(ShapeError, match=message):
        made().forward(inputs)


def test_sizes_of_embeddings_that_cannot_be_are_refused():
    for wrong in (0, -1, 2.5, True, "4"):
        with pytest.raises(SettingsError, match=r"embedding_size is .*, expected a whole number of at least 1"):
            LSTMModel(V, H, O, embedding_size=wrong)
    with pytest.raises(SettingsError, match="make one smaller"):
        LSTMModel(10**6, H, O, embedding_size=10**6)


@pytest.mark.parametrize("name", ["names", "reber", "parity"])
def test_training_goes_on_from_a_checkpoint_with_the_same_bits(name):
    settings = RunSettings(task=name, hidden_size=8, embedding_size=3, batch_size=4, seed=2)
    trainer = settings.build_trainer()
    first, _, _ = (trainer.step().loss for _ in range(3))
    checkpoint = serialise(trainer)
    later = [trainer.step().loss for _ in range(12)]
    other = settings.build_trainer()
    restore(other, checkpoint)
    assert [other.step().loss for _ in range(12)] == later
    assert first > trainer.validate()
    model = restored_model(settings, checkpoint)
    assert model.architecture == trainer.model.architecture
    again = pickle.loads(pickle.dumps(trainer.model))
    np.testing.assert_array_equal(again.parameters["embedding.weight"], trainer.model.parameters["embedding.weight"])


def test_a_long_sequence_of_symbols_is_learned_from_window_by_window():
    one, other = made(), made()
    targets = SYMBOLS % O
    windows = list(truncated_bptt(one, Adam(one, 0.01), SYMBOLS, targets, 3))
    again = list(truncated_bptt(other, Adam(other, 0.01), ONE_HOT, targets, 3))
    assert [loss for loss, _ in windows] == [loss for loss, _ in again]
    np.testing.assert_array_equal(one.parameters.flat, other.parameters.flat)


def test_files_bring_an_embedding_along(tmp_path):
    import onnxruntime

    from lstm_engine.formats.onnx import export_onnx

    model = made(dtype="float32")
    expected = model.forward(SYMBOLS)[0]
    save_model(model, tmp_path / "model.safetensors")
    loaded = load_model(tmp_path / "model.safetensors")
    assert loaded.architecture == model.architecture
    np.testing.assert_array_equal(loaded.forward(SYMBOLS)[0], expected)
    network, readout, embedding = to_pytorch(model)
    np.testing.assert_array_equal(from_pytorch(network, readout, embedding=embedding).forward(SYMBOLS)[0], expected)
    with pytest.raises(WeightsError, match=r"lstm\.weight_ih_l0 has shape \(20, 4\), expected \(20, 5\)"):
        from_pytorch(network, readout, embedding={"weight": np.zeros((V, 5))})
    export_onnx(model, tmp_path / "model.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(session.run(None, {"inputs": SYMBOLS})[0], expected, rtol=1e-5, atol=1e-5)
    layer = [network["weight_ih_l0"].T, network["weight_hh_l0"].T, network["bias_ih_l0"]]
    dense = [readout["weight"].T, readout["bias"]]
    keras = from_keras([layer], dense, embedding=[embedding["weight"]])
    vectors = from_keras([layer], dense).forward(embedding["weight"][SYMBOLS])[0]
    np.testing.assert_array_equal(keras.forward(SYMBOLS)[0], vectors)
    with pytest.raises(WeightsError, match="the embedding has 2 arrays, expected embeddings"):
        from_keras([layer], dense, embedding=[embedding["weight"], embedding["weight"]])


def test_a_trainer_learns_vectors():
    task = tasks.get("names")
    model = LSTMModel(task.input_size, 16, task.output_size, embedding_size=6)
    before = model.state_dict()["embedding.weight"]
    trainer = Trainer(model, task, Adam(model, 0.01, clip_norm=1.0), batch_size=8)
    losses = [trainer.step().loss for _ in range(60)]
    assert np.mean(losses[-10:]) < np.mean(losses[:10]) - 0.3
    assert not np.array_equal(before, model.state_dict()["embedding.weight"])
