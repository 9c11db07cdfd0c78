"""How often things were done lately, by whom: counted once for all servers of a store, and over their restarts."""

import hashlib
import time
from collections.abc import Mapping

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from lstm_engine.runs.store.database import Database
from lstm_engine.runs.store.schema import counts
from lstm_engine.runs.store.versions import take_turn

COUNTS_TURN = 0x6C737463  # names the server's lock under which things are counted


def known_as(whom: str) -> str:
    """What is kept of somebody for so long: no address, and no identity that a browser could show."""
    return hashlib.sha256(whom.encode()).hexdigest()[:32]


class Counts(Database):
    """The part of the store that counts."""

    def full(self, wanted: Mapping[tuple[str, str], int], seconds: float) -> tuple[str, str] | None:
        """One that was done as often as it may be, as ``count`` tells; nothing is counted."""
        with self._reading() as connection:
            return find_full(connection, wanted, seconds)

    def count(self, wanted: Mapping[tuple[str, str], int], seconds: float) -> tuple[str, str] | None:
        """Count one more under each of (what is done, by whom), unless one has been done so often already.

        Args:
            wanted: how often each may be done within that time.

        Returns:
            One that is full, and then nothing was counted; None if none is.
        """
        full = self.full(wanted, seconds)  # whoever floods holds up nobody who writes
        if full is not None:
            return full
        with self._writing() as connection:
            take_turn(connection, COUNTS_TURN)
            connection.execute(sql.delete(counts).where(counts.c.at < time.time() - seconds))
            full = find_full(connection, wanted, seconds)
            if full is None:
                now = time.time()
                rows = [{"name": name, "whom": known_as(whom), "at": now} for name, whom in wanted]
                connection.execute(sql.insert(counts), rows)
        return full


def find_full(connection: Connection, wanted: Mapping[tuple[str, str], int], seconds: float) -> tuple[str, str] | None:
    """The first of them that was done as often as it may be; None if none was."""
    since = time.time() - seconds
    for (name, whom), most in wanted.items():
        same = counts.c.name == name, counts.c.whom == known_as(whom), counts.c.at >= since
        if connection.execute(sql.select(sql.func.count()).where(*same)).scalar_one() >= most:
            return name, whom
    return None
