"""Live data: one feed a run, however many watch it, sent to browsers as server-sent events.

A feed looks into the store many times a second while somebody listens, encodes what is new once, and hands the same
bytes to every listener. Events: ``metrics`` (columns of new steps; its id is the last step, from which a browser that
lost its connection goes on), ``run`` (status and progress), ``samples``, and ``gone``.
"""

import asyncio
import json
import math
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from dashboard.serving.run_messages import curves_payload, metrics_payload, run_payload, samples_payload
from lstm_engine import EngineError
from lstm_engine.runs import History, RunNotFound, RunStore, StoreError
from lstm_engine.runs.store import MOST_ROWS

POLL_SECONDS = 0.06
SILENT_SECONDS = 3.0  # without a sign of life, after which the store itself is looked at
CROWD = 20  # listeners; more of them are told less often, so that the run they watch keeps its processor
CROWD_POLL_SECONDS = 0.15
CROWD_SEND_SECONDS = 0.75  # between two words to one of them; each has its turn, so that not all browsers draw at once
KEEP_ALIVE_SECONDS = 15.0
SAMPLES_EVERY_SECONDS = 1.0
CROWD_SAMPLES_EVERY_SECONDS = 4.0
MOST_WAITING = 200  # events that a slow listener may lag behind before it must reconnect


def encode_event(name: str, payload: dict[str, Any], event_id: int | None = None) -> bytes:
    """One server-sent event."""
    head = f"id: {event_id}\n" if event_id is not None else ""
    return f"{head}event: {name}\ndata: {json.dumps(payload, separators=(',', ':'))}\n\n".encode()


@dataclass(frozen=True)
class Event:
    """An encoded event; for metrics also the steps it spans and the columns, for a listener who has seen some."""

    name: str
    data: bytes
    first_step: int = 0
    last_step: int = 0
    history: History | None = None

    @classmethod
    def of(cls, name: str, payload: dict[str, Any]) -> "Event":
        """Anything but metrics."""
        return cls(name, encode_event(name, payload))

    @classmethod
    def of_metrics(
        cls, payload: dict[str, Any], last_step: int, first_step: int = 0, history: History | None = None
    ) -> "Event":
        """New steps; their last is the event's id."""
        return cls("metrics", encode_event("metrics", payload, last_step), first_step, last_step, history)


@dataclass
class Feed:
    """One run's feed and its listeners."""

    last_step: int  # up to here the metrics were published
    listeners: set[asyncio.Queue[Event | None]] = field(default_factory=set)
    task: asyncio.Task[None] | None = None
    latest: dict[str, Event] = field(default_factory=dict)  # of "run" and "samples", for whoever comes next

    @property
    def crowded(self) -> bool:
        """Whether so many listen that telling them takes processor time from the run."""
        return len(self.listeners) > CROWD

    def publish(self, event: Event | None) -> None:
        """Give the event to every listener; None ends their streams."""
        for queue in list(self.listeners):
            if queue.qsize() >= MOST_WAITING:  # its browser reconnects and goes on from the last event it got
                self.listeners.discard(queue)
                queue.put_nowait(None)
            else:
                queue.put_nowait(event)


class Feeds:
    """All feeds of this server.

    Args:
        get_store: gives the run store, or raises StoreError while it cannot be opened.
    """

    def __init__(self, get_store: Callable[[], RunStore]):
        self._get_store = get_store
        self._feeds: dict[int, Feed] = {}

    async def exists(self, run_id: int) -> bool:
        """Whether there is such a run, as far as the store can tell."""
        try:
            await asyncio.to_thread(lambda: self._get_store().get(run_id))
        except RunNotFound:
            return False
        except StoreError:
            return True  # it may be back in a moment; the stream then says so
        return True

    async def _step_reached(self, run_id: int) -> int:
        """Where the run is; 0, from which nothing can be missed, while the store cannot tell."""
        try:
            return (await asyncio.to_thread(lambda: self._get_store().get(run_id))).step
        except StoreError:
            return 0

    def close(self) -> None:
        """End all streams."""
        for feed in self._feeds.values():
            feed.publish(None)

    async def events(self, run_id: int, after: int) -> AsyncIterator[bytes]:
        """The stream of one listener: what it missed since step ``after``, then everything as it comes."""
        reached = await self._step_reached(run_id)
        feed = self._feeds.get(run_id)
        joins = feed is not None
        if feed is None:
            # its first look fetches what this listener lacks; one who wants no metrics asks for steps far ahead
            feed = self._feeds[run_id] = Feed(last_step=min(after, reached))
            feed.task = asyncio.create_task(self._watch(run_id, feed))
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        feed.listeners.add(queue)
        sent = after
        turn = random.uniform(0, CROWD_SEND_SECONDS)
        try:
            yield b"retry: 1000\n\n"
            for known in list(feed.latest.values()):
                yield known.data
            if joins:
                try:
                    curves = await asyncio.to_thread(lambda: self._get_store().curves(run_id, after))
                except StoreError:
                    return  # the browser comes back in a moment
                if len(curves.loss.step):
                    sent = int(curves.loss.step[-1])
                    yield encode_event("metrics", curves_payload(curves), sent)
            while True:
                try:
                    async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                        event = await queue.get()
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                # what came together leaves together, of all but metrics only the newest: a crowd costs writes
                metrics: list[bytes] = []
                others: dict[str, bytes] = {}
                while event is not None:
                    if event.name != "metrics":
                        others[event.name] = event.data
                    elif event.history is None or event.first_step > sent:
                        metrics.append(event.data)
                    elif event.last_step > sent:  # overlaps with what was sent on arrival
                        payload = metrics_payload(since(event.history, sent))
                        metrics.append(encode_event("metrics", payload, event.last_step))
                    sent = max(sent, event.last_step)
                    if queue.empty():
                        break
                    event = queue.get_nowait()
                yield b"".join([*metrics, *others.values()])
                if event is None:
                    return
                if feed.crowded:
                    await asyncio.sleep(turn)
                    turn = CROWD_SEND_SECONDS
        finally:
            feed.listeners.discard(queue)

    async def _watch(self, run_id: int, feed: Feed) -> None:
        """Publish what is new while somebody listens."""
        sampled_at, loop = -math.inf, asyncio.get_running_loop()
        sampled_step: int | None = None
        while feed.listeners:
            try:
                store = self._get_store()
                run = await asyncio.to_thread(store.get, run_id)
                fresh: Event | None = None
                if run.step - feed.last_step > MOST_ROWS:
                    curves = await asyncio.to_thread(store.curves, run_id, feed.last_step)
                    last = int(curves.loss.step[-1])
                    fresh = Event.of_metrics(curves_payload(curves), last)
                elif run.step > feed.last_step:
                    history = await asyncio.to_thread(store.history, run_id, feed.last_step)
                    if len(history.step):
                        first, last = int(history.step[0]), int(history.step[-1])
                        fresh = Event.of_metrics(metrics_payload(history), last, first, history)
                payload = await asyncio.to_thread(run_payload, store, run)
                if run.wants_worker and run.heartbeat and time.time() - run.heartbeat > SILENT_SECONDS:
                    await asyncio.to_thread(store.probe)  # a worker that cannot write waits; this says for what
                payload["crowd"] = feed.crowded
                if fresh is not None:
                    feed.publish(fresh)
                    feed.last_step = fresh.last_step
                self._publish_latest(feed, "run", payload)
                newest = payload["checkpoint"]
                rest = CROWD_SAMPLES_EVERY_SECONDS if feed.crowded else SAMPLES_EVERY_SECONDS
                if newest != sampled_step and loop.time() - sampled_at > rest:
                    sampled_step, sampled_at = newest, loop.time()
                    samples = await asyncio.to_thread(samples_payload, store, run, newest)
                    self._publish_latest(feed, "samples", samples)
            except RunNotFound as error:
                if await self.exists(run_id):  # only the checkpoint went, thinned out just now
                    continue
                feed.publish(Event.of("gone", {"message": str(error)}))
                feed.publish(None)
                del self._feeds[run_id]
                return
            except EngineError as error:
                self._publish_latest(feed, "trouble", {"message": str(error)})
            await asyncio.sleep(CROWD_POLL_SECONDS if feed.crowded else POLL_SECONDS)
        self._feeds.pop(run_id, None)

    @staticmethod
    def _publish_latest(feed: Feed, name: str, payload: dict[str, Any]) -> None:
        event = Event.of(name, payload)
        if name not in feed.latest or feed.latest[name].data != event.data:
            feed.latest[name] = event
            feed.publish(event)
        if name == "run":
            feed.latest.pop("trouble", None)


def since(history: History, step: int) -> History:
    """Those rows that come after the step."""
    later = history.step > step
    return History(*(getattr(history, name)[later] for name in History.__dataclass_fields__))
