"""Tabs that listen, a worker that records, and the server between them, without a browser."""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from dashboard.serving.absent_feed import AbsentFeed
from dashboard.serving.listeners import Listener
from dashboard.serving.pools import Pools
from dashboard.serving.run_feed import RunFeed
from dashboard.serving.topics import Topics
from lstm_engine import StepMetrics
from lstm_engine.runs import PRESETS, RunStore
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded

Result = TypeVar("Result")
SETTINGS = replace(PRESETS["classroom"], hidden_size=8, end_step=10_000)


class Worker:
    """Plays the worker: records steps when told to."""

    def __init__(self, store: RunStore):
        self.store, self.lease = store, new_lease()
        self.run = store.create(SETTINGS)
        store.acquire(self.run.id, self.lease)

    def record(self, first: int, last: int) -> None:
        rows = [Recorded(StepMetrics(k, 1 / k, 0.5, 0.01), 2.0 if k % 5 == 0 else None) for k in range(first, last + 1)]
        self.store.record(self.run.id, self.lease, rows)


def run_async(scenario: Coroutine[None, None, Result]) -> Result:
    """In a thread of its own: the browser tests leave a running event loop in this one."""
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(asyncio.run, scenario).result()


@asynccontextmanager
async def topics_of(store: RunStore) -> AsyncIterator[Topics]:
    """The topics of a server with that store."""
    pools = Pools()
    kinds = {"run": RunFeed, "absent": AbsentFeed}
    topics = Topics({name: partial(feed, lambda: store, pools.feeds) for name, feed in kinds.items()})
    yield topics
    topics.close()
    await asyncio.sleep(0)
    pools.close()


class Tab:
    """One connection; keeps what it was sent."""

    def __init__(self, topics: Topics):
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.told: list[dict[str, Any]] = []  # all that ever came
        self.sends = 0
        self.listener = Listener(topics, self)
        self.task = asyncio.create_task(self.listener.tell())

    async def send_text(self, data: str) -> None:
        self.sends += 1
        for event in json.loads(data):
            self.events.put_nowait(event)
            self.told.append(event)

    def listen(self, run_id: int, after: int = 0, number: int = 1) -> "Tab":
        self.say({"listen": f"run/{run_id}", "after": after, "as": number})
        return self

    def say(self, message: object) -> None:
        self.listener.hear(message if isinstance(message, str) else json.dumps(message))

    async def next(self, name: str, number: int = 1) -> dict[str, Any]:
        """The next event of that name."""
        async with asyncio.timeout(15):
            while True:
                event = await self.events.get()
                if event["name"] == name and event["to"] == number:
                    return event

    async def steps_up_to(self, last: int, number: int = 1) -> list[int]:
        """All steps that it is told of, until it was told of that one."""
        seen: list[int] = []
        while not seen or seen[-1] < last:
            event = await self.next("metrics", number)
            assert event["id"] == event["data"]["loss"]["step"][-1]
            seen += event["data"]["loss"]["step"]
        return seen

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        self.listener.leave_all()
