"""An executor whose every call has a fresh process of its own, which leaves when its server does.

``concurrent.futures.ProcessPoolExecutor`` would end all its processes when one is killed, make the interpreter wait for
them at exit, and import the server's main script into each of them. Training processes are to live and die alone.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from importlib import import_module
from pathlib import Path
from typing import Any

# one thread a process: at teaching sizes a second one gains little, and the processes would fight over the cores
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
IMPORT_ROOT = str(Path(__file__).resolve().parents[3])


class ProcessExecutor(Executor):
    """Calls module-level functions, each in a new Python process, with arguments that JSON can hold.

    The function also gets ``leave=``, a ``threading.Event`` that is set when it should come to an end: on
    ``shutdown``, or when this process is gone, however it went.
    """

    def __init__(self) -> None:
        self._processes: set[subprocess.Popen[bytes]] = set()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        call = json.dumps([fn.__module__, fn.__qualname__, args, kwargs])
        paths = [IMPORT_ROOT, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        for variable in THREAD_VARIABLES:
            environment.setdefault(variable, "1")
        command = [sys.executable, "-c", f"from {__name__} import main; main()", call]
        # the child reads its standard input, whose end tells it that we are gone; as a session of its own it keeps its
        # share of the processor however many browsers draw, where the kernel shares by session (Linux's autogroup)
        process = subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, start_new_session=True)
        self._processes.add(process)
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()

        def wait() -> None:
            code = process.wait()
            self._processes.discard(process)
            self._close_input(process)
            if code:
                future.set_exception(RuntimeError(f"process {process.pid} ended with exit code {code}"))
            else:
                future.set_result(None)

        threading.Thread(target=wait, name=f"wait for {process.pid}", daemon=True).start()
        return future

    @staticmethod
    def _close_input(process: subprocess.Popen[bytes]) -> None:
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ask all processes to leave and, if ``wait``, wait until they have."""
        processes = list(self._processes)
        for process in processes:
            self._close_input(process)
        if wait:
            for process in processes:
                process.wait()


def main() -> None:
    """The child: make the call that stands in the first argument."""
    module, name, args, kwargs = json.loads(sys.argv[1])
    leave = threading.Event()

    def watch_parent() -> None:
        while os.read(0, 1024):
            pass
        leave.set()

    threading.Thread(target=watch_parent, name="watch parent", daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: leave.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's to handle; it then asks us to leave
    getattr(import_module(module), name)(*args, **kwargs, leave=leave)
