"""A Dask cluster of real processes and a real PostgreSQL, of which workers, the scheduler and the network are lost.

The oracle is the local executor, or the engine alone: every run has the same bits.
"""

import os
import shutil
import signal
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lstm_engine.errors import SettingsError
from lstm_engine.runs import Launcher, RunStore, Status
from lstm_engine.runs.lease import lease_process
from lstm_engine.runs.sweeps import Plan, SweepState, axis
from lstm_engine.runs.training.cluster import ClusterExecutor
from tests.cluster import ROOT, DaskCluster
from tests.postgres import PostgresServer

from .conftest import SMALL
from .test_launcher import assert_same_history, final_weights, undisturbed

pytest.importorskip("distributed", reason="the extra “cluster” is not installed")
pytestmark = pytest.mark.thorough
LONG = replace(SMALL, end_step=900, pace=60.0)
CUT_SECONDS = 30.0


@pytest.fixture
def dask(tmp_path):
    """A scheduler, and no workers yet."""
    cluster = DaskCluster(tmp_path)
    yield cluster
    cluster.stop()


@pytest.fixture
def url(postgres_url):
    return postgres_url


def connected(dask: DaskCluster, url: str, workers: int, wait_until) -> ClusterExecutor:
    found: list[ClusterExecutor] = []

    def connect() -> bool:
        try:
            found.append(ClusterExecutor(dask.address, url))
        except SettingsError as error:  # it is still being started
            assert "No Dask scheduler answers" in str(error)  # noqa: PT017
            return False
        return True

    wait_until(connect)
    wait_until(lambda: found[0].capacity == workers, seconds=60)
    return found[0]


def assert_undisturbed(store, runs) -> None:
    for run in runs:
        history, weights = undisturbed(run.settings)
        assert_same_history(store.history(run.id), history)
        np.testing.assert_array_equal(final_weights(store, run), weights)


def finished(store, runs) -> bool:
    assert not [run.error for run in map(store.get, [run.id for run in runs]) if run.status is Status.FAILED]
    return all(store.get(run.id).status is Status.FINISHED for run in runs)


def test_a_sweep_of_which_a_worker_is_killed_is_what_the_local_executor_makes_of_it(
    dask, postgres, url, store, wait_until
):
    plan = Plan("names", (axis("hidden_size", (8, 12)),), fixed={"end_step": 300, "sequence_length": 8}, seeds=3)
    workers = [dask.start_worker() for _ in range(2)]
    launcher = Launcher(store, connected(dask, url, 2, wait_until))
    launcher.start()
    sweep = store.create_sweep(plan)
    wait_until(lambda: sum(run.held and run.step > 20 for run in store.sweep_runs(sweep.id, measured=False)) == 2)
    held = [run for run in store.list_runs() if run.lease is not None]
    dask.kill(workers[0])
    os.kill(lease_process(held[0].lease), signal.SIGKILL)  # a machine that goes down takes these with it
    wait_until(lambda: store.get_sweep(sweep.id).state is SweepState.DONE, seconds=120)
    launcher.close()
    other = postgres.new_database()
    with RunStore(other) as here:
        local = Launcher(here, capacity=2)
        local.start()
        expected = here.create_sweep(plan)
        wait_until(lambda: here.get_sweep(expected.id).state is SweepState.DONE, seconds=120)
        local.close()
        by_place = {run.place: run.run_id for run in here.sweep_runs(expected.id)}
        found = store.sweep_runs(sweep.id)
        assert sorted(run.place for run in found) == sorted(by_place) == list(range(6))  # all, and none twice
        for run in found:
            assert_same_history(store.history(run.run_id), here.history(by_place[run.place]))
            one, twin = store.get(run.run_id), here.get(by_place[run.place])
            assert one.status is Status.FINISHED
            np.testing.assert_array_equal(final_weights(store, one), final_weights(here, twin))
    postgres.drop(other)


def test_a_scheduler_that_is_lost_and_comes_back_finds_its_work_again(dask, url, store, wait_until):
    """A worker without its scheduler ends, as Dask has it, and lets its runs be saved; whoever keeps workers up starts
    another one."""
    workers = [dask.start_worker() for _ in range(2)]
    launcher = Launcher(store, connected(dask, url, 2, wait_until))
    launcher.start()
    runs = [store.create(replace(LONG, seed=seed)) for seed in (1, 2)]
    wait_until(lambda: all(store.get(run.id).step > 100 for run in runs))
    dask.kill(dask.scheduler)
    wait_until(lambda: launcher.capacity == 0 and launcher.trouble)
    for worker in workers:
        assert worker.wait(60) == 0
    wait_until(lambda: all(store.get(run.id).lease is None for run in runs))
    dask.start_scheduler()
    for _ in range(2):
        dask.start_worker()
    wait_until(lambda: launcher.capacity == 2 and not launcher.trouble, seconds=90)
    wait_until(lambda: finished(store, runs), seconds=60)
    launcher.close()
    assert_undisturbed(store, runs)


def test_a_worker_that_is_told_to_end_saves_first(dask, url, store, wait_until):
    worker = dask.start_worker()
    launcher = Launcher(store, connected(dask, url, 1, wait_until))
    launcher.start()
    run = store.create(LONG)
    wait_until(lambda: store.get(run.id).step > 130)
    worker.terminate()
    worker.wait(60)
    wait_until(lambda: store.get(run.id).lease is None)
    assert store.newest_checkpoint_step(run.id) == store.get(run.id).step > 130
    launcher.close()


class Relay:
    """Passes on what comes to its port, and what is answered; nothing at all while it is cut.

    Args:
        to: a port of this machine, or the path of a socket.
    """

    def __init__(self, to: int | str):
        self.to, self.open = to, threading.Event()
        self.open.set()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self.server.accept()
            except OSError:  # closed
                return
            if isinstance(self.to, str):
                there = socket.socket(socket.AF_UNIX)
                there.connect(self.to)
            else:
                there = socket.create_connection(("127.0.0.1", self.to))
            for pair in ((here, there), (there, here)):
                threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65_536):
                self.open.wait()
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            self.open.wait()
            end.close()

    @contextmanager
    def cut(self):
        self.open.clear()
        yield
        self.open.set()


@pytest.mark.parametrize("who", ["workers", "server"])
def test_a_network_that_is_cut_for_half_a_minute_changes_no_bit(
    dask, postgres: PostgresServer, url, store, wait_until, who
):
    """The workers lose the scheduler and the store, as the server does the store; or it loses the scheduler alone."""
    to_scheduler, to_store = Relay(dask.port), Relay(f"{postgres.home}/.s.PGSQL.5432")
    relayed = f"tcp://127.0.0.1:{to_scheduler.port}"
    database = url.partition("?")[0].rpartition("/")[2]
    for _ in range(2):
        dask.start_worker(relayed if who == "workers" else "")
    connected(dask, url, 2, wait_until).shutdown()  # they are there
    seen = f"postgresql://postgres@127.0.0.1:{to_store.port}/{database}" if who == "workers" else url
    with RunStore(seen) as its_store:
        launcher = Launcher(its_store, ClusterExecutor(dask.address if who == "workers" else relayed, seen))
        launcher.start()
        runs = [store.create(replace(LONG, seed=seed)) for seed in (1, 2)]
        wait_until(lambda: all(store.get(run.id).step > 100 for run in runs))
        with to_scheduler.cut(), to_store.cut():
            time.sleep(CUT_SECONDS)
            assert finished(store, runs) is (who == "server")  # they wait for a store, and not for a server
        wait_until(lambda: finished(store, runs), seconds=120)
        last = store.create(SMALL)  # all is well again
        wait_until(lambda: finished(store, [last]), seconds=120)
        launcher.close()
    assert_undisturbed(store, [*runs, last])
    for relay in (to_scheduler, to_store):
        relay.server.close()


def test_workers_without_the_package_or_of_another_version_are_refused(dask, url, store, tmp_path, wait_until):
    absent, changed = tmp_path / "absent", tmp_path / "changed"
    (absent / "lstm_engine").mkdir(parents=True)
    (absent / "lstm_engine" / "__init__.py").write_text("raise ModuleNotFoundError(\"No module named 'lstm_engine'\")")
    shutil.copytree(Path(ROOT) / "lstm_engine", changed / "lstm_engine")
    with (changed / "lstm_engine" / "network.py").open("a") as file:
        file.write("# another version\n")
    dask.start_worker(python_path=str(absent))
    executor = connected(dask, url, 0, wait_until)
    wait_until(lambda: "it has not this program (No module named 'lstm_engine')" in executor.trouble)
    executor.shutdown()
    dask.start_worker(python_path=str(changed))
    wait_until(lambda: dask.said("scheduler").count("Register worker") == 2, seconds=60)
    run = store.create(SMALL)
    with pytest.raises(SettingsError, match=r"is not used: it (has not this|has other code).*Neither is another one"):
        Launcher(store, ClusterExecutor(dask.address, url))
    dask.start_worker()  # one that can is enough, and the others get nothing
    wait_until(lambda: dask.said("scheduler").count("Register worker") == 3, seconds=60)
    launcher = Launcher(store, connected(dask, url, 1, wait_until))
    launcher.start()
    wait_until(lambda: finished(store, [run]))
    assert "is not used" in launcher.trouble
    launcher.close()
