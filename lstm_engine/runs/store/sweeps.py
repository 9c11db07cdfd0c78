"""Sweeps in the store: their plans, which runs are theirs, and what keeps each of these from being begun twice.

A trial's row stands under its sweep's number and its place, and is written in the transaction that makes its run: who
comes second, from another server or after a kill, finds the row and makes nothing.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from lstm_engine.errors import SettingsError
from lstm_engine.runs.checkpoints import serialise
from lstm_engine.runs.run import Run
from lstm_engine.runs.store.errors import AlreadyThere, RunNotFound
from lstm_engine.runs.store.owners import Owner, check_room
from lstm_engine.runs.store.rows import named
from lstm_engine.runs.store.runs import Runs
from lstm_engine.runs.store.schema import metrics, runs, summaries, sweep_runs, sweeps
from lstm_engine.runs.sweeps.plan import Plan, Trial
from lstm_engine.runs.sweeps.sweep import Sweep, SweepRun, SweepState

THERE = sweeps.c.deleted_at.is_(None)
RUN_THERE = runs.c.deleted_at.is_(None)
OPEN = RUN_THERE & runs.c.error.is_(None) & runs.c.stopped.is_(False) & (runs.c.step < runs.c.target_step)


class Counted(NamedTuple):
    """Of a sweep's runs: how many were begun, and how many have steps to train."""

    begun: int
    open: int


class Sweeps(Runs):
    """The part of the store that has sweeps."""

    def create_sweep(self, plan: Plan, name: str = "", owner: Owner | None = None) -> Sweep:
        """A new sweep; its runs are begun by whoever conducts it, see ``sweeps.conductor``.

        Args:
            name: as a person gave it; the plan's title, or its task, where there is none.
            owner: whose it and its runs are, where many people begin some.
        """
        values = {
            "name": named(name) or named(plan.title) or named(f"{plan.task}, {len(plan.trials)} runs"),
            "plan": plan.to_json(),
            "created_at": time.time(),
            "state": SweepState.RUNNING.value,
            "owner": None if owner is None else owner.identity,
            "owner_most": None if owner is None else owner.most,
            "size": len(plan.trials),
            "allowed": None if plan.minutes is None else 60 * plan.minutes,
        }
        with self._writing() as connection:
            made = connection.execute(sql.insert(sweeps).values(values).returning(sweeps.c.id)).scalar_one()
            return find_sweep(connection, made)

    def list_sweeps(self) -> Sequence[Sweep]:
        """All, the newest first."""
        with self._reading() as connection:
            query = sql.select(sweeps).where(THERE).order_by(sweeps.c.id.desc())
            return [sweep_of(row) for row in connection.execute(query)]

    def sweeps_to_conduct(self) -> Sequence[Sweep]:
        """Those that run, the oldest first."""
        query = sql.select(sweeps).where(THERE, sweeps.c.state == SweepState.RUNNING.value).order_by(sweeps.c.id)
        with self._reading() as connection:
            return [sweep_of(row) for row in connection.execute(query)]

    def get_sweep(self, sweep_id: int) -> Sweep:
        """Raises RunNotFound if there is no such sweep."""
        with self._reading() as connection:
            return find_sweep(connection, sweep_id)

    def swept(self) -> dict[int, int]:
        """The number of every run that a sweep began, and that sweep's."""
        with self._reading() as connection:
            rows = connection.execute(sql.select(sweep_runs.c.run_id, sweep_runs.c.sweep_id)).fetchall()
        return {row.run_id: row.sweep_id for row in rows}

    def count_sweep(self, sweep_id: int) -> Counted:
        """See ``Counted``; costs little, since it is asked for many times a second."""
        query = sql.select(sql.func.count(), sql.func.count(sql.case((OPEN, 1)))).select_from(
            sweep_runs.outerjoin(runs, runs.c.id == sweep_runs.c.run_id)
        )
        with self._reading() as connection:
            return Counted(*connection.execute(query.where(sweep_runs.c.sweep_id == sweep_id)).one())

    def sweep_runs(self, sweep_id: int, measured: bool = True) -> list[SweepRun]:
        """Its runs so far, by their place.

        Args:
            measured: whether losses and measures are read too, which takes longer.
        """
        of_run = metrics.c.run_id == runs.c.id
        newest = [
            sql.select(metrics.c[name])
            .where(of_run, metrics.c[name].is_not(None))
            .order_by(metrics.c.step.desc())
            .limit(1)
            .scalar_subquery()
            .label(name)
            for name in ("validation_loss", "measure")
        ]
        least = sql.select(sql.func.min(summaries.c.validation_loss_low)).where(summaries.c.run_id == runs.c.id)
        values = [*newest, least.scalar_subquery().label("best")] if measured else []
        columns = (runs.c.step, runs.c.target_step, runs.c.stopped, runs.c.error, runs.c.lease, runs.c.deleted_at)
        query = (
            sql.select(sweep_runs, runs.c.id, *columns, *values)
            .select_from(sweep_runs.outerjoin(runs, runs.c.id == sweep_runs.c.run_id))
            .where(sweep_runs.c.sweep_id == sweep_id)
            .order_by(sweep_runs.c.place)
        )
        with self._reading() as connection:
            return [sweep_run_of(row) for row in connection.execute(query)]

    def losses_at(self, steps: dict[int, int]) -> dict[int, float]:
        """The newest validation loss up to a step, of every run that has one, by the run's number."""
        found: dict[int, float] = {}
        with self._reading() as connection:
            for run_id, step in steps.items():
                query = sql.select(metrics.c.validation_loss).where(
                    metrics.c.run_id == run_id, metrics.c.step <= step, metrics.c.validation_loss.is_not(None)
                )
                value = connection.execute(query.order_by(metrics.c.step.desc()).limit(1)).scalar()
                if isinstance(value, float):
                    found[run_id] = value
        return found

    def begin_trial(self, sweep: Sweep, trial: Trial, name: str, target_step: int) -> Run | None:
        """Make a trial's run, which then trains to that step; None if somebody has begun it already, or the sweep no
        longer runs.

        Raises:
            StoreError: the store, or the run, would be larger than it may be.
            TooManyRuns: the owner has as many as they may.
        """
        data = serialise(trial.settings.build_trainer())
        self._make_room_for(data)
        try:
            with self._writing() as connection:
                state = connection.execute(
                    sql.select(sweeps.c.state, sweeps.c.owner_most).where(sweeps.c.id == sweep.id, THERE)
                ).first()
                if state is None or state[0] != SweepState.RUNNING.value:
                    return None
                owner = None if sweep.owner is None else Owner(sweep.owner, state[1] or 0)
                check_room(connection, owner)
                row = {"sweep_id": sweep.id, "place": trial.place, "run_id": 0, "rung": 0}
                connection.execute(sql.insert(sweep_runs).values(row))  # who comes second fails here
                whole = replace(trial.settings, shards=trial.settings.shards or 1)  # the cores have other runs to train
                run = self._create(connection, whole, "", True, data, name, owner)
                mine = sql.update(sweep_runs).where(
                    sweep_runs.c.sweep_id == sweep.id, sweep_runs.c.place == trial.place
                )
                connection.execute(mine.values(run_id=run.id))
                connection.execute(sql.update(runs).where(runs.c.id == run.id).values(target_step=target_step))
                return run
        except AlreadyThere:
            return None

    def decide_rung(self, sweep: Sweep, dropped: Iterable[int]) -> bool:
        """Note that the sweep's next rung was decided, and which places do not go on from it; once, whoever asks."""
        with self._writing() as connection:
            undecided = sql.update(sweeps).where(sweeps.c.id == sweep.id, sweeps.c.decided == sweep.decided)
            if connection.execute(undecided.values(decided=sweep.decided + 1)).rowcount == 0:
                return False
            for place in dropped:
                of_trial = sweep_runs.c.sweep_id == sweep.id, sweep_runs.c.place == place
                connection.execute(sql.update(sweep_runs).where(*of_trial).values(dropped=sweep.decided))
                run_id = connection.execute(sql.select(sweep_runs.c.run_id).where(*of_trial)).scalar_one()
                # its process leaves at once; somebody may still take it up by hand
                connection.execute(sql.update(runs).where(runs.c.id == run_id).values(stopped=True))
            return True

    def send_on(self, sweep: Sweep, place: int, rung: int, target_step: int) -> bool:
        """Send a trial from the rung before to this one; once, whoever asks."""
        with self._writing() as connection:
            if not still_runs(connection, sweep.id):
                return False
            of_trial = sweep_runs.c.sweep_id == sweep.id, sweep_runs.c.place == place
            before = sql.update(sweep_runs).where(*of_trial, sweep_runs.c.rung == rung - 1)
            if connection.execute(before.values(rung=rung)).rowcount == 0:
                return False
            run_id = connection.execute(sql.select(sweep_runs.c.run_id).where(*of_trial)).scalar_one()
            values = {"target_step": target_step, "stopped": False, "queued_at": time.time()}
            connection.execute(sql.update(runs).where(runs.c.id == run_id, RUN_THERE).values(values))
            return True

    def tick_sweep(self, sweep: Sweep, seconds: float) -> None:
        """Count time that the sweep trained; once, however many servers conduct it."""
        now = time.time()
        mine = sql.update(sweeps).where(sweeps.c.id == sweep.id, sweeps.c.ticked_at == sweep.ticked_at)
        with self._writing() as connection:
            connection.execute(mine.values(spent=sweeps.c.spent + seconds, ticked_at=now))

    def end_sweep(self, sweep_id: int, state: SweepState, error: str | None = None) -> Sweep:
        """Pause, cancel or end it: no run of it is begun any more, and those under way rest where they are.

        Raises:
            RunNotFound: there is no such sweep.
            SettingsError: it is over already.
        """
        with self._writing() as connection:
            sweep = find_sweep(connection, sweep_id)
            if sweep.state in (SweepState.DONE, SweepState.CANCELLED):
                raise SettingsError(f"the sweep “{sweep.name}” is {sweep.state.value} already")
            connection.execute(sql.update(sweeps).where(sweeps.c.id == sweep_id).values(state=state.value, error=error))
            if state is not SweepState.DONE:
                mine = sql.select(sweep_runs.c.run_id).where(sweep_runs.c.sweep_id == sweep_id)
                rest = sql.update(runs).where(runs.c.id.in_(mine), OPEN)
                connection.execute(rest.values(target_step=runs.c.step, stopped=True))
            return find_sweep(connection, sweep_id)

    def pause_sweep(self, sweep_id: int) -> Sweep:
        """See ``end_sweep``; ``resume_sweep`` goes on with it, while ``end_sweep`` with CANCELLED is for good."""
        return self.end_sweep(sweep_id, SweepState.PAUSED)

    def resume_sweep(self, sweep_id: int) -> Sweep:
        """Go on with a sweep that was paused, or has used up its time, which it then has once more.

        Raises:
            SettingsError: it runs, is over, or cannot be read by this version.
        """
        with self._writing() as connection:
            sweep = find_sweep(connection, sweep_id)
            plan = sweep.plan
            if plan is None or not sweep.state.can_resume:
                raise SettingsError(sweep.problem or f"the sweep “{sweep.name}” is {sweep.state.value}, not paused")
            values: dict[str, Any] = {"state": SweepState.RUNNING.value, "error": None, "ticked_at": time.time()}
            if sweep.state is SweepState.OVER and plan.minutes is not None:
                values["allowed"] = sweep.spent + 60 * plan.minutes
            connection.execute(sql.update(sweeps).where(sweeps.c.id == sweep_id).values(values))
            query = sql.select(sweep_runs).where(sweep_runs.c.sweep_id == sweep_id, sweep_runs.c.dropped.is_(None))
            for row in connection.execute(query).fetchall():
                if row.place >= len(plan.trials):
                    continue
                target = target_of(plan, row.place, row.rung)
                waiting = sql.update(runs).where(runs.c.id == row.run_id, RUN_THERE, runs.c.error.is_(None))
                going_on = {"target_step": target, "stopped": False, "queued_at": time.time()}
                connection.execute(waiting.where(runs.c.step < target).values(going_on))
            return find_sweep(connection, sweep_id)

    def delete_sweep(self, sweep_id: int) -> None:
        """Take a sweep away, with all its runs; each of these can be had back within a day.

        Raises:
            RunNotFound: there is no such sweep.
        """
        gone = {"deleted_at": time.time(), "lease": None, "heartbeat": None, "steps_per_second": None}
        with self._writing() as connection:
            find_sweep(connection, sweep_id)
            over = {"deleted_at": time.time(), "state": SweepState.CANCELLED.value}
            connection.execute(sql.update(sweeps).where(sweeps.c.id == sweep_id).values(over))
            mine = sql.select(sweep_runs.c.run_id).where(sweep_runs.c.sweep_id == sweep_id)
            connection.execute(sql.update(runs).where(runs.c.id.in_(mine), RUN_THERE).values(gone))


def target_of(plan: Plan, place: int, rung: int) -> int:
    """The step to which a trial trains before the sweep looks at it again."""
    end = plan.trials[place].settings.end_step
    return end if plan.halving is None else plan.halving.targets(end)[rung]


def still_runs(connection: Connection, sweep_id: int) -> bool:
    """Whether a sweep runs, asked in the transaction that relies on it."""
    query = sql.select(sweeps.c.state).where(sweeps.c.id == sweep_id, THERE)
    return connection.execute(query).scalar() == SweepState.RUNNING.value


def find_sweep(connection: Connection, sweep_id: int) -> Sweep:
    """Raises RunNotFound if there is no such sweep."""
    row = connection.execute(sql.select(sweeps).where(sweeps.c.id == sweep_id, THERE)).first()
    if row is None:
        raise RunNotFound(f"There is no sweep {sweep_id}, or it was deleted.")
    return sweep_of(row)


def sweep_of(row: sql.Row[Any]) -> Sweep:
    """A row as a sweep; what is no state that is known today is taken for cancelled."""
    known = row.state in [state.value for state in SweepState]
    return Sweep(
        id=row.id,
        name=row.name,
        text=row.plan,
        created_at=row.created_at,
        state=SweepState(row.state) if known else SweepState.CANCELLED,
        owner=row.owner,
        size=row.size,
        decided=row.decided,
        spent=row.spent,
        ticked_at=row.ticked_at,
        allowed=row.allowed,
        error=row.error,
    )


def sweep_run_of(row: sql.Row[Any]) -> SweepRun:
    """A row of a sweep's runs; one that was forgotten for good is not there."""
    there = row.id is not None and row.deleted_at is None
    more = row._mapping
    return SweepRun(
        place=row.place,
        run_id=row.run_id,
        there=there,
        rung=row.rung,
        dropped=row.dropped,
        step=row.step or 0,
        target_step=row.target_step or 0,
        stopped=bool(row.stopped),
        failed=row.error is not None,
        held=row.lease is not None,
        loss=more.get("validation_loss"),
        best=more.get("best"),
        measure=more.get("measure"),
    )
