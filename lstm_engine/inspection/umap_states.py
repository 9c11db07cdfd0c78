"""A map of states by UMAP (McInnes, Healy and Melville 2018); needs the package ``umap-learn``, the extra ``umap``."""

import importlib.util
import io
import math
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lstm_engine.checks import whole_number
from lstm_engine.errors import SettingsError
from lstm_engine.inspection.arrays import matrix

PROCESS = Path(__file__).with_name("umap_process.py")
SECONDS = 300  # a machine may be busy
FEWEST, MOST = 20, 10_000  # states
HOW_TO_GET_IT = "maps by UMAP need the package umap-learn, the extra umap: pip install 'umap-learn>=0.5.8,<0.6'"


@dataclass(frozen=True)
class UmapMap:
    """States in two dimensions, so that near ones stay near; distances between groups say little.

    Attributes:
        points: (n, 2). positions: (n,), which states they are of.
    """

    points: NDArray
    positions: NDArray[np.int64]


def umap_is_installed() -> bool:
    """Whether a map by UMAP can be drawn here; it is not imported for that."""
    return importlib.util.find_spec("umap") is not None


def umap_map(states: ArrayLike, most: int = 1_500, neighbours: int = 15, seed: int = 0) -> UmapMap:
    """States in two dimensions, in a process of its own: some ten seconds, most of them for its compiler.

    Args:
        states: (N, H). most: states that are drawn, evenly spread. neighbours: of each state that should stay near it.
        seed: the same one draws the same map of the same states.

    Raises:
        ShapeError: states have another shape, are not finite, or fewer than 20.
        SettingsError: ``umap-learn`` is not installed, could not draw them, or not within five minutes.
    """
    array = matrix("states", states, FEWEST)
    most = whole_number("most", most, FEWEST, MOST)
    positions = np.arange(0, len(array), max(1, math.ceil(len(array) / most)))
    neighbours = whole_number("neighbours", neighbours, 2, len(positions) - 1)
    seed = whole_number("seed", seed, 0, 2**32 - 1)
    if not umap_is_installed():
        raise SettingsError(HOW_TO_GET_IT)
    given = io.BytesIO()
    np.save(given, np.ascontiguousarray(array[positions], np.float32))
    command = [sys.executable, "-P", str(PROCESS), str(neighbours), str(seed)]
    one = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    try:
        done = subprocess.run(command, input=given.getvalue(), capture_output=True, timeout=SECONDS, env=one)
    except subprocess.TimeoutExpired as error:
        raise SettingsError(f"UMAP drew no map within {SECONDS} s; draw fewer states") from error
    told = done.stderr.decode("utf-8", "replace").strip().splitlines()
    if done.returncode == 3:
        raise SettingsError(f"{HOW_TO_GET_IT} ({told[-1]})")
    if done.returncode:
        raise SettingsError(f"UMAP could not draw these states: {told[-1][:200] if told else 'its process ended'}")
    points = np.load(io.BytesIO(done.stdout), allow_pickle=False)
    if points.shape != (len(positions), 2) or not np.isfinite(points).all():
        raise SettingsError("UMAP found no place for some of these states; they may all be the same")
    return UmapMap(points, positions)
