"""A tab that listens: one connection, whatever it listens to.

A listener sends ``{"listen": "run/5", "after": 300, "as": 1}``, from which on it is told everything of that topic
behind position 300, and ``{"leave": 1}``. It is sent lists of events: ``{"to": 1, "topic": "run/5", "name": "metrics",
"id": 330, "data": {...}}``; ``id`` is the position from which it goes on after a lost connection. What it asks in vain
is answered by an event ``refused``; an empty list says that the server is still here.
"""

import asyncio
import json
from collections import Counter
from typing import Protocol

from dashboard.serving.delivery import (
    KEEP_ALIVE_SECONDS,
    MESSAGES_SECONDS,
    MOST_LISTENERS,
    MOST_LISTENERS_A_CLIENT,
    MOST_MESSAGE,
    MOST_MESSAGES,
    MOST_TOPICS_A_LISTENER,
)
from dashboard.serving.numbers import AFTER, Bounds
from dashboard.serving.problems import Kind, Problem, told_of
from dashboard.serving.topics import Event, Subscription, Topics
from lstm_engine import EngineError

NUMBER = Bounds("as", 0, 10**9)  # how a listener calls what it listens to


class Line(Protocol):
    """A way to a listener."""

    async def send_text(self, data: str) -> None: ...


class Listener:
    """One connection.

    Args:
        topics: what can be listened to. line: to the listener.
    """

    def __init__(self, topics: Topics, line: Line):
        self._topics, self._line = topics, line
        self._subscriptions: dict[int, Subscription] = {}
        self._refusals: list[str] = []
        self._woken = asyncio.Event()
        self._heard: list[float] = []

    def hear(self, text: str, problem: EngineError | None = None, whose: str = "") -> None:
        """Take a message of the listener's.

        Args:
            problem: why what it asks for is refused, whatever it is.
            whose: who listens, as the source of what they listen to knows them; see ``Topic.let_go``.

        Raises:
            Problem: it sends so much, or so often, that it is to be cut off.
        """
        now = asyncio.get_running_loop().time()
        self._heard = [at for at in self._heard if now - at < MESSAGES_SECONDS] + [now]
        if len(text) > MOST_MESSAGE or len(self._heard) > MOST_MESSAGES:
            raise Problem("A listener sends short messages, and few.", Kind.TOO_LARGE)
        number = 0
        try:
            message = parsed(text)
            number = int(NUMBER.read(str(message.get("as", message.get("leave", 0)))))
            if problem is not None:
                raise problem
            if "leave" in message:
                self._leave(number)
            else:
                after = int(AFTER.read(str(message.get("after", 0))))
                self._listen(str(message.get("listen", "")), number, after, whose)
        except EngineError as error:
            event = Event.of("refused", told_of(error))
            self._refusals.append(f'{{"to":{number},{event.text(event.data)}')
            self._woken.set()

    def _listen(self, name: str, number: int, after: int, whose: str) -> None:
        self._leave(number)
        if len(self._subscriptions) >= MOST_TOPICS_A_LISTENER:
            raise Problem(f"One connection listens to {MOST_TOPICS_A_LISTENER} topics at most.", Kind.TOO_LARGE)
        self._subscriptions[number] = self._topics.join(name, number, after, self._woken.set, whose)

    def _leave(self, number: int) -> None:
        subscription = self._subscriptions.pop(number, None)
        if subscription is not None:
            self._topics.leave(subscription)

    def leave_all(self) -> None:
        """The connection is gone."""
        for number in list(self._subscriptions):
            self._leave(number)

    async def tell(self) -> None:
        """Send what there is to send until the topics close; returns then."""
        clock = asyncio.get_running_loop().time
        spoke = clock()
        while not self._topics.closed:
            self._woken.clear()
            texts, self._refusals = self._refusals, []
            rest = spoke + KEEP_ALIVE_SECONDS
            for number, subscription in list(self._subscriptions.items()):
                if not subscription.waits:
                    continue
                pace = subscription.topic.pace
                if subscription.due > clock() and (pace.tell_every or subscription.behind) and not subscription.ended:
                    rest = min(rest, subscription.due)
                    continue
                texts += await subscription.take()
                subscription.due = max(subscription.due, clock() + pace.tell_every)
                if subscription.ended and self._subscriptions.get(number) is subscription:
                    del self._subscriptions[number]
            if texts or clock() >= rest:
                await self._line.send_text(f"[{','.join(texts)}]")
                spoke = clock()
                continue
            try:
                async with asyncio.timeout(max(0.0, rest - clock())):
                    await self._woken.wait()
            except TimeoutError:
                continue


def parsed(text: str) -> dict[str, object]:
    """A message.

    Raises:
        Problem: it is none.
    """
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict) or not ({"listen", "leave"} & message.keys()):
        raise Problem("That is no message of a listener; expected one that says “listen” or “leave”.")
    return message


class Doors:
    """How many listen, in all and from one address."""

    def __init__(self) -> None:
        self._clients: Counter[str] = Counter()

    def enter(self, client: str) -> bool:
        """Whether there is room for one more; the caller then leaves in the end."""
        if self._clients.total() >= MOST_LISTENERS or self._clients[client] >= MOST_LISTENERS_A_CLIENT:
            return False
        self._clients[client] += 1
        return True

    def leave(self, client: str) -> None:
        self._clients[client] -= 1
        if not self._clients[client]:
            del self._clients[client]
