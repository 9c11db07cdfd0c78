import numpy as np
import pytest

from lstm_engine import LSTMModel, LSTMState, WeightsError, from_pytorch, to_pytorch
from lstm_engine.cell.variants import VARIANTS
from tests.lstm_engine.test_golden import CASES, GOLDEN, load, part

RNG = np.random.default_rng(2)


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


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_cell_that_pytorch_lacks_is_refused_on_its_way_out_and_in(variant):
    """It has nn.LSTM, nn.GRU and nn.RNN alone; arrays of other cells may fit them in shape, and mean something else."""
    model = LSTMModel(3, 4, 2, variant=variant, seed=1)
    if model.is_standard or variant in ("gru", "rnn"):
        back = from_pytorch(*to_pytorch(model), variant=variant)
        inputs = RNG.normal(size=(5, 2, 3))
        np.testing.assert_array_equal(back.forward(inputs)[0], model.forward(inputs)[0])
        return
    with pytest.raises(WeightsError, match=f"PyTorch has no {variant} cell; expected standard, gru or rnn"):
        to_pytorch(model)
    with pytest.raises(WeightsError, match=f"PyTorch has no {variant} cell"):
        from_pytorch({"weight_ih_l0": np.zeros((16, 3))}, variant=variant)


def test_without_a_readout_the_hidden_state_comes_out():
    lstm, _ = to_pytorch(LSTMModel(3, 4, 2, seed=1))
    model = from_pytorch(lstm)
    inputs = RNG.normal(size=(5, 2, 3))
    np.testing.assert_array_equal(model.forward(inputs)[0], model.trace(inputs).layers[-1].hidden)


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


@pytest.mark.parametrize("kind", ["gru", "rnn"])
def test_pytorchs_gru_and_plain_network_come_over(kind):
    recorded = load(GOLDEN / f"{kind}_1.npz")
    network, readout = part(recorded, f"weight/{kind}."), part(recorded, "weight/readout.")
    model = from_pytorch(network, readout, "float64", kind)
    state = LSTMState(recorded["hidden"], np.zeros_like(recorded["hidden"]))
    np.testing.assert_allclose(model.forward(recorded["inputs"], state)[0], recorded["outputs"], rtol=1e-10)
    with pytest.raises(WeightsError):
        from_pytorch(network, readout, variant="vanilla")


def test_a_readout_that_is_empty_is_not_taken_for_none():
    with pytest.raises(WeightsError, match="weight is missing; there are no arrays"):
        from_pytorch(to_pytorch(LSTMModel(3, 4, 2))[0], {})
