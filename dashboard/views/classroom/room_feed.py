"""A room as topics: ``room/CODE`` for all who are in it, and ``class/CODE`` for its teacher alone.

A room tells ``place`` (where it is), ``room`` (who leads, what students may), and ``closed``, which ends it; its class
tells ``seats``. Each server looks at the store, which all servers share, for all its listeners together.
"""

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from dashboard.serving.delivery import ROOM, Pace
from dashboard.serving.pools import Pool
from dashboard.serving.problems import Kind, told
from dashboard.serving.topics import Ended, Event, Topic
from dashboard.shell.rights.members import OUTSIDE, closes_at, why_over
from lstm_engine.runs import RunStore
from lstm_engine.runs.rooms import Room, Seat

SEATS_SECONDS = 1.0  # between two looks at who is where
OVER_SECONDS = 60.0  # between two looks at what time alone changes
AWAY_SECONDS = 75.0  # without a word of a student's browser, which says one every 30 s
GetStore = Callable[[], RunStore]
More = Mapping[str, Callable[[RunStore, Room], Mapping[str, Any]]]


def room_payload(store: RunStore, room: Room) -> dict[str, Any]:
    """What all in a room know of it."""
    leader = next((seat for seat in store.seats(room.id) if seat.id == room.leader), None) if room.leader else None
    return {
        "code": room.code,
        "leader": None if leader is None else {"seat": leader.id, "nickname": leader.nickname},
        "may_leave": room.settings.may_leave,
        "closed": list(room.settings.closed),
        "closes_at": closes_at(room),
    }


def place_payload(room: Room) -> dict[str, Any]:
    """Where a room is."""
    return {"version": room.version, "place": room.place, "by": room.moved_by}


def seat_payload(seat: Seat, now: float) -> dict[str, Any]:
    """What a teacher knows of a student."""
    return {
        "seat": seat.id,
        "nickname": seat.nickname,
        "here": now - seat.seen_at < AWAY_SECONDS,
        "follows": seat.follows,
        "where": seat.whereabouts,
    }


class Outside:
    """Those who were taken out of a room, or left it: what is told there is not for them from then on."""

    def __init__(self) -> None:
        self._removals, self._tokens = 0, frozenset[str]()

    def look(self, store: RunStore, room: Room | None) -> None:
        """Find out who they are, if there may be new ones."""
        if room is not None and room.removals != self._removals:
            self._removals, self._tokens = room.removals, store.removed_tokens(room.id)

    def let_go(self, topic: Topic) -> None:
        """Tell those of them who still listen, and nothing more; their browser then asks what became of them."""
        if self._tokens:
            topic.let_go(self._tokens, Event.of("outside", {}))


class RoomFeed:
    """A room's events, as a topic's source.

    Args:
        get_store: gives the run store, or raises StoreError while it cannot be opened.
        pool: the threads that look.
        code: of the room, as the topic's name has it.
        more: further events by their names, each with what gives its payload when something of the room has changed.
    """

    def __init__(self, get_store: GetStore, pool: Pool, code: str, more: More | None = None):
        self._get_store, self._pool, self._code, self._more = get_store, pool, code, more or {}
        self._changes, self._looked_at = -1, -math.inf
        self._outside = Outside()

    def pace_for(self, _listeners: int) -> Pace:
        """However many they are."""
        return ROOM

    async def look(self, topic: Topic) -> None:
        if topic.position is None:
            topic.reached(0)
        room, payloads = await self._pool.run(self._code, self._look)
        self._outside.let_go(topic)
        why = OUTSIDE if room is None else why_over(room)
        if room is None or why:
            raise Ended(Event.of("closed", told(Kind.MISSING, why)))
        for name, payload in payloads.items():
            topic.publish(Event.of(name, payload))
        topic.publish(Event.of("place", place_payload(room)))

    def _look(self) -> tuple[Room | None, dict[str, Mapping[str, Any]]]:
        """The room, and what else there is to tell, if anything of that may have changed."""
        store = self._get_store()
        room, now = store.room(self._code), time.monotonic()
        self._outside.look(store, room)
        if room is None or (room.changes == self._changes and now - self._looked_at < OVER_SECONDS):
            return room, {}
        payloads: dict[str, Mapping[str, Any]] = {"room": room_payload(store, room)}
        payloads |= {name: payload(store, room) for name, payload in self._more.items()}
        self._changes, self._looked_at = room.changes, now
        return room, payloads

    async def missed(self, after: int) -> Event | None:
        return None


class ClassFeed:
    """Who is in a room and where they are, for its teacher; arguments as those of ``RoomFeed``."""

    def __init__(self, get_store: GetStore, pool: Pool, code: str, more: More | None = None):
        self._get_store, self._pool, self._code, self._more = get_store, pool, code, more or {}
        self._looked_at = -math.inf

    async def look(self, topic: Topic) -> None:
        if topic.position is None:
            topic.reached(0)
        now = asyncio.get_running_loop().time()
        if now - self._looked_at < SEATS_SECONDS:
            return
        self._looked_at = now
        for name, payload in (await self._pool.run(self._code, self._look)).items():
            topic.publish(Event.of(name, payload))

    def _look(self) -> dict[str, Mapping[str, Any]]:
        store = self._get_store()
        room = store.room(self._code)
        if room is None or why_over(room):
            raise Ended(Event.of("closed", told(Kind.MISSING, OUTSIDE if room is None else why_over(room))))
        seats = [seat_payload(seat, time.time()) for seat in store.seats(room.id)]
        return {"seats": {"seats": seats}} | {name: payload(store, room) for name, payload in self._more.items()}

    async def missed(self, after: int) -> Event | None:
        return None
