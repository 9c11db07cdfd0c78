"""Numbers on their way to a browser component: a JSON header and, behind it, float32 arrays as they lie in memory."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def pack(header: Mapping[str, Any], arrays: Mapping[str, NDArray]) -> bytes:
    """One message: the header's length (uint32), the header, then the arrays one behind the other, little-endian.

    The header gains ``arrays``: for each name where it starts, counted in numbers, and its shape. Everything starts at
    a multiple of four bytes, so that the browser can look at the numbers without copying them.
    """
    places, start = {}, 0
    for name, array in arrays.items():
        places[name] = {"start": start, "shape": array.shape}
        start += array.size
    text = json.dumps({**header, "arrays": places}, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-len(text) % 4)
    numbers = [np.ascontiguousarray(array, "<f4").tobytes() for array in arrays.values()]
    return b"".join([len(text).to_bytes(4, "little"), text, *numbers])
