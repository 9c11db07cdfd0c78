"""A linear probe: what all units together tell, if one may weigh them (Alain and Bengio 2016)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PENALTIES = 10.0 ** np.arange(-6, 2)  # times the number of positions; units have variance 1


@dataclass(frozen=True)
class Probe:
    """Ridge regressions from all units to each of P targets.

    Attributes:
        weights: (H, P), of the activations themselves. intercepts: (P,).
        penalties: (P,), that were chosen, in units of positions.
    """

    weights: NDArray
    intercepts: NDArray
    penalties: NDArray

    def __call__(self, activations: NDArray) -> NDArray:
        """What it says, (N, P)."""
        return activations @ self.weights + self.intercepts


def fitted_probe(activations: NDArray, targets: NDArray, half: NDArray) -> Probe:
    """Ridge regression (Hoerl and Kennard 1970): minimises sum (y - w x - b)² + penalty N |w|², x of variance 1.

    The penalty is the one that does best when either half of the positions foretells the other.

    Args:
        activations: (N, H). targets: (N, P); yes and no as 1 and 0, of which the order of the answers is read.
        half: (N,), bool: which of two halves, made of contiguous blocks.
    """
    N = len(activations)
    mean, offset = activations.mean(axis=0, dtype=np.float64), targets.mean(axis=0)  # (H,), (P,)
    deviation = activations.std(axis=0, dtype=np.float64)
    deviation[deviation <= 1e-12 * np.abs(mean)] = 1
    grams, products, squares, sizes = [], [], [], []
    for part in (half, ~half):
        x, y = (activations[part] - mean) / deviation, targets[part] - offset
        grams.append(x.T @ x)  # (H, H)
        products.append(x.T @ y)  # (H, P)
        squares.append((y**2).sum(axis=0))
        sizes.append(len(x))
    errors = np.zeros((len(PENALTIES), targets.shape[1]))
    if min(sizes):
        for one, other in ((0, 1), (1, 0)):
            for k, w in enumerate(ridge(grams[one], products[one], PENALTIES * sizes[one])):
                errors[k] += (
                    squares[other] - 2 * (w * products[other]).sum(axis=0) + (w * (grams[other] @ w)).sum(axis=0)
                )
    chosen = errors.argmin(axis=0)  # (P,)
    all_weights = ridge(grams[0] + grams[1], products[0] + products[1], PENALTIES * N)
    weights = np.stack([all_weights[k][:, p] for p, k in enumerate(chosen)], axis=1) / deviation[:, None]
    return Probe(weights, offset - mean @ weights, PENALTIES[chosen])


def ridge(gram: NDArray, products: NDArray, penalties: NDArray) -> list[NDArray]:
    """(gram + penalty)^-1 products for each penalty, (H, P) each, from one eigendecomposition."""
    values, vectors = np.linalg.eigh(gram)
    rotated = vectors.T @ products
    return [vectors @ (rotated / (np.maximum(values, 0) + penalty)[:, None]) for penalty in penalties]
