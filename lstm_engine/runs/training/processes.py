"""An executor whose every call has a process of its own, which leaves when its server does.

``concurrent.futures.ProcessPoolExecutor`` would end all its processes when one is killed, make the interpreter wait for
them at exit, and import the server's main script into each of them. Training processes are to live and die alone.

One whose call ended well waits a moment for another: to start Python and read NumPy takes most of a second, which
is as long as a short run of a sweep trains. After any trouble a process ends, and the next call has a fresh one.

Each process sends a pulse through a pipe, from a thread that does nothing else. One that has begun and then falls
silent (it was stopped, it swaps without end) is killed, so that its place is free and its work is taken up again. The
pulse asks nothing of the run store: who waits for a locked database has one. Silence is counted in ticks that the
server was awake for; a machine that slept took the server's ticks away as well as the worker's pulses.
"""

import contextlib
import json
import logging
import os
import queue
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
IDLE_SECONDS = 1.0  # that one waits for another call
CALL_DONE = b"!"  # between pulses: the call has ended well
REFUSED = 3  # exit code of a call that ended in one of our own errors

log = logging.getLogger(__name__)


class CallRefused(RuntimeError):
    """The call ended in one of our own errors, whose sentence the process has said."""


class ProcessExecutor(Executor):
    """Calls module-level functions, each in a Python process with nothing beside it, with arguments that JSON can hold.

    The function also gets ``leave=``, a ``threading.Event`` that is set when it should come to an end: on
    ``shutdown``, or when this process is gone, however it went.

    Args:
        silence: seconds without a pulse after which a process is killed.
        idle: seconds that a process waits for another call; 0 for a fresh one each time.
    """

    def __init__(self, silence: float = SILENCE_SECONDS, idle: float = IDLE_SECONDS) -> None:
        self.silence, self.idle = silence, idle
        self._children: set[Child] = set()
        self._lock = threading.Lock()  # a process that is given a call must not be told to leave meanwhile

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        call = json.dumps([fn.__module__, fn.__qualname__, args, kwargs])
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        with self._lock:
            if any(child.take(call, future) for child in self._children):
                return future
        child = Child(call, future, self.silence)
        with self._lock:
            self._children.add(child)
        for work in (self._listen, self._count_silence):
            threading.Thread(target=work, args=(child,), name=f"{work.__name__} {child.pid}", daemon=True).start()
        return future

    def _listen(self, child: "Child") -> None:
        child.listen()
        with self._lock:
            self._children.discard(child)

    def _count_silence(self, child: "Child") -> None:
        tick = min(PULSE_SECONDS, self.silence / 4)
        while not child.ended.wait(tick):
            child.silence += tick
            if child.silence > self.silence:
                log.warning(
                    "The process %d has given no sign of life for %.0f seconds, so it is ended; its work is taken up "
                    "again from the last checkpoint.",
                    child.pid,
                    self.silence,
                )
                child.process.kill()  # which ends a stopped process too
                return
            with self._lock:
                if child.idle_for() > self.idle:
                    self._children.discard(child)
                    child.ask_to_leave()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ask all processes to leave and, if ``wait``, wait until they have."""
        with self._lock:
            children = list(self._children)
            for child in children:
                child.ask_to_leave()
        if wait:
            for child in children:
                child.process.wait()


class Child:
    """A process that makes one call after the other, and whether it was heard of lately.

    Args:
        call: module, function and arguments, as JSON. future: is told when it has ended, and how.
        silence: seconds without a pulse after which it is to be killed.
    """

    def __init__(self, call: str, future: Future[Any], silence: float):
        paths = [IMPORT_ROOT, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        for variable in THREAD_VARIABLES:
            environment.setdefault(variable, "1")
        # the child reads calls from its standard input, whose end tells it that we are gone; its standard output is the
        # pulse. As a session of its own it keeps its share of the processor however many browsers draw, where the
        # kernel shares by session (Linux's autogroup)
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import main; main()", call],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        self.pid = self.process.pid
        self.silence = silence - BIRTH_SECONDS  # counted from below until it was heard of
        self.ended = threading.Event()
        self._future: Future[Any] | None = future
        self._idle_since = 0.0  # by the monotonic clock

    def take(self, call: str, future: Future[Any]) -> bool:
        """Make this call, if there is no other one and the process lives; returns whether it will."""
        stream = self.process.stdin
        if self._future is not None or self.ended.is_set() or stream is None or stream.closed:
            return False
        self._future = future
        try:
            stream.write(f"{call}\n".encode())
            stream.flush()
        except OSError:  # it has just ended
            self._future = None
            return False
        return True

    def idle_for(self) -> float:
        """Seconds since its last call ended; 0 while it has one."""
        return 0.0 if self._future is not None else time.monotonic() - self._idle_since

    def listen(self) -> None:
        """Until it ends; whoever waits for a call is told what became of it."""
        assert self.process.stdout is not None
        while heard := os.read(self.process.stdout.fileno(), 1024):
            self.silence = 0.0
            if CALL_DONE in heard:
                self._settle(None)
        code = self.process.wait()
        self.ended.set()
        self.process.stdout.close()
        self.ask_to_leave()
        if code == REFUSED:
            self._settle(CallRefused(f"process {self.pid} could not go on"))
        elif code:
            self._settle(RuntimeError(f"process {self.pid} ended with exit code {code}"))
        else:
            self._settle(None)

    def _settle(self, trouble: Exception | None) -> None:
        future, self._idle_since = self._future, time.monotonic()
        self._future = None
        if future is None:
            return
        if trouble is not None:
            future.set_exception(trouble)
        else:
            future.set_result(None)

    def ask_to_leave(self) -> None:
        """Close its standard input, which it takes for our end."""
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()


def main() -> None:
    """The child: make the call that stands in the first argument, and then those that are read."""
    set_up_logs()
    leave = threading.Event()
    calls: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    calls.put(sys.argv[1])
    pulse = os.dup(1)
    os.dup2(2, 1)  # what a task prints is for people, not a sign of life

    def read_calls() -> None:
        for line in sys.stdin:
            calls.put(line)
        leave.set()
        calls.put(None)

    def asked_to_leave(_number: int, _frame: object) -> None:
        leave.set()
        calls.put(None)

    def beat() -> None:
        with contextlib.suppress(OSError):  # nobody listens any more; the other thread knows what to do
            while os.write(pulse, b"."):
                time.sleep(PULSE_SECONDS)

    for task in (read_calls, beat):
        threading.Thread(target=task, name=task.__name__, daemon=True).start()
    signal.signal(signal.SIGTERM, asked_to_leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's to handle; it then asks us to leave
    bounded = False
    while (call := calls.get()) is not None and not leave.is_set():
        module, name, args, kwargs = json.loads(call)
        try:
            if not bounded:
                bound_memory()
                bounded = True
            getattr(import_module(module), name)(*args, **kwargs, leave=leave)
        except EngineError as error:
            if as_json():
                log.error("%s", error)
            else:
                print(f"{error}", file=sys.stderr)
            sys.exit(REFUSED)
        with contextlib.suppress(OSError):
            os.write(pulse, CALL_DONE)
