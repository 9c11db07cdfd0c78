"""Runs themselves: made, found, listed, named, deleted and brought back, and how far they are to train."""

import time
from collections.abc import Callable, Sequence

import sqlalchemy as sql
from sqlalchemy.engine import Connection

from lstm_engine.errors import SettingsError
from lstm_engine.runs.brought import BroughtModel
from lstm_engine.runs.checkpoints import serialise
from lstm_engine.runs.run import Run, Status
from lstm_engine.runs.settings import LIMITS, RunSettings
from lstm_engine.runs.store.checkpoints import save_checkpoint
from lstm_engine.runs.store.errors import AlreadyThere, RunNotFound
from lstm_engine.runs.store.owners import SEAT, Owner, check_room, identity_of
from lstm_engine.runs.store.rows import (
    COLUMNS,
    THERE,
    UNCHANGED,
    find_run,
    find_same,
    gone,
    insert_run,
    named,
    run_of,
    was_there,
)
from lstm_engine.runs.store.schema import marks, runs
from lstm_engine.runs.store.space import Space, can_come_back
from lstm_engine.runs.store.versions import take_turn

FIND_OR_CREATE_TURN = 0x6C737466  # names the server's lock under which runs are looked for and made


class Runs(Space):
    """The part of the store that has the runs themselves."""

    def create(
        self,
        settings: RunSettings,
        name: str = "",
        start: bool = True,
        suggestion: str = "",
        owner: Owner | None = None,
    ) -> Run:
        """A new run; it trains as soon as a worker is free, or waits at step 0 if ``start`` is False.

        Args:
            name: as a person gave it.
            suggestion: a made-up name where there is none; it never repeats.
            owner: whose it is, where many people start runs.

        Raises:
            StoreError: the store, or the run, would be larger than it may be.
            TooManyRuns: the owner has as many as they may.
        """
        data = serialise(settings.build_trainer())
        self._make_room_for(data)
        with self._writing() as connection:
            return self._create(connection, settings, name, start, data, suggestion, owner)

    def _create(
        self,
        connection: Connection,
        settings: RunSettings,
        name: str,
        start: bool,
        data: bytes,
        suggestion: str = "",
        owner: Owner | None = None,
    ) -> Run:
        check_room(connection, owner)
        target_step = settings.end_step if start else 0
        run_id = insert_run(connection, settings, name, 0, target_step, suggestion, owner=identity_of(owner))
        save_checkpoint(connection, run_id, 0, data, passing=False, most_bytes=self.run_bytes)
        return find_run(connection, run_id)

    def add_model(self, own: BroughtModel, name: str = "", owner: Owner | None = None) -> Run:
        """A run of a model that was trained elsewhere: finished, with one checkpoint, and never trained.

        Args:
            own: see ``brought``.
            name: as a person gave it; that of its file where there is none.
            owner: whose it is, where many people bring models.

        Raises:
            StoreError: the store, or the run, would be larger than it may be.
            TooManyRuns: the owner has as many as they may.
        """
        self._make_room_for(own.checkpoint, checkpoints=1)
        with self._writing() as connection:
            return self._create(connection, own.settings, name, False, own.checkpoint, own.suggestion, owner)

    def create_first_run(self, settings: RunSettings, name: str) -> Run | None:
        """The run that greets the very first visitor; None if the store has ever had one, however many ask at once."""
        had_one = sql.select(marks.c.name).where(marks.c.name == "first run")
        any_run = sql.select(runs.c.id).limit(1)
        with self._reading() as connection:  # nearly always enough
            if self.read_only or connection.execute(had_one).first() or connection.execute(any_run).first():
                return None
        data = serialise(settings.build_trainer())
        try:
            with self._writing() as connection:
                if connection.execute(had_one).first() or connection.execute(any_run).first():
                    return None
                connection.execute(sql.insert(marks).values(name="first run"))
                return self._create(connection, settings, name, True, data)
        except AlreadyThere:
            return None

    def find(self, settings: RunSettings) -> Run | None:
        """The newest run that has the numbers of these settings: all but the pace is equal, and nobody changed it on
        its way."""
        with self._reading() as connection:
            return find_same(connection, settings)

    def find_or_create(self, settings: RunSettings, name: str = "", owner: Owner | None = None) -> Run:
        """The run that ``find`` finds or, if there is none, a new one that starts; one only, however many ask at once.

        The name is taken for made up, and never repeats; a new run is the owner's.

        Raises:
            StoreError: the store, or the run, would be larger than it may be.
            TooManyRuns: the owner has as many as they may.
        """
        with self._reading() as connection:
            known = set(connection.execute(sql.select(runs.c.id).where(UNCHANGED)).scalars())
            found = find_same(connection, settings)
        if found is not None:
            return found
        data = serialise(settings.build_trainer())
        self._make_room_for(data)
        with self._writing() as connection:
            take_turn(connection, FIND_OR_CREATE_TURN)
            fresh = set(connection.execute(sql.select(runs.c.id).where(UNCHANGED)).scalars()) - known
            made = find_same(connection, settings, fresh) if fresh else None
            return made if made is not None else self._create(connection, settings, "", True, data, name, owner)

    def list_runs(self, with_classes: bool = False) -> Sequence[Run]:
        """All runs, the newest first; but for those of class experiments, which would bury all others."""
        with self._reading() as connection:
            query = sql.select(*COLUMNS).where(THERE).order_by(runs.c.id.desc())
            if not with_classes:
                query = query.where(runs.c.owner.is_(None) | ~runs.c.owner.startswith(SEAT))
            return [run_of(row) for row in connection.execute(query)]

    def get(self, run_id: int) -> Run:
        """Raises RunNotFound if there is no such run."""
        with self._reading() as connection:
            return find_run(connection, run_id)

    def gone(self, run_id: int) -> str:
        """What to say of a run that cannot be found: that it was deleted, or that it never was."""
        with self._reading() as connection:
            return gone(connection, run_id)

    def set_target(self, run_id: int, target_step: int) -> Run:
        """Train up to this step, then pause; a target beyond the end is the end."""
        return self._retarget(run_id, lambda run: min(target_step, run.runnable().end_step))

    def _retarget(self, run_id: int, target: Callable[[Run], int], stopped: bool = False) -> Run:
        """Read the run and set its target in one transaction, so that two people's clicks add up."""
        with self._writing() as connection:
            run = find_run(connection, run_id, lock=True)
            if not run.is_trained:
                run.runnable()
            values = {
                "target_step": max(run.step, min(target(run), run.end_step)),
                "stopped": stopped,
                "error": None,
                "queued_at": run.queued_at if run.status is Status.QUEUED else time.time(),
            }
            connection.execute(sql.update(runs).where(runs.c.id == run_id).values(values))
            return find_run(connection, run_id)

    def start(self, run_id: int) -> Run:
        """Train to the end; also takes up a run that was paused, stopped, lost or failed."""
        return self._retarget(run_id, lambda run: run.runnable().end_step)

    def advance(self, run_id: int, steps: int) -> Run:
        """Train so many steps, then pause. Pressed again in between, the steps add up."""

        def target(run: Run) -> int:
            underway = run.runnable().wants_worker and run.target_step < run.end_step
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
            connection.execute(sql.update(runs).where(runs.c.id == run_id, THERE).values(pace=float(pace)))
            return find_run(connection, run_id)

    def rename(self, run_id: int, name: str) -> Run:
        """Give the run another name.

        Raises:
            SettingsError: the name is empty.
        """
        text = named(name)
        if not text:
            raise SettingsError("the name is empty; type at least one character")
        with self._writing() as connection:
            connection.execute(sql.update(runs).where(runs.c.id == run_id, THERE).values(name=text))
            return find_run(connection, run_id)

    def delete(self, run_id: int) -> None:
        """Take a run away; its worker notices and leaves. ``undelete`` brings it back within a day."""
        values = {"deleted_at": time.time(), "lease": None, "heartbeat": None, "steps_per_second": None}
        with self._writing() as connection:
            if connection.execute(sql.update(runs).where(runs.c.id == run_id, THERE).values(values)).rowcount == 0:
                raise RunNotFound(gone(connection, run_id))

    def undelete(self, run_id: int, owner: Owner | None = None) -> Run:
        """Bring a deleted run back, paused where it was.

        Raises:
            RunNotFound: it is gone for good.
            TooManyRuns: the owner has as many as they may.
        """
        with self._writing() as connection:
            check_room(connection, owner)
            at_rest = sql.update(runs).where(runs.c.id == run_id, can_come_back())
            if connection.execute(at_rest.values(deleted_at=None, target_step=runs.c.step)).rowcount == 0:
                raise RunNotFound(
                    f"Run {run_id} cannot be brought back: it was deleted more than a day ago, or its space was needed."
                    if was_there(connection, run_id)
                    else gone(connection, run_id)
                )
            return find_run(connection, run_id)
