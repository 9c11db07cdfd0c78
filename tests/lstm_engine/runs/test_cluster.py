"""Runs on a Dask cluster whose scheduler and workers are threads of the test; what is killed, test_cluster_losses.py
has."""

import contextlib
import os
import socket
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest

from lstm_engine.errors import SettingsError
from lstm_engine.runs import Launcher, Status
from lstm_engine.runs.lease import lease_process
from lstm_engine.runs.training import cluster as module
from lstm_engine.runs.training.cluster import ClusterExecutor, wrong_with
from lstm_engine.runs.training.executors import executor_for
from lstm_engine.runs.training.processes import CallRefused, ProcessExecutor
from lstm_engine.runs.training.worker import train_run

from .conftest import SMALL
from .test_launcher import assert_same_history, final_weights, undisturbed

distributed = pytest.importorskip("distributed", reason="the extra “cluster” is not installed")
pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("dask")]  # one cluster for all of these


@pytest.fixture(scope="module")
def dask():
    """A scheduler and two workers of one thread each."""
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=False,
        protocol="tcp://",
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
    ) as cluster:
        yield cluster


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)


def test_runs_train_in_processes_of_the_workers_and_have_the_bits_of_this_machine(dask, store, wait_until):
    """One of the workers is sent home in the middle: its run is saved, and goes on with the other."""
    launcher = Launcher(store, ClusterExecutor(dask.scheduler_address, store.url))
    assert (launcher.capacity, launcher.trouble) == (2, "")
    settings = [replace(SMALL, end_step=240, pace=150.0, seed=seed) for seed in (1, 2)]
    runs = [store.create(one) for one in settings]
    launcher.start()
    try:
        wait_until(lambda: all(store.get(run.id).step > 40 for run in runs))
        assert os.getpid() not in {lease_process(store.get(run.id).lease) for run in runs}
        dask.scale(1)
        wait_until(lambda: launcher.capacity == 1)
        wait_until(lambda: all(store.get(run.id).status is Status.FINISHED for run in runs))
    finally:
        launcher.close()
        dask.scale(2)
    for run, one in zip(runs, settings, strict=True):
        history, weights = undisturbed(one)
        assert_same_history(store.history(run.id), history)
        np.testing.assert_array_equal(final_weights(store, run), weights)


def test_a_process_that_dies_there_is_told_here(dask, store):
    executor = ClusterExecutor(dask.scheduler_address, store.url)
    try:
        with pytest.raises(RuntimeError, match="ended with exit code"):
            executor.submit(train_run, store.url).result(20)  # a call with too few arguments
    finally:
        executor.shutdown()
    with pytest.raises(CallRefused):
        executor.submit(train_run, store.url, 1).result(1)


def test_a_cluster_has_as_many_places_as_threads_or_as_the_environment_says(dask, store, monkeypatch):
    monkeypatch.setattr(type(store), "is_file", False)
    monkeypatch.setenv("LSTM_EXECUTOR", f" {dask.scheduler_address} ")
    for said, places in (("", 2), ("5", 5), ("0", 0)):
        monkeypatch.setenv("LSTM_PROCESSES", said)
        launcher = Launcher(store)
        assert launcher.capacity == places
        launcher.close()
        assert launcher.capacity == 0
    monkeypatch.delenv("LSTM_EXECUTOR")
    assert isinstance(executor_for(store), ProcessExecutor)


def test_runs_in_a_file_are_not_for_other_machines(store, monkeypatch):
    monkeypatch.setenv("LSTM_EXECUTOR", "tcp://127.0.0.1:1")
    with pytest.raises(SettingsError, match=r"cannot share the file sqlite:///.*LSTM_DATABASE_URL=postgresql://"):
        Launcher(store)


@pytest.mark.parametrize("address", ["scheduler", "http://host:1", "tcp://host", "tcp://host:x", "tcp://a b:1"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(SettingsError, match="is no address of a Dask scheduler, expected such as tcp://scheduler:8786"):
        ClusterExecutor(address, "")


@pytest.mark.parametrize("greeting", [None, b"", b"SSH-2.0-OpenSSH"], ids=["nobody", "silent", "another server"])
def test_an_address_that_answers_nothing_is_told(greeting, monkeypatch):
    monkeypatch.setattr(module, "CONNECT_SECONDS", 0.3)

    def greet() -> None:
        with server.accept()[0] as connection:
            connection.sendall(greeting)
            with contextlib.suppress(ConnectionError):
                connection.recv(1)  # until the other side hangs up

    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        greeter = threading.Thread(target=greet)
        if greeting is not None:
            server.listen()
            greeter.start()
        with pytest.raises(SettingsError, match=r"No Dask scheduler answers at tcp://127.*LSTM_EXECUTOR"):
            ClusterExecutor(f"tcp://127.0.0.1:{server.getsockname()[1]}", "")
        if greeting is not None:
            greeter.join()


def test_without_the_extra_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SettingsError, match=r"the extra “cluster” has to be installed: python -m pip install"):
        ClusterExecutor("tcp://127.0.0.1:1", "")


@pytest.mark.parametrize("name", ["lstm_engine", "NumPy", "distributed", "Python", "machine"])
def test_a_cluster_of_other_versions_is_refused_before_anything_begins(dask, store, monkeypatch, name):
    here = module.sameness()
    monkeypatch.setattr(module, "sameness", lambda: {**here, name: "7.7"})
    with pytest.raises(
        SettingsError, match=rf"is not used: it has .*{name} \({here[name]}, here 7.7\).*Neither is another one"
    ):
        ClusterExecutor(dask.scheduler_address, store.url)


def test_a_worker_that_comes_later_with_another_version_does_not_train(dask, store, monkeypatch):
    """A cluster that grows with its work has no worker to ask when the call is made."""
    executor = ClusterExecutor(dask.scheduler_address, store.url)
    here = module.sameness()
    monkeypatch.setattr(module, "sameness", lambda: {**here, "NumPy": "7.7"})
    with pytest.raises(CallRefused, match=r"this worker has another NumPy \(.*, here 7.7\)"):
        executor.submit(train_run, store.url, 1).result(20)
    executor.shutdown()


def test_a_store_that_workers_do_not_reach_is_told(dask):
    with pytest.raises(SettingsError, match=r"it does not reach the run store.*not answer"):
        ClusterExecutor(dask.scheduler_address, "postgresql://postgres@127.0.0.1:1/runs")


def test_a_worker_without_the_package_says_so():
    missing = ModuleNotFoundError("No module named 'lstm_engine'")
    assert wrong_with(missing, {}) == "it has not this program (No module named 'lstm_engine')"
    assert wrong_with(OSError("lost"), {}) == "it did not say what it is (lost)"
