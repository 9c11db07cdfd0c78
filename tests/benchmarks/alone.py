"""One side of a comparison, alone in a process of its own: asked in JSON, it answers in JSON.

In one process the libraries would disturb each other: OpenBLAS's threads, which wait by spinning, slow PyTorch's down
to half their speed. Threads are each library's default, but where an environment is given.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from lstm_engine.runs.training.processes import THREAD_VARIABLES

ONE_THREAD = dict.fromkeys(THREAD_VARIABLES, "1")


def seconds_per_call(action: Callable[[], object], budget: float) -> float:
    """The median over the calls that fit into ``budget`` seconds; the first three, which warm up, do not count."""
    for _ in range(3):
        action()
    times: list[float] = []
    until = time.perf_counter() + budget
    while not times or time.perf_counter() < until:
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def ask(function: str, *arguments: object, environment: Mapping[str, str] | None = None) -> list:
    """What a function of this package, ``module.name``, gives for arguments that JSON holds, called in a fresh process.

    Args:
        environment: variables that it has besides this process's, of which none that says how many threads.
    """
    own = {name: value for name, value in os.environ.items() if name not in THREAD_VARIABLES}
    command = [sys.executable, "-m", "tests.benchmarks.alone"]
    done = subprocess.run(
        [*command, function, json.dumps(arguments)],
        env={**own, **(environment or {})},
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def turn_by_turn(sides: Sequence[Callable[[], list]], turns: int) -> list[list[list]]:
    """What each side measured in each turn: all of them once, then again, so that a machine whose speed drifts favours
    none. The first index is the side's, the second the turn's."""
    found: list[list[list]] = [[] for _ in sides]
    for _ in range(turns):
        for side, measured in zip(sides, found, strict=True):
            measured.append(side())
    return found


def middle_and_range(values: Sequence[float], unit: float, digits: int = 2) -> str:
    """The median, and from the least to the largest."""
    shown = [f"{value / unit:.{digits}f}" for value in (statistics.median(values), min(values), max(values))]
    return f"{shown[0]} ({shown[1]} to {shown[2]})"


if __name__ == "__main__":
    module, _, name = sys.argv[1].rpartition(".")
    print(json.dumps(getattr(import_module(f"tests.benchmarks.{module}"), name)(*json.loads(sys.argv[2]))))
