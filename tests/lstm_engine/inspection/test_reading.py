"""A passage read in pieces gives what the model computes on it in one go."""

import numpy as np
import pytest

from lstm_engine import Intervention, LSTMModel, SettingsError, ShapeError
from lstm_engine.inspection import gate_statistics, read, reading, traces

RNG = np.random.default_rng(0)
N, V, H = 230, 5, 6
SYMBOLS, TARGETS = RNG.integers(V, size=N), RNG.integers(V, size=N)


def model(**further):
    return LSTMModel(V, H, V, dtype="float64", **further)


def whole(lstm, symbols=SYMBOLS):
    return lstm.trace(np.eye(V)[symbols][:, None])


@pytest.mark.parametrize("further", [{}, {"variant": "slstm", "hidden_size": 8}, {"num_layers": 2}, {"variant": "gru"}])
def test_in_one_go_it_is_the_models_own_trace(further):
    lstm = LSTMModel(**({"input_size": V, "hidden_size": H, "output_size": V, "dtype": "float64"} | further))
    layer = further.get("num_layers", 1) - 1
    found = read(lstm, SYMBOLS, TARGETS, layer=layer, streams=1, keep_outputs=True)
    trace = whole(lstm)
    np.testing.assert_allclose(found.values["hidden"], trace.layers[layer].hidden[:, 0], atol=1e-12)
    np.testing.assert_allclose(found.outputs, trace.outputs[:, 0], atol=1e-12)
    np.testing.assert_allclose(found.losses.mean(), lstm.loss(np.eye(V)[SYMBOLS][:, None], TARGETS[:, None]))


@pytest.mark.parametrize("chunk", [8_192, 64, 7])
@pytest.mark.parametrize("streams", [2, 5, 7])
def test_pieces_side_by_side_give_the_same_once_they_are_warm(streams, chunk, monkeypatch):
    """A cell whose forget gates are nearly shut has forgotten what lies 30 timesteps back."""
    monkeypatch.setattr(reading, "CHUNK", chunk)
    lstm = model(forget_bias=-2.0)
    found = read(lstm, SYMBOLS, TARGETS, ("hidden", "forget_gate"), streams=streams, warm_up=30)
    expected = whole(lstm).layers[0]
    np.testing.assert_allclose(found.values["hidden"], expected.hidden[:, 0], atol=1e-5)
    np.testing.assert_allclose(found.values["forget_gate"], expected.forget_gate[:, 0], atol=1e-5)
    np.testing.assert_allclose(found.values["hidden"][:5], read(lstm, SYMBOLS[:5]).values["hidden"], atol=1e-12)


def test_symbols_may_be_embedded_or_numbers():
    embedded = model(embedding_size=3)
    trace = embedded.trace(SYMBOLS[:, None])
    np.testing.assert_allclose(read(embedded, SYMBOLS, streams=1).values["hidden"], trace.layers[0].hidden[:, 0])
    numbers = RNG.normal(size=(N, V))
    lstm = model()
    expected = lstm.trace(numbers[:, None]).layers[0].cell[:, 0]
    np.testing.assert_allclose(read(lstm, numbers, None, ["cell"], streams=1).values["cell"], expected, atol=1e-12)


@pytest.mark.parametrize("loss", ["squared_error", "binary_cross_entropy"])
def test_losses_at_positions_are_what_the_loss_is_the_mean_of(loss):
    lstm, targets = model(), RNG.random((N, V))
    found = read(lstm, SYMBOLS, targets, loss=loss, streams=1).losses
    np.testing.assert_allclose(found.mean(), lstm.loss(np.eye(V)[SYMBOLS][:, None], targets[:, None], loss))


def test_interventions_hold_everywhere():
    held = Intervention.clamp("hidden", 0.25, units=[2])
    assert (read(model(), SYMBOLS, interventions=[held]).values["hidden"][:, 2] == 0.25).all()


def test_traces_of_a_passage_have_its_statistics():
    lstm = model()
    found = gate_statistics(traces(lstm, SYMBOLS, streams=1))
    np.testing.assert_allclose(found.means["hidden"], whole(lstm).layers[0].hidden[:, 0].mean(axis=0), atol=1e-9)
    assert found.positions == N


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"inputs": [0.5]}, ShapeError, "inputs"),
        ({"inputs": [V]}, ShapeError, "range over"),
        ({"inputs": [-1]}, ShapeError, "range over"),
        ({"inputs": np.zeros((3, V + 1))}, ShapeError, "inputs"),
        ({"inputs": np.zeros(0, int)}, ShapeError, "inputs"),
        ({"inputs": np.full((3, V), np.nan)}, ShapeError, "not finite"),
        ({"targets": [1]}, ShapeError, "targets"),
        ({"targets": np.full(N, V)}, ShapeError, "targets"),
        ({"targets": np.zeros((N, 2)), "loss": "squared_error"}, ShapeError, "targets"),
        ({"targets": TARGETS, "loss": "x"}, SettingsError, "loss"),
        ({"quantities": ["x"]}, SettingsError, "there is no 'x'"),
        ({"layer": 1}, SettingsError, "layer"),
        ({"streams": 0}, SettingsError, "streams"),
        ({"warm_up": -1}, SettingsError, "warm_up"),
        ({"model": None}, SettingsError, "model"),
        ({"interventions": [Intervention.clamp("cell", 0, timesteps=[1])]}, SettingsError, "names timesteps"),
    ],
)
def test_bad_arguments_are_refused_in_a_sentence(changes, error, words):
    with pytest.raises(error, match=words):
        read(**({"model": model(), "inputs": SYMBOLS} | changes))
