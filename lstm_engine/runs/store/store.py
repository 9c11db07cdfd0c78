"""The run store: what the app and the training processes share, in one SQL database.

SQLite in a file by default, anything that SQLAlchemy speaks by its URL. A training process holds a *lease* on its run:
a name of its own that every write must match, so that a process which lost its run can never write to it again.
"""

import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any, Self

import numpy as np
import sqlalchemy as sql
from sqlalchemy.engine import Connection, Engine, make_url

from lstm_engine.errors import EngineError, SettingsError
from lstm_engine.runs.checkpoints import serialise
from lstm_engine.runs.curves import MOST_POINTS, curves_of, thinned
from lstm_engine.runs.run import Change, Curves, History, Notes, Recorded, Run, Series, Status
from lstm_engine.runs.settings import CHANGEABLE, LIMITS, RunSettings
from lstm_engine.runs.store.schema import changes, checkpoints, marks, metadata, metrics, notes, runs, summaries

BUSY_SECONDS = 15.0  # how long a write waits for another process's
KEPT_CHECKPOINTS = 60  # a run's checkpoints are thinned to so many
BUCKET = 256  # steps that a summary stands for
SUMMARISED = ("loss", "gradient_norm", "validation_loss")
MOST_ROWS = 20_000  # of metrics that are read one by one to draw a curve
UNDO_SECONDS = 24 * 3600.0  # how long a deleted run can be had back
MOST_NOTE = 2_000  # characters
MOST_TAGS = 12


class StoreError(EngineError):
    """The database cannot be read or written; the message says why and what to do."""


class RunNotFound(StoreError):
    """There is no such run, or no longer."""


class AlreadyThere(StoreError):
    """Somebody else has just written the same row."""


class LeaseLost(StoreError):
    """This process no longer holds the run: it was deleted, or another process took it up."""


# of a query over runs: those that were not deleted
THERE = ~sql.exists().where(notes.c.run_id == runs.c.id, notes.c.deleted_at.is_not(None))


def gone(run_id: int) -> str:
    """What to say of a run that cannot be found."""
    return f"Run {run_id} is no more: it was deleted, perhaps by someone else."


class RunStore:
    """Runs, their metrics and their checkpoints.

    Args:
        url: an SQLAlchemy URL, such as ``sqlite:///runs.sqlite3``.

    Raises:
        StoreError: the database cannot be opened, or is damaged.
    """

    def __init__(self, url: str):
        self.url = url
        self.read_only = False
        try:
            parsed = make_url(url)
        except sql.exc.ArgumentError as error:
            raise StoreError(f"“{url}” is not a database URL; write one like sqlite:///runs.sqlite3") from error
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            self._check_file(Path(parsed.database))
        try:
            self._engine = self._connect(parsed)
        except (sql.exc.NoSuchModuleError, ImportError) as error:
            raise StoreError(
                f"no driver for the database {parsed.get_backend_name()!r} is installed: {error}"
            ) from error
        try:
            self._find_tables()
        except StoreError:
            self.close()
            raise

    def _find_tables(self) -> None:
        """Make the tables that are not there yet; a store that may only be read must have them."""
        with self._explained():
            if self.read_only:
                missing = set(metadata.tables) - set(sql.inspect(self._engine).get_table_names())
                if missing:
                    raise StoreError(f"{self._place} is read-only and holds no runs; make it writable, or name another")
            else:
                metadata.create_all(self._engine)

    def _check_file(self, path: Path) -> None:
        """Learn whether the file may only be read.

        It is not opened: closing any handle on a file ends all locks that this process has on it (POSIX), those of
        SQLite's connections too. Another process could then take the write-ahead log away from under them.
        """
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            return
        if not path.is_file() or not os.access(path, os.R_OK):
            raise StoreError(f"The run store {path} cannot be read: it is no file that this user may open.")
        # permission bits rather than os.access: the superuser may write anything, yet the owner's wish counts
        writable_bits = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
        self.read_only = not path.stat().st_mode & writable_bits or not os.access(path, os.W_OK)

    def _connect(self, url: sql.URL) -> Engine:
        if url.get_backend_name() != "sqlite":
            return sql.create_engine(url, pool_pre_ping=True)
        if self.read_only:
            query = {"mode": "ro", "uri": "true"}
            if not os.access(Path(url.database or "").parent, os.W_OK):
                query["immutable"] = "1"  # SQLite's shared index cannot be made there, nor can anybody write
            url = url.set(database=f"file:{url.database}", query=query)
        engine = sql.create_engine(url, connect_args={"timeout": BUSY_SECONDS})

        @sql.event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: object) -> None:
            connection.isolation_level = None  # transactions begin where this module says so
            if not self.read_only:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=NORMAL")

        @sql.event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            # readers do not need it, and a reader that became a writer later could fail with "database is locked"
            connection.exec_driver_sql("BEGIN" if self.read_only else "BEGIN IMMEDIATE")

        return engine

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def public_url(self) -> str:
        """The URL as anybody may see it: without the password."""
        return make_url(self.url).render_as_string(hide_password=True)

    @property
    def _place(self) -> str:
        url = make_url(self.url)
        return f"The run store {url.database or url.render_as_string()}"

    @staticmethod
    def _damaged(place: str) -> str:
        return (
            f"The run store {place} is damaged: it is no longer a readable database. "
            "Nothing was changed. Move the file away or restore a backup, then try again."
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what the database says into a sentence that helps."""
        try:
            yield
        except sql.exc.IntegrityError as error:
            raise AlreadyThere(f"{self._place} has that row already: {error.orig}.") from error
        except (sql.exc.DBAPIError, sqlite3.Error) as error:  # SQLite's own, where a connection is being prepared
            reason = str(getattr(error, "orig", error))
            place = make_url(self.url).database or ""
            if "malformed" in reason or "not a database" in reason:
                raise StoreError(self._damaged(place)) from error
            if "readonly" in reason or "read-only" in reason:
                raise StoreError(self._read_only_message()) from error
            if "locked" in reason or "busy" in reason:
                raise StoreError(f"{self._place} is locked by another program; try again in a moment.") from error
            if "no such table" in reason:
                raise StoreError(
                    f"{self._place} is empty: its file was removed or replaced while the app ran. "
                    "Put it back, or start the app again to begin a new one."
                ) from error
            if "full" in reason:
                raise StoreError(
                    f"{self._place} cannot grow: the disk is full. Free some space, then go on."
                ) from error
            raise StoreError(f"{self._place} does not answer: {reason}.") from error

    def _read_only_message(self) -> str:
        return (
            f"{self._place} is read-only, so runs can be looked at but not changed. "
            "Make the file and its folder writable, then try again."
        )

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._explained(), self._engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self.read_only:
            raise StoreError(self._read_only_message())
        with self._explained(), self._engine.begin() as connection:
            yield connection

    # ---- what people do

    def create(self, settings: RunSettings, name: str = "", start: bool = True) -> Run:
        """A new run; it trains as soon as a worker is free, or waits at step 0 if ``start`` is False."""
        with self._writing() as connection:
            return self._create(connection, settings, name, start)

    def _create(
        self,
        connection: Connection,
        settings: RunSettings,
        name: str,
        start: bool,
        begins_at: tuple[int, bytes] | None = None,
    ) -> Run:
        """A new run, from fresh weights or from a checkpoint: its step and its bytes."""
        step, data = begins_at or (0, serialise(settings.build_trainer()))
        now = time.time()
        values = {
            "name": name.strip()[:80],
            "settings": settings.to_json(),
            "created_at": now,
            "queued_at": now,
            "step": step,
            "target_step": settings.end_step if start else step,
            "pace": settings.pace,
        }
        run_id = connection.execute(sql.insert(runs).values(values).returning(runs.c.id)).scalar_one()
        if not values["name"]:
            default = f"{settings.task} {run_id}"
            connection.execute(sql.update(runs).where(runs.c.id == run_id).values(name=default))
        self._save_checkpoint(connection, run_id, step, data, passing=False)
        return self._get(connection, run_id)

    def create_first_run(self, settings: RunSettings, name: str) -> Run | None:
        """The run that greets the very first visitor; None if the store has ever had one, however many ask at once."""
        had_one = sql.select(marks.c.name).where(marks.c.name == "first run")
        any_run = sql.select(runs.c.id).limit(1)
        with self._reading() as connection:  # nearly always enough, and readers need not wait for each other
            if self.read_only or connection.execute(had_one).first() or connection.execute(any_run).first():
                return None
        try:
            with self._writing() as connection:
                if connection.execute(had_one).first() or connection.execute(any_run).first():
                    return None
                connection.execute(sql.insert(marks).values(name="first run"))
                return self._create(connection, settings, name, start=True)
        except AlreadyThere:
            return None

    def list_runs(self) -> Sequence[Run]:
        """All runs, the newest first."""
        with self._reading() as connection:
            query = sql.select(runs).where(THERE).order_by(runs.c.id.desc())
            return [self._run(row) for row in connection.execute(query)]

    def get(self, run_id: int) -> Run:
        """Raises RunNotFound if there is no such run."""
        with self._reading() as connection:
            return self._get(connection, run_id)

    def _get(self, connection: Connection, run_id: int, lock: bool = False) -> Run:
        query = sql.select(runs).where(runs.c.id == run_id, THERE)
        if lock:  # a server holds the row until the transaction ends; SQLite holds the whole file anyway
            query = query.with_for_update()
        row = connection.execute(query).first()
        if row is None:
            raise RunNotFound(gone(run_id))
        return self._run(row)

    @staticmethod
    def _run(row: sql.Row[Any]) -> Run:
        values = dict(row._mapping)
        return Run(**{**values, "settings": RunSettings.from_json(values["settings"])})

    def set_target(self, run_id: int, target_step: int) -> Run:
        """Train up to this step, then pause; a target beyond the end is the end."""
        return self._retarget(run_id, lambda run: target_step)

    def _retarget(self, run_id: int, target: Callable[[Run], int], stopped: bool = False) -> Run:
        """Read the run and set its target in one transaction, so that two people's clicks add up."""
        with self._writing() as connection:
            run = self._get(connection, run_id, lock=True)
            values = {
                "target_step": max(run.step, min(target(run), run.end_step)),
                "stopped": stopped,
                "error": None,
                "queued_at": run.queued_at if run.status is Status.QUEUED else time.time(),
            }
            connection.execute(sql.update(runs).where(runs.c.id == run_id).values(values))
            return self._get(connection, run_id)

    def start(self, run_id: int) -> Run:
        """Train to the end; also takes up a run that was paused, stopped, lost or failed."""
        return self._retarget(run_id, lambda run: run.end_step)

    def advance(self, run_id: int, steps: int) -> Run:
        """Train so many steps, then pause. Pressed again in between, the steps add up."""

        def target(run: Run) -> int:
            underway = run.wants_worker and run.target_step < run.end_step
            return (run.target_step if underway else run.step) + steps

        return self._retarget(run_id, target)

    def pause(self, run_id: int) -> Run:
        """Finish the present step and wait."""
        return self._retarget(run_id, lambda run: run.step)

    def stop(self, run_id: int) -> Run:
        """Like pause, but the worker leaves; ``start`` takes the run up again from where it stopped."""
        return self._retarget(run_id, lambda run: run.step, stopped=True)

    def set_pace(self, run_id: int, pace: float) -> Run:
        """The fastest that the run may go, in steps a second; 0 for as fast as it can."""
        if pace not in LIMITS["pace"]:
            raise SettingsError(f"pace is {pace!r}, expected a number of {LIMITS['pace']}")
        with self._writing() as connection:
            connection.execute(sql.update(runs).where(runs.c.id == run_id).values(pace=float(pace)))
            return self._get(connection, run_id)

    def change(self, run_id: int, field: str, value: float | None) -> None:
        """Change a setting from the run's next step on; all that was trained stays as it is.

        Args:
            field: one of ``CHANGEABLE``.
            value: its new value; None for no clipping.

        Raises:
            SettingsError: the setting cannot be changed while a run trains, or the value is out of range.
        """
        if field not in CHANGEABLE:
            raise SettingsError(f"{field!r} cannot be changed while a run trains; expected {', '.join(CHANGEABLE)}")
        with self._writing() as connection:
            changed_settings(self._get(connection, run_id).settings, [Change(None, field, value)])
            connection.execute(sql.insert(changes).values(run_id=run_id, field=field, value=value))

    def changes(self, run_id: int) -> list[Change]:
        """All changes of the run's settings, in the order in which they were asked for."""
        query = sql.select(changes.c.step, changes.c.field, changes.c.value).where(changes.c.run_id == run_id)
        with self._reading() as connection:
            return [Change(*row) for row in connection.execute(query.order_by(changes.c.id))]

    def take_changes(self, run_id: int, lease: str, step: int) -> list[Change]:
        """Give every change that waits the step from which it holds; returns all of the run's changes.

        Raises:
            LeaseLost: this process no longer holds the run.
        """
        found = self.changes(run_id)
        if all(change.step is not None for change in found):
            return found  # as nearly always: nothing to write
        with self._writing() as connection:
            mine = sql.select(runs.c.id).where(runs.c.id == run_id, runs.c.lease == lease)
            if connection.execute(mine).first() is None:
                raise LeaseLost(f"Run {run_id} was deleted or taken up by another process.")
            waiting = sql.update(changes).where(changes.c.run_id == run_id, changes.c.step.is_(None))
            connection.execute(waiting.values(step=step))
        return self.changes(run_id)

    def fork(self, run_id: int, step: int, name: str = "", start: bool = False) -> Run:
        """A new run that begins at another's checkpoint, with its metrics up to there.

        It has the settings that held at that step, and goes on as the other one did unless they are changed.

        Raises:
            RunNotFound: the run, or its checkpoint, is no more.
        """
        data = self.checkpoint(run_id, step)
        held = [change for change in self.changes(run_id) if change.step is not None and change.step <= step]
        with self._writing() as connection:
            parent = self._get(connection, run_id)
            settings = changed_settings(parent.settings, held)
            fork = self._create(
                connection, settings, name or f"{parent.name} from {step:,}", start, begins_at=(step, data)
            )
            columns = [column for column in metrics.c if column.name != "run_id"]
            copied = sql.select(sql.literal(fork.id), *columns).where(
                metrics.c.run_id == run_id, metrics.c.step <= step
            )
            connection.execute(sql.insert(metrics).from_select(["run_id", *(c.name for c in columns)], copied))
            mine = sql.select(metrics).where(metrics.c.run_id == fork.id).order_by(metrics.c.step)
            self._summarise(connection, fork.id, connection.execute(mine).mappings().fetchall())
            connection.execute(sql.insert(notes).values(run_id=fork.id, parent_run=run_id, parent_step=step))
            return fork

    def probe(self) -> None:
        """Write something that changes nothing.

        Raises:
            StoreError: nothing can be written now; the message says why: the disk is full, the database is locked.
        """
        with self._writing() as connection:
            connection.execute(sql.update(marks).values(name=marks.c.name))

    def rename(self, run_id: int, name: str) -> Run:
        """Give the run another name.

        Raises:
            SettingsError: the name is empty.
        """
        if not name.strip():
            raise SettingsError("the name is empty; type at least one character")
        with self._writing() as connection:
            self._get(connection, run_id)
            connection.execute(sql.update(runs).where(runs.c.id == run_id).values(name=name.strip()[:80]))
            return self._get(connection, run_id)

    def notes(self, run_id: int) -> Notes:
        """What people said of the run."""
        with self._reading() as connection:
            return self._notes(connection, run_id)

    def _notes(self, connection: Connection, run_id: int) -> Notes:
        row = connection.execute(sql.select(notes).where(notes.c.run_id == run_id)).first()
        if row is None:
            return Notes()
        return Notes(row.note, tuple(row.tags.split()), row.parent_run, row.parent_step)

    def annotate(self, run_id: int, note: str, tags: Sequence[str] = ()) -> None:
        """Say something of the run, and give it tags; what was said before is replaced.

        Raises:
            SettingsError: there is too much of it.
        """
        if len(note) > MOST_NOTE or len(tags) > MOST_TAGS:
            raise SettingsError(
                f"the note has {len(note):,} characters and {len(tags)} tags; at most {MOST_NOTE:,} and {MOST_TAGS} fit"
            )
        values = {"note": note.strip(), "tags": " ".join("-".join(tag.split())[:30] for tag in tags)}
        with self._writing() as connection:
            self._put_notes(connection, run_id, values)

    def _put_notes(self, connection: Connection, run_id: int, values: dict[str, Any]) -> None:
        self._get(connection, run_id)
        mine = notes.c.run_id == run_id
        if connection.execute(sql.update(notes).where(mine).values(values)).rowcount == 0:
            connection.execute(sql.insert(notes).values(run_id=run_id, **values))

    def delete(self, run_id: int) -> None:
        """Take a run away; its worker notices and leaves. ``undelete`` brings it back within a day."""
        with self._writing() as connection:
            self._put_notes(connection, run_id, {"deleted_at": time.time()})
            values = {"lease": None, "heartbeat": None, "steps_per_second": None}
            connection.execute(sql.update(runs).where(runs.c.id == run_id).values(values))
            old = sql.select(notes.c.run_id).where(notes.c.deleted_at < time.time() - UNDO_SECONDS)
            for forgotten in list(connection.execute(old).scalars()):
                for table in (metrics, summaries, checkpoints, changes, notes):
                    connection.execute(sql.delete(table).where(table.c.run_id == forgotten))
                connection.execute(sql.delete(runs).where(runs.c.id == forgotten))

    def undelete(self, run_id: int) -> Run:
        """Bring a deleted run back, paused where it was.

        Raises:
            RunNotFound: it is gone for good.
        """
        with self._writing() as connection:
            deleted = sql.update(notes).where(notes.c.run_id == run_id, notes.c.deleted_at.is_not(None))
            if connection.execute(deleted.values(deleted_at=None)).rowcount == 0:
                raise RunNotFound(f"Run {run_id} cannot be brought back: it was deleted more than a day ago.")
            at_rest = sql.update(runs).where(runs.c.id == run_id)
            connection.execute(at_rest.values(target_step=runs.c.step))
            return self._get(connection, run_id)

    def history(self, run_id: int, after: int = 0, until: int = 2**62) -> History:
        """The metrics of all steps after one, up to another."""
        query = (
            sql.select(*[metrics.c[name] for name in History.__dataclass_fields__])
            .where(metrics.c.run_id == run_id, metrics.c.step > after, metrics.c.step <= until)
            .where(sql.exists().where(runs.c.id == run_id, THERE))
            .order_by(metrics.c.step)
        )
        with self._reading() as connection:
            rows = connection.execute(query).fetchall()
        columns = list(zip(*rows, strict=True)) if rows else [()] * 5
        return History(np.array(columns[0], np.int64), *(np.array(column, np.float64) for column in columns[1:]))

    def curves(self, run_id: int, after: int = 0, until: int | None = None, most: int = MOST_POINTS) -> Curves:
        """The run's curves over the steps after one up to another, each with at most that many points.

        Long ones come from the summaries: of every bucket of steps its smallest and its largest value.
        """
        run = self.get(run_id)
        last = run.step if until is None else min(until, run.step)
        if last - after <= MOST_ROWS:
            return curves_of(self.history(run_id, after, last), most)
        of_range = summaries.c.bucket.between((after + 1) // BUCKET, last // BUCKET)
        query = sql.select(summaries).where(summaries.c.run_id == run_id, of_range).order_by(summaries.c.bucket)
        with self._reading() as connection:
            rows = connection.execute(query).mappings().fetchall()
        newest = self.history(run_id, last - 1, last)  # seldom an extreme, but where the curve has come to
        series = []
        for name in SUMMARISED:
            points = {(last, value) for value in getattr(newest, name) if np.isfinite(value)}
            points |= {
                (row[f"{name}_{end}_step"], row[f"{name}_{end}"])
                for row in rows
                for end in ("low", "high")
                if row[f"{name}_{end}_step"] is not None and after < row[f"{name}_{end}_step"] <= last
            }
            steps, values = zip(*sorted(points), strict=True) if points else ((), ())
            series.append(thinned(np.array(steps, np.int64), np.array(values, np.float64), most))
        return Curves(*series)

    def validations(self, run_id: int, after: int = 0) -> Series:
        """The validation loss at every step after one at which it was measured, none left out."""
        query = (
            sql.select(metrics.c.step, metrics.c.validation_loss)
            .where(metrics.c.run_id == run_id, metrics.c.step > after, metrics.c.validation_loss.is_not(None))
            .where(sql.exists().where(runs.c.id == run_id, THERE))
            .order_by(metrics.c.step)
        )
        with self._reading() as connection:
            rows = connection.execute(query).fetchall()
        steps, values = zip(*rows, strict=True) if rows else ((), ())
        return Series(np.array(steps, np.int64), np.array(values, np.float64))

    def _summarise(
        self, connection: Connection, run_id: int, rows: Iterable[Mapping[str, Any] | sql.RowMapping]
    ) -> None:
        """Take newly recorded rows of metrics into the extremes of their buckets."""
        for bucket, group in groupby(rows, key=lambda row: row["step"] // BUCKET):
            of_bucket = summaries.c.run_id == run_id, summaries.c.bucket == bucket
            found = connection.execute(sql.select(summaries).where(*of_bucket)).mappings().first()
            values = dict(found) if found is not None else {"run_id": run_id, "bucket": bucket}
            for row in group:
                for name in SUMMARISED:
                    value = row[name]
                    if value is None:
                        continue
                    if values.get(f"{name}_low") is None or value < values[f"{name}_low"]:
                        values[f"{name}_low"], values[f"{name}_low_step"] = value, row["step"]
                    if values.get(f"{name}_high") is None or value > values[f"{name}_high"]:
                        values[f"{name}_high"], values[f"{name}_high_step"] = value, row["step"]
            if found is None:
                connection.execute(sql.insert(summaries).values(values))
            else:
                connection.execute(sql.update(summaries).where(*of_bucket).values(values))

    def checkpoint_steps(self, run_id: int) -> list[int]:
        """Steps at which there is a checkpoint, ascending."""
        query = sql.select(checkpoints.c.step).where(checkpoints.c.run_id == run_id).order_by(checkpoints.c.step)
        with self._reading() as connection:
            return list(connection.execute(query).scalars())

    def newest_checkpoint_step(self, run_id: int) -> int:
        """The newest checkpoint's step; every run has one from its beginning.

        Raises:
            RunNotFound: the run is no more.
        """
        query = sql.select(sql.func.max(checkpoints.c.step)).where(checkpoints.c.run_id == run_id)
        with self._reading() as connection:
            self._get(connection, run_id)
            step = connection.execute(query).scalar()
        if step is None:
            raise RunNotFound(gone(run_id))
        return step

    def checkpoint(self, run_id: int, step: int) -> bytes:
        """The safetensors bytes of one checkpoint.

        Raises:
            RunNotFound: run or checkpoint is no more.
        """
        query = sql.select(checkpoints.c.data).where(checkpoints.c.run_id == run_id, checkpoints.c.step == step)
        with self._reading() as connection:
            self._get(connection, run_id)
            data = connection.execute(query).scalar()
        if data is None:
            raise RunNotFound(f"Run {run_id} has no checkpoint at step {step:,} any more; choose another.")
        return bytes(data)

    # ---- what the launcher asks

    def waiting(self) -> list[Run]:
        """Runs with steps to train and no living worker, in the order in which they asked."""
        query = sql.select(runs).where(
            THERE, runs.c.error.is_(None), runs.c.stopped.is_(False), runs.c.step < runs.c.target_step
        )
        with self._reading() as connection:
            found = [self._run(row) for row in connection.execute(query.order_by(runs.c.queued_at, runs.c.id))]
        return [run for run in found if not run.has_worker]

    # ---- what a worker does

    def acquire(self, run_id: int, lease: str) -> Run | None:
        """Take the run, unless a living process holds it."""
        with self._writing() as connection:
            run = self._get(connection, run_id, lock=True)
            if run.has_worker:
                return None
            values = {"lease": lease, "heartbeat": time.time(), "steps_per_second": None}
            connection.execute(sql.update(runs).where(runs.c.id == run_id).values(values))
            return self._get(connection, run_id)

    def record(
        self,
        run_id: int,
        lease: str,
        recorded: Sequence[Recorded] = (),
        checkpoint: tuple[int, bytes, bool] | None = None,
        steps_per_second: float | None = None,
    ) -> Run:
        """Append metrics, save a checkpoint and give a sign of life, all or nothing; returns the run as it is now.

        Args:
            recorded: metrics of steps that are not in the store yet, ascending.
            checkpoint: its step, its bytes, and whether the next one may replace it.

        Raises:
            LeaseLost: this process no longer holds the run; nothing was written.
        """
        values: dict[str, object] = {"heartbeat": time.time()}
        if recorded:
            values["step"] = recorded[-1].metrics.step
        if steps_per_second is not None:
            values["steps_per_second"] = steps_per_second
        with self._writing() as connection:
            mine = sql.update(runs).where(runs.c.id == run_id, runs.c.lease == lease)
            if connection.execute(mine.values(values)).rowcount == 0:
                raise LeaseLost(f"Run {run_id} was deleted or taken up by another process.")
            if recorded:
                rows = [
                    {
                        "run_id": run_id,
                        "step": entry.metrics.step,
                        "loss": entry.metrics.loss,
                        "validation_loss": entry.validation_loss,
                        "gradient_norm": entry.metrics.gradient_norm,
                        "learning_rate": entry.metrics.learning_rate,
                    }
                    for entry in recorded
                ]
                connection.execute(sql.insert(metrics), rows)
                self._summarise(connection, run_id, rows)
            if checkpoint is not None:
                self._save_checkpoint(connection, run_id, *checkpoint)
            return self._get(connection, run_id)

    def _save_checkpoint(self, connection: Connection, run_id: int, step: int, data: bytes, passing: bool) -> None:
        of_run = checkpoints.c.run_id == run_id
        replaced = checkpoints.c.passing.is_(True) | (checkpoints.c.step == step)
        connection.execute(sql.delete(checkpoints).where(of_run, replaced))
        connection.execute(
            sql.insert(checkpoints).values(run_id=run_id, step=step, data=data, passing=passing),
        )
        query = sql.select(checkpoints.c.step).where(of_run).order_by(checkpoints.c.step)
        for unwanted in thin_steps(list(connection.execute(query).scalars()), KEPT_CHECKPOINTS):
            connection.execute(sql.delete(checkpoints).where(of_run, checkpoints.c.step == unwanted))

    def fail(self, run_id: int, lease: str | None, message: str) -> None:
        """Mark the run as failed, for a reason that a person can read, if it is still held under that lease."""
        with self._writing() as connection:
            mine = sql.update(runs).where(runs.c.id == run_id, runs.c.lease == lease)
            connection.execute(mine.values(error=message))

    def release(self, run_id: int, lease: str) -> None:
        """Let go of the run, if this process still holds it."""
        with self._writing() as connection:
            mine = sql.update(runs).where(runs.c.id == run_id, runs.c.lease == lease)
            connection.execute(mine.values(lease=None, heartbeat=None, steps_per_second=None))


def changed_settings(settings: RunSettings, held: Sequence[Change]) -> RunSettings:
    """The settings with the changes in them, the later ones over the earlier.

    Raises:
        SettingsError: a value is out of range.
    """
    values: dict[str, Any] = {change.field: whole_where_whole(change) for change in held}
    return replace(settings, **values) if values else settings


def whole_where_whole(change: Change) -> float | None:
    """The change's value, as an int where the setting is one."""
    if (
        change.value is not None
        and RunSettings.__annotations__[change.field] is int
        and change.value == int(change.value)
    ):
        return int(change.value)
    return change.value


def thin_steps(steps: Sequence[int], bound: int) -> list[int]:
    """Which of the ascending steps to give up so that at most ``bound`` stay, spread evenly on a logarithmic scale.

    The first and the last always stay.

    >>> thin_steps([0, 10, 11, 100], 3)
    [11]
    """
    kept = list(steps)
    unwanted = []
    while len(kept) > max(bound, 2):
        position = np.log1p(kept)
        gaps = position[2:] - position[:-2]  # how far apart the neighbours of each inner step are
        unwanted.append(kept.pop(1 + int(np.argmin(gaps))))
    return unwanted
