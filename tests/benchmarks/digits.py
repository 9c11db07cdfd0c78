"""Handwritten digits of 8 × 8 pixels, a pixel at a timestep, in their order or in one that is drawn once: which was it?

Le, Jaitly and Hinton 2015 do it with larger ones.

The images are scikit-learn's, 1,797 of them; a fifth is held out, always the same.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lstm_engine import Adam, LSTMModel

UNITS, STEPS, BATCH, RATE = 64, 3_000, 50, 0.003
HELD_OUT = 359  # images
SPLIT_SEED, ORDER_SEED = 7, 8


class Images(NamedTuple):
    """Pixels (T, N, 1) from 0 to 1 and the digit (N,) that each is."""

    pixels: NDArray[np.float32]
    digits: NDArray[np.int64]


@cache
def images(permuted: bool) -> tuple[Images, Images]:
    """Those to learn from, and those that are held out."""
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise SystemExit("The digits are scikit-learn's: python -m pip install -e '.[results]'") from error
    pixels, digits = load_digits(return_X_y=True)
    order = np.random.default_rng(SPLIT_SEED).permutation(len(digits))
    places = np.random.default_rng(ORDER_SEED).permutation(64) if permuted else np.arange(64)
    pixels = (pixels[order][:, places].T[:, :, None] / 16).astype(np.float32)  # (T, N, 1)
    digits = digits[order].astype(np.int64)
    return (
        Images(pixels[:, HELD_OUT:], digits[HELD_OUT:]),
        Images(pixels[:, :HELD_OUT], digits[:HELD_OUT]),
    )


def train(seed: int, permuted: bool, variant: str = "standard") -> float:
    """The share of held-out digits that are told right after the last timestep."""
    learned, held_out = images(permuted)
    T, N, _ = learned.pixels.shape
    model = LSTMModel(1, UNITS, 10, variant=variant, seed=seed)
    adam = Adam(model, RATE, (0.9, 0.99), clip_norm=1.0)
    generator = np.random.default_rng(seed)
    mask = np.zeros((T, BATCH), bool)
    mask[-1] = True
    targets = np.zeros((T, BATCH), np.int64)
    for step in range(STEPS):
        chosen = generator.integers(N, size=BATCH)
        targets[-1] = learned.digits[chosen]
        _, gradients = model.loss_and_gradients(learned.pixels[:, chosen], targets, loss="cross_entropy", mask=mask)
        adam.learning_rate = RATE * min(1.0, 2 * (1 - step / STEPS))  # falls to nothing over the second half
        adam.step(gradients)
    outputs, _ = model.forward(held_out.pixels)
    return float((outputs[-1].argmax(axis=1) == held_out.digits).mean())


@cache
def nearest_mean() -> float:
    """What telling each image by the nearest mean image reaches: it sees all pixels at once, and learns ten images."""
    learned, held_out = images(False)
    means = np.stack([learned.pixels[:, learned.digits == digit, 0].mean(axis=1) for digit in range(10)])  # (10, T)
    distances = ((held_out.pixels[:, :, 0].T[:, None] - means) ** 2).sum(axis=2)  # (N, 10)
    return float((distances.argmin(axis=1) == held_out.digits).mean())
