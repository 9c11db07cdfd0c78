"""The launcher: gives each run that wants to train a process, as many at a time as there are cores."""

import logging
import threading
import time
from concurrent.futures import Executor, Future
from concurrent.futures import wait as wait_for

from lstm_engine.runs.lease import LEASE_SECONDS
from lstm_engine.runs.store import RunNotFound, RunStore, StoreError
from lstm_engine.runs.sweeps.conductor import Conductor
from lstm_engine.runs.training.bounds import most_bytes
from lstm_engine.runs.training.executors import capacity_of, executor_for
from lstm_engine.runs.training.processes import CallRefused
from lstm_engine.runs.training.worker import HEARTBEAT_SECONDS, train_run

POLL_SECONDS = 0.2
LEAVE_SECONDS = 5.0  # how long workers may take to save their last checkpoint when the server stops
REST_SECONDS = 5.0  # before a run is tried again whose worker was refused by the store
SLEPT_SECONDS = LEASE_SECONDS / 2  # between two looks: the machine slept, or its clock was set
PURGE_EVERY_SECONDS = 60.0
MOST_DEATHS = 3  # a run whose worker died so often without getting any further is given up

log = logging.getLogger(__name__)


class Launcher:
    """Watches the store and submits ``train_run`` for every run that wants a worker and has none.

    Args:
        store: where the runs are.
        executor: where they train; as the environment says if None, see ``executors``.
        capacity: how many train at a time; as many as the executor can train at each moment if None.
        sweep: the one whose runs, and no others, train here; None for all runs there are.

    Raises:
        SettingsError: the environment says of processes or their memory what cannot be, or names a cluster that cannot
            train these runs.
    """

    def __init__(
        self,
        store: RunStore,
        executor: Executor | None = None,
        capacity: int | None = None,
        sweep: int | None = None,
    ):
        self.store = store
        most_bytes()  # which the processes read: better told now than by each of them
        self.executor = executor if executor is not None else executor_for(store)
        self._given_capacity = capacity
        self.sweep = sweep
        self._conductor = Conductor(store, lambda: self.capacity, sweep)
        self._active: dict[int, Future[None]] = {}
        self._deaths: dict[int, tuple[int, int]] = {}  # run: how often its worker died, and the step it had reached
        self._rests_until: dict[int, float] = {}  # run: when it may be tried again, by the monotonic clock
        self._looked_at = time.time()
        self._trusts_leases_at = 0.0  # by the monotonic clock
        self._closing, self._wake = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._watch, name="launcher", daemon=True)

    @property
    def capacity(self) -> int:
        """How many runs train at a time; a cluster's workers come and go."""
        return self._given_capacity if self._given_capacity is not None else capacity_of(self.executor)

    @property
    def trouble(self) -> str:
        """Why runs wait although there is room for them, a sentence; empty if all is well."""
        return str(getattr(self.executor, "trouble", ""))

    def start(self) -> None:
        """Begin to watch, in a thread of its own; runs that a former server left unfinished are taken up."""
        self._looked_at = time.time()
        self._thread.start()
        self._conductor.start()

    def close(self) -> None:
        """Stop watching and let the workers save and leave; their runs go on when a launcher starts again."""
        self._conductor.close()
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self.executor.shutdown(wait=False)
        wait_for(self._active.values(), LEAVE_SECONDS)

    def _watch(self) -> None:
        complained, purge_at = "", 0.0
        while not self._closing.is_set():
            began = time.monotonic()
            try:
                self._look()
                if time.monotonic() > purge_at:
                    more = self.store.purge()
                    purge_at = time.monotonic() + (0 if more else PURGE_EVERY_SECONDS)
                complained = ""
            except StoreError as error:
                if str(error) != complained:  # once is enough; the store may be away for long
                    log.warning("%s", error)
                complained = str(error)
            except Exception:  # whatever it was: without this thread no run would ever be taken up again
                log.exception("looking for runs to train failed; trying again")
            took = time.monotonic() - began
            self._wake.wait(POLL_SECONDS)  # or until a core is free
            self._wake.clear()
            if took > POLL_SECONDS:  # thousands wait, or the store is slow: half of this server's time is for others
                self._closing.wait(took)

    def _look(self) -> None:
        for run_id, future in list(self._active.items()):
            if future.done():
                del self._active[run_id]
                self._note_end(run_id, future.exception())
        if self.store.read_only:
            return  # a worker could not record anything
        now = time.monotonic()
        self._notice_sleep(now)
        capacity = self.capacity
        if len(self._active) >= capacity:
            return  # whoever waits, waits on; thousands of runs take their time to be read
        waiting = self.store.waiting()
        if self.sweep is not None and waiting:
            swept = self.store.swept()
            waiting = [run for run in waiting if swept.get(run.id) == self.sweep]
        for run in waiting:
            if len(self._active) >= capacity:
                break
            rests = now < self._rests_until.get(run.id, 0.0) or (run.lease is not None and now < self._trusts_leases_at)
            if run.id not in self._active and not rests:
                self._active[run.id] = self.executor.submit(train_run, self.store.url, run.id)
                self._active[run.id].add_done_callback(lambda _: self._wake.set())

    def _notice_sleep(self, now: float) -> None:
        """After a sleep every lease looks as if its holder had died; the living ones say so within a heartbeat."""
        looked_at, self._looked_at = self._looked_at, time.time()
        if abs(self._looked_at - looked_at) > SLEPT_SECONDS:
            self._trusts_leases_at = now + 3 * HEARTBEAT_SECONDS

    def _note_end(self, run_id: int, trouble: BaseException | None) -> None:
        if trouble is None:
            self._rests_until.pop(run_id, None)
        elif isinstance(trouble, CallRefused | StoreError):  # it was the store; the run is not to blame
            self._rests_until[run_id] = time.monotonic() + REST_SECONDS
        else:
            self._note_death(run_id)

    def _note_death(self, run_id: int) -> None:
        """A run is taken up again at once; but one that kills its worker at the same step again and again is not."""
        try:
            run = self.store.get(run_id)
            deaths, step = self._deaths.pop(run_id, (0, run.step))
            deaths = deaths + 1 if step == run.step else 1
            if deaths < MOST_DEATHS:
                self._deaths[run_id] = (deaths, run.step)
                return
            message = (
                f"The training process died {deaths} times at step {run.step:,}, so the run was given up. "
                "Free some memory or look into the server's log, then press “Try again”."
            )
            self.store.fail(run_id, run.lease, message)
        except RunNotFound:
            self._deaths.pop(run_id, None)
