"""Rooms: where each is, who has its lead, and what its students may do. All servers of a store look here."""

import time
from typing import Any

import sqlalchemy as sql

from lstm_engine.runs.rooms import Room, RoomSettings, new_code
from lstm_engine.runs.store.database import Database
from lstm_engine.runs.store.errors import AlreadyThere, TooManyRooms
from lstm_engine.runs.store.rows import THERE, storable
from lstm_engine.runs.store.schema import OF_A_ROOM, rooms, runs, seats, variations
from lstm_engine.runs.store.versions import take_turn

ROOMS_TURN = 0x6C737472  # names the server's lock under which an owner's rooms are counted and made
TRIES = 20  # at a code that no other room has
OPEN = rooms.c.closed_at.is_(None)


def room_of(row: sql.Row[Any]) -> Room:
    """A row as a room."""
    values = dict(row._mapping)
    return Room(**{**values, "settings": RoomSettings.from_stored(values["settings"])})


class Rooms(Database):
    """The part of the store that knows rooms."""

    def open_room(self, key_hash: str, owner: str | None = None, most: int | None = None) -> Room:
        """A new room.

        Args:
            key_hash: of its teacher's key. owner: who opens it. most: how many they may have open.

        Raises:
            TooManyRooms: they have as many.
        """
        now = time.time()
        values = {
            "key_hash": key_hash,
            "owner": owner,
            "opened_at": now,
            "touched_at": now,
            "place": "",
            "moved_by": "",
            "version": 0,
            "changes": 0,
            "settings": RoomSettings().to_json(),
            "removals": 0,
        }
        for tries_left in reversed(range(TRIES)):
            try:
                with self._writing() as connection:
                    take_turn(connection, ROOMS_TURN)
                    if owner is not None and most is not None:
                        mine = sql.select(sql.func.count()).where(rooms.c.owner == owner, OPEN)
                        if connection.execute(mine).scalar_one() >= most:
                            raise TooManyRooms(most)
                    made = sql.insert(rooms).values(values | {"code": new_code()}).returning(*rooms.c)
                    return room_of(connection.execute(made).one())
            except AlreadyThere:  # another room has that code
                if not tries_left:
                    raise
        raise AssertionError

    def room(self, code: str) -> Room | None:
        """The room of that code, be it closed; None if there is none."""
        return self._room(rooms.c.code == code)

    def room_of_key(self, key_hash: str) -> Room | None:
        """The room that a teacher's key opens."""
        return self._room(rooms.c.key_hash == key_hash)

    def room_by_id(self, room_id: int) -> Room | None:
        """The room of that number."""
        return self._room(rooms.c.id == room_id)

    def _room(self, which: sql.ColumnElement[bool]) -> Room | None:
        with self._reading() as connection:
            row = connection.execute(sql.select(rooms).where(which)).first()
        return None if row is None else room_of(row)

    def rooms_of(self, owner: str) -> list[Room]:
        """The rooms that somebody has open, the newest first."""
        query = sql.select(rooms).where(rooms.c.owner == owner, OPEN).order_by(rooms.c.id.desc())
        with self._reading() as connection:
            return [room_of(row) for row in connection.execute(query)]

    def number_of_rooms(self, owner: str) -> int:
        """How many rooms somebody has open."""
        query = sql.select(sql.func.count()).where(rooms.c.owner == owner, OPEN)
        with self._reading() as connection:
            return connection.execute(query).scalar_one()

    def move_room(self, room_id: int, place: str, by: str, leader: int | None) -> int | None:
        """Lead a room to a place; returns its new version.

        Args:
            by: the tab that leads there. leader: who leads, a seat or None for the teacher.

        Returns:
            None if the room is closed, or the lead is another's by now.
        """
        leads = rooms.c.leader.is_(None) if leader is None else rooms.c.leader == leader
        values = {"place": storable(place), "moved_by": by, "version": rooms.c.version + 1, "touched_at": time.time()}
        move = sql.update(rooms).where(rooms.c.id == room_id, OPEN, leads).values(values)
        with self._writing() as connection:
            version: int | None = connection.execute(move.returning(rooms.c.version)).scalar()
            return version

    def touch_room(self, room_id: int) -> None:
        """Something of the room changed that is kept elsewhere: every server looks at it anew."""
        self._change(room_id, {})

    def set_leader(self, room_id: int, seat_id: int | None) -> bool:
        """Hand the lead to a student, or back to the teacher (None); whether there is such a student."""
        with self._writing() as connection:
            if seat_id is not None:
                there = sql.select(seats.c.id).where(
                    seats.c.id == seat_id, seats.c.room_id == room_id, seats.c.removed.is_(False)
                )
                if connection.execute(there).first() is None:
                    return False
            values = {"leader": seat_id, "changes": rooms.c.changes + 1, "touched_at": time.time()}
            return connection.execute(sql.update(rooms).where(rooms.c.id == room_id, OPEN).values(values)).rowcount > 0

    def set_room_settings(self, room_id: int, settings: RoomSettings) -> None:
        """What students may do from now on."""
        self._change(room_id, {"settings": settings.to_json()})

    def close_room(self, room_id: int) -> None:
        """Nobody comes in any more; what the room holds is kept for a while."""
        self._change(room_id, {"closed_at": time.time(), "leader": None})

    def _change(self, room_id: int, values: dict[str, Any]) -> None:
        values = {"touched_at": time.time(), "changes": rooms.c.changes + 1, **values}
        with self._writing() as connection:
            connection.execute(sql.update(rooms).where(rooms.c.id == room_id, OPEN).values(values))

    def clear_rooms(self, idle_seconds: float, kept_seconds: float) -> int:
        """Close the rooms that nobody has used for so long, and forget those that were closed so long ago.

        Returns:
            how many were forgotten, with all that they held.
        """
        now = time.time()
        with self._writing() as connection:
            idle = sql.update(rooms).where(OPEN, rooms.c.touched_at < now - idle_seconds)
            connection.execute(idle.values({"closed_at": now, "leader": None, "changes": rooms.c.changes + 1}))
            old = sql.select(rooms.c.id).where(rooms.c.closed_at < now - kept_seconds)
            gone = list(connection.execute(old).scalars())
            tried = sql.select(variations.c.run_id).where(variations.c.room_id.in_(gone))
            deleted = {"deleted_at": now, "lease": None, "heartbeat": None, "steps_per_second": None}
            connection.execute(sql.update(runs).where(runs.c.id.in_(tried), THERE).values(deleted))
            for table in (*OF_A_ROOM, rooms):
                key = table.c.id if table is rooms else table.c.room_id
                connection.execute(sql.delete(table).where(key.in_(gone)))
            return len(gone)
