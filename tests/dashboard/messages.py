"""Reads what ``dashboard.serving.binary`` packs, as the browser does."""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray


def unpack(message: bytes) -> tuple[dict[str, Any], dict[str, NDArray]]:
    """The header, and the arrays by name."""
    length = int.from_bytes(message[:4], "little")
    header = json.loads(message[4 : 4 + length])
    numbers = np.frombuffer(message[4 + length :], "<f4")
    arrays = {}
    for name, place in header["arrays"].items():
        size = int(np.prod(place["shape"]))
        arrays[name] = numbers[place["start"] : place["start"] + size].reshape(place["shape"])
    return header, arrays
