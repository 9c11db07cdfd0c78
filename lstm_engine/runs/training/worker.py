"""The training process: takes one run, trains it to its target, tells the store, and leaves when nobody needs it.

Whatever ends it, even SIGKILL, costs at most the steps since the last checkpoint: the next worker computes them again,
with the same numbers, and records only what is not recorded yet.
"""

import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable
from functools import cached_property, partial
from typing import TypeVar

from lstm_engine.errors import DivergenceError, EngineError
from lstm_engine.learning.training import Trainer
from lstm_engine.runs.checkpoints import restore, serialise
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Change, Recorded, Run
from lstm_engine.runs.store import (
    AlreadyThere,
    Known,
    LeaseLost,
    RunNotFound,
    RunStore,
    StateLost,
    StoreError,
    StoreProblem,
    changed_settings,
)
from lstm_engine.runs.training.bounds import available_cores, most_processes, too_little_memory

RECORD_SECONDS = 0.1  # metrics are appended, and wishes read, this often
PASSING_CHECKPOINT_SECONDS = 2.0  # between log-spaced checkpoints, the newest state is kept this fresh
HEARTBEAT_SECONDS = 1.0
LOOK_AROUND_SECONDS = 0.5  # how soon a core is given back when another run starts
IDLE_POLL_SECONDS = 0.05
LINGER_SECONDS = 60.0  # a paused worker waits so long for "+1" before it leaves
STORE_WAIT_SECONDS = 120.0  # how long a database that does not answer is waited for
TURN_SECONDS = 10.0  # that a run trains before it makes room for somebody else's which waits
PATIENCE_SECONDS = 2.0  # that such a one has waited: there may be a free place for it elsewhere
TURN_LOOK_SECONDS = 1.0
MUTE_SECONDS = 4.0  # a worker that cannot record for so long gives no sign of life: none of its steps is ever seen

log = logging.getLogger(__name__)

Result = TypeVar("Result")


def is_checkpoint_step(step: int) -> bool:
    """Whether the step is one of 0, 1, 2, 5, 10, 20, 50, 100, ...: three to a decade.

    >>> [step for step in range(200) if is_checkpoint_step(step)]
    [0, 1, 2, 5, 10, 20, 50, 100]
    """
    while step and step % 10 == 0:
        step //= 10
    return step in (0, 1, 2, 5)


def is_validation_step(step: int) -> bool:
    """Whether the held-out part is measured after this step: at checkpoints and at every 25th step."""
    return is_checkpoint_step(step) or step % 25 == 0


def is_measured_step(step: int) -> bool:
    """Whether the task's own measure is taken after this step, as well as at the end: less often than the loss, since
    it asks the model once more."""
    return is_checkpoint_step(step) or step % 250 == 0


def train_run(url: str, run_id: int, leave: threading.Event | None = None) -> None:
    """Train one run until it pauses, ends, is deleted, or ``leave`` is set.

    This is what the launcher submits to its executor; it needs nothing but the store's address.

    Raises:
        StoreError: the store cannot be opened, or has not answered for long; the run goes on with the next worker.
    """
    lease = new_lease()
    with RunStore(url) as store:
        if store.acquire(run_id, lease) is None:
            return
        worker = Worker(store, run_id, lease, leave or threading.Event())
        heart = threading.Thread(target=worker.beat, name="heartbeat", daemon=True)
        heart.start()
        try:
            worker.work()
        except DivergenceError as error:
            worker.record_pending()
            store.fail(run_id, lease, str(error))
        except StoreError as error:
            if error.kind in (StoreProblem.LEASE_LOST, StoreProblem.RUN_GONE):
                return
            if error.kind is StoreProblem.STATE_LOST:
                log.warning("%s", error)
                store.release(run_id, lease)  # at once, for the next worker
                return
            if error.kind not in (StoreProblem.NO_ROOM, StoreProblem.CHECKPOINT_GONE):
                raise  # nothing is wrong with the run
            store.fail(run_id, lease, str(error))
        except EngineError as error:
            store.fail(run_id, lease, str(error))
        except MemoryError:
            store.fail(run_id, lease, too_little_memory())
        finally:
            worker.done.set()
            heart.join()
            worker.close()
        store.release(run_id, lease)


class Worker:
    """One process's hold on one run."""

    def __init__(self, store: RunStore, run_id: int, lease: str, leave: threading.Event):
        self.store, self.run_id, self.lease, self.leave = store, run_id, lease, leave
        self.done = threading.Event()
        run = store.get(run_id)
        self.settings = run.settings
        self.changes: list[Change] = []  # all that people made, and those that hold at the present step
        self.held: list[Change] = []
        self.end_step = run.end_step
        self.recorded_step = run.step  # everything up to here is in the store, whoever computed it
        self.pending: list[Recorded] = []
        self.saved_step = -1
        self.saved_passing = True  # as far as is known: a former worker may have saved it
        self.saved_at = time.monotonic()
        self.rate: float | None = None
        self.next_look = time.monotonic() + TURN_SECONDS  # whether it is somebody else's turn
        self.looks_around_at = 0.0  # by the monotonic clock, for other runs that want a core
        self.refused_since: float | None = None  # by the monotonic clock, as long as the store takes nothing

    @cached_property
    def trainer(self) -> Trainer:
        """Built while the heart beats already: a large task takes its time, and one that cannot be built says so."""
        return self.settings.build_trainer()

    def beat(self) -> None:
        """Give a sign of life until the work is done; a step may take longer than a lease lasts.

        On a full disk so little may still fit where nothing else does. Whoever looks at the run would never learn why
        it stands still, so a heart whose work is refused falls silent.
        """
        while not self.done.wait(HEARTBEAT_SECONDS):
            since = self.refused_since
            if since is not None and time.monotonic() - since > MUTE_SECONDS:
                continue
            with contextlib.suppress(StoreError):  # the main thread meets the same trouble and knows what to do
                self.store.record(self.run_id, self.lease)

    def work(self) -> None:
        """Train until there is nothing left to do here."""
        self.saved_step = self.store.newest_checkpoint_step(self.run_id)
        restore(self.trainer, self.store.checkpoint(self.run_id, self.saved_step))
        self.take_changes()
        idle_since = time.monotonic()
        while True:
            run = self.record_pending()
            self.take_changes()
            if self.leave.is_set():
                self.save(passing=True)
                return
            if run.stopped or run.step >= run.end_step:
                self.save(passing=False)
                return
            if self.trainer.steps_taken < run.target_step:
                self.train_for(RECORD_SECONDS, run)
                idle_since = time.monotonic()
                if self.trainer.steps_taken < run.target_step and self.is_others_turn():
                    self.save(passing=True)
                    self._insist(lambda: self.store.queue_anew(self.run_id, self.lease))
                    return
            else:
                self.save(passing=False)
                if time.monotonic() - idle_since > LINGER_SECONDS or self.others_wait():
                    return
                self.leave.wait(IDLE_POLL_SECONDS)

    def take_changes(self) -> None:
        """Take up what people changed; a change holds from the first step that nobody has computed yet."""
        step = max(self.recorded_step, self.trainer.steps_taken) + 1
        self.changes = self._insist(lambda: self.store.take_changes(self.run_id, self.lease, step))

    def set_up_step(self) -> None:
        """Give the trainer the settings that hold at its next step, also when it is computed once more."""
        step = self.trainer.steps_taken + 1
        held = [change for change in self.changes if change.step is not None and change.step <= step]
        if held == self.held:
            return
        self.held = held
        settings = changed_settings(self.settings, held)
        self.trainer.base_rate = settings.learning_rate
        self.trainer.optimizer.clip_norm = settings.clip_norm
        self.trainer.batch_size = settings.batch_size

    def share_cores(self, run: Run) -> None:
        """Compute with as many processes as there are cores that no other run wants, at most one a shard.

        One is enough where the pace is kept. The numbers are the same either way.
        """
        if self.trainer.shards == 1 or time.monotonic() < self.looks_around_at:
            return
        self.looks_around_at = time.monotonic() + LOOK_AROUND_SECONDS
        cores = min(available_cores(), most_processes()) - self._insist(partial(self.store.rivals, self.run_id))
        at_ease = run.pace > 0 and (self.rate is None or self.rate > 0.9 * run.pace)
        self.trainer.processes = 1 if at_ease else max(1, cores)

    def close(self) -> None:
        """End the processes that computed beside this one."""
        if "trainer" in vars(self):
            self.trainer.close()

    def others_wait(self) -> bool:
        return any(run.id != self.run_id for run in self.store.waiting())

    def is_others_turn(self) -> bool:
        """Whether other people's runs have waited for long enough; seldom asked, since the answer reads them all."""
        if time.monotonic() < self.next_look:
            return False
        self.next_look = time.monotonic() + TURN_LOOK_SECONDS
        return self.store.is_others_turn(self.run_id, PATIENCE_SECONDS)

    def train_for(self, seconds: float, run: Run) -> None:
        """Train for a moment, no further than the target and no faster than the pace."""
        self.share_cores(run)
        started = time.monotonic()
        first = self.trainer.steps_taken
        while self.trainer.steps_taken < run.target_step:
            self.train_one_step()
            taken = self.trainer.steps_taken - first
            if run.pace:
                ahead = taken / run.pace - (time.monotonic() - started)
                # a pace slower than one step a moment must not delay the answer to "pause": wait in small parts
                while ahead > 0 and not self.leave.wait(min(ahead, seconds)):
                    ahead = taken / run.pace - (time.monotonic() - started)
                    if ahead > seconds and self.record_pending() != run:
                        break
            if time.monotonic() - started > seconds or self.leave.is_set():
                break
        rate = (self.trainer.steps_taken - first) / (time.monotonic() - started)
        self.rate = rate if self.rate is None else 0.8 * self.rate + 0.2 * rate  # one moment says little

    def train_one_step(self) -> None:
        self.set_up_step()
        measured = self.trainer.step()
        step = measured.step
        if step > self.recorded_step:
            validation = self.trainer.validate() if is_validation_step(step) else None
            self.pending.append(Recorded(measured, validation, self.task_measure(step)))
        if is_checkpoint_step(step) or step == self.end_step:
            self.save(passing=False)  # in one transaction with its metrics: a finished run has its last weights
        elif time.monotonic() - self.saved_at > PASSING_CHECKPOINT_SECONDS:
            self.save(passing=True)

    def task_measure(self, step: int) -> float | None:
        """What the task itself measures, where it does and is to be asked."""
        if step != self.end_step and not is_measured_step(step):
            return None
        trainer = self.trainer
        found = trainer.task.measure(trainer.model, trainer.sequence_length, thorough=False)
        return None if found is None or not math.isfinite(found.value) else float(found.value)

    def save(self, passing: bool) -> None:
        """Save a checkpoint together with the metrics that lead up to it."""
        step = self.trainer.steps_taken
        if self.saved_step == step:
            if not passing and self.saved_passing:  # the run rests here: the next checkpoint must not replace it
                keep = partial(self.store.keep_checkpoint, self.run_id, self.lease, step)
                self._insist(keep)
                self.saved_passing = False
            return
        self._write((step, serialise(self.trainer), passing))
        self.saved_step, self.saved_passing, self.saved_at = step, passing, time.monotonic()

    def record_pending(self) -> Run:
        """Append what was measured and learn what people wish."""
        return self._write(None)

    def _write(self, checkpoint: tuple[int, bytes, bool] | None) -> Run:
        pending = list(self.pending)
        known = Known(self.recorded_step, len(self.changes))
        run = self._insist(lambda: self.store.record(self.run_id, self.lease, pending, checkpoint, self.rate, known))
        if pending:
            self.recorded_step = pending[-1].metrics.step
            self.pending.clear()
        return run

    def _insist(self, action: Callable[[], Result]) -> Result:
        """Do it patiently, and let the heart know how long it has been in vain."""

        def watched() -> Result:
            try:
                result = action()
            except StoreError:
                self.refused_since = self.refused_since or time.monotonic()
                raise
            self.refused_since = None
            return result

        return patiently(watched, self.leave.is_set)


def patiently(action: Callable[[], Result], give_up: Callable[[], bool]) -> Result:
    """Try again while the database does not answer: full, locked, away. Lost runs are another matter."""
    deadline = time.monotonic() + STORE_WAIT_SECONDS
    while True:
        try:
            return action()
        except (LeaseLost, RunNotFound, StateLost, AlreadyThere):  # which no waiting mends
            raise
        except StoreError as error:
            # where there is no room, somebody has to make some: better told at once than waited for in silence
            if error.kind is StoreProblem.NO_ROOM or give_up() or time.monotonic() > deadline:
                raise
            time.sleep(RECORD_SECONDS)
