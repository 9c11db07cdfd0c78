"""Planted units are found first, and nothing is found in what was shuffled."""

import numpy as np
import pytest

from lstm_engine import SettingsError, ShapeError, inspection
from lstm_engine.inspection.splitting import held_out_blocks, shuffled_pieces

N, H = 4_000, 24


def stretches(generator, count=80):
    """True in stretches, as properties of texts are."""
    edges = np.sort(generator.choice(np.arange(1, N), count, replace=False))
    return np.searchsorted(edges, np.arange(N), side="right") % 2 == 1


def smooth_noise(generator):
    """Units that know nothing, but whose neighbours are alike, as a network's states are."""
    noise = generator.normal(size=(N + 20, H)).cumsum(axis=0)
    return noise[20:] - noise[:-20]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_planted_unit_is_the_first_and_has_its_sign(sign, dtype):
    generator = np.random.default_rng(1)
    target = stretches(generator)
    activations = smooth_noise(generator)
    activations[:, 7] = sign * target + generator.normal(size=N) * 0.3
    first, second = inspection.rank_units(activations.astype(dtype), target, seed=0)[:2]
    assert (first.unit, first.measure, first.sign) == (7, "auc", sign)
    assert first.score > 0.97 > 0.7 > second.score


def test_numbers_are_told_by_a_straight_line():
    generator = np.random.default_rng(2)
    target = generator.normal(size=N).cumsum()
    activations = smooth_noise(generator)
    activations[:, 3] = -target / 50 + generator.normal(size=N) * 0.01
    scores = inspection.rank_units(activations, target)
    assert (scores[0].unit, scores[0].measure, scores[0].sign) == (3, "r2", -1)
    assert scores[0].score > 0.95
    assert [score.score for score in scores] == sorted((score.score for score in scores), reverse=True)
    assert sorted(score.unit for score in scores) == list(range(H))


def test_what_was_planted_is_beyond_chance_and_noise_is_not():
    generator = np.random.default_rng(3)
    planted, absent, number = stretches(generator), stretches(generator), generator.normal(size=N).cumsum()
    activations = smooth_noise(generator)
    activations[:, 5] = planted + generator.normal(size=N) * 0.5
    activations[:, 6] = number
    found = inspection.find_units(
        activations, {"planted": planted, "absent": absent, "number": number}, shuffles=20
    ).found
    assert found["planted"].best.unit == 5
    assert found["planted"].beyond_chance
    assert found["planted"].control < 0.75
    assert found["planted"].probe >= found["planted"].best.score - 0.05
    assert found["planted"].share == planted.mean()
    assert found["number"].best.unit == 6
    assert found["number"].probe > 0.99 > 0.6 > found["number"].control
    assert not found["absent"].beyond_chance
    assert abs(found["absent"].probe - 0.5) < 0.15


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_found_in_a_shuffled_target(seed):
    """The property as it is told by one unit, but in pieces that lie elsewhere."""
    generator = np.random.default_rng(seed)
    target = stretches(generator)
    activations = smooth_noise(generator)
    activations[:, 2] = target
    elsewhere = target[shuffled_pieces(N, generator)]
    assert inspection.rank_units(activations, target)[0].score == 1
    assert inspection.rank_units(activations, elsewhere)[0].score < 0.75


def test_what_is_learned_and_held_out_lies_in_blocks():
    """Else neighbours, which are alike, would stand on both sides."""
    held = held_out_blocks(np.zeros((N, 0), bool), 0)
    assert held.mean() == 0.5
    assert np.count_nonzero(np.diff(held)) < 40


def test_scores_are_those_of_the_held_out_part_alone():
    """A unit that tells it on one part and the contrary on the other is no good, whatever a mean would say."""
    generator = np.random.default_rng(4)
    target = stretches(generator)
    held = held_out_blocks(target[:, None], 0)
    activations = np.where(held, 1.0, -1.0)[:, None] * target[:, None]
    assert inspection.rank_units(activations, target, seed=0)[0].score == 0


def test_all_properties_at_once_score_as_each_alone():
    generator = np.random.default_rng(5)
    activations, target = smooth_noise(generator), stretches(generator)
    together = inspection.find_units(activations, {"a": target, "b": generator.normal(size=N)}).found["a"]
    assert list(together.units) == inspection.rank_units(activations, target)


def test_the_same_seed_gives_the_same_scores():
    generator = np.random.default_rng(6)
    activations, properties = smooth_noise(generator), {"a": stretches(generator)}
    assert inspection.find_units(activations, properties, seed=3) == inspection.find_units(
        activations, properties, seed=3
    )


def test_positions_that_do_not_count_change_nothing():
    generator = np.random.default_rng(7)
    activations, target = smooth_noise(generator), stretches(generator)
    padded = np.concatenate([activations, np.full((500, H), 9.0)])
    where = np.arange(N + 500) < N
    found = inspection.find_units(padded, {"a": np.append(target, np.ones(500, bool))}, where=where).found["a"]
    assert list(found.units) == inspection.rank_units(activations, target)


def test_a_property_that_is_nowhere_is_skipped_in_a_sentence():
    generator = np.random.default_rng(8)
    properties = {
        "nowhere": np.zeros(N, bool),
        "once": np.arange(N) == 5,
        "flat": np.ones(N),
        "some": stretches(generator),
    }
    found = inspection.find_units(smooth_noise(generator), properties)
    assert list(found.found) == ["some"]
    assert "True at 0 of 4,000 positions" in found.skipped["nowhere"]
    assert "True at 1 of 4,000" in found.skipped["once"]
    assert "ranges from 1 to 1" in found.skipped["flat"]


def test_a_rare_property_is_split_so_that_both_halves_have_some():
    generator = np.random.default_rng(9)
    rare = np.zeros(N, bool)
    rare[1_000:1_010] = rare[3_000:3_010] = True
    activations = smooth_noise(generator)
    activations[:, 1] = rare
    assert inspection.rank_units(activations, rare)[0] == inspection.UnitScore(1, "auc", 1.0, 1)


def test_what_one_unit_tells_is_listed_with_both_measures_in_one_order():
    generator = np.random.default_rng(10)
    target = stretches(generator)
    activations = smooth_noise(generator)
    activations[:, 4] = target
    found = inspection.find_units(activations, {"number": generator.normal(size=N), "told": target})
    assert list(found.of_unit(4)) == ["told", "number"]
    assert found.of_unit(4)["told"].score == 1


@pytest.mark.parametrize(
    ("activations", "target", "error", "words"),
    [
        (np.ones(30), np.ones(30), ShapeError, r"expected \(N, H\)"),
        (np.ones((5, 2)), np.ones(5), ShapeError, "at least 20"),
        (np.full((30, 2), np.nan), np.ones(30), ShapeError, "not finite"),
        (np.ones((30, 2), complex), np.ones(30), ShapeError, "expected real"),
        (np.ones((30, 2)), np.ones(29), ShapeError, r"expected \(N,\) = \(30,\)"),
        (np.ones((30, 2)), np.full(30, np.inf), ShapeError, "not finite"),
        (np.ones((30, 2)), ["a"] * 30, ShapeError, "expected True and False, or real"),
        (np.ones((30, 2)), np.ones(30), ShapeError, "nothing can tell it"),
    ],
)
def test_bad_arrays_are_refused_in_a_sentence(activations, target, error, words):
    with pytest.raises(error, match=words):
        inspection.rank_units(activations, target)


@pytest.mark.parametrize(("name", "value"), [("seed", -1), ("seed", 0.5), ("shuffles", 0)])
def test_bad_numbers_are_refused_in_a_sentence(name, value):
    with pytest.raises(SettingsError, match=name):
        inspection.find_units(np.ones((30, 2)), {}, **{name: value})
