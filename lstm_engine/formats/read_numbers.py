"""Inputs and outputs in files: arrays of floating-point or whole numbers, read at once."""

import io

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from lstm_engine.checks import REAL, shown
from lstm_engine.errors import WeightsError
from lstm_engine.formats.content import opened_zip
from lstm_engine.formats.read_npz import read_npz
from lstm_engine.formats.read_safetensors import read_safetensors


def read_numbers(content: bytes, kind: str, most_bytes: int) -> dict[str, NDArray]:
    """The arrays of an ``.npz`` or a safetensors file, symbols (whole numbers) among them.

    Raises:
        WeightsError: it is neither, is damaged, or holds something else than numbers.
    """
    if kind == "npz":
        read_npz(content, most_bytes)  # judges every array before one is read
        with opened_zip(content, most_bytes) as file:
            names = file.namelist()
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            found = {name.removesuffix(".npy"): arrays[name.removesuffix(".npy")] for name in names}
    elif kind == "safetensors":
        promised = read_safetensors(content).arrays
        try:
            others = safetensors.numpy.load(content) if len(promised) < 2 else {}
        except Exception as error:  # bfloat16 and the like
            raise WeightsError(f"its arrays cannot be read: {error}") from error
        found = others | {name: array.read() for name, array in promised.items()}
    else:
        raise WeightsError("expected an .npz, a safetensors or a JSON file")
    wrong = [name for name, array in found.items() if array.dtype.kind not in REAL]
    if wrong:
        raise WeightsError(f"{shown(wrong[0])} holds {found[wrong[0]].dtype}, expected numbers")
    return found
