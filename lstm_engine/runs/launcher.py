"""The launcher: gives each run that wants to train a process, as many at a time as there are cores."""

import contextlib
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from lstm_engine.runs.store import Run, RunStore, StoreError, lease_process
from lstm_engine.runs.worker import train_run

POLL_SECONDS = 0.2
LEAVE_SECONDS = 5.0  # how long workers may take to save their last checkpoint when the server stops
MOST_DEATHS = 3  # a run whose worker died so often without getting any further waits for a person
# one thread a worker: at teaching sizes a second one gains nothing, and workers would fight over the cores
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")

log = logging.getLogger(__name__)


class ProcessExecutor(Executor):
    """Runs every call in a fresh process of its own.

    ``concurrent.futures.ProcessPoolExecutor`` ends all its processes when one is killed, and makes the interpreter
    wait for them at exit; here each training process lives and dies alone, and all leave with the server.
    """

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("spawn")  # fork would copy the server's threads and locks

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        process = self._context.Process(target=fn, args=args, kwargs=kwargs, daemon=True)
        process.start()
        future.set_running_or_notify_cancel()

        def wait() -> None:
            process.join()
            if process.exitcode:
                future.set_exception(RuntimeError(f"the training process ended with exit code {process.exitcode}"))
            else:
                future.set_result(None)

        threading.Thread(target=wait, name=f"wait for {process.pid}", daemon=True).start()
        return future


def available_cores() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not every system tells
        return os.cpu_count() or 1


class Launcher:
    """Watches the store and submits ``train_run`` for every run that wants a worker and has none.

    Args:
        store: where the runs are.
        executor: where they train; fresh processes by default, or for example a Dask cluster's
            ``Client(address).get_executor()``.
        capacity: how many train at a time; the number of cores if None.
    """

    def __init__(self, store: RunStore, executor: Executor | None = None, capacity: int | None = None):
        for variable in THREAD_VARIABLES:
            os.environ.setdefault(variable, "1")  # read by a worker's NumPy when its process starts
        self.store = store
        self.executor = executor if executor is not None else ProcessExecutor()
        self.capacity = capacity if capacity is not None else max(1, available_cores())
        self._active: dict[int, Future[None]] = {}
        self._deaths: dict[int, tuple[int, int]] = {}  # run: how often its worker died, and the step it had reached
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="launcher", daemon=True)

    def start(self) -> None:
        """Begin to watch, in a thread of its own; runs that a former server left unfinished are taken up."""
        self._thread.start()

    def close(self) -> None:
        """Stop watching and let the workers save and leave; their runs go on when a launcher starts again."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()
        for run_id in self._active:
            try:
                lease = self.store.get(run_id).lease
            except StoreError:
                continue
            pid = lease_process(lease) if lease else None
            if pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + LEAVE_SECONDS
        while time.monotonic() < deadline and not all(future.done() for future in self._active.values()):
            time.sleep(0.02)

    def take_up(self, run_id: int) -> Run:
        """Train on with a run whose worker died, also one that was given up."""
        self._deaths.pop(run_id, None)
        return self.store.start(run_id)

    def gave_up(self, run: Run) -> bool:
        """Whether the run's worker died so often that it now waits for a person."""
        deaths, step = self._deaths.get(run.id, (0, run.step))
        return deaths >= MOST_DEATHS and step == run.step

    def _watch(self) -> None:
        complained = ""
        while not self._closing.is_set():
            try:
                self._look()
                complained = ""
            except StoreError as error:
                if str(error) != complained:  # once is enough; the store may be away for long
                    log.warning("%s", error)
                complained = str(error)
            self._closing.wait(POLL_SECONDS)

    def _look(self) -> None:
        for run_id, future in list(self._active.items()):
            if future.done():
                del self._active[run_id]
                if future.exception() is not None:
                    self._note_death(run_id)
        for run in self.store.waiting():
            if len(self._active) >= self.capacity:
                break
            if run.id not in self._active and not self.gave_up(run):
                self._active[run.id] = self.executor.submit(train_run, self.store.url, run.id)

    def _note_death(self, run_id: int) -> None:
        try:
            step = self.store.get(run_id).step
        except StoreError:
            return
        deaths, step_before = self._deaths.get(run_id, (0, step))
        self._deaths[run_id] = (deaths + 1 if step == step_before else 1, step)
