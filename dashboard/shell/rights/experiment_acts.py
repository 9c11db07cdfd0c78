"""All that routes do with experiments in a room: each asks who somebody is there, and the limits, first.

A run in an experiment is a student's seat's. Nobody pauses, changes or deletes it by itself: there is no message that
says so, not its student's own either. It rests, goes on and goes with the whole experiment, which is its teacher's.
"""

import time
from typing import Any

from dashboard.serving.problems import Kind, Problem
from dashboard.shell.rights.actor import Actor
from dashboard.shell.rights.crowding import memory_in_use
from dashboard.shell.rights.limits import beyond, most_of, too_much
from dashboard.shell.rights.members import Member, RoomAction, check_member
from dashboard.shell.rights.room_acts import refuse_if
from dashboard.shell.rights.table import Action, refused
from lstm_engine import SettingsError
from lstm_engine.runs import Run, RunNotFound, RunSettings, RunStore
from lstm_engine.runs.experiments import Plan
from lstm_engine.runs.store import TooManyExperiments, TooManyRuns, TooManyShown
from lstm_engine.runs.store.experiments import Experiment, Variation
from lstm_engine.runs.training.worker import is_checkpoint_step

FEWEST_STUDENTS = 30  # that are expected: some join later
BYTES_A_WEIGHT = 12  # in a checkpoint: itself, and two moments of Adam's, in single precision
NAME = "class curve"  # of a run, which people outside of the room may see as well: nobody's nickname stands in it
OVER = "That experiment is over, or rests just now; nothing was begun."
GONE = "That experiment is over, or has come further meanwhile."
NO_CURVE = "That curve is not on the wall any more."
NONE = "No experiment is under way in this room."
NOT_YOURS = "{} is not yours to show: show what you brought yourself."


class ExperimentActs:
    """What can be done with experiments by whoever asks, in one request.

    Every method raises Problem, with a sentence and a kind, if they may not.

    Args:
        store: the whole one. actor: who asks. cookies: what their browser holds, which says who they are in a room.
    """

    def __init__(self, store: RunStore, actor: Actor, cookies: Any):
        self._store, self._actor, self._cookies = store, actor, cookies

    def member(self, action: RoomAction) -> Member:
        """Who they are in their room, if they may do that there."""
        return check_member(self._store, self._cookies, action)

    def begin(self, plan: Plan) -> Member:
        """Begin an experiment; what the class tried before ends."""
        member = self.member(RoomAction.EXPERIMENT)
        check_size(plan, max(FEWEST_STUDENTS, len(self._store.seats(member.room.id))))
        closes_at = None if plan.minutes is None else time.time() + 60 * plan.minutes
        try:
            self._store.begin_experiment(member.room.id, plan.to_json(), closes_at, most_of("experiments"))
        except TooManyExperiments as error:
            raise beyond("experiments", error.most) from error
        return member

    def like(self, run_id: int) -> RunSettings:
        """The settings of a run, for an experiment on what it learns; if it was brought, by whoever asks."""
        self.member(RoomAction.EXPERIMENT)
        run = self._store.get(run_id)
        action = Action.LOOK_AT_BROUGHT if run.is_private else Action.LOOK
        refuse_if(refused(self._actor, action, run.owner, f"run {run_id}"))
        return run.runnable().settings

    def freeze(self, number: int) -> Member:
        """All runs rest, and none is begun."""
        member = self.member(RoomAction.EXPERIMENT)
        return done(self._store.freeze_experiment(member.room.id, number), member)

    def go_on(self, number: int) -> Member:
        """All runs train to their end."""
        member = self.member(RoomAction.EXPERIMENT)
        return done(self._store.thaw_experiment(member.room.id, number), member)

    def clear(self, number: int) -> Member:
        """All curves go, and everybody may begin anew."""
        member = self.member(RoomAction.EXPERIMENT)
        return done(self._store.clear_experiment(member.room.id, number), member)

    def end(self, number: int) -> Member:
        """Take it from all screens."""
        member = self.member(RoomAction.EXPERIMENT)
        return done(self._store.end_experiment(member.room.id, number), member)

    def remove_curve(self, run_id: int) -> Member:
        """Take one curve from the wall, such as one whose letters nobody wants to read."""
        member = self.member(RoomAction.EXPERIMENT)
        return done(self._store.remove_variation(member.room.id, run_id), member, NO_CURVE)

    def try_it(self, number: int, chosen: object) -> tuple[Member, Run]:
        """A student's own run, of what they chose."""
        member = self.member(RoomAction.TRY)
        assert member.seat is not None
        experiment = self._store.experiment(member.room.id)
        if experiment is None or experiment.id != number or not experiment.is_open:
            raise Problem(OVER, Kind.MISSING)
        plan = plan_of(experiment)
        try:
            kept = plan.judged(chosen)
            settings = plan.settings_for(kept)
        except SettingsError as error:
            raise Problem(str(error)) from error
        refuse_if(too_much("memory", memory_in_use()))
        refuse_if(too_much("class_waiting", self._store.crowd().in_classes + 1))
        try:
            run = self._store.begin_variation(member.seat, number, kept, settings, NAME, plan.tries)
        except TooManyRuns as error:
            all_of_them = "the one run" if error.most == 1 else f"all {error.most} runs"
            raise Problem(f"You have had {all_of_them} that each may have in this experiment.", Kind.LIMIT) from error
        if run is None:
            raise Problem(OVER, Kind.MISSING)
        return member, run

    def show_run(self, run_id: int) -> Member:
        """Show the class a run that holds what one brought."""
        member = self.member(RoomAction.EXPERIMENT)
        if refused(self._actor, Action.LOOK_AT_BROUGHT, self._run(run_id).owner) is not None:
            raise Problem(NOT_YOURS.format(f"Run {run_id}"), Kind.FORBIDDEN)
        try:
            self._store.show_run(member.room.id, run_id, most_of("shown"))
        except TooManyShown as error:
            raise beyond("shown", error.most) from error
        return member

    def hide_run(self, run_id: int) -> Member:
        """Show it no more."""
        member = self.member(RoomAction.EXPERIMENT)
        return done(self._store.hide_run(member.room.id, run_id), member, "That run is not shown any more.")

    def brought(self) -> list[tuple[Run, bool]]:
        """What one brought, the newest first, and whether the class sees it."""
        member = self.member(RoomAction.EXPERIMENT)
        shown = self._store.shown_runs(member.room.id)
        mine = [run for run in self._store.list_runs() if run.is_private]
        mine = [run for run in mine if refused(self._actor, Action.LOOK_AT_BROUGHT, run.owner) is None]
        return [(run, run.id in shown) for run in mine]

    def all_curves(self) -> tuple[Member, list[tuple[Experiment, list[Variation]]]]:
        """All that was tried in the room, to take home."""
        member = self.member(RoomAction.EXPERIMENT)
        return member, [(one, self._store.variations(one.id)) for one in self._store.experiments(member.room.id)]

    def _run(self, run_id: int) -> Run:
        try:
            return self._store.get(run_id)
        except RunNotFound as error:
            raise Problem(str(error), Kind.MISSING) from error


def plan_of(experiment: Experiment) -> Plan:
    """What is tried; raises Problem if today's code cannot carry it out."""
    try:
        return Plan.from_json(experiment.plan)
    except SettingsError as error:
        raise Problem(str(error)) from error


def check_size(plan: Plan, students: int) -> None:
    """Raise Problem if its largest run is too large: so many are begun at once, on the same machine."""
    base = plan.base
    refuse_if(too_much("tries", plan.tries))
    refuse_if(too_much("class_steps", base.end_step))
    refuse_if(too_much("class_text", len(base.text or "")))
    units = next((one.high for one in plan.freedoms if one.name == "hidden_size"), None) or base.hidden_size
    refuse_if(too_much("class_units", units * base.num_layers))
    try:
        largest = plan.largest()
    except SettingsError as error:
        raise Problem(str(error)) from error
    refuse_if(too_much("class_symbols", largest.batch_size * largest.sequence_length))
    weights = largest.build_model().num_parameters
    refuse_if(too_much("class_weights", weights))
    checkpoints = 1 + sum(map(is_checkpoint_step, range(base.end_step + 1)))
    refuse_if(too_much("class_megabytes", students * plan.tries * checkpoints * weights * BYTES_A_WEIGHT / 2**20))


def done(happened: bool, member: Member, otherwise: str = GONE) -> Member:
    """The member, or Problem where there was nothing to do that to."""
    if not happened:
        raise Problem(otherwise, Kind.MISSING)
    return member
