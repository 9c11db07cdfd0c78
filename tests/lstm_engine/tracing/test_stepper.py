import numpy as np
import pytest

from lstm_engine import LSTMModel, LSTMState, SettingsError, ShapeError
from lstm_engine.tracing.stepper import Stepper

RNG = np.random.default_rng(5)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("layers", [1, 3])
def test_stepping_computes_what_the_whole_sequence_computes(layers, bias):
    model = LSTMModel(3, 5, 2, layers, dtype="float64", bias=bias, seed=2)
    inputs = RNG.normal(size=(6, 2, 3))
    state = LSTMState(*RNG.normal(size=(2, layers, 2, 5)))
    outputs, last = model.forward(inputs, state)
    stepper = Stepper(model, 2, state)
    for x, expected in zip(inputs, outputs, strict=True):
        np.testing.assert_allclose(stepper.step(x), expected, rtol=1e-12)
    np.testing.assert_allclose(stepper.state.hidden, last.hidden, rtol=1e-12)
    np.testing.assert_allclose(stepper.state.cell, last.cell, rtol=1e-12)


def test_wrong_shapes_and_variants_are_named():
    model = LSTMModel(3, 5, 2)
    with pytest.raises(ShapeError, match=r"x has shape \(3,\), expected \(B, I\) = \(1, 3\)"):
        Stepper(model).step(np.zeros(3))
    with pytest.raises(ShapeError, match=r"state\.hidden has shape"):
        Stepper(model, 2, LSTMState(np.zeros((1, 1, 5)), np.zeros((1, 1, 5))))
    with pytest.raises(SettingsError, match="variant 'gru'"):
        Stepper(LSTMModel(3, 5, 2, variant="gru"))
