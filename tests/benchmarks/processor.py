"""Whose the processor is: this program's processes and those that it started, by what they do."""

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
KINDS = ("servers", "training", "browsers", "students")


def spent(servers: Iterable[int]) -> Counter[str]:
    """Seconds of a processor that each kind has used so far.

    Args:
        servers: their processes; what those started trains.
    """
    parents, seconds, programs = {}, {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            programs[int(folder.name)] = (folder / "cmdline").read_bytes().partition(b"\0")[0]
        except OSError:  # it has ended meanwhile
            continue
        parents[int(folder.name)] = int(fields[1])
        seconds[int(folder.name)] = (int(fields[11]) + int(fields[12])) / TICKS
    found: Counter[str] = Counter()
    known = set(servers)
    for process, used in seconds.items():
        line = [process]
        while line[-1] in parents and line[-1] != os.getpid():
            line.append(parents[line[-1]])
        if line[-1] != os.getpid():
            continue
        if process in known:
            found["servers"] += used
        elif known & set(line):
            found["training"] += used
        else:
            found["browsers" if b"chrom" in programs.get(process, b"") else "students"] += used
    return found


def shares(before: Counter[str], after: Counter[str], seconds: float) -> str:
    """Per cent of one core that each kind took meanwhile, in the order of ``KINDS``."""
    return ", ".join(f"{100 * (after[kind] - before[kind]) / seconds:.0f}" for kind in KINDS)
