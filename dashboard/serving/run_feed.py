"""A run as a topic: ``run`` (status and progress), ``metrics`` (new steps; the last is its position), ``samples``,
``trouble``, and ``gone`` when it is deleted."""

import asyncio
import logging
import math
import time
from collections.abc import Callable
from typing import TypeVar

from dashboard.serving.delivery import SILENT_SECONDS
from dashboard.serving.numbers import run_id
from dashboard.serving.pools import Pool
from dashboard.serving.problems import Kind, kind_of, told
from dashboard.serving.run_messages import metrics_payload, missed_payload, run_payload, samples_payload
from dashboard.serving.topics import Ended, Event, Topic, encode
from lstm_engine.runs import History, Run, RunNotFound, RunStore, StoreError
from lstm_engine.runs.store import MOST_ROWS

BESIDE_SECONDS = 0.5  # between two looks at what a run's own row does not tell: its place in the queue, its changes

Found = TypeVar("Found")


class RunFeed:
    """A run's events, as a topic's source.

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
        self._seen: Run | None = None
        self._told_at = -math.inf
        self._sampled_step: int | None = None
        self._sampled_at = -math.inf

    async def look(self, topic: Topic) -> None:
        try:
            await self._look(topic)
        except RunNotFound as error:
            if kind_of(error) is Kind.MISSING:  # else only a checkpoint went, thinned out just now
                raise Ended(Event.of("gone", told(Kind.MISSING, str(error)))) from error

    async def _look(self, topic: Topic) -> None:
        run = await self._ask(lambda store: store.get(self.run_id))
        if topic.position is None:
            topic.reached(run.step)
        elif run.step > topic.position:
            fresh = await self._metrics(topic.position, run)
            if fresh is not None:
                topic.publish(fresh)
        now = asyncio.get_running_loop().time()
        if run == self._seen and now - self._told_at < BESIDE_SECONDS:
            return
        payload = await self._ask(lambda store: run_payload(store, run))
        self._seen, self._told_at = run, now
        if run.wants_worker and run.heartbeat and time.time() - run.heartbeat > SILENT_SECONDS:
            # a worker that cannot write waits; this says for what
            await self._ask(lambda store: store.probe(self.run_id))
        topic.publish(Event.of("run", payload))
        newest = payload["checkpoint"]
        if newest != self._sampled_step and now - self._sampled_at > topic.pace.samples_every:
            await self._sample(topic, run, newest)
            self._sampled_step, self._sampled_at = newest, now

    async def _sample(self, topic: Topic, run: Run, step: int) -> None:
        """Publish samples; if they cannot be made, all else goes on."""
        try:
            samples = await self._ask(lambda store: samples_payload(store, run, step))
        except StoreError:
            raise
        except Exception:
            logging.getLogger(__name__).exception("No samples of run %d at step %d", run.id, step)
        else:
            topic.publish(Event.of("samples", samples))

    async def _metrics(self, after: int, run: Run) -> Event | None:
        """The steps behind that one: all of them, or where they are very many, as a curve."""
        if run.step - after > MOST_ROWS:
            return await self.missed(after)
        history = await self._ask(lambda store: store.history(self.run_id, after))
        if not len(history.step):
            return None
        return Event(
            "metrics",
            encode(metrics_payload(history)),
            int(history.step[-1]),
            int(history.step[0]),
            lambda known: encode(metrics_payload(since(history, known))),
        )

    async def missed(self, after: int) -> Event | None:
        payload = await self._ask(lambda store: missed_payload(store, self.run_id, after))
        steps = payload["loss"]["step"]
        return Event("metrics", encode(payload), steps[-1]) if steps else None

    async def _ask(self, question: Callable[[RunStore], Found]) -> Found:
        """Ask the store in a thread; even opening it may take its time."""
        return await self._pool.run(self.run_id, lambda: question(self._get_store()))


def since(history: History, step: int) -> History:
    """Those rows that come after the step."""
    later = history.step > step
    return History(**{name: column[later] for name, column in vars(history).items()})
