"""Forks: a run that begins at another's checkpoint, with its metrics up to there.

A run has up to a million rows, so they are copied by many short transactions, with time in between for whoever waits.
Until the last of them nobody sees the fork and nobody trains it: it is *forming*, and what a killed process left of
one is purged.
"""

import contextlib
import time
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from lstm_engine.errors import SettingsError
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Run
from lstm_engine.runs.store.changes import changed_settings, changes_of, check_change
from lstm_engine.runs.store.checkpoints import Checkpoints, save_checkpoint
from lstm_engine.runs.store.errors import RunNotFound, StoreError
from lstm_engine.runs.store.leases import update_held
from lstm_engine.runs.store.metrics import BUCKET, summarise
from lstm_engine.runs.store.notes import put_notes
from lstm_engine.runs.store.owners import Owner, check_room, identity_of
from lstm_engine.runs.store.rows import find_run, gone, insert_run
from lstm_engine.runs.store.schema import changes, metrics, runs, summaries
from lstm_engine.runs.store.space import Space, rest

COPY_SECONDS = 0.02  # that a transaction of copying is to take
FIRST_BUCKETS = 4  # copied in the first one; the time that it takes says how many in the next


class Forks(Space, Checkpoints):
    """The part of the store that makes forks."""

    def fork(
        self,
        run_id: int,
        step: int,
        name: str = "",
        start: bool = False,
        end_step: int | None = None,
        changed: Mapping[str, float | None] = MappingProxyType({}),
        owner: Owner | None = None,
    ) -> Run:
        """A new run that begins at another's checkpoint, with its metrics up to there.

        It has the settings that held at that step, and goes on as the other one did unless they are changed.

        Args:
            end_step: at which it is finished; None for the other one's, which may be where it begins.
            changed: settings that hold from its first own step on, by name, as ``change`` takes them.
            owner: whose it is, where many people make forks.

        Raises:
            RunNotFound: the run, or its checkpoint, is no more.
            SettingsError: it would end before it begins, or a setting is out of range or cannot be changed.
            StoreError: the store, or the run, would be larger than it may be.
            TooManyRuns: the owner has as many as they may.
        """
        if end_step is not None and end_step <= step:
            raise SettingsError(f"end_step of the fork is {end_step:,}, expected one behind its first step, {step:,}")
        data = self.checkpoint(run_id, step)
        self._make_room_for(data, step)
        lease = new_lease()
        with self._writing() as connection:
            parent = find_run(connection, run_id).runnable()
            found = changes_of(connection, run_id)
            held = [change for change in found if change.step is not None and change.step <= step]
            settings = changed_settings(parent.settings, held)
            settings = replace(settings, shards=settings.shards or 1)  # it goes on with the other one's last digits
            if end_step is not None:
                settings = replace(settings, end_step=end_step)
            for field, value in changed.items():
                check_change(settings, field, value)
            check_room(connection, owner)
            holding = {"forming": True, "lease": lease, "heartbeat": time.time(), "owner": identity_of(owner)}
            suggestion = f"{parent.name} from {step:,}"
            fork_id = insert_run(connection, settings, name, step, step, suggestion=suggestion, **holding)
            save_checkpoint(connection, fork_id, step, data, passing=False, most_bytes=self.run_bytes)
        try:
            self._copy_buckets(run_id, fork_id, (step + 1) // BUCKET, lease)
            with self._writing() as connection:
                values: dict[str, object] = {
                    "forming": False,
                    "lease": None,
                    "heartbeat": None,
                    "queued_at": time.time(),
                }
                if start:
                    values["target_step"] = settings.end_step
                update_held(connection, fork_id, lease, values)
                first = (step + 1) // BUCKET * BUCKET
                copy_metrics(connection, run_id, fork_id, first, step + 1)
                mine = sql.select(metrics).where(metrics.c.run_id == fork_id, metrics.c.step >= first)
                rows = connection.execute(mine.order_by(metrics.c.step)).mappings().fetchall()
                summarise(connection, fork_id, rows)
                for field, value in changed.items():
                    connection.execute(sql.insert(changes).values(run_id=fork_id, field=field, value=value))
                put_notes(connection, fork_id, {"parent_run": run_id, "parent_step": step})
                copied = sql.select(sql.func.count()).where(metrics.c.run_id == fork_id)
                if connection.execute(copied).scalar_one() != step:  # the parent was forgotten meanwhile
                    raise RunNotFound(gone(connection, run_id))
                return find_run(connection, fork_id)
        except BaseException:
            with contextlib.suppress(StoreError):  # the purge comes by later
                self._forget(fork_id)
            raise

    def _copy_buckets(self, parent: int, fork: int, buckets: int, lease: str) -> None:
        """Copy the metrics, and the summaries, of the first so many whole buckets of steps."""
        done, at_once = 0, FIRST_BUCKETS
        columns = [column for column in summaries.c if column.name != "run_id"]
        while done < buckets:
            upto = min(done + at_once, buckets)
            with self._writing() as connection:
                started = time.monotonic()  # by now it has the lock
                update_held(connection, fork, lease, {"heartbeat": time.time()})
                copy_metrics(connection, parent, fork, done * BUCKET, upto * BUCKET)
                of_parent = summaries.c.run_id == parent, summaries.c.bucket >= done, summaries.c.bucket < upto
                copy = sql.select(sql.literal(fork, runs.c.id.type), *columns).where(*of_parent)
                names = ["run_id", *(column.name for column in columns)]
                connection.execute(sql.insert(summaries).from_select(names, copy))
            share = COPY_SECONDS / max(time.monotonic() - started, COPY_SECONDS / 2)  # at most twice as many next time
            done, at_once = upto, max(1, round(share * (upto - done)))
            rest()


def copy_metrics(connection: Connection, parent: int, fork: int, first: int, end: int) -> None:
    """Copy a run's metrics of the steps from ``first`` up to but without ``end``."""
    columns = [column for column in metrics.c if column.name != "run_id"]
    of_parent = metrics.c.run_id == parent, metrics.c.step >= first, metrics.c.step < end
    copy = sql.select(sql.literal(fork, runs.c.id.type), *columns).where(*of_parent)
    connection.execute(sql.insert(metrics).from_select(["run_id", *(column.name for column in columns)], copy))
