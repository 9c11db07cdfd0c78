"""Space: how many bytes a run and the whole store may have, what is forgotten for good, and what is given back."""

import os
import re
import time
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import ColumnElement

from lstm_engine.errors import SettingsError
from lstm_engine.runs.lease import is_lease, lease_process, process_exists
from lstm_engine.runs.store import sqlite
from lstm_engine.runs.store.checkpoints import METRIC_BYTES
from lstm_engine.runs.store.columns import MOST_OF_A_RUN, is_time
from lstm_engine.runs.store.database import Database
from lstm_engine.runs.store.errors import StoreError, StoreProblem
from lstm_engine.runs.store.schema import OF_A_RUN, checkpoints, runs

RUN_VARIABLE, STORE_VARIABLE = "LSTM_RUN_BYTES", "LSTM_STORE_BYTES"
RUN_BYTES, STORE_BYTES = "1 GB", "10 GB"  # unless told otherwise
UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
UNDO_SECONDS = 24 * 3600.0  # how long a deleted run can be had back, while there is room
FORK_SECONDS = 120.0  # a fork on another machine of which nothing was heard for so long is given up
PURGE_SECONDS = 0.2  # that one call of ``purge`` takes
REST_SECONDS = 0.01
ROWS_AT_ONCE = 2_000  # deleted in one transaction
CHECKPOINTS_AT_ONCE = 2


def bytes_of(text: str, name: str) -> float:
    """A number of bytes as people write it: ``500 MB``, ``1.5 GB``, ``2e9``; ``none`` for no bound.

    Raises:
        SettingsError: it is no such number; the message calls it by its name.

    >>> bytes_of("1.5 GB", "LSTM_RUN_BYTES")
    1500000000.0
    """
    if text.strip().lower() == "none":
        return float("inf")
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?(?:e\d{1,2})?)\s*([KMGT]?)B?\s*", text, re.IGNORECASE)
    if found is None:
        raise SettingsError(f"{name} is “{text[:40]}”, expected a number of bytes such as 500 MB or 2 GB, or none")
    return float(found[1]) * UNITS[found[2].upper()]


def shown_bytes(count: float) -> str:
    """As people read it.

    >>> shown_bytes(89_300_000), shown_bytes(1.5e9), shown_bytes(20_000), shown_bytes(10)
    ('89 MB', '1.5 GB', '0.02 MB', '10 bytes')
    """
    if count < 10_000:
        return f"{count:,.0f} bytes"
    return f"{count / 1e9:,.1f} GB" if count >= 999.5e6 else f"{float(f'{count / 1e6:.2g}'):g} MB"


def used_bytes(connection: Connection) -> int:
    """What the checkpoints and metrics of all runs take, those included that can still be brought back."""

    def total(column: sql.Column[int]) -> ColumnElement[int]:
        # what is no such number, as a foreign hand may have left it, would make the sum fail, or overflow
        return sql.func.coalesce(sql.func.sum(sql.case((column.between(0, MOST_OF_A_RUN), column), else_=0)), 0)

    query = sql.select(total(runs.c.checkpoint_bytes), total(runs.c.step))
    found = connection.execute(query).one()
    return int(found[0]) + METRIC_BYTES * int(found[1])


def rest() -> None:
    """Let in whoever waits, between two short transactions of a long task."""
    time.sleep(REST_SECONDS)


def is_being_made(lease: Any, heartbeat: Any) -> bool:
    """Whether the process that makes a fork lives: here, or was heard of elsewhere."""
    if not is_lease(lease) or not is_time(heartbeat):
        return False
    process = lease_process(lease)
    return time.time() - heartbeat < FORK_SECONDS if process is None else process_exists(process)


def can_come_back() -> ColumnElement[bool]:
    """Of a query over runs: those deleted so lately that they can be had back."""
    return runs.c.deleted_at > time.time() - UNDO_SECONDS


class Space(Database):
    """The part of the store that keeps it within its bounds.

    Attributes:
        run_bytes, store_bytes: how many bytes a run and the store may have, see ``bytes_of``.
    """

    def __init__(self, url: str):
        self.run_bytes = bytes_of(os.environ.get(RUN_VARIABLE) or RUN_BYTES, RUN_VARIABLE)
        self.store_bytes = bytes_of(os.environ.get(STORE_VARIABLE) or STORE_BYTES, STORE_VARIABLE)
        super().__init__(url)

    def _make_room_for(self, data: bytes, steps: int = 0, checkpoints: int = 2) -> None:
        """Make sure that a run with such checkpoints may be made: one that trains will have two of them at least.

        Raises:
            StoreError: it would be larger than it may be, or the store would.
        """
        needed = checkpoints * len(data) + METRIC_BYTES * steps
        if needed > self.run_bytes:
            raise StoreError(
                f"The run needs {shown_bytes(needed)}, since a checkpoint of it has {shown_bytes(len(data))}; a run "
                f"may have {shown_bytes(self.run_bytes)} ({RUN_VARIABLE}). Make the model smaller, or allow more.",
                StoreProblem.NO_ROOM,
            )
        with self._reading() as connection:
            used = used_bytes(connection)
        if used + needed > self.store_bytes and not self._forget_deleted(self.store_bytes - needed):
            raise self._no_room(used)

    def _no_room(self, used: int) -> StoreError:
        return StoreError(
            f"{self._place} is full: it holds {shown_bytes(used)} of the {shown_bytes(self.store_bytes)} that it may "
            f"({STORE_VARIABLE}). Delete runs that nobody needs, or allow more, then try again.",
            StoreProblem.NO_ROOM,
        )

    def _forget_deleted(self, most: float) -> bool:
        """Forget deleted runs for good before their day is over, the oldest first, until no more than ``most`` bytes
        are used; returns whether that was enough."""
        for run_id in self._forgettable(sql.true()):
            with self._reading() as connection:
                if used_bytes(connection) <= most:
                    return True
            self._forget(run_id)
        with self._reading() as connection:
            return used_bytes(connection) <= most

    def purge(self, seconds: float = PURGE_SECONDS) -> bool:
        """Forget for good what was deleted more than a day ago, and forks that were never finished; give their space
        back to the file system. To be called now and then: it costs little where there is nothing to do, and goes by
        transactions that hold up nobody.

        Args:
            seconds: how long it may take.

        Returns:
            Whether there is more to do.
        """
        if self.read_only:
            return False
        deadline = time.monotonic() + seconds
        for run_id in self._forgettable(~can_come_back()):
            if not self._forget(run_id, deadline):
                return True
        if self._path is None:
            return False  # a server's own vacuum does the rest
        more = True
        with self._explained():
            while more and time.monotonic() < deadline:
                more = sqlite.give_back_pages(self._engine)
                rest()
            sqlite.cut_log(self._engine, self._path)
        return more

    def _forgettable(self, deleted: ColumnElement[bool]) -> list[int]:
        """Numbers of deleted runs, the first deleted first, and of forks whose maker is dead."""
        candidates = (runs.c.deleted_at.is_not(None) & deleted) | runs.c.forming.is_(True)
        query = sql.select(runs.c.id, runs.c.forming, runs.c.lease, runs.c.heartbeat, runs.c.deleted_at)
        with self._reading() as connection:
            found = connection.execute(query.where(candidates).order_by(runs.c.deleted_at, runs.c.id)).fetchall()
        return [
            row.id
            for row in found
            if not row.forming or row.deleted_at is not None or not is_being_made(row.lease, row.heartbeat)
        ]

    def _forget(self, run_id: int, deadline: float = float("inf")) -> bool:
        """Remove a run and all it has, by short transactions; returns whether that was done in time."""
        with self._writing() as connection:
            doomed = sql.update(runs).where(runs.c.id == run_id, runs.c.deleted_at.is_not(None) | runs.c.forming)
            if connection.execute(doomed.values(deleted_at=0.0)).rowcount == 0:  # from here on it cannot come back
                return True  # somebody brought it back
        for table in OF_A_RUN:
            key = list(table.primary_key.columns)[-1]
            most = CHECKPOINTS_AT_ONCE if table is checkpoints else ROWS_AT_ONCE
            some = sql.select(key).where(table.c.run_id == run_id).limit(most)
            while True:
                if time.monotonic() > deadline:
                    return False
                with self._writing() as connection:
                    batch = sql.delete(table).where(table.c.run_id == run_id, key.in_(some.scalar_subquery()))
                    if connection.execute(batch).rowcount == 0:
                        break
                rest()
        with self._writing() as connection:
            connection.execute(sql.delete(runs).where(runs.c.id == run_id))
        return True
