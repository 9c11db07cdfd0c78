"""A lease: the name under which one process holds a run, and how to tell whether that process still lives."""

import os
import secrets
import socket
import time
from pathlib import Path

LEASE_SECONDS = 10.0  # a worker not heard of for so long has died


def new_lease() -> str:
    """A name for this process's hold on a run: host, process and a number used once."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(8)}"


def lease_process(lease: str) -> int | None:
    """The process that holds the lease, if it runs on this machine."""
    host, pid, _ = lease.rsplit(":", 2)
    return int(pid) if host == socket.gethostname() else None


def lease_is_alive(lease: str, heartbeat: float) -> bool:
    """Whether the holder was heard of lately and, if it runs on this machine, its process exists."""
    if time.time() - heartbeat > LEASE_SECONDS:
        return False
    pid = lease_process(lease)
    return pid is None or process_exists(pid)


def process_exists(pid: int) -> bool:
    """Whether the process runs; one that ended, and whose parent has not noticed yet, does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except (OSError, IndexError):  # another user's process, or no /proc on this system
        return True
