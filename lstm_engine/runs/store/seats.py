"""Students' seats in rooms: who they are, and where their browsers last said they were."""

import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sql

from lstm_engine.runs.rooms import MOST_WHEREABOUTS, Presence, Seat, nickname_key
from lstm_engine.runs.store.database import Database
from lstm_engine.runs.store.errors import AlreadyThere, NicknameTaken, RoomFull
from lstm_engine.runs.store.rows import storable
from lstm_engine.runs.store.schema import rooms, seats
from lstm_engine.runs.store.versions import take_turn

SEATS_TURN = 0x6C737473  # names the server's lock under which a room's seats are counted and taken
SHOWN = [
    seats.c[name] for name in ("id", "room_id", "nickname", "joined_at", "seen_at", "follows", "whereabouts", "removed")
]


def seat_of(row: sql.Row[Any]) -> Seat:
    """A row of ``SHOWN`` as a seat."""
    return Seat(**row._mapping)


class Seats(Database):
    """The part of the store that knows them."""

    def take_seat(self, room_id: int, nickname: str, token_hash: str, most: int, owner: str | None = None) -> Seat:
        """A new seat, for the browser that holds the token.

        Args:
            nickname: as ``nickname_of`` gives it. most: seats in the room. owner: the visitor who sits there.

        Raises:
            NicknameTaken: somebody there is called so. RoomFull: there are no more seats.
        """
        now = time.time()
        values = {
            "room_id": room_id,
            "token_hash": token_hash,
            "nickname": nickname,
            "nickname_key": nickname_key(nickname),
            "joined_at": now,
            "seen_at": now,
            "follows": True,
            "whereabouts": "",
            "removed": False,
            "owner": owner,
        }
        try:
            with self._writing() as connection:
                take_turn(connection, SEATS_TURN)
                taken = sql.select(sql.func.count()).where(seats.c.room_id == room_id, seats.c.removed.is_(False))
                if connection.execute(taken).scalar_one() >= most:
                    raise RoomFull(most)
                row = connection.execute(sql.insert(seats).values(values).returning(*SHOWN)).one()
                connection.execute(sql.update(rooms).where(rooms.c.id == room_id).values(touched_at=now))
                return seat_of(row)
        except AlreadyThere as error:
            raise NicknameTaken(f"somebody in the room is called “{nickname}”, or nearly so") from error

    def seat(self, token_hash: str) -> Seat | None:
        """The seat of the browser that holds the token, be it removed; None if there is none."""
        with self._reading() as connection:
            row = connection.execute(sql.select(*SHOWN).where(seats.c.token_hash == token_hash)).first()
        return None if row is None else seat_of(row)

    def seats(self, room_id: int) -> list[Seat]:
        """All that are in a room, in the order in which they came."""
        query = sql.select(*SHOWN).where(seats.c.room_id == room_id, seats.c.removed.is_(False)).order_by(seats.c.id)
        with self._reading() as connection:
            return [seat_of(row) for row in connection.execute(query)]

    def note_seats(self, said: Sequence[Presence]) -> None:
        """What browsers said of themselves, many at once; of whose token is no seat's, nothing is kept."""
        if not said:
            return
        note = (
            sql.update(seats)
            .where(seats.c.token_hash == sql.bindparam("whose"), seats.c.seen_at <= sql.bindparam("now"))
            .values(
                seen_at=sql.bindparam("now"), follows=sql.bindparam("leads_or_follows"), whereabouts=sql.bindparam("at")
            )
        )
        values = [
            {
                "whose": one.token_hash,
                "now": one.seen_at,
                "leads_or_follows": one.follows,
                "at": storable(one.whereabouts)[:MOST_WHEREABOUTS],
            }
            for one in sorted(said, key=lambda one: one.token_hash)  # two servers' rows never lock each other
        ]
        with self._writing() as connection:
            connection.execute(note, values)

    def remove_seat(self, room_id: int, seat_id: int) -> bool:
        """Take a student out of a room, and their nickname with them; whether there was such a one."""
        mine = sql.update(seats).where(seats.c.id == seat_id, seats.c.room_id == room_id, seats.c.removed.is_(False))
        with self._writing() as connection:
            values = {"removed": True, "nickname": "", "nickname_key": f"-{seat_id}", "whereabouts": ""}
            if not connection.execute(mine.values(values)).rowcount:
                return False
            its = sql.update(rooms).where(rooms.c.id == room_id)
            connection.execute(its.where(rooms.c.leader == seat_id).values(leader=None))
            counted = {"removals": rooms.c.removals + 1, "changes": rooms.c.changes + 1}
            connection.execute(its.values(counted))
            return True

    def removed_tokens(self, room_id: int) -> frozenset[str]:
        """The hashes of what the browsers hold of those who are in a room no longer."""
        gone = sql.select(seats.c.token_hash).where(seats.c.room_id == room_id, seats.c.removed.is_(True))
        with self._reading() as connection:
            return frozenset(connection.execute(gone).scalars())
