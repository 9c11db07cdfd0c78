"""What is SQLite's own: what its file allows, how its connections are prepared, and how space goes back."""

import os
import random
import sqlite3
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Connection, Engine

from lstm_engine.runs.store.errors import StoreError, StoreProblem, store_problem_of

OUTSIDE = "outside of a transaction"  # an execution option: leave "begin" alone, for VACUUM and its like
WRITE_AGAIN_SECONDS = 0.003  # between two attempts to write; SQLite's own waiting would grow to 0.1 s
PAGES_AT_ONCE = 128  # given back to the file system under one lock: half a megabyte
SPARE_PAGES = 512  # free ones that stay in the file for what is written next
LONG_LOG = 16 * 2**20  # bytes of the write-ahead log, from which on it is cut


@dataclass(frozen=True)
class FileState:
    """What decides how a file is opened; a connection made under another state is of no use any more.

    Attributes:
        log: whether the newest data is in the write-ahead log beside it; known of files in read-only folders alone.
        changed_at: when a file without a log in such a folder was last written, by somebody who may.
    """

    device: int
    inode: int
    read_only: bool
    folder_read_only: bool
    log: bool = False
    changed_at: int = 0

    @property
    def immutable(self) -> bool:
        """Whether all is in the file itself, and as good as nobody can write: SQLite then needs no shared index, which
        it could not make there."""
        return self.folder_read_only and not self.log


def may_be_written(path: Path) -> bool:
    """Permission bits as well as os.access: the superuser may write anything, yet the owner's wish counts."""
    return bool(path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)) and os.access(path, os.W_OK)


def look_at(path: Path) -> FileState | None:
    """The file's state, or None if there is none.

    It is not opened: closing any handle on a file ends all locks that this process has on it (POSIX), those of
    SQLite's connections too. Another process could then take the write-ahead log away from under them.

    Raises:
        StoreError: it is no file that this user may open.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or not os.access(path, os.R_OK):
            raise StoreError(
                f"The run store {path} cannot be read: it is no file that this user may open.", StoreProblem.UNREADABLE
            )
        if os.access(path.parent, os.W_OK):
            return FileState(found.st_dev, found.st_ino, not may_be_written(path), False)
        log = log_of(path.resolve())
        kept = log.exists() and log.stat().st_size > 0
        return FileState(found.st_dev, found.st_ino, True, True, kept, 0 if kept else found.st_mtime_ns)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StoreError(f"The run store {path} cannot be read: {error.strerror}.", StoreProblem.UNREADABLE) from error


def log_of(path: Path) -> Path:
    """The write-ahead log of a file."""
    return path.with_name(f"{path.name}-wal")


def unread_log(place: str, path: Path) -> str:
    """What to say where a file's log cannot be read: SQLite needs an index for it, which cannot be made."""
    return (
        f"{place} cannot be read where it is: its newest data is still in its log {log_of(path).name}, and its folder "
        "is read-only. Make the folder writable, or copy both files into one that is and name that."
    )


def check_address(url: sql.URL, shown: str) -> None:
    """What SQLite's driver would choke on, or keep in a memory that the training processes do not share.

    Raises:
        StoreError: of kind ADDRESS.
    """
    wanted = "write one like sqlite:///runs.sqlite3"
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise StoreError(f"“{shown}” wants a driver that runs cannot be kept with; {wanted}.", StoreProblem.ADDRESS)
    if url.database in (None, "", ":memory:") or {"uri", "mode"} & url.query.keys():
        raise StoreError(
            f"“{shown}” names no file, which the training processes could share; {wanted}", StoreProblem.ADDRESS
        )
    try:
        _, options = url.get_dialect()().create_connect_args(url)
        sqlite3.connect(":memory:", **options).close()
    except (TypeError, ValueError, OverflowError, sqlite3.Error, sql.exc.ArgumentError) as error:
        raise StoreError(
            f"“{shown}” has an option that SQLite does not take ({error}); {wanted}.", StoreProblem.ADDRESS
        ) from error


def make_folder(path: Path) -> None:
    """The folder of a file that is yet to be.

    Raises:
        StoreError: it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The run store {path} cannot be made: {error.strerror}. Name another place.", StoreProblem.UNREADABLE
        ) from error


def make_engines(url: sql.URL, state: FileState | None, busy_seconds: float) -> tuple[Engine, Engine]:
    """Engines to write and to read with; each has connections of its own, so that no reader waits for writers."""
    if state is not None and state.read_only:
        query = {"mode": "ro", "uri": "true"}
        if state.immutable:
            query["immutable"] = "1"
        url = url.set(database=f"file:{url.database}", query=query)
    writable = state is None or not state.read_only
    connect = {"timeout": busy_seconds}
    writer, reader = (sql.create_engine(url, connect_args=connect, pool_size=5, max_overflow=95) for _ in range(2))

    @sql.event.listens_for(writer, "connect")
    def prepare_writer(connection: sqlite3.Connection, _record: object) -> None:
        connection.text_factory = any_text
        connection.isolation_level = None  # transactions begin where this package says so
        if writable:
            # before anything is in the file: freed pages can go back to the file system a few at a time
            connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
            insist(connection, "PRAGMA journal_mode=WAL", busy_seconds)
            connection.execute("PRAGMA synchronous=NORMAL")

    @sql.event.listens_for(writer, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(OUTSIDE):
            return
        # at once, since a reader that became a writer later could fail with "database is locked"
        driver: Any = connection.connection.dbapi_connection
        insist(driver, "BEGIN IMMEDIATE" if writable else "BEGIN", busy_seconds)

    @sql.event.listens_for(reader, "connect")
    def prepare_reader(connection: sqlite3.Connection, _record: object) -> None:
        connection.text_factory = any_text
        # nothing begins a transaction here, so every statement sees what is there, and no lock is taken
        connection.isolation_level = None
        connection.execute("PRAGMA query_only=ON")

    return writer, reader


def any_text(stored: bytes) -> str:
    """A column's text; what is no UTF-8 in it must not keep the other rows from being read."""
    return stored.decode("utf-8", "replace")


def insist(connection: sqlite3.Connection, statement: str, seconds: float) -> None:
    """Execute a statement that needs the lock, as soon as it is free: whoever holds it often must not starve others."""
    deadline = time.monotonic() + seconds
    connection.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                connection.execute(statement).fetchall()
                return
            except sqlite3.OperationalError as error:
                if store_problem_of(error) is not StoreProblem.BUSY or time.monotonic() > deadline:
                    raise
            time.sleep(WRITE_AGAIN_SECONDS * random.uniform(0.5, 1.5))
    finally:
        connection.execute(f"PRAGMA busy_timeout={round(1000 * seconds)}")


def pragma(connection: Connection, name: str) -> int:
    """A number that SQLite tells of itself."""
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())


def shrinks(connection: Connection) -> bool:
    """Whether freed pages can be given back; files of earlier versions had to be made so."""
    connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()  # else it tells what once was
    return pragma(connection, "auto_vacuum") == 2


def make_shrinkable(writer: Engine) -> None:
    """Rewrite a file of an earlier version, once, so that it can give space back from now on.

    This is done right after its migration, when nobody works with it yet. Where there is no room for the copy that it
    takes, or somebody does work with it, the file stays as it is: its free pages are used again, but not given back.
    """
    with writer.connect().execution_options(**{OUTSIDE: True}) as connection:
        if shrinks(connection):
            return
        try:
            connection.exec_driver_sql("PRAGMA auto_vacuum=INCREMENTAL")
            connection.exec_driver_sql("VACUUM")
        except sql.exc.OperationalError as error:
            if store_problem_of(error.orig or error) not in (StoreProblem.BUSY, StoreProblem.DISK_FULL):
                raise


def give_back_pages(writer: Engine) -> bool:
    """Give some free pages back to the file system; returns whether there are more."""
    with writer.connect().execution_options(**{OUTSIDE: True}) as connection:
        free = pragma(connection, "freelist_count") if shrinks(connection) else 0
        if free > SPARE_PAGES:
            # a script, since of a single statement without rows Python takes the first step alone, which is one page
            driver: Any = connection.connection.dbapi_connection
            driver.executescript(f"PRAGMA incremental_vacuum({min(PAGES_AT_ONCE, free - SPARE_PAGES)})")
    return free - PAGES_AT_ONCE > SPARE_PAGES


def cut_log(writer: Engine, path: Path) -> None:
    """Bring what the write-ahead log holds into the file and cut the log, if it has grown long and nobody needs it."""
    log = log_of(path)
    if not log.exists() or log.stat().st_size < LONG_LOG:
        return
    with writer.connect().execution_options(**{OUTSIDE: True}) as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").fetchall()  # most of it, which holds up nobody
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
