"""What training processes do: find a run that waits, hold it under a lease, record what they computed, let go.

A lease is a name of the process's own that every write must match, so that one which lost its run can never write to
it again.
"""

import os
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from lstm_engine.runs.lease import lease_process
from lstm_engine.runs.run import Recorded, Run
from lstm_engine.runs.store.checkpoints import save_checkpoint, thin_checkpoints
from lstm_engine.runs.store.errors import LeaseLost, StateLost, StoreError, StoreProblem, sentence_of
from lstm_engine.runs.store.metrics import summarise
from lstm_engine.runs.store.rows import COLUMNS, THERE, find_run, run_of, storable
from lstm_engine.runs.store.schema import changes, checkpoints, metrics, runs
from lstm_engine.runs.store.space import METRIC_BYTES, Space, used_bytes

PROBE_BYTES = 2**20  # as much as a worker may wait to write, but for its checkpoint
PROBE_EVERY = 1.0  # seconds; in between, what was found last is true
PROBE_RUN = 0  # no run has this number


class Known(NamedTuple):
    """What a training process takes for so, since the store confirmed it.

    Attributes:
        step: up to which the run's metrics are in the store. changes: how many were given a step.
    """

    step: int
    changes: int = 0


class Leases(Space):
    """The part of the store that the launcher and the training processes use."""

    _probed_at = float("-inf")

    def waiting(self) -> list[Run]:
        """Runs with steps to train and no living worker: in the order in which they asked, and in
        turn with those of others, so that whoever asks for many waits behind themselves."""
        found = self._wanting()
        ahead = Counter(run.owner for run in found if run.has_worker)
        turns = []
        for run in found:
            if run.wants_worker and not run.has_worker:
                turns.append((ahead[run.owner], run))
                ahead[run.owner] += 1
        return [run for _, run in sorted(turns, key=lambda turn: turn[0])]  # of equals, who asked first stays first

    def _wanting(self) -> list[Run]:
        """Runs with steps to train, in the order in which they asked."""
        query = sql.select(*COLUMNS).where(
            THERE, runs.c.error.is_(None), runs.c.stopped.is_(False), runs.c.step < runs.c.target_step
        )
        with self._reading() as connection:
            return [run_of(row) for row in connection.execute(query.order_by(runs.c.queued_at, runs.c.id))]

    def is_others_turn(self, run_id: int, seconds: float) -> bool:
        """Whether a run that trains is to make room: somebody else's has waited so long, and of theirs no more train
        than of its owner's beside it. So a long run holds up nobody's short ones, and a place is handed on once."""
        found = self._wanting()
        mine = next((run for run in found if run.id == run_id), None)
        ahead = Counter(run.owner for run in found if run.has_worker and run.id != run_id)
        return mine is not None and any(
            run.owner != mine.owner
            and run.wants_worker
            and not run.has_worker
            and time.time() - run.queued_at > seconds
            and ahead[run.owner] <= ahead[mine.owner]
            for run in found
        )

    def queue_anew(self, run_id: int, lease: str) -> None:
        """The run makes room, and waits behind all who wait by now; it is still held."""
        with self._writing() as connection:
            update_held(connection, run_id, lease, {"queued_at": time.time()})

    def rivals(self, run_id: int) -> int:
        """How many other runs train on this machine, or wait to."""
        return sum(
            lease_process(run.lease or "") is not None if run.has_worker else bool(run.wants_worker)
            for run in self._wanting()
            if run.id != run_id
        )

    def acquire(self, run_id: int, lease: str) -> Run | None:
        """Take the run, unless a living process holds it, its row holds what cannot be used, or it is never trained."""
        with self._writing() as connection:
            run = find_run(connection, run_id, lock=True)
            if run.has_worker or run.row_problem is not None or not run.is_trained:
                return None
            values = {"lease": lease, "heartbeat": time.time(), "steps_per_second": None}
            connection.execute(sql.update(runs).where(runs.c.id == run_id).values(values))
            return find_run(connection, run_id)

    def record(
        self,
        run_id: int,
        lease: str,
        recorded: Sequence[Recorded] = (),
        checkpoint: tuple[int, bytes, bool] | None = None,
        steps_per_second: float | None = None,
        known: Known | None = None,
    ) -> Run:
        """Append metrics, save a checkpoint and give a sign of life, all or nothing; returns the run as it is now.

        The same call may be made again after one whose answer was lost: what was written then is written once.

        Args:
            recorded: metrics of steps that are not in the store yet, ascending.
            checkpoint: its step, its bytes, and whether the next one may replace it.
            known: how the run stands as far as this process knows; not asked for by a mere sign of life.

        Raises:
            LeaseLost: this process no longer holds the run; nothing was written.
            StateLost: the run does not stand as this process knows it; nothing was written.
            StoreError: nothing was written; of kind NO_ROOM if the store would be larger than it may be.
        """
        values: dict[str, object] = {"heartbeat": time.time()}
        if recorded:
            values["step"] = recorded[-1].metrics.step
        if steps_per_second is not None:
            values["steps_per_second"] = steps_per_second
        rows = [{"run_id": run_id, **entry.values} for entry in recorded]

        def write() -> Run:
            with self._writing() as connection:
                mine = sql.update(runs).where(runs.c.id == run_id, runs.c.lease == lease)
                if known is None:
                    update_held(connection, run_id, lease, values)
                elif connection.execute(mine.where(stands_as(run_id, known)).values(values)).rowcount == 0:
                    make_sure_of(
                        connection, run_id, lease, recorded[-1].metrics.step if recorded else known.step, known
                    )
                    return find_run(connection, run_id)
                if rows:
                    connection.execute(sql.insert(metrics), rows)
                    summarise(connection, run_id, rows)
                if checkpoint is not None:
                    save_checkpoint(connection, run_id, *checkpoint, most_bytes=self.run_bytes)
                    used = used_bytes(connection)
                    if used > self.store_bytes:
                        raise self._no_room(used)
                return find_run(connection, run_id)

        try:
            return write()
        except StoreError as error:
            needed = len(checkpoint[1]) + METRIC_BYTES * len(rows) if checkpoint is not None else 0
            if error.kind is not StoreProblem.NO_ROOM or not self._forget_deleted(self.store_bytes - needed):
                raise
        return write()

    def keep_checkpoint(self, run_id: int, lease: str, step: int) -> None:
        """A checkpoint that was saved as passing is to stay: the run rests at its step.

        Raises:
            LeaseLost: this process no longer holds the run.
        """
        with self._writing() as connection:
            update_held(connection, run_id, lease, {"heartbeat": time.time()})
            saved = checkpoints.c.run_id == run_id, checkpoints.c.step == step
            connection.execute(sql.update(checkpoints).where(*saved).values(passing=False))
            thin_checkpoints(connection, run_id, self.run_bytes - METRIC_BYTES * step)

    def fail(self, run_id: int, lease: str | None, message: str) -> None:
        """Mark the run as failed, for a reason that a person can read, if it is still held under that lease."""
        with self._writing() as connection:
            mine = sql.update(runs).where(runs.c.id == run_id, runs.c.lease == lease)
            connection.execute(mine.values(error=storable(message)))

    def release(self, run_id: int, lease: str) -> None:
        """Let go of the run, if this process still holds it."""
        with self._writing() as connection:
            mine = sql.update(runs).where(runs.c.id == run_id, runs.c.lease == lease)
            connection.execute(mine.values(lease=None, heartbeat=None, steps_per_second=None))

    def probe(self, run_id: int = PROBE_RUN) -> None:
        """Write as much as a worker might, and take it away again.

        A file's disk is asked whether the next checkpoint fits. A server's disk cannot be: SQL has no word for it, and
        a whole checkpoint of many MB, written to it each second, would go into its log as well and stay as dead rows
        until they are vacuumed: the probe itself would fill what is left. There a checkpoint that alone
        does not fit is told by the worker, which gives up on it after two minutes and says why.

        Args:
            run_id: whose worker waits; the disk is to have room for a checkpoint of it too.

        Raises:
            StoreError: nothing can be written now; the message says why: the disk is full, the database is locked.
        """
        if time.monotonic() - self._probed_at < PROBE_EVERY:
            return
        if self._path is not None:
            newest = sql.select(sql.func.length(checkpoints.c.data)).where(checkpoints.c.run_id == run_id)
            with self._reading() as connection:
                size = connection.execute(newest.order_by(checkpoints.c.step.desc()).limit(1)).scalar() or 0
            if shutil.disk_usage(self._path.parent).free < size:
                raise StoreError(sentence_of(StoreProblem.DISK_FULL, self._place, ""), StoreProblem.DISK_FULL)
        tried = checkpoints.c.run_id == PROBE_RUN
        data, number = os.urandom(PROBE_BYTES), time.time_ns()
        # committed in between: what is taken back in its own transaction SQLite does not write at all
        with self._writing() as connection:
            connection.execute(sql.delete(checkpoints).where(tried))  # of one who died here
            connection.execute(sql.insert(checkpoints).values(run_id=PROBE_RUN, step=number, data=data, passing=True))
        with self._writing() as connection:
            connection.execute(sql.delete(checkpoints).where(tried))
        self._probed_at = time.monotonic()


def stands_as(run_id: int, known: Known) -> sql.ColumnElement[bool]:
    """Of a query over runs: the run stands as a process knows it."""
    same = runs.c.step == known.step
    if not known.changes:
        return same  # the store has none either: nobody else gives changes their step
    of_run = changes.c.run_id == run_id, changes.c.step.is_not(None)
    taken = sql.select(sql.func.count()).where(*of_run).scalar_subquery()
    return same & (taken == known.changes)


def make_sure_of(connection: Connection, run_id: int, lease: str, last: int, known: Known) -> None:
    """Of a run that does not stand as a process knows it: make sure that it stands as the process wanted it to, by a
    commit whose answer was lost.

    Args:
        last: the step up to which metrics were to be written.

    Raises:
        LeaseLost: the run is not held under that lease.
        StateLost: the store came back without what it had confirmed.
    """
    wanted = stands_as(run_id, known._replace(step=last))
    query = sql.select(runs.c.lease, wanted).where(runs.c.id == run_id)
    found = connection.execute(query).first()
    if found is None or found[0] != lease:
        raise lease_lost(run_id)
    if not found[1] or last == known.step:
        raise StateLost(
            f"Run {run_id} does not stand at step {known.step:,} in the store, as was confirmed: the database came "
            "back without its last commits. What is missing is computed again from the last checkpoint."
        )


def update_held(connection: Connection, run_id: int, lease: str, values: dict[str, object]) -> None:
    """Write into a run's row, which a server then holds until the transaction ends.

    Raises:
        LeaseLost: the run is not held under that lease.
    """
    mine = sql.update(runs).where(runs.c.id == run_id, runs.c.lease == lease)
    if connection.execute(mine.values(values)).rowcount == 0:
        raise lease_lost(run_id)


def lease_lost(run_id: int) -> LeaseLost:
    """What to say to a process that no longer holds the run."""
    return LeaseLost(f"Run {run_id} was deleted or taken up by another process.")
