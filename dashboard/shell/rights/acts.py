"""All that pages and routes do to runs: each asks the table of rights and the limits first, whatever message came."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType

from dashboard.serving.problems import Kind, Problem
from dashboard.shell.rights.actor import HERE, Actor
from dashboard.shell.rights.counted import take
from dashboard.shell.rights.crowding import memory_in_use
from dashboard.shell.rights.limits import beyond, most_of, too_much
from dashboard.shell.rights.seen import hidden, hidden_from
from dashboard.shell.rights.sign_in import network_of
from dashboard.shell.rights.table import Action, refused
from lstm_engine.runs import Run, RunNotFound, RunSettings, RunStore
from lstm_engine.runs.brought import BroughtModel
from lstm_engine.runs.store import Owner, TooManyRuns
from lstm_engine.runs.store.unit_notes import UnitNote
from lstm_engine.runs.sweeps import Plan, Sweep, SweepState
from lstm_engine.runs.sweeps.needs import check_room

MEGABYTE = 2**20


class Acts:
    """What can be done to the runs of a store by whoever asks.

    Every method raises Problem, with a sentence and a kind, if they may not, or would have too much; and what the
    store's method of that name raises.

    Args:
        store: the whole one. who: says who asks, each time anew, since somebody may sign in or leave meanwhile.
    """

    def __init__(self, store: RunStore, who: Callable[[], Actor]):
        self._store, self._who = store, who

    @classmethod
    def here(cls, store: RunStore) -> "Acts":
        """Of whoever asks by no browser, and so sits at this machine."""
        return cls(store, lambda: HERE)

    @property
    def actor(self) -> Actor:
        """Who asks just now."""
        return self._who()

    def why_not(self, action: Action, run: Run | None = None) -> str:
        """Why an action would be refused, for a page that hides it or switches it off; empty if it would not be."""
        named = ("that run", None) if run is None else (f"“{run.name}”", run.owner)
        problem = refused(self.actor, action, named[1], named[0])
        return "" if problem is None else str(problem)

    def why_not_begin(self, settings: RunSettings | None = None) -> str:
        """The same for a new run with these settings, limits included; for any at all without them."""
        why = self.why_not(Action.BEGIN)
        if why or settings is None:
            return why
        problem = self._too_large(settings)
        return "" if problem is None else str(problem)

    def limits_in_words(self) -> str:
        """What a visitor may begin and has begun, in sentences; empty for whoever has no limits."""
        actor = self.actor
        if actor.identity is None:
            return ""
        has, most = self._store.number_owned(actor.identity), most_of("runs")
        runs = f"{most:,} run{'' if most == 1 else 's'} (now {has:,})"
        return (
            f"You are a visitor here: of your own you may have {runs}, of "
            f"at most {most_of('steps'):,} steps and {most_of('units'):,} units, kept for {most_of('hours'):,} hours. "
            "What you bring, a model, a text or a table, you alone see, and whoever runs this server."
        )

    def most_bytes(self, otherwise: int) -> int:
        """Of a file that is brought."""
        return otherwise if self.actor.may_do_everything else min(otherwise, most_of("megabytes") * MEGABYTE)

    def most_steps(self, otherwise: int) -> int:
        """Of a run that is begun."""
        return otherwise if self.actor.may_do_everything else min(otherwise, most_of("steps"))

    def create(self, settings: RunSettings, name: str = "", suggestion: str = "") -> Run:
        """See ``RunStore.create``."""
        return self.create_all([(settings, name, suggestion)])[0]

    def create_all(self, wanted: Sequence[tuple[RunSettings, str, str]]) -> list[Run]:
        """Several of (settings, name, suggestion): all are judged before the first is made."""
        owner = self._begin([settings for settings, *_ in wanted])
        with counted():
            return [
                self._store.create(settings, name, suggestion=suggestion, owner=owner)
                for settings, name, suggestion in wanted
            ]

    def add_model(self, own: BroughtModel, name: str = "") -> Run:
        """See ``RunStore.add_model``."""
        self._may_bring(len(own.checkpoint))
        owner = self._begin([])
        with counted():
            return self._store.add_model(own, name, owner=owner)

    def fork(
        self,
        run_id: int,
        step: int,
        name: str = "",
        start: bool = False,
        end_step: int | None = None,
        changed: Mapping[str, float | None] = MappingProxyType({}),
    ) -> Run:
        """See ``RunStore.fork``; whoever may look at a run may fork it, but not take along what another shows them."""
        parent = self.check_copy(run_id)
        wanted = []
        if not self.actor.may_do_everything:
            end = {} if end_step is None else {"end_step": end_step}
            wanted = [replace(parent.runnable().settings, **end, **changed)]  # type: ignore[arg-type]
        owner = self._begin(wanted)
        with counted():
            return self._store.fork(run_id, step, name, start, end_step, changed, owner=owner)

    def check_copy(self, run_id: int) -> Run:
        """The run, if they may make a run of their own of what it holds."""
        run = self._seen(run_id)
        self._refuse_if(taken_along(self.actor, run))
        return run

    def find_or_create(self, settings: RunSettings, name: str = "") -> Run:
        """See ``RunStore.find_or_create``; one that is there begins nothing."""
        found = self._store.find(settings)
        if found is not None and not hidden(self.actor, found, self._store):
            return found
        owner = self._begin([settings])
        with counted():
            return self._store.find_or_create(settings, name, owner=owner)

    def start(self, run_id: int) -> Run:
        """See ``RunStore.start``."""
        self._may(Action.CONTROL, run_id)
        return self._store.start(run_id)

    def pause(self, run_id: int) -> Run:
        """See ``RunStore.pause``."""
        self._may(Action.CONTROL, run_id)
        return self._store.pause(run_id)

    def advance(self, run_id: int, steps: int) -> Run:
        """See ``RunStore.advance``."""
        self._may(Action.CONTROL, run_id)
        return self._store.advance(run_id, steps)

    def stop(self, run_id: int) -> Run:
        """See ``RunStore.stop``."""
        self._may(Action.CONTROL, run_id)
        return self._store.stop(run_id)

    def set_target(self, run_id: int, step: int) -> Run:
        """See ``RunStore.set_target``."""
        self._may(Action.CONTROL, run_id)
        return self._store.set_target(run_id, step)

    def set_pace(self, run_id: int, pace: float) -> Run:
        """See ``RunStore.set_pace``."""
        self._may(Action.CHANGE, run_id)
        return self._store.set_pace(run_id, pace)

    def change(self, run_id: int, field: str, value: float | None) -> None:
        """See ``RunStore.change``."""
        run = self._may(Action.CHANGE, run_id)
        if field == "batch_size" and value is not None and not self.actor.may_do_everything:
            self._refuse_if(too_much("symbols", value * run.settings.sequence_length))
        self._store.change(run_id, field, value)

    def describe(self, run_id: int, name: str, note: str, tags: Sequence[str]) -> None:
        """See ``RunStore.rename`` and ``RunStore.annotate``."""
        self._may(Action.DESCRIBE, run_id)
        self._store.rename(run_id, name)
        self._store.annotate(run_id, note, tags)

    def note_unit(self, run_id: int, layer: int, unit: int, name: str, note: str = "") -> UnitNote:
        """See ``RunStore.note_unit``."""
        self._may(Action.DESCRIBE, run_id)
        return self._store.note_unit(run_id, layer, unit, name, note)

    def delete(self, run_id: int) -> None:
        """See ``RunStore.delete``."""
        self._may(Action.DELETE, run_id)
        self._store.delete(run_id)

    def undelete(self, run_id: int) -> Run:
        """See ``RunStore.undelete``."""
        actor = self.actor
        self._refuse_if(refused(actor, Action.DELETE, self._store.owner_of(run_id), f"run {run_id}"))
        with counted():
            return self._store.undelete(run_id, owner=owner_for(actor))

    def create_sweep(self, plan: Plan, name: str = "") -> Sweep:
        """See ``RunStore.create_sweep``; all its runs are judged and counted before the first is begun."""
        if not self.actor.may_do_everything:
            self._refuse_if(too_much("runs", len(plan.trials)))  # before so many models are built to be judged
        owner = self._begin([trial.settings for trial in plan.trials])
        check_room(plan, self._store.store_bytes)
        return self._store.create_sweep(plan, name, owner)

    def why_not_conduct(self, sweep: Sweep) -> str:
        """Why somebody may not pause, cancel or delete a sweep; empty if they may."""
        problem = refused(self.actor, Action.CONDUCT, sweep.owner, f"“{sweep.name}”")
        return "" if problem is None else str(problem)

    def pause_sweep(self, sweep_id: int) -> Sweep:
        """See ``RunStore.pause_sweep``."""
        self._may_conduct(sweep_id)
        return self._store.pause_sweep(sweep_id)

    def resume_sweep(self, sweep_id: int) -> Sweep:
        """See ``RunStore.resume_sweep``."""
        self._may_conduct(sweep_id)
        return self._store.resume_sweep(sweep_id)

    def cancel_sweep(self, sweep_id: int) -> Sweep:
        """See ``RunStore.end_sweep``."""
        self._may_conduct(sweep_id)
        return self._store.end_sweep(sweep_id, SweepState.CANCELLED)

    def delete_sweep(self, sweep_id: int) -> None:
        """See ``RunStore.delete_sweep``."""
        self._may_conduct(sweep_id)
        self._store.delete_sweep(sweep_id)

    def _may_conduct(self, sweep_id: int) -> None:
        sweep = self._store.get_sweep(sweep_id)
        self._refuse_if(refused(self.actor, Action.CONDUCT, sweep.owner, f"“{sweep.name}”"))

    def _seen(self, run_id: int) -> Run:
        """The run, if it is theirs to see."""
        run = self._store.get(run_id)
        why = hidden(self.actor, run, self._store)
        if why:
            raise RunNotFound(why)
        return run

    def _may(self, action: Action, run_id: int) -> Run:
        """The run, if they may do that to it."""
        run = self._seen(run_id)
        self._refuse_if(refused(self.actor, action, run.owner, f"“{run.name}”"))
        return run

    def _begin(self, wanted: Sequence[RunSettings]) -> Owner | None:
        """Whose the new runs are to be; each is judged and counted. Without settings, a model is brought: one run."""
        actor = self.actor
        self._refuse_if(refused(actor, Action.BEGIN))
        owner = owner_for(actor)
        if owner is None:
            return None
        for settings in wanted:
            self._refuse_if(self._too_large(settings))
        self._store.delete_old(most_of("hours") * 3_600)
        number = max(1, len(wanted))
        has = self._store.number_owned(owner.identity)
        if has + number > owner.most:
            raise beyond("runs", has)
        self._refuse_if(too_much("memory", memory_in_use()))
        self._refuse_if(too_much("waiting", self._store.crowd().waiting + number))
        for _ in range(number):
            counted = (("often", owner.identity), ("address", network_of(actor.address)), ("all", ""))
            self._refuse_if(take(self._store, *counted))
        return owner

    def _too_large(self, settings: RunSettings) -> Problem | None:
        """What is too large about settings; None if nothing is, or it is nobody's business."""
        if self.actor.may_do_everything:
            return None
        sizes = {
            "steps": settings.end_step,
            "units": settings.hidden_size * settings.num_layers,
            "symbols": settings.batch_size * settings.sequence_length,
            "megabytes": len((settings.text or "").encode()) / MEGABYTE,
        }
        for name, asked in sizes.items():
            problem = too_much(name, asked)
            if problem is not None:
                return problem
        return too_much("weights", settings.build_model().num_parameters)  # small enough to be built by now

    def _may_bring(self, size: int) -> None:
        if not self.actor.may_do_everything:
            self._refuse_if(too_much("megabytes", size / MEGABYTE))

    def _refuse_if(self, problem: Problem | None) -> None:
        if problem is not None:
            raise problem


@contextmanager
def counted() -> Iterator[None]:
    """Around what makes a run: the store counts an owner's itself, since several may be asked for at once."""
    try:
        yield
    except TooManyRuns as error:
        raise beyond("runs", error.most) from error


def taken_along(actor: Actor, run: Run) -> Problem | None:
    """The refusal to make one's own of what another brought and shows to a class; None if it is nothing like that."""
    if not hidden_from(actor, run):
        return None
    return Problem(f"“{run.name}” is shown to you in your room; it is not yours to take along.", Kind.FORBIDDEN)


def owner_for(actor: Actor) -> Owner | None:
    """Whose a new run is to be; what an administrator begins belongs to nobody."""
    return None if actor.identity is None else Owner(actor.identity, most_of("runs"))
