"""What the processes of a sharded training step share: weights, each part's gradients, the batch, and bells."""

import pickle
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lstm_engine.cell.parameters import Architecture, NamedArrays
from lstm_engine.learning.bells import mapped

WORDS, NOTE = 4096, 61_440  # bytes for bells and losses, and for what is to be done
BELLS_OF_A_HAND = 4  # words: go, whether the hand sleeps, done, whether the owner sleeps
MOST_HANDS = 64
LOSSES_AT = 2048  # bytes
ALIGNED = 64  # bytes of a line of the processor's cache


class ShardMemory:
    """One mapping, divided.

    Attributes:
        words: 64-bit integers, the bells'.
        losses: of each part, float64.
        weights: the flat vector of all weights.
        gradients: of each part.
        room: bytes for the batch.
    """

    def __init__(self, descriptor: int, architecture: Architecture, dtype: np.dtype, shards: int, room: int):
        self.room, self._dtype = room, dtype
        size = size_of(architecture, dtype, shards, room)
        whole = np.frombuffer(mapped(descriptor, size), np.uint8)  # keeps the mapping as long as any array is used
        self.words = whole[:LOSSES_AT].data.cast("q")
        self.losses = whole[LOSSES_AT:WORDS].view(np.float64)
        self._note = whole[WORDS : WORDS + NOTE]
        n, at = architecture.num_parameters, WORDS + NOTE
        step = padded(n * dtype.itemsize)
        flats = [whole[at + k * step :][: n * dtype.itemsize].view(dtype) for k in range(shards + 1)]
        self.weights, self._batch = flats[0], whole[at + (shards + 1) * step :]
        self.gradients = [NamedArrays(architecture, flat) for flat in flats[1:]]

    def tell(self, what: object, arrays: Mapping[str, NDArray | None]) -> bool:
        """Leave for the hands what is to be done, and the arrays that it takes; False if there is no room for them."""
        at, places = 0, {}
        for name, array in arrays.items():
            if array is None:
                continue
            if at + array.nbytes > self.room:
                return False
            places[name] = (at, array.shape, array.dtype.str)
            self._array(*places[name])[...] = array
            at += padded(array.nbytes)
        note = pickle.dumps((what, places))
        if len(note) + 8 > NOTE:
            return False
        self._note[:8].view(np.int64)[0] = len(note)
        self._note[8 : 8 + len(note)] = np.frombuffer(note, np.uint8)
        return True

    def told(self) -> tuple[Any, dict[str, NDArray]]:
        """What ``tell`` left; the arrays are views."""
        length = int(self._note[:8].view(np.int64)[0])
        what, places = pickle.loads(self._note[8 : 8 + length].tobytes())
        return what, {name: self._array(*place) for name, place in places.items()}

    def _array(self, at: int, shape: tuple[int, ...], dtype: str) -> NDArray:
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        return self._batch[at : at + size].view(dtype).reshape(shape)


def padded(size: int) -> int:
    """Bytes, up to where the next line of the cache begins."""
    return -(-size // ALIGNED) * ALIGNED


def size_of(architecture: Architecture, dtype: np.dtype, shards: int, room: int) -> int:
    """Bytes of the whole mapping."""
    return WORDS + NOTE + (shards + 1) * padded(architecture.num_parameters * dtype.itemsize) + padded(room)
