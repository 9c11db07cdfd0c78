"""What it takes to hand out runs and hear back, with nothing to train: where is the limit, and what is it made of?

``python -m tests.benchmarks.scheduling [runs] [workers]`` (10,000 and 1,000)

A real PostgreSQL, a real Dask scheduler and the server's launcher; the workers are Dask's own as well, but threads of
this process, and a run that they train takes no time: it is taken, its last step recorded and its lease given back, as
a worker does in the store. All of it shares one Python process, where a cluster's workers and scheduler have their own.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from unittest.mock import patch

import psutil
import sqlalchemy as sql
from distributed import LocalCluster

from lstm_engine.learning.training import StepMetrics
from lstm_engine.runs import Launcher, RunSettings, RunStore
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded
from lstm_engine.runs.store.leases import Known
from lstm_engine.runs.store.schema import runs as runs_table
from lstm_engine.runs.training import remote
from lstm_engine.runs.training.cluster import ClusterExecutor
from lstm_engine.runs.training.worker import HEARTBEAT_SECONDS, RECORD_SECONDS, train_run
from tests.benchmarks.table import print_table
from tests.postgres import PostgresServer

RUNS, WORKERS = 10_000, 1_000
AT_ONCE = 8  # workers in the store at a time: a server has some hundred connections, and this machine few cores
STEP = Recorded(StepMetrics(1, 1.0, 1.0, 0.01), None, None)
SETTINGS = RunSettings(hidden_size=8, batch_size=4, sequence_length=8, end_step=1, pace=0.0)
RECORDS = 500
LONGEST = 240.0  # seconds that all of it may take before it is cut off and told as far as it came


class Workers:
    """What stands for a worker's process: it keeps a few connections to the store, and trains nothing."""

    def __init__(self, store: RunStore):
        self.store, self.places = store, threading.BoundedSemaphore(AT_ONCE)
        self.in_store = 0.0  # seconds of threads

    def train(self, run_id: int) -> None:
        """As ``train_run`` has it, without a trainer."""
        with self.places:
            began, lease = time.perf_counter(), new_lease()
            if self.store.acquire(run_id, lease) is not None:
                self.store.record(run_id, lease, [STEP], known=Known(0))
                self.store.release(run_id, lease)
            self.in_store += time.perf_counter() - began


def fill(store: RunStore, count: int) -> None:
    """So many runs that wait; all but the first by one statement."""
    first = store.create(SETTINGS)
    with store._writing() as connection:
        query = sql.select(runs_table).where(runs_table.c.id == first.id)
        row = dict(connection.execute(query).mappings().one())
        del row["id"]
        connection.execute(sql.insert(runs_table), [{**row, "name": f"run {k}"} for k in range(1, count)])


def seconds_of(action: Callable[[], object], times: int = 3) -> float:
    """The least of some."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        action()
        found.append(time.perf_counter() - began)
    return min(found)


def processor_seconds(server: subprocess.Popen[bytes]) -> float:
    """Of a database server's processes, those that ended included."""
    process = psutil.Process(server.pid)
    own = process.cpu_times()
    living = [child.cpu_times() for child in process.children(recursive=True)]
    ended = own.children_user + own.children_system
    return float(own.user + own.system + ended + sum(one.user + one.system for one in living))


def of_the_store(store: RunStore, server: PostgresServer) -> list[list[str]]:
    """What a run's three transactions take, and what a second of a run that trains does."""
    waiting = store.waiting()
    workers, began = Workers(store), processor_seconds(server.process)
    taken = seconds_of(lambda: [workers.train(run.id) for run in waiting[:RECORDS]], times=1) / RECORDS
    on_server = (processor_seconds(server.process) - began) / RECORDS
    run, lease = waiting[RECORDS], new_lease()
    store.acquire(run.id, lease)
    began, step = processor_seconds(server.process), 0

    def record() -> None:
        nonlocal step
        for _ in range(RECORDS):
            step += 1
            metrics = StepMetrics(step=step, loss=1.0, gradient_norm=1.0, learning_rate=0.01)
            store.record(run.id, lease, [Recorded(metrics, None, None)], None, 9.0, Known(step - 1))

    recorded = seconds_of(record, times=1) / RECORDS
    a_record = (processor_seconds(server.process) - began) / RECORDS
    a_second = 1 / RECORD_SECONDS + 1 / HEARTBEAT_SECONDS
    return [
        ["store: a run taken, recorded, given back", f"{1e3 * taken:.1f} ms", f"{1 / taken:,.0f} runs/s and client"],
        ["  of it on a core of the database", f"{1e3 * on_server:.1f} ms", f"{1 / on_server:,.0f} runs/s and core"],
        ["store: metrics of a run that trains", f"{1e3 * recorded:.1f} ms", f"{a_second:.0f} a second and run"],
        [
            "  of it on a core of the database",
            f"{1e3 * a_record:.2f} ms",
            f"{1 / a_record / a_second:,.0f} runs a core",
        ],
    ]


@contextmanager
def training(work: Callable[[int], None]):  # type: ignore[no-untyped-def]
    """Workers make this of a call, instead of a process."""
    with patch.object(remote, "carry_out", lambda worker, module, name, args: work(args[-1])):
        yield


def main() -> None:
    counts = [int(word) for word in sys.argv[1:]]
    count, number = (*counts, *(RUNS, WORKERS)[len(counts) :])
    server = PostgresServer()
    rows = []
    with RunStore(server.new_database()) as store:
        fill(store, count + RECORDS + 1)
        took = seconds_of(store.waiting)
        rows.append(
            [f"launcher: {count:,} waiting runs read", f"{1e3 * took:.0f} ms", f"{1e6 * took / count:.0f} µs a run"]
        )
        rows += of_the_store(store, server)
        began = time.perf_counter()
        with LocalCluster(
            n_workers=number, threads_per_worker=1, processes=False, protocol="tcp://", host="127.0.0.1",
            dashboard_address="127.0.0.1:0", memory_limit=0,
        ) as dask:  # fmt: skip
            print(f"{number:,} workers after {time.perf_counter() - began:.0f} s", flush=True)
            executor = ClusterExecutor(dask.scheduler_address, store.url)
            asked = seconds_of(executor._look)
            rows.append([f"Dask: which of {number:,} workers there are", f"{1e3 * asked:.0f} ms", "every two seconds"])
            with training(lambda run_id: None):
                some = max(number, RECORDS)
                began = time.perf_counter()
                handed = [executor.submit(train_run, store.url, k) for k in range(some)]
                alone = (time.perf_counter() - began) / some
                for future in handed:
                    future.result(LONGEST)
                each = (time.perf_counter() - began) / some
            rows.append(["Dask: a call handed over", f"{1e3 * alone:.1f} ms", f"{1 / alone:,.0f} calls/s"])
            rows.append(["Dask: a call handed over and heard of", f"{1e3 * each:.1f} ms", f"{1 / each:,.0f} calls/s"])
            workers, launcher = Workers(store), Launcher(store, executor)
            left = len(store.waiting())
            with training(workers.train):
                began = time.perf_counter()
                launcher.start()
                while (waiting := len(store.waiting())) and time.perf_counter() - began < LONGEST:
                    time.sleep(5)
                seconds = time.perf_counter() - began
                launcher.close()
            done = left - waiting
            rows.append([f"all of it: {done:,} runs", f"{seconds:.0f} s", f"{done / seconds:,.0f} runs/s"])
            rows.append(
                ["  of it in the store, of each worker thread", f"{1e3 * workers.in_store / done:.0f} ms", "a run"]
            )
    server.stop()
    print_table(f"{count:,} runs that train nothing, {number:,} workers", ["part", "takes", "so"], rows)


if __name__ == "__main__":
    main()
