"""Threads for what blocks: a pool each for feeds, questions and files, so that none of them waits for another.

A pool is fair: whoever asks for much waits behind themselves. The clients that wait are served in turn, and one of
them never fills more than half of the places to wait in.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from dashboard.serving.problems import Kind, Problem

Found = TypeVar("Found")


class Pool:
    """Some threads, and a bounded number of places to wait for them.

    Args:
        name: of its threads.
        threads: how many work at once.
        waiting: how many may wait; whoever comes then is told that the server is busy.
        places: how many may hold a place at once, if they do more there than compute.
    """

    def __init__(self, name: str, threads: int, waiting: int, places: int | None = None):
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._free = places or threads
        self._waiting = waiting
        self._queues: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()

    async def run(self, client: Hashable, work: Callable[[], Found]) -> Found:
        """Do the work in a thread, in turn with what other clients want.

        Raises:
            Problem: too many wait already.
        """
        async with self.place(client):
            return await self.compute(work)

    async def compute(self, work: Callable[[], Found]) -> Found:
        """Do the work in a thread of the pool, for one who holds a place."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    @asynccontextmanager
    async def place(self, client: Hashable) -> AsyncIterator[None]:
        """Wait for a place, and hold it.

        Raises:
            Problem: too many wait already.
        """
        if self._free > 0:  # then nobody waits
            self._free -= 1
        else:
            await self._wait(client)
        try:
            yield
        finally:
            self._hand_on()

    async def _wait(self, client: Hashable) -> None:
        queue = self._queues.get(client, deque())
        if sum(map(len, self._queues.values())) >= self._waiting or len(queue) >= max(1, self._waiting // 2):
            raise Problem("The server is busy with other questions. Try again in a few seconds.", Kind.BUSY)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(client, queue).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the place was ours already
                self._hand_on()
            elif turn in queue:
                queue.remove(turn)
                if not queue:
                    self._queues.pop(client, None)
            raise

    def _hand_on(self) -> None:
        """Give a place to the client whose turn it is, or keep it free."""
        while self._queues:
            client, queue = self._queues.popitem(last=False)
            turn = queue.popleft()
            if queue:
                self._queues[client] = queue  # behind the others
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def close(self) -> None:
        """Let the threads go; what has not begun is not done."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class SharedWork:
    """What is asked by several at once is done once."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, asyncio.Future[Any]] = {}

    async def join(self, key: Hashable, work: Callable[[], Awaitable[Found]]) -> Found:
        """The outcome of the work, begun for this caller or for another who asked for the same before it was done."""
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.ensure_future(work())
            task.add_done_callback(lambda done: self._forget(key, done))
        found: Found = await asyncio.shield(task)
        return found

    def _forget(self, key: Hashable, done: "asyncio.Future[Any]") -> None:
        self._under_way.pop(key, None)
        if not done.cancelled():
            done.exception()  # all who asked may have gone; asyncio would complain that nobody heard of it


class Pools:
    """The threads of a server, and how many of what may wait.

    Attributes:
        questions: what a view asks; each is a person waiting.
        files: exports, which take seconds: one is written at a time, and few lie on the disk at once.
        feeds: the live data's looks into the store, which last milliseconds.
    """

    def __init__(self) -> None:
        self.questions = Pool("question", threads=4, waiting=200)
        self.files = Pool("file", threads=1, waiting=24, places=3)
        self.feeds = Pool("feed", threads=4, waiting=2_000)

    def close(self) -> None:
        """Let all threads go."""
        for pool in (self.questions, self.files, self.feeds):
            pool.close()
