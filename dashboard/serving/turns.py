"""Heavy work of pages' scripts, which run in threads of their own: few at a time, so that others find a core free."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from dashboard.serving.problems import Kind, Problem


class Turns:
    """Whose turn it is.

    Args:
        at_once: how many may work. waiting: how many more may wait. patience: seconds that they do.
    """

    def __init__(self, at_once: int = 1, waiting: int = 8, patience: float = 60.0):
        self._places = threading.Semaphore(at_once)
        self._rooms = threading.Semaphore(at_once + waiting)
        self._patience = patience

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and hold it.

        Raises:
            Problem: too many wait, or it took too long.
        """
        if not self._rooms.acquire(blocking=False):
            raise Problem(BUSY, Kind.BUSY)
        try:
            if not self._places.acquire(timeout=self._patience):
                raise Problem(BUSY, Kind.BUSY)
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._rooms.release()


BUSY = "The server is busy with other people's models. Try again in a minute; what you chose stays."
