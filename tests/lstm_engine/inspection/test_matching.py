"""Places where planted units light up are found, and what they have in common is named."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_engine import EngineError, SettingsError, ShapeError, inspection
from lstm_engine.inspection import in_common, matches

N, H = 1_000, 12
PLACES = [(100, 110), (300, 308), (500, 512), (900, 910)]


@pytest.fixture(scope="module")
def planted():
    """Units 2 and 5 are on, and 7 is off, in four places."""
    generator = np.random.default_rng(0)
    activations = generator.normal(size=(N, H)) * 0.1
    for start, stop in PLACES:
        activations[start:stop, [2, 5]] += 1
        activations[start:stop, 7] -= 1
    return activations


def test_units_on_in_the_span_and_off_beside_it_are_found(planted):
    found = matches(planted, (100, 110))
    assert dict(zip(found.units, found.signs, strict=True)) == {2: 1, 5: 1, 7: -1}
    assert all(abs(abs(threshold) - 0.5) < 0.2 for threshold in found.thresholds)


def test_all_other_places_are_found_the_span_itself_is_not(planted):
    found = matches(planted, (100, 110))
    assert sorted((place.start, place.stop) for place in found) == PLACES[1:]
    assert found.found == len(found) == 3
    assert found[0].units == 3
    assert all(place.score > 0.7 for place in found)
    assert [place.score for place in found] == sorted((place.score for place in found), reverse=True)


def test_no_more_places_than_asked_for(planted):
    found = matches(planted, (100, 110), most=1)
    assert (len(found), found.found) == (1, 3)
    assert list(found) == list(matches(planted, (100, 110))[:1])


def test_a_shorter_place_scores_less(planted):
    shorter = planted.copy()
    shorter[905:910] = 0
    by_start = {place.start: place.score for place in matches(shorter, (100, 110))}
    assert by_start[900] < 0.6 < by_start[500]


def test_nothing_is_found_where_nothing_stands_out():
    assert matches(np.ones((50, 3)), (10, 20)) == inspection.Matches((10, 20), (), (), (), (), 0)


def test_what_places_have_in_common_is_named(planted):
    text = ["."] * N
    for start, stop in PLACES:
        text[start - 1], text[start:stop] = "<", ["x"] * (stop - start)
    marked = np.array(text) == "x"
    generator = np.random.default_rng(1)
    properties = {"marked": marked, "chance": generator.random(N) < 0.5, "ramp": np.where(marked, 5.0, 1.0)}
    common = {one.name: one for one in in_common(PLACES, properties, "".join(text))}
    assert next(iter(common)) == "comes after “<”"
    assert common["marked"].inside == common["reads “x”"].inside == 1
    assert common["marked"].overall == marked.mean()
    assert common["ramp"].inside == 5
    assert common["marked"].distance == pytest.approx((1 - marked.mean()) / marked.std())
    assert abs(common["chance"].distance) < 0.5 if "chance" in common else True
    assert "reads “.”" not in common


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1000), st.integers(0, 30), st.integers(0, 30))
def test_any_span_gives_places_beside_it_or_a_sentence(seed, start, stop):
    activations = np.random.default_rng(seed).normal(size=(30, 4)).round()
    try:
        found = matches(activations, (start, stop))
    except EngineError:
        return
    for place in found:
        assert place.stop <= start or place.start >= stop
        assert 0 <= place.start < place.stop <= 30
        assert 0 <= place.score <= 1


@pytest.mark.parametrize("span", [(5, 5), (-1, 3), (0, 31), (0, 30), "ab", None, (1,), (0.5, 3), (3, 1)])
def test_spans_that_are_none_are_refused(span):
    with pytest.raises(SettingsError, match="span"):
        matches(np.ones((30, 2)), span)


def test_a_span_may_be_a_slice(planted):
    assert matches(planted, slice(100, 110)) == matches(planted, (100, 110))


def test_bad_arguments_are_refused():
    with pytest.raises(ShapeError):
        matches(np.ones(30), (1, 2))
    with pytest.raises(SettingsError, match="places"):
        in_common([], {"a": np.ones(3)})
    with pytest.raises(ShapeError, match="neither"):
        in_common([(0, 1)], {})
