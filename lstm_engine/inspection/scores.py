"""AUC and R squared, for many units and many targets at once."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.checks import as_array
from lstm_engine.errors import ShapeError
from lstm_engine.inspection.arrays import matrix

CHUNK = 32  # units whose ranks are in memory at once


def auc(activations: ArrayLike, targets: ArrayLike) -> NDArray:
    """The area under the ROC curve, (H, P): the probability that a position with the property lies above one without.

    Ties count half (Mann and Whitney 1947; Hanley and McNeil 1982).

    Args:
        activations: (N, H). targets: (N, P) bool.

    Returns:
        0.5 is chance; NaN for a target that is the same everywhere.

    Raises:
        ShapeError: activations or targets have another shape or dtype, or are not finite.

    >>> auc([[1.0], [2.0], [2.0], [3.0]], [[False], [False], [True], [True]])
    array([[0.875]])
    """
    array, truth = matrix("activations", activations), as_array("targets", targets)
    if truth.ndim != 2 or len(truth) != len(array) or truth.dtype.kind != "b":
        raise ShapeError(
            f"targets are {truth.dtype} of shape {truth.shape}, expected bool of shape (N, P) with N = {len(array)}"
        )
    return area(array, truth)


def area(activations: NDArray, truth: NDArray) -> NDArray:
    """The same of arrays that were judged."""
    N, P = truth.shape
    positive = truth.sum(axis=0, dtype=np.float64)  # (P,)
    columns = truth.astype(np.float64)
    found = np.empty((activations.shape[1], P))
    for start in range(0, len(found), CHUNK):
        ranks = average_ranks(np.ascontiguousarray(activations[:, start : start + CHUNK].T))  # (k, N)
        found[start : start + CHUNK] = ranks @ columns
    with np.errstate(invalid="ignore", divide="ignore"):
        return (found - positive * (positive + 1) / 2) / (positive * (N - positive))


def average_ranks(rows: NDArray) -> NDArray:
    """Ranks from 1 within each row, (k, N); equal values share the mean of theirs."""
    k, N = rows.shape
    ranks = np.empty((k, N))
    alone = np.arange(1.0, N + 1)
    different = np.ones(N, bool)
    for row, found in zip(rows, ranks, strict=True):
        order = row.argsort()
        ordered = row[order]
        np.not_equal(ordered[1:], ordered[:-1], out=different[1:])
        if different.all():
            found[order] = alone
            continue
        starts = np.flatnonzero(different)  # of runs of equal values
        lengths = np.diff(starts, append=N)
        found[order] = np.repeat(starts + (lengths + 1) / 2, lengths)
    return ranks


def lines(
    activations: NDArray, targets: NDArray, held_activations: NDArray, held_targets: NDArray
) -> tuple[NDArray, NDArray]:
    """R squared of the best straight line from each unit to each target on held-out positions, and the line's sign.

    R² = 1 - sum (y - ŷ)² / sum (y - mean y)², with ŷ fitted by least squares on the other positions.

    Args:
        activations: (N, H). targets: (N, P). held_activations: (M, H). held_targets: (M, P); all reals.

    Returns:
        (H, P) each; R squared is NaN for a target that is the same everywhere on either part.
    """
    H = activations.shape[1]
    y, held_y = targets - targets.mean(axis=0), held_targets - targets.mean(axis=0)
    squares = (held_y**2).sum(axis=0)  # (P,)
    scale = np.where(np.ptp(held_targets, axis=0) > 0, ((held_y - held_y.mean(axis=0)) ** 2).sum(axis=0), np.nan)
    scale = np.where(np.ptp(targets, axis=0) > 0, scale, np.nan)
    r2, sign = np.empty((H, targets.shape[1])), np.empty((H, targets.shape[1]))
    for start in range(0, H, CHUNK):
        chunk = slice(start, start + CHUNK)
        mean = activations[:, chunk].mean(axis=0, dtype=np.float64)
        x, held_x = activations[:, chunk] - mean, held_activations[:, chunk] - mean
        together = x.T @ y  # (k, P)
        spread = (x**2).sum(axis=0)[:, None]
        slope = np.divide(together, spread, out=np.zeros_like(together), where=spread > 0)
        error = squares - 2 * slope * (held_x.T @ held_y) + slope**2 * (held_x**2).sum(axis=0)[:, None]
        r2[chunk] = 1 - error / scale
        sign[chunk] = np.sign(slope)
    return r2, sign
