import numpy as np
import pytest

from lstm_engine import WeightsError, from_keras

RNG = np.random.default_rng(2)


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


def test_keras_layers_that_do_not_fit_are_named():
    with pytest.raises(WeightsError, match="there is no layer"):
        from_keras([])
    with pytest.raises(WeightsError, match="layer 0 has 1 arrays"):
        from_keras([[np.zeros((3, 16))]])


@pytest.mark.parametrize(
    ("readout", "message"),
    [
        ([], "the readout has 0 arrays, expected kernel and perhaps bias"),
        ([np.zeros((4, 2)), np.zeros(2), np.zeros(2)], "the readout has 3 arrays"),
        (np.zeros((4, 2)), "expected a list of kernel"),
        ([np.zeros(4)], r"weight has shape \(4,\)"),
        ([np.zeros((3, 2)), np.zeros(2)], r"readout\.weight has shape \(2, 3\), expected \(2, 4\)"),
    ],
)
def test_a_readout_that_does_not_fit_is_named(readout, message):
    layer = [np.zeros((3, 16)), np.zeros((4, 16)), np.zeros(16)]
    with pytest.raises(WeightsError, match=message):
        from_keras([layer], readout)
