"""Live data: one task a topic, however many listen to it.

While somebody listens, a topic's source is looked at again and again; what is new is encoded once and given to every
listener. An event with a position (a run's metrics) reaches each listener once and in order; of the others only the
newest matters, so those that a listener has not been told yet are replaced.
"""

import asyncio
import contextlib
import json
import logging
import random
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from dashboard.serving.delivery import LOOK_AGAIN_SECONDS, MOST_LOOK_AGAIN_SECONDS, MOST_WAITING, Pace, pace_for
from dashboard.serving.problems import UNEXPECTED_SENTENCE, Kind, kind_of, told
from lstm_engine import EngineError


@dataclass(frozen=True)
class Event:
    """Something to tell, encoded.

    Attributes:
        name: by which a browser knows what it is about. data: JSON.
        position, first: for an event that must not be lost: from where to where it goes.
        rest: its data, encoded, behind a position that a listener knows already.
    """

    name: str
    data: str
    position: int | None = None
    first: int = 0
    rest: Callable[[int], str] | None = None

    @classmethod
    def of(cls, name: str, payload: Mapping[str, Any]) -> "Event":
        """An event of which only the newest matters."""
        return cls(name, encode(payload))

    def text(self, data: str) -> str:
        """The event as it is sent, without whom it is for."""
        position = "" if self.position is None else f'"id":{self.position},'
        return f'"name":"{self.name}",{position}"data":{data}}}'


def encode(payload: Mapping[str, Any]) -> str:
    return json.dumps(payload, separators=(",", ":"), allow_nan=False)


class Ended(Exception):
    """There is nothing to listen to any more; ``event`` says why."""

    def __init__(self, event: Event):
        super().__init__(event.name)
        self.event = event


class Source(Protocol):
    """Where a topic's events come from; one that is to be told at a pace of its own has a ``pace_for`` as well."""

    async def look(self, topic: "Topic") -> None:
        """Publish what is new; raises Ended if there will be nothing any more. The first look sets the position."""

    async def missed(self, after: int) -> Event | None:
        """All that has a position behind that one, as one event."""


@dataclass(eq=False)
class Subscription:
    """One listener's part in a topic.

    Attributes:
        number: by which the listener knows it.
        sent: the position up to which it was told all.
        wake: called when there is something to tell.
        due: when it is its turn, in a crowd; the loop's time.
        whose: who listens, as the source knows them; empty for nobody in particular.
    """

    topic: "Topic"
    number: int
    sent: int
    wake: Callable[[], None]
    whose: str = ""
    due: float = 0.0
    behind: bool = True  # what it missed is read anew
    ended: bool = False
    positioned: list[Event] = field(default_factory=list)
    newest: dict[str, Event] = field(default_factory=dict)

    def put(self, event: Event) -> None:
        if event.position is None:
            self.newest.pop(event.name, None)  # so that they are told in the order in which they came
            self.newest[event.name] = event
        elif len(self.positioned) >= MOST_WAITING:
            self.behind = True
            self.positioned.clear()
        elif not self.behind:
            self.positioned.append(event)
        self.wake()

    @property
    def waits(self) -> bool:
        """Whether there is something to tell."""
        return bool(self.positioned or self.newest or (self.behind and self.topic.position is not None))

    async def take(self) -> list[str]:
        """All that is to be told now, encoded."""
        head = f'{{"to":{self.number},"topic":"{self.topic.name}",'
        texts = []
        try:
            if self.behind and self.topic.position is not None:
                self.behind = False
                missed = await self.topic.source.missed(self.sent)
                if missed is not None and missed.position is not None:
                    texts.append(head + missed.text(missed.data))
                    self.sent = max(self.sent, missed.position)
        except EngineError:
            self.behind = True  # the topic's own task says what is wrong
            self.due = asyncio.get_running_loop().time() + LOOK_AGAIN_SECONDS
        if not self.behind:
            for event in self.positioned:
                assert event.position is not None
                if event.position <= self.sent:
                    continue
                whole = event.first > self.sent or event.rest is None
                texts.append(head + event.text(event.data if whole else event.rest(self.sent)))  # type: ignore[misc]
                self.sent = event.position
            self.positioned.clear()
        texts += [head + event.text(event.data) for event in self.newest.values()]
        self.newest.clear()
        return texts


class Topic:
    """One thing that is listened to.

    Attributes:
        position: up to here events were published; None before the first look.
        latest: the newest of those events of which only the newest matters, for whoever comes next.
    """

    def __init__(self, name: str, source: Source):
        self.name, self.source = name, source
        self.position: int | None = None
        self.latest: dict[str, Event] = {}
        self.listeners: set[Subscription] = set()
        self.task: asyncio.Task[None] | None = None
        self.nudged = asyncio.Event()

    @property
    def pace(self) -> Pace:
        """For so many listeners as there are: the source's own, where it has one."""
        own: Callable[[int], Pace] = getattr(self.source, "pace_for", pace_for)
        return own(len(self.listeners))

    async def rest(self, seconds: float) -> None:
        """Wait so long, or until somebody knows that there is something new."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.nudged.wait()
        self.nudged.clear()

    def publish(self, event: Event) -> None:
        """Give an event to every listener, unless it is what they know."""
        if event.position is None:
            if event.name in self.latest and self.latest[event.name].data == event.data:
                return
            self.latest[event.name] = event
        else:
            self.position = event.position
        for listener in self.listeners:
            listener.put(event)

    def reached(self, position: int) -> None:
        """Where the source stands at the first look: what lies before, each listener is told as what it missed."""
        self.position = position
        for listener in self.listeners:
            listener.wake()

    def recovered(self) -> None:
        """After trouble: say again what is so, which takes the word of trouble back."""
        if self.latest.pop("trouble", None) is None:
            return
        for listener in self.listeners:
            for event in self.latest.values():
                listener.put(event)

    def end(self, event: Event | None) -> None:
        """Tell all why, and let them go."""
        for listener in list(self.listeners):
            self._end(listener, event)

    def let_go(self, whose: Container[str], event: Event) -> None:
        """Tell those that, and nothing more of this topic, not even what was under way to them."""
        for listener in [one for one in self.listeners if one.whose and one.whose in whose]:
            listener.newest.clear()
            listener.positioned.clear()
            listener.behind = False
            self._end(listener, event)

    def _end(self, listener: Subscription, event: Event | None) -> None:
        listener.ended = True
        if event is not None:
            listener.put(event)
        listener.wake()
        self.listeners.discard(listener)


class Topics:
    """All topics of this server.

    Args:
        sources: by the first part of a topic's name, what makes its source from the rest, or refuses.
    """

    def __init__(self, sources: Mapping[str, Callable[[str], Source]]):
        self._sources = sources
        self._topics: dict[str, Topic] = {}
        self.closed = False

    def join(self, name: str, number: int, after: int, wake: Callable[[], None], whose: str = "") -> Subscription:
        """Listen to a topic from a position on; ``whose``, see ``Subscription``.

        Raises:
            EngineError: there is no such topic.
        """
        topic = self._topics.get(name)
        if topic is None:
            kind, _, rest = name.partition("/")
            if kind not in self._sources:
                raise TopicUnknown(name)
            topic = self._topics[name] = Topic(name, self._sources[kind](rest))
            topic.task = asyncio.create_task(self._watch(topic))
        listener = Subscription(topic, number, after, wake, whose)
        listener.newest.update(topic.latest)
        topic.listeners.add(listener)
        listener.due = asyncio.get_running_loop().time() + random.uniform(0, topic.pace.tell_every)
        wake()
        return listener

    def leave(self, listener: Subscription) -> None:
        """Listen no more; the topic's task ends at its next look if it was the last one."""
        listener.topic.listeners.discard(listener)

    def nudge(self, name: str) -> None:
        """Something new is known to be there: look at that topic now, if anybody listens to it."""
        topic = self._topics.get(name)
        if topic is not None:
            topic.nudged.set()

    def close(self) -> None:
        """End all topics."""
        self.closed = True
        for topic in list(self._topics.values()):
            if topic.task is not None:
                topic.task.cancel()
            topic.end(None)

    async def _watch(self, topic: Topic) -> None:
        """Look while somebody listens; trouble is told, and looked after again, later the more often it fails."""
        failures = 0
        try:
            while topic.listeners:
                rest = topic.pace.look_every
                try:
                    await topic.source.look(topic)
                    topic.publish(Event.of("pace", topic.pace.message()))
                    topic.recovered()
                    failures = 0
                except Ended as ended:
                    topic.end(ended.event)
                except EngineError as error:
                    topic.publish(trouble(kind_of(error), str(error)))
                    rest = LOOK_AGAIN_SECONDS
                except Exception:
                    logging.getLogger(__name__).exception("The topic %s failed; it is begun again.", topic.name)
                    topic.publish(trouble(Kind.UNEXPECTED, UNEXPECTED_SENTENCE))
                    rest = min(MOST_LOOK_AGAIN_SECONDS, LOOK_AGAIN_SECONDS * 2**failures)
                    failures += 1
                await topic.rest(rest)
        finally:
            if self._topics.get(topic.name) is topic:
                del self._topics[topic.name]


class TopicUnknown(EngineError):
    """Nobody can listen to that."""

    def __init__(self, name: str):
        super().__init__(f"There is no topic “{name[:40]}”.")


def trouble(kind: Kind, sentence: str) -> Event:
    """What listeners of a topic in trouble are told."""
    return Event.of("trouble", told(kind, sentence))
