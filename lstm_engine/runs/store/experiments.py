"""Class experiments: what a class tries, and whose run is whose.

The row of the experiment is locked while somebody begins a run in it and while it is frozen, cleared or ended: a run
comes before that and is stopped with the others, or after it and is refused, and nobody has one more than they may.
"""

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from lstm_engine.runs.checkpoints import serialise
from lstm_engine.runs.class_curves import part_width
from lstm_engine.runs.rooms import Seat
from lstm_engine.runs.run import Run
from lstm_engine.runs.settings import RunSettings
from lstm_engine.runs.store.checkpoints import save_checkpoint
from lstm_engine.runs.store.errors import TooManyExperiments, TooManyRuns
from lstm_engine.runs.store.owners import seat_owner
from lstm_engine.runs.store.rows import THERE, find_run, insert_run
from lstm_engine.runs.store.runs import Runs
from lstm_engine.runs.store.schema import experiments, metrics, runs, seats, variations
from lstm_engine.runs.store.votes import Votes

IDS_AT_ONCE = 200  # in one statement
UNDER_WAY = experiments.c.ended_at.is_(None)


@dataclass(frozen=True)
class Experiment:
    """An experiment in a room.

    Attributes:
        plan: as JSON, see ``lstm_engine.runs.experiments.Plan``.
        opened_at, closes_at, frozen_at, ended_at: seconds since 1970, or None as long as it has not come to that.
    """

    id: int
    room_id: int
    plan: str
    opened_at: float
    closes_at: float | None
    frozen_at: float | None
    ended_at: float | None

    @property
    def is_open(self) -> bool:
        """Whether a run can be begun in it."""
        over = self.closes_at is not None and time.time() > self.closes_at
        return self.frozen_at is None and self.ended_at is None and not over


@dataclass(frozen=True)
class Variation:
    """A student's run in an experiment; without a nickname nobody knows whose.

    Attributes:
        chosen: as JSON. step: how far it is. stopped: whether it rests. error: why it ended in trouble.
        is_held: whether a process trains it.
    """

    run_id: int
    seat_id: int
    nickname: str
    chosen: str
    step: int
    stopped: bool
    error: str | None
    is_held: bool


class Experiments(Runs, Votes):
    """The part of the store that has them."""

    def begin_experiment(self, room_id: int, plan: str, closes_at: float | None, most: int) -> Experiment:
        """Begin one; what the room tried before ends, and its runs rest.

        Raises:
            TooManyExperiments: the room has begun so many already.
        """
        now, mine = time.time(), experiments.c.room_id == room_id
        values = {"room_id": room_id, "plan": plan, "opened_at": now, "closes_at": closes_at}
        with self._writing() as connection:
            self._turn(connection, room_id)
            if connection.execute(sql.select(sql.func.count()).where(mine)).scalar_one() >= most:
                raise TooManyExperiments(most)
            for number in connection.execute(sql.select(experiments.c.id).where(mine, UNDER_WAY)).scalars().all():
                self._end(connection, number, now)
            row = connection.execute(sql.insert(experiments).values(values).returning(*experiments.c)).one()
            self._changed(connection, room_id)
            return Experiment(**row._mapping)

    def experiment(self, room_id: int) -> Experiment | None:
        """What a room tries just now; None if nothing."""
        query = sql.select(experiments).where(experiments.c.room_id == room_id, UNDER_WAY)
        with self._reading() as connection:
            row = connection.execute(query.order_by(experiments.c.id.desc()).limit(1)).first()
        return None if row is None else Experiment(**row._mapping)

    def experiments(self, room_id: int) -> list[Experiment]:
        """All that a room tried, in that order."""
        query = sql.select(experiments).where(experiments.c.room_id == room_id).order_by(experiments.c.id)
        with self._reading() as connection:
            return [Experiment(**row._mapping) for row in connection.execute(query)]

    def freeze_experiment(self, room_id: int, number: int) -> bool:
        """Nobody begins a run any more, and all rest where they are; whether that could be."""
        with self._writing() as connection:
            if not self._set_experiment(connection, room_id, number, frozen_at=time.time()):
                return False
            rest(connection, number)
            return True

    def thaw_experiment(self, room_id: int, number: int) -> bool:
        """Go on: its runs train to their end, and who has one left may begin it; whether that could be."""
        with self._writing() as connection:
            if not self._set_experiment(connection, room_id, number, frozen_at=None, closes_at=None):
                return False
            resting = sql.update(runs).where(of_experiment(number), runs.c.stopped.is_(True), THERE)
            connection.execute(resting.values(stopped=False, queued_at=time.time()))
            return True

    def clear_experiment(self, room_id: int, number: int) -> bool:
        """Take all curves from the wall, and their runs; everybody may begin anew. Whether that could be."""
        with self._writing() as connection:
            if not self._set_experiment(connection, room_id, number):
                return False
            forget(connection, of_experiment(number))
            connection.execute(sql.delete(variations).where(variations.c.experiment_id == number))
            return True

    def end_experiment(self, room_id: int, number: int) -> bool:
        """Take it from all screens; its curves are kept as far as they came. Whether that could be."""
        with self._writing() as connection:
            if not self._set_experiment(connection, room_id, number):
                return False
            self._end(connection, number, time.time())
            return True

    def rest_experiments(self, room_id: int) -> None:
        """Stop all runs of a room's experiments: it is closed."""
        with self._writing() as connection:
            for number in connection.execute(
                sql.select(experiments.c.id).where(experiments.c.room_id == room_id)
            ).scalars():
                rest(connection, number)

    def begin_variation(
        self, seat: Seat, experiment_id: int, chosen: Mapping[str, Any], settings: RunSettings, name: str, tries: int
    ) -> Run | None:
        """A student's run; None if nothing can be begun there any more, or they are in the room no longer.

        Args:
            chosen: what they chose, to be kept beside it. name: a suggestion. tries: runs that they may have there.

        Raises:
            TooManyRuns: they have had as many. StoreError: the store would be larger than it may be.
        """
        data = serialise(settings.build_trainer())
        self._make_room_for(data)
        which = sql.select(experiments).where(experiments.c.id == experiment_id, experiments.c.room_id == seat.room_id)
        theirs = variations.c.experiment_id == experiment_id, variations.c.seat_id == seat.id
        with self._writing() as connection:
            row = connection.execute(which.with_for_update()).first()
            sits = sql.select(seats.c.nickname).where(seats.c.id == seat.id, seats.c.removed.is_(False))
            nickname = connection.execute(sits).scalar()
            if row is None or nickname is None or not Experiment(**row._mapping).is_open:
                return None
            if connection.execute(sql.select(sql.func.count()).where(*theirs)).scalar_one() >= tries:
                raise TooManyRuns(tries)
            owner = seat_owner(seat.id)
            run_id = insert_run(connection, settings, "", 0, settings.end_step, name, owner=owner)
            save_checkpoint(connection, run_id, 0, data, passing=False, most_bytes=self.run_bytes)
            values = {
                "run_id": run_id,
                "experiment_id": experiment_id,
                "room_id": seat.room_id,
                "seat_id": seat.id,
                "nickname": nickname,
                "chosen": json.dumps(dict(chosen)),
                "removed": False,
            }
            connection.execute(sql.insert(variations).values(values))
            return find_run(connection, run_id)

    def variations(self, experiment_id: int) -> list[Variation]:
        """All runs of an experiment that are there, in the order in which they were begun."""
        nickname = sql.case((sql.or_(seats.c.removed.is_(True), seats.c.id.is_(None)), ""), else_=variations.c.nickname)
        columns = [variations.c[name] for name in ("run_id", "seat_id", "chosen")]
        query = (
            sql.select(*columns, nickname.label("nickname"), runs.c.step, runs.c.stopped, runs.c.error)
            .add_columns(runs.c.lease.is_not(None).label("is_held"))
            .select_from(
                variations.join(runs, runs.c.id == variations.c.run_id).outerjoin(
                    seats, seats.c.id == variations.c.seat_id
                )
            )
            .where(variations.c.experiment_id == experiment_id, variations.c.removed.is_(False), THERE)
            .order_by(variations.c.run_id)
        )
        with self._reading() as connection:
            return [Variation(**row._mapping) for row in connection.execute(query)]

    def parts_of_curves(self, reached: Mapping[int, int], end_step: int) -> dict[int, tuple[float, ...]]:
        """Curves in parts, by their run's number: the mean of the loss in each, see ``class_curves``.

        Args:
            reached: by a run's number, how many parts are wanted.
        """
        width, wanted = part_width(end_step), list(reached)
        part = ((metrics.c.step - 1) // width).label("part")
        found: dict[int, list[float]] = {run_id: [] for run_id in wanted}
        with self._reading() as connection:
            for start in range(0, len(wanted), IDS_AT_ONCE):
                some = metrics.c.run_id.in_(wanted[start : start + IDS_AT_ONCE])
                query = sql.select(metrics.c.run_id, part, sql.func.avg(metrics.c.loss)).where(some)
                for run_id, at, loss in connection.execute(query.group_by(metrics.c.run_id, part).order_by(part)):
                    curve = found[run_id]
                    if at == len(curve) < reached[run_id] and isinstance(loss, float) and math.isfinite(loss):
                        curve.append(loss)
        return {run_id: tuple(curve) for run_id, curve in found.items()}

    def remove_variation(self, room_id: int, run_id: int) -> bool:
        """Take one curve from the wall, and its run; whether there was such a one."""
        its = variations.c.room_id == room_id, variations.c.run_id == run_id, variations.c.removed.is_(False)
        with self._writing() as connection:
            if not connection.execute(sql.update(variations).where(*its).values(removed=True)).rowcount:
                return False
            forget(connection, runs.c.id == run_id)
            self._changed(connection, room_id)
            return True

    def _set_experiment(self, connection: Connection, room_id: int, number: int, **values: object) -> bool:
        """Lock one that is under way, and change it; whether there is such a one in the room."""
        which = experiments.c.id == number, experiments.c.room_id == room_id, UNDER_WAY
        if connection.execute(sql.select(experiments.c.id).where(*which).with_for_update()).first() is None:
            return False
        if values:
            connection.execute(sql.update(experiments).where(*which).values(values))
        self._changed(connection, room_id)
        return True

    @staticmethod
    def _end(connection: Connection, number: int, now: float) -> None:
        connection.execute(sql.update(experiments).where(experiments.c.id == number).values(ended_at=now))
        rest(connection, number)


def of_experiment(number: int) -> sql.ColumnElement[bool]:
    """Of a query over runs: those of an experiment."""
    return runs.c.id.in_(sql.select(variations.c.run_id).where(variations.c.experiment_id == number))


def rest(connection: Connection, number: int) -> None:
    """Stop what still trains of an experiment; its processes save and leave by themselves."""
    going = runs.c.stopped.is_(False), runs.c.step < runs.c.target_step, runs.c.error.is_(None), THERE
    connection.execute(sql.update(runs).where(of_experiment(number), *going).values(stopped=True))


def forget(connection: Connection, which: sql.ColumnElement[bool]) -> None:
    """Delete runs, as ``delete`` does."""
    gone = {"deleted_at": time.time(), "lease": None, "heartbeat": None, "steps_per_second": None}
    connection.execute(sql.update(runs).where(which, THERE).values(gone))
