"""The run store with many at it: readers beside a writer, a fork of a long run beside everybody else, long lists."""

import threading
import time
from collections.abc import Callable

import numpy as np
import sqlalchemy as sql

from lstm_engine import StepMetrics
from lstm_engine.runs import RunSettings, RunStore
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded
from tests.benchmarks.kills import database
from tests.benchmarks.table import print_table

HOLD_SECONDS = 10.0
STEPS = 1_000_000
LISTED = 1_000
SETTINGS = RunSettings(hidden_size=32, end_step=STEPS, pace=0.0)


def milliseconds(times: list[float]) -> list[str]:
    """Median, 99th percentile and worst."""
    return [f"{1000 * value:.1f} ms" for value in (np.median(times), np.percentile(times, 99), max(times))]


def repeat(action: Callable[[], object], until: Callable[[], bool], rest: float) -> list[float]:
    """How long each call took, in seconds."""
    times = []
    while not until():
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
        time.sleep(rest)
    return times


def recorded(first: int, end: int) -> list[Recorded]:
    return [
        Recorded(StepMetrics(step, 1 / step, 0.5, 0.01), 1.0 if step % 25 == 0 else None) for step in range(first, end)
    ]


def long_run(store: RunStore, steps: int) -> int:
    """A run with so many recorded steps, and a checkpoint at the last."""
    run, lease = store.create(SETTINGS, start=False), new_lease()
    store.acquire(run.id, lease)
    for first in range(1, steps + 1, 10_000):
        store.record(run.id, lease, recorded(first, min(first + 10_000, steps + 1)))
    store.record(run.id, lease, checkpoint=(steps, store.checkpoint(run.id, 0), False))
    store.release(run.id, lease)
    return run.id


def reading_beside_a_writer(kind: str, url: str) -> list[list[str]]:
    """Reads of every kind while another connection holds the lock that writers need."""
    with RunStore(url) as writer, RunStore(url) as reader:
        run_id = long_run(writer, 3_000)
        done = threading.Event()

        def hold() -> None:
            with writer._writing() as connection:
                connection.execute(sql.text("UPDATE runs SET name = 'held'"))
                time.sleep(HOLD_SECONDS)
            done.set()

        threading.Thread(target=hold).start()
        time.sleep(0.1)

        def read() -> None:
            reader.get(run_id)
            reader.history(run_id, 2_900)
            reader.newest_checkpoint_step(run_id)
            reader.changes(run_id)

        feed = repeat(read, done.is_set, 0.01)
    return [[kind, "get, new metrics, checkpoint, changes", *milliseconds(feed)]]


def forking(kind: str, url: str) -> list[list[str]]:
    """What others wait for while a run of a million steps is forked."""
    with RunStore(url) as store, RunStore(url) as writer, RunStore(url) as reader:
        run_id = long_run(store, STEPS)
        other = store.create(SETTINGS, start=False).id
        done, waits = threading.Event(), {}
        lease = new_lease()
        store.acquire(other, lease)
        steps = iter(range(1, STEPS))

        def record() -> None:
            step = next(steps)
            writer.record(other, lease, recorded(step, step + 1))

        actions = {"record": record, "get": lambda: reader.get(other), "rename": lambda: writer.rename(run_id, "new")}

        def keep_on(name: str) -> None:
            waits[name] = repeat(actions[name], done.is_set, 0.02)

        others = [threading.Thread(target=keep_on, args=[name]) for name in actions]
        for thread in others:
            thread.start()
        started = time.perf_counter()
        store.fork(run_id, STEPS)
        took = time.perf_counter() - started
        done.set()
        for thread in others:
            thread.join()
    return [[kind, f"{name}, beside a fork of {took:.0f} s", *milliseconds(waits[name])] for name in actions]


def listing(kind: str, url: str) -> list[list[str]]:
    """Opening a store, and listing its runs."""
    with RunStore(url) as store:
        first = store.create(SETTINGS, start=False)
        with store._writing() as connection:
            columns = "name, settings, created_at, step, target_step, stopped, pace, queued_at"
            for _ in range(LISTED - 1):
                copy = f"INSERT INTO runs ({columns}) SELECT {columns} FROM runs WHERE id = {first.id}"
                connection.execute(sql.text(copy))
        listed, opened = [], []
        for _ in range(20):
            started = time.perf_counter()
            assert len(store.list_runs()) == LISTED
            listed.append(time.perf_counter() - started)
            started = time.perf_counter()
            RunStore(url).close()
            opened.append(time.perf_counter() - started)
    return [
        [kind, f"list {LISTED:,} runs", *milliseconds(listed)],
        [kind, "open the store", *milliseconds(opened)],
    ]


def main() -> None:
    rows = []
    for kind in ("sqlite", "postgres"):
        for measured in (reading_beside_a_writer, forking, listing):
            with database(kind) as url:
                rows += measured(kind, url)
    print_table(
        f"The run store; a writer holds its lock for {HOLD_SECONDS:.0f} s, the fork has {STEPS:,} steps",
        ["database", "what", "median", "p99", "worst"],
        rows,
    )
