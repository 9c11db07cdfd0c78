"""Source code character by character, in bits: a network against tables and against what Python ships to compress with.

All of them learn from the same nine tenths of Python's standard library and are judged by the last tenth, read from its
beginning to its end. A compressor's bits are what the last tenth adds to the compressed rest, so that it has seen that
too, as far as it looks back: zlib 32 kB, bz2 a block of 900 kB, lzma all of it.
"""

import bz2
import lzma
import math
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from lstm_engine.runs.presets import PUBLISHED, preset
from lstm_engine.tasks.characters import SourceCodeTask
from lstm_engine.tasks.ngrams import discount

UNITS, BATCH, STEPS = 128, 16, 2_000
ORDERS = (2, 3, 4, 5)  # symbols in a row
CHUNK = 2_000  # timesteps that are computed at once
COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "zlib": lambda data: zlib.compress(data, 9),
    "bz2": bz2.compress,
    "lzma": lambda data: lzma.compress(data, preset=9 | lzma.PRESET_EXTREME),
}


def train(seed: int, variant: str = "standard") -> float:
    """Bits a character of the held-out part."""
    settings = replace(preset(PUBLISHED, "source code"), variant=variant, seed=seed, end_step=STEPS)
    assert (settings.hidden_size, settings.batch_size) == (UNITS, BATCH)
    trainer = settings.build_trainer()
    while trainer.steps_taken < STEPS:
        trainer.step()
    task = trainer.task
    assert isinstance(task, SourceCodeTask)
    codes = task.symbols(task.passage())
    V, model, state, nats = len(task.vocabulary), trainer.model, None, 0.0
    for start in range(0, len(codes) - 1, CHUNK):
        part = codes[start : start + CHUNK + 1]
        inputs = np.eye(task.input_size, dtype=np.float32)[part[:-1], None]  # (T, 1, I)
        outputs, state = model.forward(inputs, state)
        scores = outputs[:, 0, :V].astype(np.float64)  # (T, V)
        scores -= scores.max(axis=1, keepdims=True)
        chosen = np.take_along_axis(scores, part[1:, None], axis=1)[:, 0]
        nats += float((np.log(np.exp(scores).sum(axis=1)) - chosen).sum())
    return nats / (len(codes) - 1) / math.log(2)


@cache
def others() -> dict[str, float]:
    """Bits a character of tables of so many symbols in a row, and of compressors, by name."""
    task = SourceCodeTask()
    before, held_out = task.passage(held_out=False), task.passage()
    codes = task.symbols(before + held_out)
    V, first = len(task.vocabulary), len(before)
    found = {
        f"{order}-gram table": float(-np.log2(kneser_ney(codes[:first], codes, first, order, V)).mean())
        for order in ORDERS
    }
    rest, whole = before.encode(), (before + held_out).encode()
    for name, compress in COMPRESSORS.items():
        found[name] = 8 * (len(compress(whole)) - len(compress(rest))) / len(held_out)
    return found


def kneser_ney(learned: NDArray, codes: NDArray, first: int, order: int, V: int) -> NDArray[np.float64]:
    """The probability of each of ``codes`` from ``first`` on, given those before it, by tables counted elsewhere.

    Interpolated, as Chen and Goodman 1999 have it (section 2.7): a discount is taken off each count, and what is saved
    goes to the next shorter context, where a symbol counts by how many others it was seen after.

    Args:
        learned: (N,) symbols 0..V-1 to count in. order: how many symbols in a row are counted.
    """
    counts: dict[int, tuple[NDArray, NDArray]] = {order: np.unique(grams(learned, order, V), return_counts=True)}
    for n in range(order - 1, 0, -1):  # how many different symbols stood before each
        counts[n] = np.unique(counts[n + 1][0] % V**n, return_counts=True)
    alone = np.full(V, 1.0 / V)
    alone[counts[1][0]] += counts[1][1]
    wanted = codes[first:].astype(np.int64)
    found = np.asarray(alone / alone.sum())[wanted]  # (M,)
    for n in range(2, order + 1):
        kinds, times = counts[n]
        D = discount(times)
        contexts, at, kinds_after = np.unique(kinds // V, return_inverse=True, return_counts=True)
        seen_after = np.bincount(at, times)
        asked = grams(codes, n, V)[first - n + 1 :]  # (M,), each with the n - 1 before it
        gram, gram_there = look_up(kinds, asked)
        context, context_there = look_up(contexts, asked // V)
        count = np.where(gram_there, times[gram], 0)
        total = np.where(context_there, seen_after[context], 1)
        spare = np.where(context_there, D * kinds_after[context] / total, 1.0)
        found = np.maximum(count - D, 0) / total + spare * found
    return found


def grams(codes: NDArray, n: int, V: int) -> NDArray[np.int64]:
    """Each n symbols in a row as one number: (N - n + 1,)."""
    found = np.zeros(len(codes) - n + 1, np.int64)
    for k in range(n):
        found = found * V + codes[k : len(codes) - n + 1 + k]
    return found


def look_up(known: NDArray, asked: NDArray) -> tuple[NDArray, NDArray]:
    """Where each stands among the known ones, which ascend, and whether it does."""
    at = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return at, known[at] == asked
