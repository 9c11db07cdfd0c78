"""What there is in the store, counted."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sql

from lstm_engine.runs.lease import LEASE_SECONDS
from lstm_engine.runs.store.database import Database
from lstm_engine.runs.store.rows import THERE
from lstm_engine.runs.store.schema import notes, runs
from lstm_engine.runs.store.space import used_bytes


@dataclass(frozen=True)
class Tally:
    """The store at one moment.

    Attributes:
        steps: by a run's number, those that it trained itself, and not what it was forked from.
        training: runs of which a worker was heard lately. waiting: those that have steps to train and no worker.
        failed: that ended in trouble.
        steps_per_second: of all that train.
        used: bytes of all checkpoints and metrics.
    """

    steps: Mapping[int, int]
    training: int
    waiting: int
    failed: int
    steps_per_second: float
    used: int


class Tallies(Database):
    """The part of the store that is counted as a whole."""

    def tally(self) -> Tally:
        """See ``Tally``; it reads a row of each run."""
        forked_at = sql.func.coalesce(notes.c.parent_step, 0)
        wants = sql.and_(runs.c.error.is_(None), runs.c.stopped.is_(False), runs.c.step < runs.c.target_step)
        held = sql.and_(runs.c.lease.is_not(None), runs.c.heartbeat > time.time() - LEASE_SECONDS)
        query = sql.select(
            runs.c.id,
            (runs.c.step - forked_at).label("steps"),
            sql.case((wants, 1), else_=0).label("wants"),
            sql.case((held, 1), else_=0).label("held"),
            sql.case((runs.c.error.is_not(None), 1), else_=0).label("failed"),
            runs.c.steps_per_second.label("rate"),
        ).select_from(runs.outerjoin(notes, notes.c.run_id == runs.c.id))
        with self._reading() as connection:
            found = connection.execute(query.where(THERE)).all()
            used = used_bytes(connection)
        training = [row for row in found if row.wants and row.held]
        return Tally(
            {row.id: max(0, int(row.steps)) for row in found},
            len(training),
            sum(row.wants and not row.held for row in found),
            sum(row.failed for row in found),
            float(sum(row.rate or 0.0 for row in training)),
            used,
        )
