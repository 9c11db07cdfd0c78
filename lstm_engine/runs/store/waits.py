"""How long this process waited for its store: for a connection, and for its turn to write."""

import threading
from dataclasses import dataclass, field

BOUNDS = (0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0)  # seconds, ascending
READ, WRITE = "read", "write"


@dataclass
class Waited:
    """All waits of one kind since the store was opened.

    Attributes:
        counts: of waits no longer than each of BOUNDS but longer than the one before, and of all longer ones.
        seconds: in all.
    """

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    seconds: float = 0.0


class Waits:
    """Counts waits; safe to use from several threads."""

    def __init__(self) -> None:
        self._waited = {READ: Waited(), WRITE: Waited()}
        self._lock = threading.Lock()

    def took(self, kind: str, seconds: float) -> None:
        """One more."""
        place = next((at for at, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))
        with self._lock:
            waited = self._waited[kind]
            waited.counts[place] += 1
            waited.seconds += seconds

    def found(self, kind: str) -> Waited:
        """All of that kind so far."""
        with self._lock:
            waited = self._waited[kind]
            return Waited(list(waited.counts), waited.seconds)
