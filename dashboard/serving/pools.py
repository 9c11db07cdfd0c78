"""Threads for what blocks: a pool each for feeds, questions and files, so that none of them waits for another.

A pool is fair: whoever asks for much waits behind themselves. The clients that wait are served in turn; one of them
never holds all places of a pool that has several, and never fills more than half of those to wait in.
"""

import asyncio
from collections import Counter, OrderedDict, deque
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
        share: how many places one client may hold; unless told, one is left to others.
    """

    def __init__(self, name: str, threads: int, waiting: int, places: int | None = None, share: int | None = None):
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._free = places or threads
        self._share = share or max(1, self._free - 1)
        self._held: Counter[Hashable] = Counter()
        self._waiting = waiting
        self._queues: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def number_waiting(self) -> int:
        """How many wait just now."""
        return sum(map(len, self._queues.values()))

    async def run(self, client: Hashable, work: Callable[[], Found]) -> Found:
        """Do the work in a thread, in turn with what other clients want.

        Raises:
            Problem: too many wait already.
        """
        async with self.place(client):
            return await self.compute(work)

    async def compute(self, work: Callable[[], Found]) -> Found:
        """Do the work in a thread of the pool, for one who holds a place.

        Cancelled, it ends only when the thread does, which cannot be stopped: the place is not free until then.
        """
        job = self._executor.submit(work)
        running = asyncio.wrap_future(job)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            if not job.cancel():
                await asyncio.wait((running,))
                running.exception()  # nobody else hears of it
            raise

    @asynccontextmanager
    async def place(self, client: Hashable) -> AsyncIterator[None]:
        """Wait for a place, and hold it.

        Raises:
            Problem: too many wait already.
        """
        if self._free > 0 and self._held[client] < self._share:  # whoever waits then has their share
            self._take(client)
        else:
            await self._wait(client)
        try:
            yield
        finally:
            self._hand_on(client)

    def _take(self, client: Hashable) -> None:
        self._free -= 1
        self._held[client] += 1

    async def _wait(self, client: Hashable) -> None:
        queue = self._queues.get(client, deque())
        if self.number_waiting >= self._waiting or len(queue) >= max(1, self._waiting // 2):
            raise Problem("The server is busy with other questions. Try again in a few seconds.", Kind.BUSY)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(client, queue).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the place was ours already
                self._hand_on(client)
            elif turn in queue:
                queue.remove(turn)
                if not queue:
                    self._queues.pop(client, None)
            raise

    def _hand_on(self, client: Hashable) -> None:
        """Give a client's place to the one whose turn it is, or keep it free."""
        self._free += 1
        self._held[client] -= 1
        if not self._held[client]:
            del self._held[client]
        while (waiting := next((other for other in self._queues if self._held[other] < self._share), None)) is not None:
            queue = self._queues.pop(waiting)
            turn = queue.popleft()
            if queue:
                self._queues[waiting] = queue  # behind the others
            if not turn.done():
                self._take(waiting)
                turn.set_result(None)
                return

    def close(self) -> None:
        """Let the threads go; what has not begun is not done."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class Asked:
    """Work under way, and how many wait for it."""

    def __init__(self, task: "asyncio.Future[Any]"):
        self.task, self.askers = task, 0


class SharedWork:
    """What is asked by several at once is done once; what nobody waits for any more is given up."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, Asked] = {}

    async def join(self, key: Hashable, work: Callable[[], Awaitable[Found]]) -> Found:
        """The outcome of the work, begun for this caller or for another who asked for the same before it was done."""
        asked = self._under_way.get(key)
        if asked is None:
            asked = self._under_way[key] = Asked(asyncio.ensure_future(work()))
            asked.task.add_done_callback(lambda _done: self._forget(key, asked))
        asked.askers += 1
        try:
            found: Found = await asyncio.shield(asked.task)
            return found
        finally:
            asked.askers -= 1
            if asked.askers == 0 and not asked.task.done():
                self._forget(key, asked)  # who comes from now on has it done anew
                asked.task.cancel()

    def _forget(self, key: Hashable, asked: Asked) -> None:
        if self._under_way.get(key) is asked:
            del self._under_way[key]
        if asked.task.done() and not asked.task.cancelled():
            asked.task.exception()  # all who asked may have gone; asyncio would complain that nobody heard of it


class Pools:
    """The threads of a server, and how many of what may wait.

    Attributes:
        questions: what a view asks; each is a person waiting.
        large: questions that take a second to answer and megabytes to hold: one is answered at a time, so that small
            ones find the processor free, and few answers lie in memory until they are sent.
        inspection: what is asked of whole texts, which takes seconds: one such question is answered at a time.
        files: exports, which take seconds: one is written at a time, and few lie on the disk at once.
        feeds: the live data's looks into the store, which last milliseconds.
    """

    def __init__(self) -> None:
        self.questions = Pool("question", threads=4, waiting=200)
        self.large = Pool("large", threads=1, waiting=48, places=6, share=2)
        self.inspection = Pool("inspection", threads=1, waiting=48, places=6, share=3)
        self.files = Pool("file", threads=1, waiting=24, places=3, share=1)
        self.feeds = Pool("feed", threads=4, waiting=2_000)

    def close(self) -> None:
        """Let all threads go."""
        for pool in (self.questions, self.large, self.inspection, self.files, self.feeds):
            pool.close()
