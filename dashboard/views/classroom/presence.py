"""What students' browsers say of where they are: kept for a moment, and written for all of them together."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from dashboard.serving.pools import Pool
from lstm_engine import EngineError
from lstm_engine.runs import RunStore
from lstm_engine.runs.rooms import Presence

WRITE_SECONDS = 1.0  # between two writings
MOST_WAITING = 5_000  # browsers; of whoever comes then, nothing is kept until the next writing


class Presences:
    """A server's batch.

    Args:
        get_store: gives the run store, or raises StoreError. pool: the thread that writes.
    """

    def __init__(self, get_store: Callable[[], RunStore], pool: Pool):
        self._get_store, self._pool = get_store, pool
        self._waiting: dict[str, Presence] = {}
        self._writing: asyncio.Task[None] | None = None

    def note(self, said: Presence) -> None:
        """Keep what a browser says, in the place of what it said before."""
        if len(self._waiting) < MOST_WAITING or said.token_hash in self._waiting:
            self._waiting[said.token_hash] = said
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(WRITE_SECONDS)
                batch, self._waiting = list(self._waiting.values()), {}
                write = partial(self._keep, batch)
                try:
                    await self._pool.run("presence", write)
                except EngineError as error:  # they say it again before long
                    logging.getLogger(__name__).warning("Where students are could not be kept: %s", error)
        finally:
            self._writing = None

    def _keep(self, batch: list[Presence]) -> None:
        self._get_store().note_seats(batch)
