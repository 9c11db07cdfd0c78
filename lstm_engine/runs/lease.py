"""A lease: the name under which one process holds a run, and how to tell whether that process still lives."""

import os
import re
import secrets
import socket
import time
from pathlib import Path

LEASE_SECONDS = 10.0  # a worker not heard of for so long has died
AHEAD_SECONDS = 3600.0  # that another machine's clock may be ahead; what is further ahead is no sign of life
LONGEST_LEASE = 120  # characters
LEASE = re.compile(r"(.*):([1-9]\d{0,9}):([^:]*)", re.ASCII | re.DOTALL)  # host, process, number


def new_lease() -> str:
    """A name for this process's hold on a run: host, process and a number used once."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}"


def is_lease(value: object) -> bool:
    """Whether it is a name such as ``new_lease`` makes; a database may hold anything."""
    return isinstance(value, str) and len(value) <= LONGEST_LEASE and LEASE.fullmatch(value) is not None


def lease_process(lease: str) -> int | None:
    """The process that holds the lease, if it runs on this machine, as far as the name tells."""
    found = LEASE.fullmatch(lease)
    return int(found[2]) if found is not None and found[1] == socket.gethostname() else None


def lease_is_alive(lease: str, heartbeat: float) -> bool:
    """Whether the holder was heard of lately and, if it runs on this machine, its process exists."""
    if not -AHEAD_SECONDS < time.time() - heartbeat <= LEASE_SECONDS:
        return False
    pid = lease_process(lease)
    return pid is None or process_exists(pid)


def process_exists(pid: int) -> bool:
    """Whether the process runs; one that ended, and whose parent has not noticed yet, does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, OverflowError):  # no system has processes of so large a number
        return False
    except (OSError, IndexError):  # another user's process, or no /proc on this system
        return True
