"""The whole store as one SQLite file, made while others read and write; and such a file put in the store's place.

SQLite copies itself by its own backup API. A server's tables are read in one transaction that sees one state of them
all, rather than by ``pg_dump``: that refuses servers newer than itself, is not everywhere, and what it writes only
PostgreSQL reads. So a copy of either goes back into either.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from lstm_engine.runs.store.database import Database
from lstm_engine.runs.store.errors import StoreError, StoreProblem
from lstm_engine.runs.store.schema import (
    VERSION,
    checkpoints,
    counts,
    marks,
    metadata,
    runs,
    server_keys,
    sign_ins,
    versions,
)
from lstm_engine.runs.store.versions import MIGRATIONS_TURN, take_turn

ROWS_AT_ONCE, CHECKPOINTS_AT_ONCE = 1_000, 4  # in memory; a checkpoint may have a hundred megabytes
NOBODY_MADE = (versions, server_keys, sign_ins, counts, marks)  # tables of which a store's rows are no loss to anybody


class Copying(Database):
    """The part of the store that is copied and replaced as a whole."""

    def copy_to(self, path: Path) -> None:
        """Write everything, as it is at one moment, into a new SQLite file; nobody waits for it meanwhile.

        Raises:
            StoreError: the store cannot be read, or is damaged.
        """
        with self._explained():
            self._look_again()
            if self._path is not None:
                with self._readers.connect() as connection, closing(sqlite3.connect(path)) as copy:
                    driver: Any = connection.connection.dbapi_connection
                    driver.backup(copy)  # in one step, and so under one reader's view
                    copy.execute("PRAGMA journal_mode=DELETE")  # all is in the file itself
            else:
                self._copy_tables(path)
        check_file(path, self._place)

    def _copy_tables(self, path: Path) -> None:
        copy = sql.create_engine(f"sqlite:///{path}")
        try:
            with self._engine.connect() as connection, copy.begin() as to:
                one_view = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                metadata.create_all(to)
                for table in metadata.sorted_tables:
                    copy_rows(one_view, to, table)
                    if counts_on(table):
                        count_from(to, table, last_number(one_view, table))
        finally:
            copy.dispose()

    def holds_anything(self) -> bool:
        """Whether somebody would miss something if all that is here were gone."""
        with self._reading() as connection:
            tables = [table for table in metadata.sorted_tables if table not in NOBODY_MADE]
            return any(connection.execute(sql.select(sql.literal(1)).select_from(t).limit(1)).first() for t in tables)

    def take_over(self, path: Path) -> None:
        """Have what is in that SQLite file, and nothing else, all or nothing; whoever trained lets go.

        Args:
            path: as ``copy_to`` wrote it, brought up to date by ``prepare_copy``.

        Raises:
            StoreError: nothing was changed.
        """
        with self._explained():
            self._look_again()
            if self.read_only:
                raise StoreError(f"{self._place} is read-only; nothing was changed.", StoreProblem.READ_ONLY)
            if self._path is not None:
                with self._engine.connect() as connection, closing(sqlite3.connect(path)) as source:
                    driver: Any = connection.connection.dbapi_connection
                    source.backup(driver)  # one transaction of the file that is there, so that readers go on
                return
        source_engine = sql.create_engine(f"sqlite:///{path}")
        try:
            with source_engine.connect() as source_rows, self._writing() as connection:
                take_turn(connection, MIGRATIONS_TURN)
                if connection.dialect.name == "postgresql":  # readers go on; whoever writes waits
                    names = ", ".join(table.name for table in metadata.sorted_tables)
                    connection.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE")
                for table in reversed(metadata.sorted_tables):
                    connection.execute(sql.delete(table))
                for table in metadata.sorted_tables:
                    copy_rows(source_rows, connection, table)
                    if counts_on(table):
                        count_from(connection, table, last_number(source_rows, table))
        finally:
            source_engine.dispose()


def prepare_copy(path: Path) -> None:
    """Bring a copy up to date, and let go in it of what held at its time alone: who trained, who had signed in.

    Raises:
        StoreError: it is damaged, no copy of a store at all, or of a newer version.
    """
    with closing(sqlite3.connect(path)) as copy:
        try:
            tables = {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        except sqlite3.Error as error:
            raise StoreError(f"The backup holds no run store: {error}.", StoreProblem.DAMAGED) from error
        if runs.name not in tables:
            raise StoreError("The backup holds no run store: it has no runs.", StoreProblem.DAMAGED)
        found = versions.name in tables and copy.execute(f"SELECT version_num FROM {versions.name}").fetchone()
    if found and str(found[0]) > VERSION:
        raise newer(str(found[0]))
    check_file(path, "The backup")
    with Database(f"sqlite:///{path}") as store, store._writing() as connection:
        connection.execute(sql.update(runs).values(lease=None, heartbeat=None, steps_per_second=None))
        connection.execute(sql.delete(sign_ins))


def newer(version: str) -> StoreError:
    """What to say of a backup by a later version of this program."""
    return StoreError(
        f"The backup was made by a newer version of this program (its tables have version {version[:20]}, this program "
        f"knows them up to {VERSION}). Bring this program up to date, then restore it. Nothing was changed.",
        StoreProblem.NEWER,
    )


def check_file(path: Path, place: str) -> None:
    """Raise StoreError if an SQLite file is not sound from the first page to the last."""
    with closing(sqlite3.connect(path)) as connection:
        try:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            found = str(error)
    if found != "ok":
        raise StoreError(f"{place} is damaged ({' '.join(str(found).split())}).", StoreProblem.DAMAGED)


def copy_rows(source: Connection, to: Connection, table: sql.Table) -> None:
    """All rows of a table, a few at a time."""
    most = CHECKPOINTS_AT_ONCE if table is checkpoints else ROWS_AT_ONCE
    query = sql.select(table).order_by(*table.primary_key.columns).execution_options(yield_per=most)
    batches: Iterable[Any] = source.execute(query).mappings().partitions()
    for batch in batches:
        to.execute(sql.insert(table), [dict(row) for row in batch])


def counts_on(table: sql.Table) -> bool:
    """Whether the database numbers the table's rows by itself."""
    return table.autoincrement_column is not None


def last_number(connection: Connection, table: sql.Table) -> int:
    """The last number that a row of the table had, be it gone: no later one may have it again."""
    column = table.autoincrement_column
    assert column is not None
    last = connection.execute(sql.select(sql.func.max(column))).scalar() or 0
    if connection.dialect.name == "postgresql":
        name = connection.execute(sql.select(sql.func.pg_get_serial_sequence(table.name, column.name))).scalar()
        if name:
            found = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {name}").one()
            last = max(last, found[0] if found[1] else 0)
    elif connection.dialect.name == "sqlite" and table.dialect_options["sqlite"]["autoincrement"]:
        query = sql.text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        last = max(last, connection.execute(query, {"name": table.name}).scalar() or 0)
    return int(last)


def count_from(connection: Connection, table: sql.Table, last: int) -> None:
    """Let the database number rows from there on."""
    if last <= 0:
        return
    if connection.dialect.name == "postgresql":
        column = table.autoincrement_column
        assert column is not None
        sequence = sql.func.pg_get_serial_sequence(table.name, column.name)
        connection.execute(sql.select(sql.func.setval(sequence, last)))
    elif connection.dialect.name == "sqlite" and table.dialect_options["sqlite"]["autoincrement"]:
        values = {"name": table.name, "last": last}
        connection.execute(sql.text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
        connection.execute(sql.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), values)
