"""Neighbours against the slowest search, and maps against NumPy's singular values."""

import numpy as np
import pytest

from lstm_engine import SettingsError, ShapeError
from lstm_engine.inspection import neighbours, projected, state_map

RNG = np.random.default_rng(0)
STATES = RNG.normal(size=(200, 6)) @ RNG.normal(size=(6, 6)) + 3


@pytest.mark.parametrize("measure", ["cosine", "euclidean"])
def test_the_nearest_are_those_of_a_search_one_by_one(measure):
    def distance(a, b):
        return 1 - a @ b / np.linalg.norm(a) / np.linalg.norm(b) if measure == "cosine" else np.linalg.norm(a - b)

    found = neighbours(STATES, 20, most=5, measure=measure, apart=0)
    expected = sorted((distance(STATES[k], STATES[20]), k) for k in range(200) if k != 20)[:5]
    assert [one.position for one in found] == [k for _, k in expected]
    np.testing.assert_allclose([one.distance for one in found], [d for d, _ in expected], atol=1e-12)


def test_neighbours_lie_apart_from_each_other():
    places = [20, *(one.position for one in neighbours(STATES.cumsum(axis=0), 20, most=30, apart=5))]
    assert min(abs(a - b) for k, a in enumerate(places) for b in places[:k]) > 5


def test_a_state_of_zeros_is_far_from_all():
    states = STATES.copy()
    states[3] = 0
    assert all(one.distance == 1 for one in neighbours(states, 3))


def test_components_are_the_singular_vectors_with_a_sign_that_stays():
    found = state_map(STATES, 3)
    _, singular, vectors = np.linalg.svd(STATES - STATES.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(np.abs(np.sum(found.components * vectors[:3], axis=1)), 1, atol=1e-10)
    np.testing.assert_allclose(found.explained, singular[:3] ** 2 / (singular**2).sum())
    assert (found.components[np.arange(3), np.abs(found.components).argmax(axis=1)] > 0).all()
    np.testing.assert_allclose(state_map(2 * found.mean - STATES, 3).components, found.components, atol=1e-9)


def test_the_way_of_a_sequence_lies_on_the_map():
    found = state_map(STATES)
    np.testing.assert_allclose(projected(STATES[50:60], found), found.points[50:60])
    assert projected(STATES.reshape(20, 10, 6), found).shape == (20, 10, 2)


def test_a_map_of_some_states_places_all():
    found = state_map(STATES, most=50)
    assert found.points.shape == (200, 2)
    np.testing.assert_allclose(found.mean, STATES[::4].mean(axis=0))


def test_states_that_are_all_the_same_lie_on_one_point():
    found = state_map(np.ones((5, 3)))
    assert not found.points.any()
    assert not found.explained.any()


def test_bad_arguments_are_refused():
    with pytest.raises(SettingsError, match="position"):
        neighbours(STATES, 200)
    with pytest.raises(SettingsError, match="measure"):
        neighbours(STATES, 1, measure="chess")
    with pytest.raises(SettingsError, match="dimensions"):
        state_map(STATES, 7)
    with pytest.raises(ShapeError, match="H = 6"):
        projected(np.ones((3, 5)), state_map(STATES))
