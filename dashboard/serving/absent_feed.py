"""A deleted run as a topic: ``back`` when somebody has brought it back, which ends it."""

import asyncio
import math
from collections.abc import Callable

from dashboard.serving.numbers import run_id
from dashboard.serving.pools import Pool
from dashboard.serving.topics import Ended, Event, Topic
from lstm_engine.runs import RunNotFound, RunStore

LOOK_EVERY = 1.0  # seconds; mostly nobody brings it back, and people wait for days


class AbsentFeed:
    """What those hear who were looking at a run when it went, as a topic's source.

    Args:
        get_store: gives the run store, or raises StoreError while it cannot be opened.
        pool: the threads that look.
        number: of the run, as the topic's name has it.

    Raises:
        Problem: no run can have that number.
    """

    def __init__(self, get_store: Callable[[], RunStore], pool: Pool, number: str):
        self._get_store, self._pool = get_store, pool
        self.run_id = run_id(number)
        self._looked_at = -math.inf

    async def look(self, topic: Topic) -> None:
        if topic.position is None:
            topic.reached(0)
        now = asyncio.get_running_loop().time()
        if now - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = now
        try:
            await self._pool.run(self.run_id, lambda: self._get_store().get(self.run_id))
        except RunNotFound:
            return
        raise Ended(Event.of("back", {"run": self.run_id}))

    async def missed(self, after: int) -> Event | None:
        return None
