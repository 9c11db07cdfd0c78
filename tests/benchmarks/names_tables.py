"""Tables of one, two and three letters for first names, mixed as suits the training names best."""

import numpy as np
from numpy.typing import NDArray

from lstm_engine.tasks.names import ALPHABET, END, INDEX, split_names


def trigram_loss() -> float:
    """Nats per character of tables of three, two and one letters, mixed as suits the training names best."""
    training, validation = split_names()
    cut = len(training) * 9 // 10
    shares = best_shares(tables(training[:cut]), training[cut:])
    return -float(np.mean(np.log(mixed(tables(training), validation, shares))))


def tables(names: tuple[str, ...]) -> list[NDArray]:
    """Probabilities of the next letter after none, one and two letters, each table smoothed by a tenth of a count."""
    size = len(ALPHABET)
    counts = [np.full(size, 0.1), np.full((size, size), 0.1), np.full((size, size, size), 0.1)]
    for one, two, three in triples(names):
        counts[0][three] += 1
        counts[1][two, three] += 1
        counts[2][one, two, three] += 1
    return [count / count.sum(axis=-1, keepdims=True) for count in counts]


def triples(names: tuple[str, ...]) -> list[tuple[int, int, int]]:
    """All letters with the two before them."""
    padded = [END * 2 + name + END for name in names]
    return [
        (INDEX[a], INDEX[b], INDEX[c]) for name in padded for a, b, c in zip(name, name[1:], name[2:], strict=False)
    ]


def mixed(of: list[NDArray], names: tuple[str, ...], shares: tuple[float, float, float]) -> NDArray:
    one, two, three = np.array(triples(names)).T
    return shares[0] * of[0][three] + shares[1] * of[1][two, three] + shares[2] * of[2][one, two, three]


def best_shares(of: list[NDArray], names: tuple[str, ...]) -> tuple[float, float, float]:
    grid = [(a, b, 1 - a - b) for a in np.arange(0.01, 0.2, 0.03) for b in np.arange(0.05, 0.6, 0.05)]
    return max(grid, key=lambda shares: float(np.log(mixed(of, names, shares)).mean()))
