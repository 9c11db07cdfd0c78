"""The latest answers, as many as fit."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """What was computed of late, since a class asks for the same; safe to use from several threads.

    Args:
        most: how much is kept, bytes say. size: how much of it a value takes.
    """

    def __init__(self, most: int, size: Callable[[Any], int] = len):
        self._most, self._size_of = most, size
        self._size = 0
        self._found: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key, compute: Callable[[], Value]) -> Value:
        """What is kept under the key, else what ``compute`` gives, which is kept from now on."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = compute()
        size = self._size_of(made)
        with self._lock:
            if key not in self._found and size <= self._most:
                self._found[key] = made
                self._size += size
            while self._size > self._most:
                self._size -= self._size_of(self._found.popitem(last=False)[1])
        return made
