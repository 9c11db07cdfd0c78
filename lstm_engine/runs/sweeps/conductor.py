"""Carrying out sweeps: a few runs are begun at a time, so that others' do not wait behind hundreds.

A conductor keeps nothing that matters: all it decides follows from what stands in the store, and each decision is
written once, whoever comes first. So any number of servers may conduct the same sweeps, and any of them may be killed.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from lstm_engine.cell.in_words import in_words
from lstm_engine.errors import EngineError
from lstm_engine.runs.store import RunNotFound, RunStore, StoreError, StoreProblem, TooManyRuns
from lstm_engine.runs.sweeps.halving import survivors
from lstm_engine.runs.sweeps.plan import Plan, Trial
from lstm_engine.runs.sweeps.space import written
from lstm_engine.runs.sweeps.sweep import Sweep, SweepRun, SweepState
from lstm_engine.tasks import KINDS

LOOK_EVERY = 0.2  # seconds between two looks at the sweeps that run
TICK_SECONDS = 2.0  # after which the time that a sweep has trained is written down
LONGEST_TICK = 10.0  # a server that slept, or was away, trained nothing

log = logging.getLogger(__name__)


class Conductor:
    """Begins the runs of sweeps, in a thread of its own.

    Args:
        store: where they are.
        capacity: how many runs train at a time here, or what says how many do now; as many more wait, so that no core
            does.
        only: the number of the one sweep to conduct; None for all.
    """

    def __init__(self, store: RunStore, capacity: int | Callable[[], int], only: int | None = None):
        self.store, self.only = store, only
        self._capacity = capacity
        self._looked_at: dict[int, float] = {}  # sweep: when it was looked at, by the monotonic clock
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="conductor", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """Begin nothing any more."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        complained = ""
        while not self._closing.wait(LOOK_EVERY):
            try:
                self.look()
                complained = ""
            except StoreError as error:
                if str(error) != complained:
                    log.warning("%s", error)
                complained = str(error)
            except Exception:  # without this thread no sweep would ever go on
                log.exception("looking after sweeps failed; trying again")

    def look(self) -> None:
        """Do for every sweep what is to be done now."""
        if self.store.read_only:
            return
        found = self.store.sweeps_to_conduct()
        self._looked_at = {sweep.id: at for sweep in found if (at := self._looked_at.get(sweep.id)) is not None}
        for sweep in found:
            if self._closing.is_set():
                return
            if self.only is None or sweep.id == self.only:
                self._conduct(sweep)

    def _conduct(self, sweep: Sweep) -> None:
        plan = sweep.plan
        if plan is None:
            self._end(sweep, SweepState.PAUSED, f"This version cannot go on with it: {sweep.problem}")
            return
        if self._count_time(sweep):
            self._end(sweep, SweepState.OVER)
            return
        try:
            self._advance(sweep, plan)
        except RunNotFound:
            return  # it was deleted just now
        except (TooManyRuns, StoreError) as error:
            if isinstance(error, StoreError) and error.kind is not StoreProblem.NO_ROOM:
                raise  # the store is away; nothing is wrong with the sweep
            self._end(sweep, SweepState.PAUSED, f"It was paused: {error}")
        except EngineError as error:  # a run that cannot be made
            self._end(sweep, SweepState.PAUSED, f"It was paused: {error}")

    def _advance(self, sweep: Sweep, plan: Plan) -> None:
        counted = self.store.count_sweep(sweep.id)
        free = 2 * (self._capacity if isinstance(self._capacity, int) else self._capacity()) - counted.open
        for trial in plan.trials[counted.begun : counted.begun + max(free, 0)]:
            if self._closing.is_set():
                return
            first = trial.settings.end_step
            if plan.halving is not None:
                first = plan.halving.targets(first)[0]
            if self.store.begin_trial(sweep, trial, name_of(sweep, plan, trial), first) is None:
                return  # another server was faster, or somebody paused the sweep: look again
        if counted.begun < len(plan.trials):
            return
        if plan.halving is None:
            if counted.open == 0:
                self._end(sweep, SweepState.DONE)
        elif free > 0:  # else there is nothing to send on, and nothing is decided before a rung is empty
            self._send_on(sweep, plan, self.store.sweep_runs(sweep.id, measured=False), free)

    def _send_on(self, sweep: Sweep, plan: Plan, found: Sequence[SweepRun], free: int) -> None:
        """Decide a rung that all have come to, or send some of those on that were kept."""
        assert plan.halving is not None
        rung = sweep.decided  # the next one to be decided; those before it were
        waiting = [run for run in found if run.rung < rung and run.dropped is None and can_go_on(run, plan)]
        for run in waiting[:free]:
            target = plan.halving.targets(plan.trials[run.place].settings.end_step)[run.rung + 1]
            self.store.send_on(sweep, run.place, run.rung + 1, target)
        if waiting or any(run.open for run in found):
            return
        arrived = [run for run in found if run.rung == rung and run.dropped is None and can_go_on(run, plan)]
        if not arrived:
            self._end(sweep, SweepState.DONE)
            return
        steps = {run.run_id: run.step for run in arrived}
        losses = self.store.losses_at(steps)
        measured = {run.place: losses.get(run.run_id, float("inf")) for run in arrived}
        choice_of = {trial.place: trial.choice for trial in plan.trials}
        problem_of = {t.place: (t.settings.task, t.settings.sequence_length) for t in plan.trials}
        kept = survivors(measured, choice_of, problem_of, plan.halving.keep)
        self.store.decide_rung(sweep, sorted(measured.keys() - kept))

    def _count_time(self, sweep: Sweep) -> bool:
        """Count the time since the last look; returns whether the sweep's time is used up."""
        now = time.monotonic()
        since = now - self._looked_at.setdefault(sweep.id, now)
        if since >= TICK_SECONDS:
            self._looked_at[sweep.id] = now
            self.store.tick_sweep(sweep, min(since, LONGEST_TICK))
        return sweep.allowed is not None and sweep.spent >= sweep.allowed

    def _end(self, sweep: Sweep, state: SweepState, error: str | None = None) -> None:
        now = time.monotonic()
        since = now - self._looked_at.pop(sweep.id, now)
        if since > 0:
            self.store.tick_sweep(sweep, min(since, LONGEST_TICK))
        self.store.end_sweep(sweep.id, state, error)


def can_go_on(run: SweepRun, plan: Plan) -> bool:
    """Whether a run has come to its rung, and there is a further one."""
    if not run.there or run.failed or plan.halving is None or run.place >= len(plan.trials):
        return False
    targets = plan.halving.targets(plan.trials[run.place].settings.end_step)
    return run.rung + 1 < len(targets) and run.step >= targets[run.rung]


def name_of(sweep: Sweep, plan: Plan, trial: Trial) -> str:
    """What a trial's run is called: its sweep, what is varied, and its seed."""
    said = []
    for name, value in trial.values.items():
        known = {"variant": lambda cell: in_words(cell).name, "task": lambda task: KINDS[task].title}
        said.append(known[name](value) if name in known else f"{name.replace('_', ' ')} {written(value)}")
    if plan.seeds > 1:
        said.append(f"seed {trial.settings.seed}")
    tail = ", ".join(said)
    room = 79 - len(tail)
    head = sweep.name if len(sweep.name) <= room - 1 else sweep.name[: max(room - 2, 0)].rstrip() + "…"
    return f"{head}: {tail}"
