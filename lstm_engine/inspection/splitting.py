"""Which positions are held out, and how targets are shuffled: in contiguous pieces, since neighbours are alike."""

import numpy as np
from numpy.typing import NDArray

MOST_BLOCKS = 40
FEWEST_IN_BLOCK = 10
TRIES = 20
PIECES = 32


def blocks_of(N: int) -> NDArray:
    """(N,), which of at most 40 contiguous blocks of equal length each position belongs to."""
    count = int(np.clip(N // FEWEST_IN_BLOCK, 2, MOST_BLOCKS))
    return np.arange(N) * count // N


def held_out_blocks(truth: NDArray, seed: int) -> NDArray[np.bool_]:
    """(N,), True where a position is held out: a random half of the blocks.

    Of a few draws the one is taken in which most properties have both kinds of positions in both halves.

    Args:
        truth: (N, P) bool.
    """
    blocks = blocks_of(len(truth))
    count = int(blocks[-1]) + 1
    starts = np.searchsorted(blocks, np.arange(count))
    size = np.bincount(blocks)[:, None]
    if truth.shape[1]:
        inside = np.add.reduceat(truth, starts, axis=0, dtype=np.int64)  # (blocks, P)
    else:
        inside = np.zeros((count, 0), np.int64)
    generator = np.random.default_rng(seed)
    best, most = np.zeros(count, bool), -1
    for _ in range(TRIES):
        held = generator.permutation(count) < count // 2
        usable = np.ones(truth.shape[1], bool)
        for part in (held, ~held):
            total = inside[part].sum(axis=0)
            usable &= (total > 0) & (total < size[part].sum())
        if usable.sum() > most:
            best, most = held, int(usable.sum())
        if usable.all():
            break
    return best[blocks]


def shuffled_pieces(N: int, generator: np.random.Generator) -> NDArray:
    """(N,), an order of the positions: cut at random places into about 32 pieces, which are put together otherwise."""
    cuts = np.sort(generator.choice(np.arange(1, N), size=min(PIECES, N) - 1, replace=False))
    pieces = np.split(np.arange(N), cuts)
    order = np.concatenate([pieces[k] for k in generator.permutation(len(pieces))])
    return np.roll(order, int(generator.integers(N)))
