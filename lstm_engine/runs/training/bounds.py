"""What training may have of a machine: how many processes, and how much memory each."""

import contextlib
import os
import re
from pathlib import Path

from lstm_engine.errors import SettingsError
from lstm_engine.learning.shards import available_cores
from lstm_engine.runs.store.space import bytes_of, shown_bytes

PROCESSES_VARIABLE, BYTES_VARIABLE = "LSTM_PROCESSES", "LSTM_PROCESS_BYTES"
LEAST_BYTES = 400_000_000  # NumPy, SciPy and SQLAlchemy with nothing to do ask for some 250 MB
MOST_PROCESSES = 1_000
MEMORY_INFO, GROUP = Path("/proc/meminfo"), Path("/sys/fs/cgroup")


def most_processes() -> int:
    """How many runs may train at a time; as many as there are cores, unless told otherwise. With 0, none does here.

    Raises:
        SettingsError: the environment says something else than a number.
    """
    said = os.environ.get(PROCESSES_VARIABLE, "").strip()
    if not said:
        return max(1, available_cores())
    if not re.fullmatch(r"\d{1,4}", said) or int(said) > MOST_PROCESSES:
        raise SettingsError(f"{PROCESSES_VARIABLE} is “{said[:40]}”, expected a number of processes up to 1,000")
    return int(said)


def most_bytes() -> float:
    """Of memory that a training process may ask for; as much as the machine has, unless told otherwise.

    Raises:
        SettingsError: the environment says something else than a number of bytes that a process can work with.
    """
    said = os.environ.get(BYTES_VARIABLE, "")
    if not said.strip():
        return memory()[0] or float("inf")
    found = bytes_of(said, BYTES_VARIABLE)
    if found < LEAST_BYTES:
        raise SettingsError(
            f"{BYTES_VARIABLE} is “{said[:40]}”; a training process needs {shown_bytes(LEAST_BYTES)} at least"
        )
    return found


def memory() -> tuple[float, float]:
    """The memory that this machine, or the container around this process, has, and how much of it is in use.

    Bytes; zeros on a system that does not tell.
    """
    try:
        told = dict(re.findall(r"^(\w+):\s+(\d+) kB$", MEMORY_INFO.read_text(), re.MULTILINE))
        whole = 1024.0 * int(told["MemTotal"])
        used = whole - 1024.0 * int(told["MemAvailable"])
    except (OSError, KeyError, ValueError):
        return 0.0, 0.0
    with contextlib.suppress(OSError, ValueError):  # without a bound, or not in a group of its own
        most = float((GROUP / "memory.max").read_text())
        if most < whole:
            at_once = re.search(r"^inactive_file (\d+)$", (GROUP / "memory.stat").read_text(), re.MULTILINE)
            given_back = float(at_once[1]) if at_once else 0.0  # pages of files, which the kernel drops when asked
            return most, max(0.0, float((GROUP / "memory.current").read_text()) - given_back)
    return whole, used


def bound_memory() -> None:
    """Let this process ask for no more than it may have; what asks for more raises MemoryError.

    Raises:
        SettingsError: see ``most_bytes``.
    """
    most = most_bytes()
    if most == float("inf"):
        return
    try:
        import resource
    except ImportError:  # not every system has it
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = int(most) if hard == resource.RLIM_INFINITY else min(int(most), hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def too_little_memory() -> str:
    """What to say of a run that asked for more."""
    return (
        f"Training asked for more memory than a process may have here, {shown_bytes(most_bytes())} ({BYTES_VARIABLE}). "
        "Take fewer units, shorter sequences or a smaller batch; or allow more, then press “Try again”."
    )
