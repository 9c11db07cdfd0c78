"""A run that is alone has more than one core: with the same digits, and only as long as it is alone."""

import json
import threading
from dataclasses import replace

import numpy as np
import pytest

from lstm_engine.runs import PRESETS, RunSettings, RunStore, Status
from lstm_engine.runs.checkpoints import checkpoint_arrays
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.sharding import usual_shards
from lstm_engine.runs.training import worker as training
from lstm_engine.runs.training.worker import Worker, train_run

SMALL = replace(PRESETS["classroom"], hidden_size=8, batch_size=4, sequence_length=8, end_step=120, pace=0.0, shards=2)


@pytest.fixture
def store(tmp_path):
    with RunStore(f"sqlite:///{tmp_path / 'runs.sqlite3'}") as store:
        yield store


@pytest.fixture(autouse=True)
def as_in_a_worker(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")


def test_a_run_has_the_same_digits_on_one_core_and_on_two(store, monkeypatch):
    found = []
    for cores in (1, 2):
        monkeypatch.setattr(training, "available_cores", lambda cores=cores: cores)
        monkeypatch.setattr(training, "most_processes", lambda: 2)
        run = store.create(SMALL)
        train_run(store.url, run.id)
        assert store.get(run.id).status is Status.FINISHED
        arrays = checkpoint_arrays(store.checkpoint(run.id, run.end_step))
        found.append((store.history(run.id).loss, arrays))
    np.testing.assert_array_equal(found[0][0], found[1][0])
    for name, array in found[0][1].items():
        np.testing.assert_array_equal(array, found[1][1][name])


def test_a_core_is_given_back_when_another_run_starts_and_taken_when_it_rests(store, monkeypatch):
    monkeypatch.setattr(training, "available_cores", lambda: 2)
    monkeypatch.setattr(training, "most_processes", lambda: 2)
    run = store.create(SMALL)
    lease = new_lease()
    store.acquire(run.id, lease)
    worker = Worker(store, run.id, lease, threading.Event())

    def processes(run=run) -> int:
        worker.looks_around_at = 0.0
        worker.share_cores(run)
        return worker.trainer.processes

    assert processes() == 2
    other = store.create(replace(SMALL, seed=1))
    assert processes() == 1
    store.acquire(other.id, new_lease())  # it trains
    assert processes() == 1
    store.set_target(other.id, 0)  # it rests
    assert processes() == 2
    assert processes(replace(run, pace=50.0)) == 1  # a pace is kept by one
    worker.rate = 20.0
    assert processes(replace(run, pace=50.0)) == 2  # unless it is not


def test_the_number_of_shards_follows_from_the_settings_and_is_kept(store):
    wide = replace(RunSettings(), hidden_size=128)
    made = store.create(wide, start=False)
    assert made.settings.shards == 2
    assert made.settings.build_trainer().shards == 2
    assert store.create(replace(wide, shards=1), start=False).settings.shards == 1
    for settings in ({"hidden_size": 64}, {"variant": "gru"}, {"batch_size": 31}, {"batch_size": 8}):
        assert store.create(replace(wide, **settings), start=False).settings.shards is None
    assert usual_shards("own model", "standard", 256, 32) is None  # which is never trained


def test_a_run_from_before_goes_on_in_one_part_and_so_does_a_fork_of_it(store):
    values = json.loads(RunSettings(end_step=4).to_json())
    del values["shards"]
    old = RunSettings.from_stored(json.dumps(values))
    assert old.problem is None
    assert old.build_trainer().shards == 1
    run = store.create(replace(SMALL, shards=1, end_step=4), start=False)
    with store._writing() as connection:
        stored = json.loads(run.settings.to_json())
        del stored["shards"]
        connection.exec_driver_sql("UPDATE runs SET settings = ?", (json.dumps(stored | {"hidden_size": 128}),))
    assert store.get(run.id).settings.shards is None
    fork = store.fork(run.id, 0)
    assert fork.settings.shards == 1
