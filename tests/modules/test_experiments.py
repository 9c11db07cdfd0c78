"""The experiments' module of words and numbers by itself: what is chosen, what is said, and where curves lie."""

import math
from itertools import pairwise

import pytest

from lstm_engine.runs.class_curves import standing

RATE = {"name": "learning_rate", "label": "learning rate", "low": 0.0003, "high": 0.3, "is_log": True, "step": 1}
UNITS = {"name": "hidden_size", "label": "units", "low": 4, "high": 62, "is_whole": True, "step": 4}
SEED = {"name": "seed", "label": "seed", "low": 0, "high": 99, "is_whole": True, "step": 1}
BOX = {"parts": 10, "top": 4, "bottom": 0, "left": 40, "above": 10, "width": 200, "height": 100}


@pytest.fixture
def words(module):
    return module("views/classroom/browser/experiments/words.js")


def curve(run, values=(), state="done", **more):
    return {"run": run, "number": run, "nickname": f"n{run}", "values": list(values), "state": state, "step": 5, **more}


def test_every_place_of_a_slider_is_a_value_that_the_server_takes(words):
    found = words(
        "[rate, units, seed].map((one) => Array.from({length: 101}, (_, k) => valueAt(one, k / 100)))",
        rate=RATE,
        units=UNITS,
        seed=SEED,
    )
    for freedom, values in zip((RATE, UNITS, SEED), found, strict=True):
        assert all(freedom["low"] <= value <= freedom["high"] for value in values)
        assert values == sorted(values)
    rates, units, seeds = found
    assert (rates[0], rates[-1]) == (0.0003, 0.3)
    assert math.isclose(rates[50], math.sqrt(0.0003 * 0.3), rel_tol=0.06)  # the middle of a logarithm
    assert set(units) == set(range(4, 62, 4))
    assert (seeds[0], seeds[-1], len(set(seeds))) == (0, 99, 100)
    shares = words("[0, 0.25, 1].map((share) => shareAt(rate, valueAt(rate, share)))", rate=RATE)
    assert [round(share, 2) for share in shares] == [0, 0.25, 1]


def test_what_may_be_varied_is_said_in_one_sentence(words):
    assert words("invitation([rate])", rate=RATE) == "Choose your learning rate, then train your own network."
    three = words("invitation([rate, units, seed])", rate=RATE, units=UNITS, seed=SEED)
    assert three == "Choose your learning rate, your units and your seed, then train your own network."


def test_the_browser_ranks_as_the_server_does(words):
    curves = [curve(1, [3, 2, 1.5]), curve(2, [3, 2]), curve(3, [3, 2, 0.5]), curve(4), curve(5, [1, 1, 1.5])]
    found = words("ranked(curves).map(({run}) => run)", curves=curves)
    assert tuple(found) == standing({one["run"]: one["values"] for one in curves}).ranked


def test_ones_own_curve_is_told_in_a_sentence_whatever_it_does(words):
    curves = [
        curve(1, [3, 2]),
        curve(2, [3, 1]),
        curve(3, [3], "training", step=7),
        curve(4, [], "waiting", step=0),
        curve(5, [], "waiting", step=0),
        curve(6, [3], "failed"),
        curve(7, [3], "resting", step=9),
    ]
    said = words("curves.map((one) => standingText(one, curves, 20))", curves=curves)
    assert said == [
        "Trained, loss 2: place 2 of 2.",
        "Trained, loss 1: place 1 of 2.",
        "Training: step 7 of 20, loss 3.",
        "Waiting for a free processor: next in turn.",
        "Waiting for a free processor: 1 run before it.",
        "It diverged: its numbers grew without bound. Try a smaller learning rate.",
        "Resting at step 9 of 20, loss 3.",
    ]
    assert words("crowd(curves)", curves=curves) == (
        "7 curves: 1 training, 2 waiting for a turn, 1 resting, 1 diverged. Lower is better."
    )
    assert words("whose({nickname: '', number: 12})") == "Curve 12"


def test_time_left_is_told_and_then_nobody_begins(words):
    def left(now, **experiment):
        return words("[leftText(one, now), isOpen(one, now)]", one={"closes_at": None, **experiment}, now=now)

    assert left(0) == ["", True]
    assert left(100, closes_at=225) == ["Open for 2:05 more.", True]
    assert left(300, closes_at=225) == ["Nobody begins any more; what trains goes on.", False]
    assert left(100, closes_at=225, is_frozen=True) == ["Frozen: all curves rest.", False]


def test_curves_lie_apart_and_one_that_diverges_leaves_the_scale(words):
    curves = [curve(1, [3.3, 2.6]), curve(2, [3.2, 2.4]), curve(3, [3.4, 2.5]), curve(4, [90, 400])]
    top, bottom = words("[topOf(curves), bottomOf(curves, topOf(curves))]", curves=curves)
    assert 3.4 < top < 3 * 3.4 * 1.06
    assert 0 <= bottom < 2.4
    assert words("[topOf([]), bottomOf([], 1)]") == [1, 0]
    assert words("ticks(0, 300, 3)") == [0, 100, 200, 300]
    for low, high in ((0, 1), (2.31, 3.46), (0.001, 0.07)):
        found = words("ticks(low, high)", low=low, high=high)
        assert 2 <= len(found) <= 6
        assert low <= found[0] <= found[-1] <= high
    assert words("pathOf([4, 0], box)", box=BOX) == "M50.0 10.0L70.0 110.0"


def test_the_nearest_curve_is_found_where_it_lies_and_none_far_away(words):
    curves = [curve(1, [1] * 10), curve(2, [3] * 4)]

    def at(x, y):
        return words("nearest(curves, x, y, box)?.run ?? null", curves=curves, x=x, y=y, box=BOX)

    assert at(60, 36) == 2
    assert at(60, 84) == 1
    assert at(230, 36) is None  # that curve has not come so far
    assert at(230, 80) == 1


def test_labels_at_the_same_height_stand_apart_within_the_picture(words):
    for heights in ([50, 50, 50, 50], [100, 109, 110, 110], [0, 0, 5, 90]):
        placed = words("apart(heights, 15, {above: 10, height: 100})", heights=heights)
        assert all(10 <= y <= 110 for y in placed)
        ordered = sorted(placed)
        assert all(after - before >= 15 for before, after in pairwise(ordered))
        assert [placed[at] for at in sorted(range(4), key=heights.__getitem__)] == ordered
