"""The analysis of variance is held to its definition, and to functions whose shares are known."""

import numpy as np
import pytest

from lstm_engine.runs.sweeps.halving import survivors
from lstm_engine.runs.sweeps.importance import logarithms, shares


def test_shares_of_a_sum_are_those_of_its_parts():
    """Of a(x) + b(y) with x and y apart, each explains its own variance, and nothing is explained together."""
    a, b = np.array([0.0, 3.0, 6.0]), np.array([0.0, 1.0])
    table = (a[:, None] + b[None, :])[..., None]
    found = {one.settings: one.share for one in shares(table, ["a", "b"])}
    total = a.var() + b.var()
    assert found["a",] == pytest.approx(a.var() / total)
    assert found["b",] == pytest.approx(b.var() / total)
    assert found["a", "b"] == pytest.approx(0, abs=1e-12)


def test_what_two_do_together_alone_is_neithers_own():
    table = np.array([[0.0, 1.0], [1.0, 0.0]])[..., None]  # exclusive or
    found = {one.settings: one.share for one in shares(table, ["a", "b"])}
    assert found == {("a",): 0, ("b",): 0, ("a", "b"): 1}


def test_shares_add_up_and_seeds_have_theirs():
    table = np.random.default_rng(0).normal(size=(3, 4, 2, 5))
    found = shares(table, ["a", "b", "c"])
    assert sum(one.share for one in found) == pytest.approx(1)
    seeds = next(one.share for one in found if not one.settings)
    assert seeds == pytest.approx(table.var(axis=-1).mean() / table.var())
    assert [one.share for one in found] == sorted((one.share for one in found), reverse=True)
    assert shares(np.ones((2, 2, 1)), ["a", "b"]) == []
    assert np.isfinite(logarithms(np.array([0.0, 1.0]))).all()


def test_the_better_third_goes_on_by_the_median_of_its_seeds_within_each_problem():
    loss = {0: 1.0, 1: 2.0, 2: 3.0, 3: 9.0, 4: 0.1, 5: 3.1, 6: 50.0, 7: 40.0}
    choice = {0: 0, 1: 1, 2: 2, 3: 0, 4: 1, 5: 2, 6: 3, 7: 4}
    problem = dict.fromkeys(range(6), "near") | {6: "far", 7: "far"}
    # medians 5, 1.05, 3.05; and 40 is the best of the other problem
    assert survivors(loss, choice, problem, keep=3) == {1, 4, 7}
    assert survivors(loss, choice, problem, keep=2) == {1, 4, 2, 5, 7}


def test_what_diverged_never_goes_on():
    nan, inf = float("nan"), float("inf")
    assert survivors({0: nan, 1: inf}, {0: 0, 1: 1}, {0: 0, 1: 0}, keep=2) == set()
    assert survivors({0: nan, 1: 5.0}, {0: 0, 1: 1}, {0: 0, 1: 0}, keep=2) == {1}
