"""Which version the tables have, and how older ones are brought up to date, once, whoever comes first."""

import sqlalchemy as sql
from sqlalchemy.engine import Connection, Engine

from lstm_engine.runs.store.errors import StoreError, StoreProblem
from lstm_engine.runs.store.schema import VERSION, metadata, runs, versions

MIGRATIONS_TURN = 0x6C73746D  # names the server's lock under which tables are made and changed


def take_turn(connection: Connection, number: int) -> None:
    """Until the transaction ends, nobody else is past this line with that number.

    In SQLite one transaction writes at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sql.select(sql.func.pg_advisory_xact_lock(number)))


def version_of(connection: Connection) -> str | None:
    """The version of the tables that are there: empty for those of before there were versions, None for none at all."""
    found = sql.inspect(connection)
    if found.has_table(versions.name):
        return connection.execute(sql.select(versions.c.version_num)).scalar() or ""
    return "" if found.has_table(runs.name) else None


def bring_up_to_date(writer: Engine, readers: Engine, read_only: bool, place: str) -> bool:
    """Make the tables, or bring those of an earlier version to this one; returns whether there were any to bring.

    What is up to date, as nearly always, is seen without a lock, and without loading Alembic.

    Raises:
        StoreError: the tables are of a newer version, or must be changed and cannot be.
    """
    with readers.connect() as connection:
        version = version_of(connection)
    if version == VERSION:
        return False
    if version is not None and version > VERSION:
        raise StoreError(
            f"{place} was made by a newer version of this program (its tables have version {version}, this program "
            f"knows them up to {VERSION}). Bring this program up to date, or name another store.",
            StoreProblem.NEWER,
        )
    if read_only and version is None:
        raise StoreError(
            f"{place} is read-only and holds no runs; make it writable, or name another", StoreProblem.READ_ONLY
        )
    if read_only:
        raise StoreError(
            f"{place} was made by an earlier version of this program and is read-only, so it cannot be brought up to "
            "date. Make the file and its folder writable, open it once, and it can be read-only again.",
            StoreProblem.READ_ONLY,
        )
    with writer.begin() as connection:
        take_turn(connection, MIGRATIONS_TURN)
        version = version_of(connection)  # somebody else may have been faster
        if version is None:
            metadata.create_all(connection)
            connection.execute(sql.insert(versions).values(version_num=VERSION))
        elif version != VERSION:
            from lstm_engine.runs.store.migrations import migrate

            migrate(connection)
            return True
    return False
