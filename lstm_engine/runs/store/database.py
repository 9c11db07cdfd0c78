"""The database under the run store: how it is opened, read and written, and what its trouble is called.

A reader never waits for a writer: it has connections of its own, and takes no lock. In SQLite one process writes at a
time; a server locks the rows that a transaction writes.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import sqlalchemy as sql
from sqlalchemy.engine import Connection, Engine, make_url

from lstm_engine.runs.store import sqlite
from lstm_engine.runs.store.address import may_tell_password, without_password
from lstm_engine.runs.store.errors import AlreadyThere, StoreError, StoreProblem, sentence_of, store_problem_of
from lstm_engine.runs.store.schema import versions
from lstm_engine.runs.store.versions import bring_up_to_date
from lstm_engine.runs.store.waits import READ, WRITE, Waits

# how long a write waits for another process's: longer than it takes until a training process that was halted inside a
# write is found (15 s without a pulse) and ended, which frees what it held
BUSY_SECONDS = 25.0
CONNECT_SECONDS = 10
KINDS_OF_URL = (
    "write a URL like sqlite:///runs.sqlite3, or postgresql://user@host/runs (postgresql+psycopg is the same)."
)
# a process on another machine that was halted inside a write must not hold its rows for longer than others wait
IDLE_IN_TRANSACTION_SECONDS = 15


def parse_url(url: str) -> sql.URL:
    """A database's URL, with the driver that this project brings for it.

    Raises:
        StoreError: it names no database that runs can be kept in.
    """
    shown = without_password(url).replace("\0", "\\0")
    try:
        parsed = make_url(url)
    except (sql.exc.ArgumentError, ValueError) as error:  # such as a port that is no number
        raise StoreError(f"“{shown}” is not a database URL; {KINDS_OF_URL}", StoreProblem.ADDRESS) from error
    if "@" in (parsed.host or ""):
        raise StoreError(
            f"“{shown}” has an @ in its name or its password, so nobody can tell where the host begins; write it "
            "as %40.",
            StoreProblem.ADDRESS,
        )
    if any("\0" in part for part in (parsed.host, parsed.database, parsed.username, parsed.password) if part):
        raise StoreError(f"“{shown}” has a null byte in it, which no name has.", StoreProblem.ADDRESS)
    if parsed.drivername in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite":
        sqlite.check_address(parsed, shown)
    return parsed


class Database:
    """A database that has the store's tables; they are made, or brought up to date, when it is opened.

    Args:
        url: an SQLAlchemy URL, such as ``sqlite:///runs.sqlite3`` or ``postgresql://user@host/runs``.

    Attributes:
        waits: how long this process waited for it.

    Raises:
        StoreError: the database cannot be opened, is damaged, or is of a newer version.
    """

    def __init__(self, url: str):
        self.url = url
        self.waits = Waits()
        self._address = parse_url(url)
        self._path = Path(self._address.database or "") if self._address.get_backend_name() == "sqlite" else None
        self._state: sqlite.FileState | None = None
        self._opening = threading.RLock()
        if self._path is not None:
            self._state = sqlite.look_at(self._path)
            if self._state is None:
                sqlite.make_folder(self._path)
        self._open()

    def _open(self) -> None:
        try:
            self._engine, self._readers = self._make_engines()
        except sql.exc.NoSuchModuleError as error:
            kind = self._address.drivername
            raise StoreError(
                f"“{kind}” is no kind of database that is known here; {KINDS_OF_URL}", StoreProblem.ADDRESS
            ) from error
        except ImportError as error:
            kind = self._address.drivername
            if kind == "postgresql+psycopg":
                kind, advice = "postgresql", "Install it: python -m pip install 'psycopg[binary]'"
            else:
                advice = f"W{KINDS_OF_URL[1:]}"
            raise StoreError(f"The driver for {kind} is not installed. {advice}", StoreProblem.NO_DRIVER) from error
        try:
            with self._explained():
                read_only = self._state is not None and self._state.read_only
                migrated = bring_up_to_date(self._engine, self._readers, read_only, self._place)
                if migrated and self._path is not None:
                    sqlite.make_shrinkable(self._engine)
            if self._path is not None:
                self._state = sqlite.look_at(self._path)
        except BaseException:
            self.close()
            raise

    def _make_engines(self) -> tuple[Engine, Engine]:
        """To write with, and to read with: there nothing begins a transaction."""
        if self._path is not None:
            return sqlite.make_engines(self._address, self._state, BUSY_SECONDS)
        arguments = {}
        if self._address.get_backend_name() == "postgresql" and "connect_timeout" not in self._address.query:
            arguments["connect_timeout"] = CONNECT_SECONDS
        writer = sql.create_engine(self._address, pool_pre_ping=True, connect_args=arguments)
        readers = sql.create_engine(
            self._address, pool_pre_ping=True, connect_args=arguments, isolation_level="AUTOCOMMIT"
        )
        if self._address.get_backend_name() == "postgresql":

            @sql.event.listens_for(writer, "begin")
            def bound_waiting(connection: Connection) -> None:
                connection.exec_driver_sql(
                    f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s';"
                    f" SET LOCAL idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION_SECONDS}s'"
                )

        return writer, readers

    def _look_again(self) -> None:
        """Open the file anew if it was replaced, or may be written now, or no longer.

        Raises:
            StoreError: it was removed, or cannot be opened as it is now.
        """
        if self._path is None:
            return
        state = sqlite.look_at(self._path)
        if state is not None and state == self._state:
            return
        with self._opening:
            if state is None:
                self.close()  # connections to the removed file would go on as if it were there
                self._state = None
                raise StoreError(sentence_of(StoreProblem.MISSING, self._place, ""), StoreProblem.MISSING)
            if state != self._state:  # nobody else was faster
                self.close()
                self._state = state
                try:
                    self._open()
                except BaseException:
                    self._state = None  # so that the next one tries again
                    raise

    def check(self) -> None:
        """Raise StoreError if the store does not answer; it is only read."""
        with self._reading() as connection:
            connection.execute(sql.select(versions.c.version_num)).scalar()

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()
        self._readers.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def read_only(self) -> bool:
        """Whether runs can be looked at but not changed, as the file is now."""
        state = sqlite.look_at(self._path) if self._path is not None else None
        return state is not None and state.read_only

    @property
    def is_file(self) -> bool:
        """Whether it is a file, which processes of other machines do not share."""
        return self._path is not None

    @property
    def public_url(self) -> str:
        """The URL as anybody may see it: without the password."""
        return without_password(self.url)

    @property
    def _place(self) -> str:
        return f"The run store {self._address.database if self._path is not None else self.public_url}"

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what the database says into a sentence that helps, and a kind."""
        try:
            yield
        except sql.exc.IntegrityError as error:
            raise AlreadyThere(f"{self._place} has that row already: {error.orig}.") from error
        except sql.exc.TimeoutError as error:  # all connections are in use
            raise StoreError(sentence_of(StoreProblem.BUSY, self._place, ""), StoreProblem.BUSY) from error
        except (sql.exc.DBAPIError, sqlite3.Error) as error:  # SQLite's own, where a connection is being prepared
            cause = getattr(error, "orig", None) or error
            problem = store_problem_of(cause)
            reason = " ".join(str(cause).split()).rstrip(".")
            if may_tell_password(self.url):
                reason = "its driver says more, which may hold a part of the password, since that is not escaped"
            message = sentence_of(problem, self._place, reason)
            refused = problem in (StoreProblem.UNREADABLE, StoreProblem.READ_ONLY)
            if refused and self._path is not None and self._state is not None and self._state.log:
                message = sqlite.unread_log(self._place, self._path)
            raise StoreError(message, problem) from error

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A connection to read with; every statement sees what is there when it begins."""
        began = time.monotonic()
        with self._explained():
            self._look_again()
            with self._readers.connect() as connection:
                self.waits.took(READ, time.monotonic() - began)
                yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction: all that is written in it, or nothing."""
        began = time.monotonic()
        with self._explained():
            self._look_again()
            if self._state is not None and self._state.read_only:
                raise StoreError(sentence_of(StoreProblem.READ_ONLY, self._place, ""), StoreProblem.READ_ONLY)
            with self._engine.begin() as connection:
                self.waits.took(WRITE, time.monotonic() - began)
                yield connection
