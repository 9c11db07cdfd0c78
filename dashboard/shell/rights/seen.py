"""The run store as one actor sees it: what is not theirs to see is not there, and nothing in it can be changed."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from dashboard.shell.rights.actor import Actor
from dashboard.shell.rights.table import Action, refused
from lstm_engine.runs import Run, RunNotFound, RunSettings, RunStore

# what a run's number is the first argument of
OF_A_RUN = frozenset(
    {
        "changes",
        "checkpoint",
        "checkpoint_steps",
        "curves",
        "history",
        "newest_checkpoint",
        "newest_checkpoint_step",
        "notes",
        "resting_checkpoint_step",
        "unit_notes",
        "validations",
    }
)
# of all runs: figures and places in the queue, which tell nothing of what a run is
OF_ALL = frozenset({"newest_losses", "waiting", "read_only", "public_url"})
# of sweeps, which learn from nothing that somebody brought
OF_ALL |= {"list_sweeps", "get_sweep", "sweep_runs", "swept"}


def hidden(actor: Actor, run: Run, store: RunStore) -> str:
    """Why an actor may not see a run, in a sentence; empty if they may.

    What somebody brought is seen by them, and by the class that they show it to; what students brought into an
    experiment, by all in its room.
    """
    why = hidden_from(actor, run)
    return "" if why and store.is_shown(run.id, *actor.in_rooms) else why


def hidden_from(actor: Actor, run: Run) -> str:
    """The same for whoever is in no room."""
    action = Action.LOOK_AT_BROUGHT if run.is_private else Action.LOOK
    problem = refused(actor, action, run.owner, f"run {run.id}")
    return "" if problem is None else str(problem)


class SeenStore:
    """The reading part of a store, of what ``who`` may see.

    Args:
        store: the whole one. who: says who asks, each time anew, since somebody may sign in or leave meanwhile.
    """

    def __init__(self, store: RunStore, who: Callable[[], Actor]):
        self._store, self._who = store, who

    def list_runs(self) -> Sequence[Run]:
        """All that they may see, the newest first."""
        actor = self._who()
        shown = () if actor.may_do_everything else self._store.runs_shown_to(*actor.in_rooms)
        return [run for run in self._store.list_runs() if run.id in shown or not hidden_from(actor, run)]

    def get(self, run_id: int) -> Run:
        """Raises RunNotFound if there is no such run, or it is not theirs to see; the sentence says which."""
        run = self._store.get(run_id)
        why = hidden(self._who(), run, self._store)
        if why:
            raise RunNotFound(why)
        return run

    def find(self, settings: RunSettings) -> Run | None:
        """As the whole store's, if they may see it."""
        run = self._store.find(settings)
        return None if run is None or hidden(self._who(), run, self._store) else run

    def gone(self, run_id: int) -> str:
        """What to say of a run that cannot be found, or seen."""
        try:
            run = self._store.get(run_id)
        except RunNotFound:
            return self._store.gone(run_id)
        return hidden(self._who(), run, self._store) or self._store.gone(run_id)

    def __getattr__(self, name: str) -> Any:
        if name in OF_ALL:
            return getattr(self._store, name)
        if name not in OF_A_RUN:
            raise AttributeError(f"A page changes nothing by the store itself, so there is no “{name}” here; see Acts.")

        def read(run_id: int, *rest: Any, **more: Any) -> Any:
            self.get(run_id)
            return getattr(self._store, name)(run_id, *rest, **more)

        return read


def seen_by(store: RunStore, who: Callable[[], Actor]) -> RunStore:
    """The store as they see it, for whatever reads one."""
    return cast(RunStore, SeenStore(store, who))
