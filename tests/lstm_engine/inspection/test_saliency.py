"""Gradient times input against finite differences."""

import numpy as np
import pytest

from lstm_engine import LSTMModel, SettingsError, ShapeError
from lstm_engine.inspection import saliency

RNG = np.random.default_rng(0)
T, I, O = 6, 3, 4
INPUTS = RNG.normal(size=(T, 1, I))
STEP = 1e-6


def said(model, inputs, timestep, output, log_probability):
    scores = model.forward(inputs)[0][timestep, 0]
    return scores[output] - np.log(np.exp(scores).sum()) if log_probability else scores[output]


@pytest.mark.parametrize("log_probability", [False, True])
@pytest.mark.parametrize("variant", ["standard", "gru", "slstm"])
def test_it_is_what_a_small_part_of_an_input_moves(variant, log_probability):
    """Growing one timestep's input by a part of itself moves the output by that part of the saliency."""
    model = LSTMModel(I, 4, O, variant=variant, num_layers=2, dtype="float64")
    found = saliency(model, INPUTS, 4, 2, log_probability)
    assert found.of_inputs.shape == (5,)
    np.testing.assert_allclose(found.value, said(model, INPUTS, 4, 2, log_probability))
    for t in range(5):
        more, less = INPUTS.copy(), INPUTS.copy()
        more[t] *= 1 + STEP
        less[t] *= 1 - STEP
        moved = said(model, more, 4, 2, log_probability) - said(model, less, 4, 2, log_probability)
        np.testing.assert_allclose(found.of_inputs[t], moved / (2 * STEP), atol=1e-8)


def test_with_an_embedding_the_vector_is_what_was_read():
    model = LSTMModel(5, 4, 5, embedding_size=3, dtype="float64")
    symbols = np.array([[1], [3], [0]])
    found = saliency(model, symbols, 2, 1)
    vectors = model.state_dict()["embedding.weight"]
    for t in range(3):
        moved = []
        for part in (1 + STEP, 1 - STEP):
            changed = vectors.copy()
            changed[symbols[t, 0]] *= part
            other = LSTMModel(5, 4, 5, embedding_size=3, dtype="float64")
            other.load_state_dict(model.state_dict() | {"embedding.weight": changed})
            moved.append(other.forward(symbols)[0][2, 0, 1])
        np.testing.assert_allclose(found.of_inputs[t], (moved[0] - moved[1]) / (2 * STEP), atol=1e-8)


def test_the_largest_output_is_taken_where_none_is_chosen():
    model = LSTMModel(I, 4, O)
    assert saliency(model, INPUTS, 5).output == model.forward(INPUTS)[0][5, 0].argmax()


def test_bad_arguments_are_refused():
    model = LSTMModel(I, 4, O)
    for wrong in ((INPUTS, 6), (INPUTS, 0, O), (INPUTS, -1)):
        with pytest.raises(SettingsError, match="expected"):
            saliency(model, *wrong)
    with pytest.raises(ShapeError, match="one sequence"):
        saliency(model, np.zeros((3, 2, I)), 0)
