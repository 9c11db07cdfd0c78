import numpy as np
import pytest

from lstm_engine.cell.equations import GateWeights, log_sum_exp, lstm_sequence, lstm_step, sigmoid, softmax

HUGE = np.array([-1e4, -800.0, -1.0, 0.0, 1.0, 800.0, 1e4])


def test_huge_inputs_give_finite_values_without_a_warning():
    assert np.isfinite(sigmoid(HUGE)).all()
    assert np.isfinite(softmax(HUGE)).all()
    assert log_sum_exp(HUGE) == pytest.approx(1e4)


def test_sigmoid_keeps_the_digits_of_small_values():
    assert sigmoid(-700.0) == pytest.approx(np.exp(-700.0), rel=1e-14)


def test_softmax_sums_to_one_and_ignores_a_common_shift():
    z = np.random.default_rng(0).normal(size=(5, 9))
    assert softmax(z).sum(axis=-1) == pytest.approx(1)
    assert softmax(z + 1e3) == pytest.approx(softmax(z), rel=1e-10)


def test_open_forget_and_closed_input_gate_keep_the_cell_state():
    zeros = np.zeros((3, 2))
    weights = GateWeights(zeros, zeros, zeros, zeros, forget_bias=1e3, input_bias=-1e3)
    step = lstm_step(np.ones((1, 1)), np.zeros((1, 2)), np.array([[0.7, -3.0]]), weights)
    assert step.cell.tolist() == [[0.7, -3.0]]


def test_a_sequence_hands_its_states_on():
    rng = np.random.default_rng(1)
    weights = GateWeights(*(rng.normal(size=(5, 3)) for _ in range(4)))
    x = rng.normal(size=(4, 2, 2))
    start = np.zeros((2, 3))
    whole = lstm_sequence(x, start, start, weights)
    first = lstm_sequence(x[:2], start, start, weights)
    second = lstm_sequence(x[2:], first[-1].hidden, first[-1].cell, weights)
    np.testing.assert_array_equal(whole[-1].hidden, second[-1].hidden)
