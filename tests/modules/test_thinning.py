"""How the Train page thins and smooths its curves: nothing that a person would see is lost."""

import math
import random

import numpy as np
import pytest

from lstm_engine.runs.curves import thin_indices

MODULE = "browser/thinning.js"


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


def test_charts_are_thinned_as_the_server_does(compute):
    """Python and JavaScript have an algorithm each, which must be the same one."""
    rng = np.random.default_rng(0)
    for count, most in ((10, 20), (11, 10), (1_000, 100), (1_001, 100), (12_345, 2_500), (40_001, 300)):
        values = rng.normal(size=count)
        kept = compute("thinned({ x: y.map((_, k) => k), y }, most).x", y=values.tolist(), most=most)
        assert kept == thin_indices(values, most).tolist()
        assert len(kept) <= most


def test_curves_grow_refine_and_smooth(compute):
    found = compute(
        """({
            gaps: thinned({ x: [0, 1, 2, 3, 4, 5, 6, 7], y: [null, null, null, null, 5, null, 3, 4] }, 6),
            grown: lengthened({ x: [1, 2], y: [5, 6] }, [2, 3], [7, 8], 10),
            halved: lengthened({ x: [], y: [] }, [...Array(101).keys()], Array(101).fill(1), 100).x.length <= 50,
            refined: refined({ x: [1, 5, 9, 13], y: [0, 0, 0, 0] }, { x: [6, 7, 8], y: [1, 1, 1] }, [5, 9], 10).x,
            smoothed: smoothed([4, null, 4], 10),
            held: [[1, 2], [0, 2], [1, null], [3]].map((values) => holds({ type: "log", range: [0, 0.4] }, values)),
            chosen: [[5], [0]].map((values) => holds({ type: "log", range: [0, 0.4], autorange: false }, values)),
            paths: [linePath([], []), linePath([1, NaN], [1, 2]), linePath([1, 2], [3, 4.25])],
            newest: newestValues({ loss: 3, norm: 2 }, { loss: { value: [1, null] }, norm: { value: [] } }),
        })"""
    )
    assert found == {
        "gaps": {"x": [0, 4, 6, 7], "y": [None, 5, 3, 4]},
        "grown": {"x": [1, 2, 3], "y": [5, 6, 8]},
        "halved": True,
        "refined": [1, 5, 6, 7, 8, 13],
        "smoothed": [4, None, pytest.approx(4)],
        "held": [True, False, False, False],
        "chosen": [True, False],
        "paths": [None, None, "M1.0,3.0L2.0,4.3"],
        "newest": {"loss": None, "norm": 2},
    }
