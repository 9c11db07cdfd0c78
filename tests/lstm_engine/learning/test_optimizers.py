import numpy as np
import pytest

from lstm_engine import SGD, Adam, LSTMModel, RMSprop, SettingsError, WeightsError


def test_a_plain_dictionary_of_gradients_works_as_the_models_own():
    inputs, targets = np.ones((3, 2, 2)), np.zeros((3, 2), int)
    one, other = LSTMModel(2, 3, 2), LSTMModel(2, 3, 2)
    Adam(one).step(one.loss_and_gradients(inputs, targets)[1])
    Adam(other).step(dict(other.loss_and_gradients(inputs, targets)[1]))
    np.testing.assert_array_equal(one.parameters.flat, other.parameters.flat)


def test_sgd_walks_against_the_gradient():
    model = LSTMModel(2, 3, 2, dtype="float64")
    before = model.parameters.flat.copy()
    _, gradients = model.loss_and_gradients(np.ones((3, 2, 2)), np.zeros((3, 2), int))
    SGD(model, 0.5).step(gradients)
    np.testing.assert_allclose(model.parameters.flat, before - 0.5 * gradients.flat, rtol=1e-14)


def test_a_gradient_that_is_not_finite_changes_nothing():
    model = LSTMModel(2, 3, 2)
    before = model.parameters.flat.copy()
    _, gradients = model.loss_and_gradients(np.ones((3, 2, 2)), np.zeros((3, 2), int))
    gradients.flat[0] = np.nan
    assert not np.isfinite(Adam(model).step(gradients))
    np.testing.assert_array_equal(model.parameters.flat, before)


def test_a_state_of_another_size_is_refused():
    small, large = Adam(LSTMModel(2, 3, 2)), Adam(LSTMModel(2, 4, 2))
    with pytest.raises(WeightsError, match="first_moment has shape"):
        large.load_state_dict(small.state_dict())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"learning_rate": 0.0}, "learning_rate is 0.0"),
        ({"learning_rate": float("inf")}, "learning_rate is inf"),
        ({"betas": (0.9, 1.0)}, "beta2 is 1.0"),
        ({"betas": 0.9}, r"betas is 0.9, expected a pair of numbers such as \(0.9, 0.999\)"),
        ({"betas": (0.9, 0.99, 0.999)}, "expected a pair"),
        ({"betas": "ab"}, "expected a pair"),
        ({"epsilon": None}, "epsilon is None"),
        ({"learning_rate": "0.1"}, "learning_rate is '0.1'"),
        ({"learning_rate": True}, "learning_rate is True"),
        ({"clip_norm": -1.0}, "clip_norm is -1.0"),
        ({"weight_decay": -0.1}, "weight_decay is -0.1"),
    ],
)
def test_settings_out_of_range_are_named(arguments, message):
    with pytest.raises(SettingsError, match=message):
        Adam(LSTMModel(2, 3, 2), **arguments)


@pytest.mark.parametrize("kind", [SGD, RMSprop, Adam])
@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0, 1e300])
def test_a_state_that_no_optimizer_can_be_in_is_refused_and_changes_nothing(kind, value):
    model = LSTMModel(2, 3, 2)
    optimizer = kind(model, 0.1)
    optimizer.step(model.loss_and_gradients(np.ones((3, 2, 2)), np.zeros((3, 2), int))[1])
    before = optimizer.state_dict()
    for name in optimizer.state_names:
        if value == -1.0 and name not in optimizer.squares:
            continue  # a mean of gradients may be negative
        wrong = {**before, name: before[name].astype(np.float64)}
        wrong[name][3] = value
        with pytest.raises(WeightsError, match=name):
            optimizer.load_state_dict({**wrong, "steps_taken": np.array(9)})
    for name, array in optimizer.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("steps", [-1, 1.5, 2.0, np.nan, [1], True, "3", None, 2**63, 1j])
def test_steps_that_nobody_can_have_taken_are_refused(steps):
    adam = Adam(LSTMModel(2, 3, 2))
    with pytest.raises(WeightsError, match=r"steps_taken is .* expected one whole number"):
        adam.load_state_dict({**adam.state_dict(), "steps_taken": np.array(steps)})


def test_gradients_of_another_model_are_refused():
    small, large = LSTMModel(2, 3, 2), LSTMModel(2, 3, 2, 2)
    _, gradients = large.loss_and_gradients(np.ones((3, 2, 2)), np.zeros((3, 2), int))
    with pytest.raises(WeightsError, match=r"unexpected: lstm\.bias_hh_l1"):
        Adam(small).step(gradients)
