"""From rows to runs: which of them are there, and how one is found and made."""

import time
import unicodedata
from collections.abc import Collection
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from lstm_engine.runs.run import Run
from lstm_engine.runs.settings import RunSettings
from lstm_engine.runs.store.columns import JUDGED, judged
from lstm_engine.runs.store.errors import RunNotFound
from lstm_engine.runs.store.schema import LONGEST_NAME, changes, runs

# control, format (no width, a direction of writing), marks on what stands before them, separators
UNSEEN = ("Cc", "Cf", "Me", "Mn", "Zl", "Zp", "Zs")
BLANKS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs that are drawn as nothing
LONGEST_SHOWN = 10**30  # a number beyond it is not printed; Python refuses to from 4,300 digits on

# as the database has them: a type of SQLAlchemy's would convert, or choke on, what the wrong kind of value is
COLUMNS: list[sql.ColumnElement[Any]] = [
    sql.type_coerce(runs.c[name], sql.types.NullType()).label(name) for name in ("id", "settings", *JUDGED)
]
# of a query over runs: those that were not deleted, and are whole
THERE = runs.c.deleted_at.is_(None) & runs.c.forming.is_not(True)
UNCHANGED = THERE & ~sql.exists().where(changes.c.run_id == runs.c.id)


# a server's numbers come from a sequence, which not everybody may read; a rolled back run has used one up as well
LAST_OF_SEQUENCE = """
    SELECT CASE WHEN has_sequence_privilege(numbers, 'SELECT') THEN pg_sequence_last_value(numbers) END
    FROM (SELECT pg_get_serial_sequence('runs', 'id')::regclass::oid AS numbers) AS found
"""


def was_there(connection: Connection, run_id: int) -> bool:
    """Whether a run ever had that number: they are given in order, and never twice."""
    if run_id < 1:
        return False
    if connection.dialect.name == "sqlite":
        last = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'runs'").scalar()
    else:
        last = connection.exec_driver_sql(LAST_OF_SEQUENCE).scalar()
    there = connection.execute(sql.select(sql.func.max(runs.c.id))).scalar()
    return run_id <= max(number for number in (last, there, 0) if isinstance(number, int))


def gone(connection: Connection, run_id: int) -> str:
    """What to say of a run that cannot be found."""
    if abs(run_id) > LONGEST_SHOWN:
        return "There is no run with so large a number."
    if not was_there(connection, run_id):
        return f"There is no run {run_id}."
    return f"Run {run_id} is no more: it was deleted, perhaps by someone else."


def storable(text: str) -> str:
    """A person's text as every database takes it."""
    return text.encode("utf-8", "replace").decode().replace("\0", "").strip()


def named(text: str) -> str:
    """A person's name for a run, as it is kept; empty if there is nothing in it that anybody can see."""
    name = storable(text)[:LONGEST_NAME].strip()
    seen = any(unicodedata.category(symbol) not in UNSEEN and symbol not in BLANKS for symbol in name)
    return name if seen else ""


def run_of(row: sql.Row[Any]) -> Run:
    """A row of ``COLUMNS`` as a run; never raises, whatever the row holds."""
    values, problem = judged(dict(row._mapping))
    del values["forming"]
    return Run(**{**values, "settings": RunSettings.from_stored(values["settings"])}, row_problem=problem)


def find_run(connection: Connection, run_id: int, lock: bool = False) -> Run:
    """The run; under ``lock`` a server holds its row until the transaction ends (SQLite holds the whole file anyway).

    Raises:
        RunNotFound: there is no such run.
    """
    query = sql.select(*COLUMNS).where(runs.c.id == run_id, THERE)
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise RunNotFound(gone(connection, run_id))
    return run_of(row)


def find_same(connection: Connection, settings: RunSettings, among: Collection[int] | None = None) -> Run | None:
    """The newest run with the numbers of these settings, which all but the pace decides, if nobody changed it."""
    query = sql.select(*COLUMNS).where(UNCHANGED).order_by(runs.c.id.desc())
    if among is not None:
        query = query.where(runs.c.id.in_(among))
    wanted = settings.pinned()
    found = (run_of(row) for row in connection.execute(query))
    return next((run for run in found if run.readable and run.settings.same_numbers(wanted)), None)


def insert_run(
    connection: Connection,
    settings: RunSettings,
    name: str,
    step: int,
    target_step: int,
    suggestion: str = "",
    **more: object,
) -> int:
    """A new row, without a checkpoint yet; returns the run's number.

    Args:
        suggestion: a made-up name, for want of another; with the run's number behind it if there is such a name.
    """
    now = time.time()
    settings = settings.pinned()
    values = {
        "name": named(name),
        "settings": settings.to_json(),
        "created_at": now,
        "queued_at": now,
        "step": step,
        "target_step": target_step,
        "pace": settings.pace,
        **more,
    }
    run_id = connection.execute(sql.insert(runs).values(values).returning(runs.c.id)).scalar_one()
    if not values["name"]:
        default = fresh_name(connection, storable(suggestion), run_id) if suggestion else f"{settings.task} {run_id}"
        connection.execute(sql.update(runs).where(runs.c.id == run_id).values(name=default))
    return run_id


def fresh_name(connection: Connection, name: str, run_id: int) -> str:
    """A made-up name that no other run has or had; numbers of runs never come back."""
    same = sql.select(runs.c.id).where(runs.c.name == name[:LONGEST_NAME]).limit(1)
    if name and connection.execute(same).first() is None:
        return name[:LONGEST_NAME]
    number = f" ({run_id})"
    return name[: LONGEST_NAME - len(number)] + number
