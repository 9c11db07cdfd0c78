"""What a class may see of what was brought: runs that its teacher shows, and those of its experiments."""

from typing import Any

import sqlalchemy as sql

from lstm_engine.runs.store.errors import TooManyShown
from lstm_engine.runs.store.schema import rooms, seats, shown_runs, variations
from lstm_engine.runs.store.votes import Votes


class Shown(Votes):
    """The part of the store that knows it."""

    def show_run(self, room_id: int, run_id: int, most: int) -> None:
        """All in a room may see that run from now on, whatever it holds.

        Raises:
            TooManyShown: they are shown so many already.
        """
        mine = shown_runs.c.room_id == room_id
        with self._writing() as connection:
            self._turn(connection, room_id)
            there = connection.execute(sql.select(shown_runs.c.run_id).where(mine)).scalars().all()
            if run_id in there:
                return
            if len(there) >= most:
                raise TooManyShown(most)
            connection.execute(sql.insert(shown_runs).values(room_id=room_id, run_id=run_id))
            self._changed(connection, room_id)

    def hide_run(self, room_id: int, run_id: int) -> bool:
        """They may not any longer; whether they could."""
        its = shown_runs.c.room_id == room_id, shown_runs.c.run_id == run_id
        with self._writing() as connection:
            if not connection.execute(sql.delete(shown_runs).where(*its)).rowcount:
                return False
            self._changed(connection, room_id)
            return True

    def shown_runs(self, room_id: int) -> set[int]:
        """The numbers of the runs that a teacher shows a room."""
        with self._reading() as connection:
            return set(
                connection.execute(sql.select(shown_runs.c.run_id).where(shown_runs.c.room_id == room_id)).scalars()
            )

    def runs_shown_to(self, key_hash: str, token_hash: str, owner: str | None = None) -> set[int]:
        """The same, for a browser that holds that teacher's key, or that student's token, or is that visitor's."""
        query = sql.select(shown_runs.c.run_id).where(shown_runs.c.room_id.in_(rooms_of(key_hash, token_hash, owner)))
        with self._reading() as connection:
            return set(connection.execute(query).scalars())

    def is_shown(self, run_id: int, key_hash: str, token_hash: str, owner: str | None = None) -> bool:
        """Whether all in such a browser's room may see a run: its teacher shows it, or it is of an experiment there."""
        mine = rooms_of(key_hash, token_hash, owner)
        of_room = sql.select(shown_runs.c.run_id).where(shown_runs.c.run_id == run_id, shown_runs.c.room_id.in_(mine))
        tried = sql.select(variations.c.run_id).where(
            variations.c.run_id == run_id, variations.c.removed.is_(False), variations.c.room_id.in_(mine)
        )
        with self._reading() as connection:
            return connection.execute(sql.union_all(of_room, tried).limit(1)).first() is not None


def rooms_of(key_hash: str, token_hash: str, owner: str | None) -> sql.Select[Any]:
    """The open rooms of a browser that holds these, of which the store knows hashes, or that is a visitor's."""
    theirs, led = seats.c.token_hash == token_hash, rooms.c.key_hash == key_hash
    if owner is not None:
        theirs, led = theirs | (seats.c.owner == owner), led | (rooms.c.owner == owner)
    sits = sql.select(seats.c.room_id).where(theirs, seats.c.removed.is_(False))
    return sql.select(rooms.c.id).where(rooms.c.closed_at.is_(None), led | rooms.c.id.in_(sits))
