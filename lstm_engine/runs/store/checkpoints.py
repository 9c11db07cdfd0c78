"""Checkpoints: saved, thinned by number and by bytes, and read."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import sqlalchemy as sql
from sqlalchemy.engine import Connection

from lstm_engine.checks import shown
from lstm_engine.errors import WeightsError
from lstm_engine.runs.store.columns import MOST_OF_A_RUN, is_whole
from lstm_engine.runs.store.database import Database
from lstm_engine.runs.store.errors import RunNotFound, StoreProblem
from lstm_engine.runs.store.rows import LONGEST_SHOWN, find_run
from lstm_engine.runs.store.schema import checkpoints, runs

KEPT_CHECKPOINTS = 60  # a run's checkpoints are thinned to so many
IS_STEP = checkpoints.c.step.between(0, MOST_OF_A_RUN)
METRIC_BYTES = 100  # that a step's metrics take in the database, roughly


def save_checkpoint(
    connection: Connection, run_id: int, step: int, data: bytes, passing: bool, most_bytes: float
) -> None:
    """Save one, in place of a passing one; give up others if there are too many.

    Args:
        passing: whether the next one may replace it.
        most_bytes: that the run may have, its metrics included.
    """
    of_run = checkpoints.c.run_id == run_id
    replaced = checkpoints.c.passing.is_(True) | (checkpoints.c.step == step)
    connection.execute(sql.delete(checkpoints).where(of_run, replaced))
    connection.execute(sql.insert(checkpoints).values(run_id=run_id, step=step, data=data, passing=passing))
    thin_checkpoints(connection, run_id, most_bytes - METRIC_BYTES * step)


def thin_checkpoints(connection: Connection, run_id: int, most_bytes: float) -> None:
    """Give up so many that the rest is within its bounds, and note how many bytes that are."""
    of_run = checkpoints.c.run_id == run_id
    query = sql.select(checkpoints.c.step, sql.func.length(checkpoints.c.data)).where(of_run, IS_STEP)
    rows = connection.execute(query.order_by(checkpoints.c.step)).fetchall()
    sizes: dict[int, int] = {row[0]: row[1] for row in rows if is_whole(row[0])}
    unwanted = thin_steps(list(sizes), KEPT_CHECKPOINTS, list(sizes.values()), most_bytes)
    if unwanted:
        connection.execute(sql.delete(checkpoints).where(of_run, checkpoints.c.step.in_(unwanted)))
    kept = sum(sizes.values()) - sum(sizes[step] for step in unwanted)
    connection.execute(sql.update(runs).where(runs.c.id == run_id).values(checkpoint_bytes=kept))


def thin_steps(
    steps: Sequence[int], bound: int, sizes: Sequence[int] = (), most_bytes: float = float("inf")
) -> list[int]:
    """Which of the ascending steps to give up so that at most ``bound`` stay, spread evenly on a logarithmic scale.

    The first and the last always stay.

    Args:
        sizes: of each, in bytes; of those that stay they add up to at most ``most_bytes``.

    >>> thin_steps([0, 10, 11, 100], 3)
    [11]
    >>> thin_steps([0, 10, 100, 1000], 60, [5, 5, 5, 5], 15)
    [100]
    """
    kept = list(steps)
    left = dict(zip(steps, sizes, strict=True)) if sizes else dict.fromkeys(steps, 0)
    unwanted = []
    while len(kept) > 2 and (len(kept) > bound or sum(left.values()) > most_bytes):
        position = np.log1p(kept)
        gaps = position[2:] - position[:-2]  # how far apart the neighbours of each inner step are
        unwanted.append(kept.pop(1 + int(np.argmin(gaps))))
        del left[unwanted[-1]]
    return unwanted


class Checkpoints(Database):
    """The part of the store that reads checkpoints; they are saved by ``record``, and when a run is made."""

    def checkpoint_steps(self, run_id: int) -> list[int]:
        """Steps at which there is a checkpoint, ascending."""
        query = sql.select(checkpoints.c.step).where(checkpoints.c.run_id == run_id, IS_STEP)
        with self._reading() as connection:
            found = connection.execute(query.order_by(checkpoints.c.step)).scalars()
            return [step for step in found if is_whole(step)]

    def resting_checkpoint_step(self, run_id: int) -> int:
        """The newest that the next one does not replace, or else the newest.

        Raises:
            RunNotFound: there is no such run.
        """
        query = sql.select(sql.func.max(checkpoints.c.step))
        rests = sql.and_(checkpoints.c.run_id == run_id, checkpoints.c.passing.is_(False))
        with self._reading() as connection:
            step: int | None = connection.execute(query.where(rests)).scalar()
        return step or self.newest_checkpoint_step(run_id)

    def hold_checkpoint(self, run_id: int, step: int) -> bool:
        """Keep one though it was saved as passing, since people are looking at it; whether it is there."""
        its = sql.and_(checkpoints.c.run_id == run_id, checkpoints.c.step == step)
        with self._writing() as connection:
            return connection.execute(sql.update(checkpoints).where(its).values(passing=False)).rowcount > 0

    def newest_checkpoint_step(self, run_id: int) -> int:
        """The newest checkpoint's step; every run has one from its beginning.

        Raises:
            RunNotFound: the run is no more; of kind CHECKPOINT_GONE if it has none.
        """
        with self._reading() as connection:
            find_run(connection, run_id)
        steps = self.checkpoint_steps(run_id)
        if not steps:
            raise RunNotFound(f"Run {run_id} has no checkpoint any more.", StoreProblem.CHECKPOINT_GONE)
        return steps[-1]

    def newest_checkpoint(self, run_id: int) -> tuple[int, bytes]:
        """The newest checkpoint's step and its safetensors bytes.

        A run that trains replaces its newest checkpoint by a newer one, so what is the newest when it is asked for may
        be gone when it is read; then the newer one is read.

        Raises:
            RunNotFound: the run is no more, or has no checkpoint.
            WeightsError: what the database holds for it are no bytes.
        """
        step = self.newest_checkpoint_step(run_id)
        while True:
            try:
                return step, self.checkpoint(run_id, step)
            except RunNotFound:
                gone, step = step, self.newest_checkpoint_step(run_id)
                if step == gone:
                    raise

    def checkpoint(self, run_id: int, step: int) -> bytes:
        """The safetensors bytes of one checkpoint.

        Raises:
            RunNotFound: run or checkpoint is no more.
            WeightsError: what the database holds for it are no bytes.
        """
        data: Any
        as_it_is = sql.type_coerce(checkpoints.c.data, sql.types.NullType())  # a number would become so many bytes
        query = sql.select(as_it_is).where(checkpoints.c.run_id == run_id, checkpoints.c.step == step)
        with self._reading() as connection:
            find_run(connection, run_id)
            data = connection.execute(query).scalar()
        if data is None:
            place = f"step {step:,} any more" if abs(step) <= LONGEST_SHOWN else "so large a step"
            raise RunNotFound(
                f"Run {run_id} has no checkpoint at {place}; choose another.", StoreProblem.CHECKPOINT_GONE
            )
        if not isinstance(data, bytes | bytearray | memoryview):
            raise WeightsError(f"The checkpoint of run {run_id} at step {step:,} cannot be read: it is {shown(data)}.")
        return bytes(data)
