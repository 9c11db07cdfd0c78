"""The figures of a unit's page, each against a loop over positions."""

from itertools import pairwise

import numpy as np
import pytest

from lstm_engine import SettingsError, ShapeError, inspection
from lstm_engine.inspection import extremes, unit_profile

RNG = np.random.default_rng(0)
N, H, V = 400, 5, 6
VALUES = {"hidden": RNG.normal(size=(N, H)), "forget_gate": RNG.random((N, H)).astype(np.float32)}
SYMBOLS = RNG.integers(V - 1, size=N)  # the last one is never read
READOUT = RNG.normal(size=(V, H))
READOUT[:, 3] = [-2, 1, 0.5, -1, 3, 0]


def test_places_are_the_most_extreme_and_their_contexts_do_not_overlap():
    profile = unit_profile(VALUES, 2, context=10, most=8)
    course = VALUES["hidden"][:, 2]
    assert profile.highest[0].position == course.argmax()
    assert profile.lowest[0].position == course.argmin()
    assert profile.lowest[0].value == course.min()
    jump = profile.changes[0]
    assert jump.value == course[jump.position] - course[jump.position - 1]
    assert abs(jump.value) == np.abs(np.diff(course)).max()
    for places in (profile.highest, profile.lowest, profile.changes):
        spans = sorted((place.start, place.stop) for place in places)
        assert all(one[1] <= other[0] for one, other in pairwise(spans))
        assert all(place.start == max(place.position - 10, 0) for place in places)


def test_fewer_places_than_asked_for_where_there_is_no_room():
    assert [place.position for place in extremes(np.arange(10.0), most=5, context=20)] == [9]


def test_means_by_symbol_are_those_of_a_loop():
    profile = unit_profile(VALUES, 1, symbols=SYMBOLS, symbol_count=V)
    course = VALUES["hidden"][:, 1]
    for symbol in range(V - 1):
        at = np.flatnonzero(symbol == SYMBOLS)
        np.testing.assert_allclose(
            profile.by_symbol["forget_gate"][symbol], VALUES["forget_gate"][at, 1].mean(), rtol=1e-6
        )
        changes = [course[t] - course[t - 1] for t in at if t > 0]
        np.testing.assert_allclose(profile.response[symbol], np.mean(changes))
        assert profile.counts[symbol] == len(at)
    assert np.isnan(profile.response[V - 1])
    assert np.isnan(profile.by_symbol["hidden"][V - 1])


def test_outputs_are_those_with_the_largest_weights():
    profile = unit_profile(VALUES, 3, readout=READOUT, most=2)
    order = np.argsort(READOUT[:, 3])
    assert [one.index for one in profile.raises] == order[::-1][:2].tolist()
    assert [one.index for one in profile.lowers] == order[:2].tolist()
    assert all(one.value > 0 for one in profile.raises)
    assert all(one.value < 0 for one in profile.lowers)


def test_relatives_are_those_with_the_highest_correlation_either_way():
    values = VALUES["hidden"].copy()
    values[:, 4] = -values[:, 0] + RNG.normal(size=N) * 0.1
    found = unit_profile({"hidden": values}, 0).relatives
    expected = np.corrcoef(values.T)[0]
    assert found[0].index == 4
    assert found[0].value < -0.9
    np.testing.assert_allclose([one.value for one in found], [expected[one.index] for one in found])
    assert 0 not in [one.index for one in found]


def test_what_it_tells_about_every_property_is_there():
    findings = inspection.find_units(VALUES["hidden"], {"high": VALUES["hidden"][:, 2] > 0.5})
    scores = unit_profile(VALUES, 2, findings=findings).scores
    assert scores["high"].score == 1


def test_a_task_on_numbers_has_no_symbols():
    profile = unit_profile(VALUES, 0)
    assert len(profile.response) == len(profile.counts) == 0
    assert profile.histogram.counts.sum() == N


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"unit": 5}, SettingsError, "unit"),
        ({"quantity": "x"}, SettingsError, "quantity"),
        ({"values": {"hidden": np.ones(3)}}, ShapeError, "hidden"),
        ({"values": {"hidden": np.ones((3, 2)), "cell": np.ones((2, 2))}}, ShapeError, "cell has shape"),
        ({"symbols": np.zeros(3, int)}, ShapeError, "symbols"),
        ({"symbols": np.zeros(N)}, ShapeError, "symbols"),
        ({"readout": np.ones((3, 2))}, ShapeError, "readout"),
        ({"context": -1}, SettingsError, "context"),
        ({"findings": {}}, SettingsError, "findings"),
    ],
)
def test_bad_arguments_are_refused_in_a_sentence(changes, error, words):
    with pytest.raises(error, match=words):
        unit_profile(**({"values": VALUES, "unit": 0} | changes))
