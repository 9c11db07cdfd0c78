"""A Dask cluster of the tests' own: a scheduler and workers, each a process, gone with whoever started them."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.postgres import die_with_parent

ROOT = str(Path(__file__).parents[1])


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class DaskCluster:
    """A scheduler, and as many workers as are started, each with one thread.

    Args:
        folder: for what they say, and what Dask writes.
    """

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.start_scheduler()

    def start_scheduler(self) -> None:
        """Start it, also once more after its process has ended, at the same address."""
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", str(self.port))

    def start_worker(self, scheduler: str = "", python_path: str = ROOT) -> subprocess.Popen[bytes]:
        """One more, with its nanny, as “dask worker” starts it.

        Args:
            scheduler: its address, where it is not reached at its own. python_path: where this package is found.
        """
        options = ["--nthreads", "1", "--host", "127.0.0.1", "--local-directory", str(self.folder)]
        worker = self._start("worker", scheduler or self.address, *options, python_path=python_path)
        self.workers.append(worker)
        return worker

    def _start(self, *line: str, python_path: str = ROOT) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": python_path}
        with (self.folder / f"{line[0]}.log").open("ab") as log:
            return subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "distributed.cli.dask_" + line[0],
                    *line[1:],
                    "--dashboard-address",
                    "127.0.0.1:0",
                ],
                env=environment,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def said(self, by: str = "worker") -> str:
        """What workers, or the scheduler, wrote so far."""
        return (self.folder / f"{by}.log").read_text(errors="replace")

    @staticmethod
    def kill(process: subprocess.Popen[bytes]) -> None:
        """End it and its nanny's worker at once, as when a machine goes down."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """End all that still run."""
        for process in (*self.workers, self.scheduler):
            if process.poll() is None:
                self.kill(process)
