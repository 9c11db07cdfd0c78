"""Losses and their gradients, on the kernel's feature-major arrays: outputs (O, T, B)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lstm_engine.checks import REAL, choice, narrowed
from lstm_engine.errors import ShapeError

# (outputs (O, T, B), targets, mask (T, B) or None, want_gradient, counted) -> (loss, gradient (O, T, B) or None);
# where a gradient is wanted, the outputs may be overwritten with it
Loss = Callable[..., tuple[float, NDArray | None]]


def cross_entropy(
    outputs: NDArray, targets: NDArray, mask: NDArray | None, want_gradient: bool = True, counted: int | None = None
) -> tuple[float, NDArray | None]:
    """Mean of -log softmax(outputs)[target], in nats per symbol.

    Args:
        outputs: (O, T, B), unnormalised scores (logits) of O symbols.
        targets: (T, B), the index of the symbol that came.
        mask: (T, B), True where the position counts, or None for everywhere.
        want_gradient: whether to compute the gradient (softmax - onehot) / count.
        counted: of a part of a batch, how many positions count in the whole of it; the losses of all parts add up.

    Raises:
        ShapeError: targets have another shape, are not integers, or are not in 0..O-1.
    """
    classes, T, B = outputs.shape
    if targets.shape != (T, B):
        raise ShapeError(f"targets have shape {targets.shape}, expected (T, B) = {(T, B)}")
    if targets.dtype.kind not in "iu":
        raise ShapeError(f"targets have dtype {targets.dtype}, expected integers (the index of each symbol)")
    if targets.size and (targets.min() < 0 or targets.max() >= classes):
        raise ShapeError(f"targets range over {targets.min()}..{targets.max()}, expected 0..{classes - 1}")
    flat = outputs.reshape(classes, T * B)
    at = targets.reshape(T * B), np.arange(T * B)
    shifted = np.subtract(flat, flat.max(axis=0), out=flat if want_gradient else None)
    at_target = shifted[at]  # (T*B,)
    exponentials = np.exp(shifted, out=shifted)
    total = exponentials.sum(axis=0)
    losses = np.log(total) - at_target
    weights = position_weights(mask, T, B, outputs.dtype, counted)
    loss = float(losses @ weights)
    if not want_gradient:
        return loss, None
    gradient = np.multiply(exponentials, weights / total, out=exponentials)
    gradient[at] -= weights
    return loss, gradient.reshape(outputs.shape)


def squared_error(
    outputs: NDArray, targets: NDArray, mask: NDArray | None, want_gradient: bool = True, counted: int | None = None
) -> tuple[float, NDArray | None]:
    """Mean of (outputs - targets)^2 over every output of every position, as PyTorch's MSELoss.

    Args:
        outputs: (O, T, B).
        targets: (T, B, O), real numbers.
        mask: (T, B), True where the position counts, or None for everywhere.
        want_gradient: whether to compute the gradient 2 (outputs - targets) / (count * O).
        counted: as in ``cross_entropy``.

    Raises:
        ShapeError: targets have another shape or are not finite.
    """
    O, T, B = outputs.shape
    if targets.shape != (T, B, O):
        raise ShapeError(f"targets have shape {targets.shape}, expected (T, B, O) = {(T, B, O)}")
    if targets.dtype.kind not in "fiu":
        raise ShapeError(f"targets have dtype {targets.dtype}, expected real numbers")
    targets = narrowed(targets, outputs.dtype)
    if not np.isfinite(targets).all():
        raise ShapeError(f"targets hold values that are not finite in {outputs.dtype} (NaN, infinity or too large)")
    difference = outputs - targets.transpose(2, 0, 1)  # (O, T, B)
    weights = position_weights(mask, T, B, outputs.dtype, counted).reshape(T, B) / outputs.dtype.type(O)
    weighted = difference * weights
    loss = float(np.vdot(weighted, difference))
    return loss, np.multiply(weighted, 2, out=weighted) if want_gradient else None


def binary_cross_entropy(
    outputs: NDArray, targets: NDArray, mask: NDArray | None, want_gradient: bool = True, counted: int | None = None
) -> tuple[float, NDArray | None]:
    """Mean of -t log s - (1 - t) log(1 - s) with s = sigmoid(output), as PyTorch's BCEWithLogitsLoss, in nats.

    Computed as max(z, 0) - z t + log(1 + exp(-|z|)), in which nothing can overflow.

    Args:
        outputs: (O, T, B), unnormalised scores z.
        targets: (T, B, O), each in [0, 1].
        mask: (T, B), True where the position counts, or None for everywhere.
        want_gradient: whether to compute the gradient (s - t) / (count * O).
        counted: as in ``cross_entropy``.

    Raises:
        ShapeError: targets have another shape or are not in [0, 1].
    """
    O, T, B = outputs.shape
    if targets.shape != (T, B, O):
        raise ShapeError(f"targets have shape {targets.shape}, expected (T, B, O) = {(T, B, O)}")
    if targets.dtype.kind not in REAL or not ((targets >= 0) & (targets <= 1)).all():
        raise ShapeError("targets must be numbers from 0 to 1")
    t = targets.transpose(2, 0, 1).astype(outputs.dtype)  # (O, T, B)
    weights = position_weights(mask, T, B, outputs.dtype, counted).reshape(T, B) / outputs.dtype.type(O)
    e = np.exp(-np.abs(outputs))
    losses = np.maximum(outputs, 0) - outputs * t + np.log1p(e)
    loss = float((losses * weights).sum())
    if not want_gradient:
        return loss, None
    sigmoid = np.where(outputs >= 0, 1, e) / (1 + e)
    return loss, (sigmoid - t) * weights


def position_weights(
    mask: NDArray | None, T: int, B: int, dtype: np.dtype, counted_in_whole: int | None = None
) -> NDArray:
    """What each position weighs in a mean over those that count, (T*B,): summing to 1, or to a part's share of it."""
    if mask is None:
        return np.full(T * B, 1 / (counted_in_whole or T * B), dtype)
    if mask.shape != (T, B):
        raise ShapeError(f"mask has shape {mask.shape}, expected (T, B) = {(T, B)}")
    if mask.dtype.kind != "b" and (mask.dtype.kind not in REAL or not ((mask == 0) | (mask == 1)).all()):
        raise ShapeError(f"mask has dtype {mask.dtype}, expected True where a position counts and False elsewhere")
    counted = mask.reshape(T * B).astype(bool)
    whole = counted.sum() if counted_in_whole is None else counted_in_whole
    if not whole:
        raise ShapeError("the mask leaves no position to count; at least one must be True")
    return (counted / whole).astype(dtype)


LOSSES: dict[str, Loss] = {
    "cross_entropy": cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
    "squared_error": squared_error,
}


def get_loss(name: str) -> Loss:
    """The loss of that name.

    Raises:
        SettingsError: there is none.
    """
    return choice("loss", name, LOSSES)
