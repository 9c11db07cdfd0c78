"""What inspection costs: a corpus of 100,000 characters read, ranked, matched; histograms; and memory. On one core.

Seconds are of the process's own time, so that what else runs beside it does not count; memory is what NumPy held most.
"""

import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from lstm_engine import LSTMModel, inspection, tasks
from tests.benchmarks.table import print_table

N, H = 100_000, 128
ROUNDS = 3


def measured(action: Callable[[], object]) -> list[str]:
    """Median and worst seconds of a few rounds, and megabytes beyond what was there before, in one more round."""
    seconds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        action()
        seconds.append(time.process_time() - started)
    tracemalloc.start()
    action()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return [f"{np.median(seconds):.2f}", f"{max(seconds):.2f}", f"{peak / 1e6:,.0f}"]


def main() -> None:
    task = tasks.get("source code")
    text = (task.passage(held_out=False) * 2)[:N]
    symbols = task.symbols(text)
    model = LSTMModel(task.input_size, H, task.output_size)
    states = inspection.read(model, symbols).values["hidden"]
    properties = inspection.text_properties(text)
    wide = LSTMModel(task.input_size, 2 * H, task.output_size)
    trace = wide.trace(np.eye(task.input_size)[symbols[:10_000].reshape(200, 50)])
    profiled = {"hidden": states, "cell": states}
    gates = np.random.default_rng(0).random((N, 2 * H), np.float32)
    jobs: list[tuple[str, str, Callable[[], object]]] = [
        ("read: states and losses", f"{N:,} × {H}", lambda: inspection.read(model, symbols, symbols)),
        ("all properties of a text", f"{N:,}", lambda: inspection.text_properties(text)),
        (
            f"rank by all {len(properties)} properties",
            f"{N:,} × {H}",
            lambda: inspection.find_units(states, properties),
        ),
        ("rank by one property", f"{N:,} × {H}", lambda: inspection.rank_units(states, properties["inside quotes"])),
        ("select and match", f"{N:,} × {H}", lambda: inspection.matches(states, (5_000, 5_020))),
        ("a unit's page", f"{N:,} × {H}", lambda: inspection.unit_profile(profiled, 3, symbols=symbols)),
        ("map of states", f"{N:,} × {H}", lambda: inspection.state_map(states)),
        ("nearest states", f"{N:,} × {H}", lambda: inspection.neighbours(states, 500)),
        ("histograms", f"{N:,} × {2 * H}", lambda: inspection.histogram(gates, (0, 1))),
        ("all gates' statistics", f"10,000 × {2 * H}", lambda: inspection.gate_statistics(trace)),
    ]
    rows = [[name, size, *measured(action)] for name, size, action in jobs]
    print_table("Inspection", ["what", "positions × units", "median s", "worst s", "most MB"], rows)


if __name__ == "__main__":
    main()
