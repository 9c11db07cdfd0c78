"""An executor whose every call has a fresh process of its own, which leaves when its server does.

``concurrent.futures.ProcessPoolExecutor`` would end all its processes when one is killed, make the interpreter wait for
them at exit, and import the server's main script into each of them. Training processes are to live and die alone.

Each process sends a pulse through a pipe, from a thread that does nothing else. One that has begun and then falls
silent (it was stopped, it swaps without end) is killed, so that its place is free and its work is taken up again. The
pulse asks nothing of the run store: who waits for a locked database has one. Silence is counted in ticks that the
server was awake for; a machine that slept took the server's ticks away as well as the worker's pulses.
"""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from importlib import import_module
from pathlib import Path
from typing import Any

from lstm_engine.errors import EngineError
from lstm_engine.runs.logs import as_json, set_up_logs
from lstm_engine.runs.training.bounds import bound_memory

# one thread a process: at teaching sizes a second one gains little, and the processes would fight over the cores
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
IMPORT_ROOT = str(Path(__file__).resolve().parents[3])
PULSE_SECONDS = 1.0
SILENCE_SECONDS = 15.0  # a process that was heard of, and then no more for so long, hangs
BIRTH_SECONDS = 120.0  # how long one may take to be heard of at all: a cold disk has to read all of NumPy
REFUSED = 3  # exit code of a call that ended in one of our own errors

log = logging.getLogger(__name__)


class CallRefused(RuntimeError):
    """The call ended in one of our own errors, whose sentence the process has said."""


class ProcessExecutor(Executor):
    """Calls module-level functions, each in a new Python process, with arguments that JSON can hold.

    The function also gets ``leave=``, a ``threading.Event`` that is set when it should come to an end: on
    ``shutdown``, or when this process is gone, however it went.

    Args:
        silence: seconds without a pulse after which a process is killed.
    """

    def __init__(self, silence: float = SILENCE_SECONDS) -> None:
        self.silence = silence
        self._children: set[Child] = set()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        child = Child(json.dumps([fn.__module__, fn.__qualname__, args, kwargs]), self.silence)
        self._children.add(child)
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()

        def wait() -> None:
            trouble = child.wait()
            self._children.discard(child)
            if trouble is not None:
                future.set_exception(trouble)
            else:
                future.set_result(None)

        threading.Thread(target=wait, name=f"wait for {child.process.pid}", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ask all processes to leave and, if ``wait``, wait until they have."""
        children = list(self._children)
        for child in children:
            child.ask_to_leave()
        if wait:
            for child in children:
                child.process.wait()


class Child:
    """A process that makes one call, and whether it was heard of lately.

    Args:
        call: module, function and arguments, as JSON.
        silence: seconds without a pulse after which it is killed.
    """

    def __init__(self, call: str, silence: float):
        paths = [IMPORT_ROOT, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        for variable in THREAD_VARIABLES:
            environment.setdefault(variable, "1")
        # the child reads its standard input, whose end tells it that we are gone; its standard output is the pulse.
        # As a session of its own it keeps its share of the processor however many browsers draw, where the kernel
        # shares by session (Linux's autogroup)
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import main; main()", call],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        self.allowed = silence
        self.silence = silence - BIRTH_SECONDS  # counted from below until it was heard of
        self.ended = threading.Event()

    def wait(self) -> Exception | None:
        """Listen until it ends; returns what went wrong."""
        threading.Thread(target=self._count_silence, name=f"silence of {self.process.pid}", daemon=True).start()
        assert self.process.stdout is not None
        while os.read(self.process.stdout.fileno(), 1024):
            self.silence = 0.0
        code = self.process.wait()
        self.ended.set()
        self.process.stdout.close()
        self.ask_to_leave()
        if code == REFUSED:
            return CallRefused(f"process {self.process.pid} could not go on")
        return RuntimeError(f"process {self.process.pid} ended with exit code {code}") if code else None

    def _count_silence(self) -> None:
        tick = min(PULSE_SECONDS, self.allowed / 4)
        while not self.ended.wait(tick):
            self.silence += tick
            if self.silence > self.allowed:
                log.warning(
                    "The process %d has given no sign of life for %.0f seconds, so it is ended; its work is taken up "
                    "again from the last checkpoint.",
                    self.process.pid,
                    self.allowed,
                )
                self.process.kill()  # which ends a stopped process too
                return

    def ask_to_leave(self) -> None:
        """Close its standard input, which it takes for our end."""
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()


def main() -> None:
    """The child: make the call that stands in the first argument."""
    set_up_logs()
    module, name, args, kwargs = json.loads(sys.argv[1])
    leave = threading.Event()
    pulse = os.dup(1)
    os.dup2(2, 1)  # what a task prints is for people, not a sign of life

    def watch_parent() -> None:
        while os.read(0, 1024):
            pass
        leave.set()

    def beat() -> None:
        with contextlib.suppress(OSError):  # nobody listens any more; the other thread knows what to do
            while os.write(pulse, b"."):
                time.sleep(PULSE_SECONDS)

    for task in (watch_parent, beat):
        threading.Thread(target=task, name=task.__name__, daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: leave.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's to handle; it then asks us to leave
    try:
        bound_memory()
        getattr(import_module(module), name)(*args, **kwargs, leave=leave)
    except EngineError as error:
        if as_json():
            log.error("%s", error)
        else:
            print(f"{error}", file=sys.stderr)
        sys.exit(REFUSED)
