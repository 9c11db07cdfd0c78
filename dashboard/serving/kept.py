"""The latest answers, as many as fit into so many bytes."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Kept(Generic[Key]):
    """What was computed of late, since a class asks for the same; safe to use from several threads.

    Args:
        most: bytes that are kept.
    """

    def __init__(self, most: int):
        self._most = most
        self._size = 0
        self._found: OrderedDict[Key, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key, compute: Callable[[], bytes]) -> bytes:
        """What is kept under the key, else what ``compute`` gives, which is kept from now on."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = compute()
        with self._lock:
            if key not in self._found and len(made) <= self._most:
                self._found[key] = made
                self._size += len(made)
            while self._size > self._most:
                self._size -= len(self._found.popitem(last=False)[1])
        return made
