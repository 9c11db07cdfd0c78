"""How the Train page thins and smooths its curves: nothing that a person would see is lost."""

import math
import random

import pytest

from tests.modules.conftest import DASHBOARD

MODULE = "browser/thinning.js"
pytestmark = pytest.mark.skipif(not (DASHBOARD / MODULE).exists(), reason="the Train page's thinning is no module yet")


@pytest.fixture
def compute(module):
    return module(MODULE)


def some_curve(generator: random.Random, count: int) -> dict[str, list]:
    y = [None if generator.random() < 0.02 else generator.gauss(0, 1) for _ in range(count)]
    return {"x": list(range(1, count + 1)), "y": y}


def test_a_thinned_curve_keeps_its_ends_its_extremes_and_its_order(compute, generator):
    for _ in range(20):
        count, most = generator.randint(1, 3000), generator.randint(20, 800)
        curve = some_curve(generator, count)
        thin = compute("thinned(curve, most)", curve=curve, most=most)
        assert len(thin["x"]) == len(thin["y"]) <= max(most, 6)
        assert thin["x"] == sorted(set(thin["x"]))
        assert (thin["x"][0], thin["x"][-1]) == (1, count)
        values = dict(zip(curve["x"], curve["y"], strict=True))
        assert all(values[x] == y for x, y in zip(thin["x"], thin["y"], strict=True))
        numbers = [y for y in curve["y"] if y is not None]
        if numbers:
            kept = [y for y in thin["y"] if y is not None]
            assert (min(kept), max(kept)) == (min(numbers), max(numbers))


def test_a_curve_that_is_short_enough_stays_as_it_is(compute, generator):
    curve = some_curve(generator, 100)
    assert compute("thinned(curve, 100)", curve=curve) == curve


def test_a_constant_is_smoothed_to_itself_and_gaps_stay_gaps(compute):
    smooth = compute("smoothed([2, null, 2, 2, 2], 50)")
    assert smooth[1] is None
    assert [value for value in smooth if value is not None] == pytest.approx([2] * 4)


def test_smoothing_lessens_the_spread_and_over_one_point_does_nothing(compute, generator):
    values = [generator.gauss(0, 1) for _ in range(2000)]
    assert compute("smoothed(values, 1)", values=values) == values
    smooth = compute("smoothed(values, 50)", values=values)
    spread = math.sqrt(sum(value**2 for value in smooth[200:]) / 1800)
    assert 0.03 < spread < 0.3  # 1 / sqrt(2 * 50 - 1) of the spread before, as of an exponential average
