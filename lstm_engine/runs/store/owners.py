"""Whose runs are whose, where many people start them; a run of nobody is the administrator's."""

import time
from dataclasses import dataclass

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from lstm_engine.runs.store.database import Database
from lstm_engine.runs.store.errors import RunNotFound, TooManyRuns
from lstm_engine.runs.store.rows import THERE, gone
from lstm_engine.runs.store.schema import runs
from lstm_engine.runs.store.versions import take_turn

OWNERS_TURN = 0x6C73746F  # names the server's lock under which an owner's runs are counted and made


SEAT = "seat "  # begins the owner of a class experiment's run; no visitor's identity has a blank


def seat_owner(seat_id: int) -> str:
    """Whose a run in a class experiment is: a student's seat's, whoever they are otherwise."""
    return f"{SEAT}{seat_id}"


def is_seats(owner: str | None) -> bool:
    """Whether a run with that owner is of a class experiment."""
    return owner is not None and owner.startswith(SEAT)


@dataclass(frozen=True)
class Owner:
    """Who starts a run.

    Attributes:
        identity: by which they are known again, at most ``LONGEST_OWNER`` characters.
        most: how many runs they may have.
    """

    identity: str
    most: int


@dataclass(frozen=True)
class Crowd:
    """All runs that visitors began: how many there are, and how many of them have steps to train; and how many of
    class experiments have."""

    runs: int
    waiting: int
    in_classes: int


def check_room(connection: Connection, owner: Owner | None) -> None:
    """Raise TooManyRuns if the owner has as many runs as they may; counted and made in one transaction."""
    if owner is None:
        return
    take_turn(connection, OWNERS_TURN)
    mine = sql.select(sql.func.count()).where(runs.c.owner == owner.identity, runs.c.deleted_at.is_(None))
    if connection.execute(mine).scalar_one() >= owner.most:
        raise TooManyRuns(owner.most)


def identity_of(owner: Owner | None) -> str | None:
    """What stands with the run."""
    return None if owner is None else owner.identity


class Owners(Database):
    """The part of the store that knows whose runs are whose."""

    def owner_of(self, run_id: int) -> str | None:
        """Whose run it is, be it deleted; None is nobody.

        Raises:
            RunNotFound: there is no such run, not even a deleted one.
        """
        with self._reading() as connection:
            row = connection.execute(sql.select(runs.c.owner).where(runs.c.id == run_id)).first()
            if row is None:
                raise RunNotFound(gone(connection, run_id))
            owner: str | None = row[0]
            return owner

    def number_owned(self, identity: str) -> int:
        """How many runs somebody has."""
        query = sql.select(sql.func.count()).where(runs.c.owner == identity, THERE)
        with self._reading() as connection:
            return connection.execute(query).scalar_one()

    def crowd(self) -> Crowd:
        """See ``Crowd``."""
        waits = sql.and_(runs.c.error.is_(None), runs.c.stopped.is_(False), runs.c.step < runs.c.target_step)
        seats = runs.c.owner.startswith(SEAT)
        counted = [sql.func.count(sql.case((which, 1))) for which in (~seats, ~seats & waits, seats & waits)]
        query = sql.select(*counted).where(runs.c.owner.is_not(None), THERE)
        with self._reading() as connection:
            found = connection.execute(query).one()
        return Crowd(found[0], found[1], found[2])

    def delete_old(self, seconds: float) -> int:
        """Take away the runs with an owner that were made longer ago than that; returns how many."""
        now = time.time()
        old = sql.and_(runs.c.owner.is_not(None), runs.c.created_at < now - seconds, THERE)
        with self._reading() as connection:  # nearly always there is none
            if connection.execute(sql.select(runs.c.id).where(old).limit(1)).first() is None:
                return 0
        values = {"deleted_at": now, "lease": None, "heartbeat": None, "steps_per_second": None}
        with self._writing() as connection:
            return connection.execute(sql.update(runs).where(old).values(values)).rowcount
