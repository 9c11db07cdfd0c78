"""Tables of how often symbols follow each other: the guessers that a network on text is compared with.

Smoothed as Kneser and Ney (1995) do, interpolated (Chen and Goodman 1999, section 2.7): a discount is taken off each
count, and what is saved goes to the next shorter context, where a symbol counts by how many others it was seen after.
"""

import numpy as np
from numpy.typing import NDArray


class Tables:
    """Counts of one, two and three symbols in a row.

    Args:
        codes: (N,), the text to count in, as symbols 0..size-1; at least 3.
        size: V, how many symbols there are; tables of pairs are (V, V).
    """

    def __init__(self, codes: NDArray, size: int):
        V = self.size = size
        one, two, three = codes[:-2].astype(np.int64), codes[1:-1], codes[2:]
        self.counts = np.bincount(codes, minlength=V) + 1.0  # (V,), one added to each
        pairs = np.bincount(codes[:-1] * V + codes[1:], minlength=V * V).reshape(V, V)
        followed = (pairs > 0).sum(axis=0) + 1.0 / V  # (V,), after how many others each was seen
        base = followed / followed.sum()
        self.after_one = smoothed(pairs, base)  # (V, V), rows sum to 1
        self.triples, self.triple_counts = np.unique((one * V + two) * V + three, return_counts=True)
        contexts = np.bincount(self.triples % (V * V), minlength=V * V).reshape(V, V)
        self.shorter = smoothed(contexts, base)  # (V, V), what trigrams fall back on
        self.discount = discount(self.triple_counts)
        before = self.triples // V  # the first two symbols of each
        self.seen_after = np.bincount(before, self.triple_counts, minlength=V * V)  # (V*V,)
        self.kinds_after = np.bincount(before, minlength=V * V)  # (V*V,)

    def unigram(self, three: NDArray) -> NDArray:
        """The probability of each symbol, whatever came before; add-one smoothing."""
        return np.asarray(self.counts[three] / self.counts.sum())

    def bigram(self, two: NDArray, three: NDArray) -> NDArray:
        """The probability of each symbol after another."""
        return np.asarray(self.after_one[two, three])

    def trigram(self, one: NDArray, two: NDArray, three: NDArray) -> NDArray:
        """The probability of each symbol after two others."""
        V = self.size
        before = one.astype(np.int64) * V + two
        wanted = before * V + three
        at = np.minimum(np.searchsorted(self.triples, wanted), len(self.triples) - 1)
        counts = np.where(self.triples[at] == wanted, self.triple_counts[at], 0)
        total = np.maximum(self.seen_after[before], 1)
        kept = np.maximum(counts - self.discount, 0) / total
        spare = np.where(self.seen_after[before] > 0, self.discount * self.kinds_after[before] / total, 1)
        return np.asarray(kept + spare * self.shorter[two, three])


def smoothed(counts: NDArray, base: NDArray) -> NDArray:
    """Probabilities (V, V) of the second symbol after the first, from counts of pairs and a distribution (V,)."""
    D = discount(counts)
    total = np.maximum(counts.sum(axis=1, keepdims=True), 1)  # (V, 1)
    spare = np.where(counts.any(axis=1, keepdims=True), D * (counts > 0).sum(axis=1, keepdims=True) / total, 1)
    return np.asarray(np.maximum(counts - D, 0) / total + spare * base)


def discount(counts: NDArray) -> float:
    """What to take off each count: n1 / (n1 + 2 n2), of how many are 1 and 2 (Ney, Essen and Kneser 1994)."""
    once, twice = np.count_nonzero(counts == 1), np.count_nonzero(counts == 2)
    return once / (once + 2 * twice) if once else 0.5
