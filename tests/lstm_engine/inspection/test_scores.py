"""AUC and R squared against the slowest way to compute them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from lstm_engine import ShapeError
from lstm_engine.inspection import auc
from lstm_engine.inspection.probe import fitted_probe
from lstm_engine.inspection.scores import average_ranks, lines

RNG = np.random.default_rng(0)


def auc_by_pairs(values, truth):
    """Every position with the property against every one without; a tie is half a win."""
    above = values[truth][:, None] - values[~truth][None, :]
    return ((above > 0) + 0.5 * (above == 0)).mean()


@settings(max_examples=25, deadline=None)
@given(
    arrays.arrays(np.float32, (17, 3), elements=st.integers(-3, 3).map(float)),
    arrays.arrays(bool, (17, 2)).filter(lambda truth: (truth.any(axis=0) & ~truth.all(axis=0)).all()),
)
def test_the_area_is_that_of_all_pairs_ties_included(values, truth):
    expected = [[auc_by_pairs(values[:, k], truth[:, p]) for p in range(2)] for k in range(3)]
    np.testing.assert_allclose(auc(values, truth), expected, rtol=0, atol=1e-12)


def test_more_units_than_are_ranked_at_once_have_the_same_area():
    values, truth = RNG.normal(size=(50, 70)).astype(np.float32), RNG.random((50, 1)) < 0.4
    expected = [[auc_by_pairs(values[:, k], truth[:, 0])] for k in range(70)]
    np.testing.assert_allclose(auc(values, truth), expected, atol=1e-12)


def test_equal_values_share_the_mean_of_their_ranks():
    assert average_ranks(np.array([[5.0, 1.0, 5.0, 7.0], [3.0, 2.0, 1.0, 0.0]])).tolist() == [
        [2.5, 1.0, 2.5, 4.0],
        [4.0, 3.0, 2.0, 1.0],
    ]


def test_a_property_that_is_the_same_everywhere_has_no_area():
    assert np.isnan(auc(np.ones((4, 1)), np.ones((4, 1), bool))).all()


@pytest.mark.parametrize("targets", [np.ones((3, 1), bool), np.ones(4, bool), np.ones((4, 1)), "x"])
def test_targets_of_another_kind_are_refused(targets):
    with pytest.raises(ShapeError, match="expected bool of shape"):
        auc(np.ones((4, 2)), targets)


def test_lines_are_those_of_least_squares():
    x, y = RNG.normal(size=(40, 35)), RNG.normal(size=(40, 3))
    held_x, held_y = RNG.normal(size=(30, 35)) + 1, RNG.normal(size=(30, 3)) - 1
    y[:, 0] += 2 * x[:, 4]
    held_y[:, 0] += 2 * held_x[:, 4]
    r2, sign = lines(x, y, held_x, held_y)
    for k in range(35):
        with_one = np.stack([x[:, k], np.ones(40)], axis=1)
        fitted = np.linalg.lstsq(with_one, y, rcond=None)[0]
        error = held_y - np.stack([held_x[:, k], np.ones(30)], axis=1) @ fitted
        expected = 1 - (error**2).sum(axis=0) / ((held_y - held_y.mean(axis=0)) ** 2).sum(axis=0)
        np.testing.assert_allclose(r2[k], expected, atol=1e-10)
        np.testing.assert_array_equal(sign[k], np.sign(fitted[0]))
    assert r2[:, 0].argmax() == 4


def test_the_probe_minimises_what_it_says_it_does():
    """Ridge is least squares with sqrt(penalty N) on the diagonal below the positions."""
    x = RNG.normal(size=(60, 5)) * [1, 2, 3, 4, 100] + 7
    y = x @ RNG.normal(size=(5, 2)) + RNG.normal(size=(60, 2)) * 5
    probe = fitted_probe(x, y, np.arange(60) < 30)
    mean, deviation = x.mean(axis=0), x.std(axis=0)
    for p in range(2):
        penalty = np.sqrt(probe.penalties[p] * 60) * np.eye(5)
        above, below = np.vstack([(x - mean) / deviation, penalty]), np.append(y[:, p] - y[:, p].mean(), np.zeros(5))
        expected = np.linalg.lstsq(above, below, rcond=None)[0] / deviation
        np.testing.assert_allclose(probe.weights[:, p], expected, rtol=1e-8)
        np.testing.assert_allclose(probe(x)[:, p].mean(), y[:, p].mean())
