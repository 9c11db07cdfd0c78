"""What the README's table of results is made of: the tables that networks are compared with, and how a row speaks."""

import numpy as np
import pytest

from lstm_engine.tasks.ngrams import Tables
from tests.benchmarks.characters import kneser_ney
from tests.benchmarks.published import Reached, row_of


def text(size: int = 3_000, symbols: int = 6) -> np.ndarray:
    """Symbols that follow each other in a way, and not all of them everywhere."""
    generator = np.random.default_rng(3)
    codes = np.zeros(size, np.int64)
    for k in range(1, size):
        codes[k] = (codes[k - 1] * 2 + generator.integers(3)) % symbols
    return codes


@pytest.mark.parametrize("order", [2, 3])
def test_tables_of_any_order_are_those_that_words_have(order):
    codes, learned = text(), 2_500
    tables, (one, two, three) = (
        Tables(codes[:learned], 6),
        (codes[learned - 2 + k : len(codes) - 2 + k] for k in range(3)),
    )
    expected = tables.bigram(two, three) if order == 2 else tables.trigram(one, two, three)
    np.testing.assert_allclose(kneser_ney(codes[:learned], codes, learned, order, 6), expected, rtol=1e-12)


@pytest.mark.parametrize("order", [2, 4, 5])
def test_probabilities_of_all_symbols_add_up_to_one(order):
    codes = text()
    contexts = [codes[900:904], np.array([5, 5, 5, 5])]  # one that was seen, one that never was
    for context in contexts:
        total = sum(kneser_ney(codes, np.append(context, symbol), len(context), order, 6)[-1] for symbol in range(6))
        assert total == pytest.approx(1, abs=1e-12)


def test_a_row_tells_median_worst_and_the_seeds_that_failed():
    def reached(value: float) -> Reached:
        return Reached(value, 0.5, "Copy", "LSTM", "5 × 2", "share right", 0.99, True, "goal 0.99")

    values = dict(enumerate([1.0, 0.995, 0.4, 1.0, 0.999]))
    row = row_of({seed: reached(value) for seed, value in values.items()})
    assert row == ["Copy", "LSTM", "5 × 2", "0.999 share right", "0.4", "4 of 5 seeds; not with 2", "0.5", "goal 0.99"]
    assert row_of({0: reached(0.1)})[5] == "0 of 1 seeds"
    assert row_of({0: reached(1.0)})[5] == "1 of 1 seeds"
