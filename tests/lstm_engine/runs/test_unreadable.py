"""Runs that today's code cannot run: they hurt nobody else, and are looked at, exported and deleted like all others."""

import base64
import json
import subprocess
import sys
import threading
import time
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lstm_engine import SettingsError, TaskInputError, load_model, tasks
from lstm_engine.runs import Launcher, RunSettings, RunStore, Status
from lstm_engine.runs.checkpoints import restored_model, restored_with_task
from lstm_engine.runs.cli import main
from lstm_engine.runs.training.worker import train_run
from lstm_engine.tasks import characters
from lstm_engine.tasks.parity import ParityTask

from .conftest import SMALL


class MajorityTask(ParityTask):
    """A person's own task, registered for as long as a test wants."""

    name = "majority"


class BrokenTask(ParityTask):
    name = "broken"

    def __init__(self, *_: object):
        raise ZeroDivisionError("its author slipped")


def train_to(store: RunStore, run_id: int, step: int) -> None:
    """Train in this process up to a step, and leave."""
    store.set_target(run_id, step)
    leave = threading.Event()
    thread = threading.Thread(target=train_run, args=(store.url, run_id, leave))
    thread.start()
    while store.get(run_id).step < step:
        time.sleep(0.02)
    leave.set()
    thread.join()


@pytest.fixture
def majority(monkeypatch):
    monkeypatch.setitem(tasks.TASKS, "majority", MajorityTask)


@pytest.fixture
def vanished(store, majority, monkeypatch):
    """A run of a task that is no longer there, trained for 20 steps while it was."""
    run = store.create(replace(SMALL, task="majority", end_step=400), "of my own", start=False)
    train_to(store, run.id, 20)
    store.start(run.id)  # it waits for a worker
    monkeypatch.delitem(tasks.TASKS, "majority")
    return run


def stored(store: RunStore, run_id: int, settings: str) -> None:
    """Put a text into the database as the run's settings, as code of another day may have."""
    with store._writing() as connection:
        connection.exec_driver_sql("UPDATE runs SET settings = ? WHERE id = ?", (settings, run_id))


def test_a_run_whose_task_is_gone_is_listed_as_what_it_is(store, vanished):
    run = store.get(vanished.id)
    assert (run.status, run.readable, run.step) == (Status.UNREADABLE, False, 20)
    assert "there is no task 'majority'" in run.problem
    assert (run.settings.task, run.settings.hidden_size, run.end_step) == ("majority", 8, 400)
    assert [one.status for one in store.list_runs()] == [Status.UNREADABLE]


def test_it_can_be_looked_at_renamed_annotated_deleted_and_brought_back(store, vanished):
    assert store.history(vanished.id).step.tolist() == list(range(1, 21))
    assert len(store.curves(vanished.id).loss.step) == 20
    store.annotate(vanished.id, "still mine")
    assert store.rename(vanished.id, "kept").name == "kept"
    assert store.notes(vanished.id).note == "still mine"
    store.delete(vanished.id)
    assert store.undelete(vanished.id).status is Status.UNREADABLE


@pytest.mark.parametrize(
    "action",
    [
        lambda store, run_id: store.start(run_id),
        lambda store, run_id: store.advance(run_id, 1),
        lambda store, run_id: store.set_target(run_id, 30),
        lambda store, run_id: store.fork(run_id, 20),
        lambda store, run_id: store.change(run_id, "learning_rate", 0.1),
    ],
)
def test_whoever_wants_to_train_it_hears_why_not(store, vanished, action):
    with pytest.raises(SettingsError, match=r"there is no task 'majority'.*exported and deleted, but not trained"):
        action(store, vanished.id)


def test_its_model_is_restored_without_its_task(store, vanished):
    run = store.get(vanished.id)
    data = store.checkpoint(run.id, 20)
    model = restored_model(run.settings, data)
    assert (model.architecture.input_size, model.architecture.hidden_size) == (2, 8)
    for build in (lambda: run.settings.task_object, run.settings.build_model, run.settings.build_trainer):
        with pytest.raises(SettingsError, match="no task 'majority'"):
            build()
    with pytest.raises(SettingsError, match="no task 'majority'"):
        restored_with_task(run.settings, data)


def test_the_launcher_trains_the_others(store, vanished, wait_until):
    other = store.create(replace(SMALL, end_step=20))
    assert [run.id for run in store.waiting()] == [other.id]
    launcher = Launcher(store)
    launcher.start()
    wait_until(lambda: store.get(other.id).status is Status.FINISHED)
    launcher.close()
    assert (store.get(vanished.id).status, store.get(vanished.id).step) == (Status.UNREADABLE, 20)


def test_the_command_line_lists_exports_and_trains_beside_it(store, vanished, tmp_path):
    """In a process of its own, where the task never was."""
    command = [sys.executable, "-m", "lstm_engine", "--database", store.url]
    listed = subprocess.run([*command, "list"], capture_output=True, text=True, timeout=60)
    assert listed.returncode == 0
    assert "unreadable" in listed.stdout
    assert "there is no task 'majority'" in listed.stderr
    weights = tmp_path / "w.safetensors"
    assert main(["--database", store.url, "export", str(vanished.id), "--output", str(weights)]) == 0
    np.testing.assert_array_equal(
        load_model(weights).parameters.flat,
        restored_model(store.get(vanished.id).settings, store.checkpoint(vanished.id, 20)).parameters.flat,
    )
    metrics = str(tmp_path / "m.csv")
    assert main(["--database", store.url, "export", str(vanished.id), "--format", "csv", "--output", metrics]) == 0
    small = ["--set", "hidden_size=4", "--set", "end_step=3"]
    assert main(["--database", store.url, "train", "parity", *small]) == 0


def test_the_run_goes_on_when_its_task_is_back(store, vanished, monkeypatch):
    monkeypatch.setitem(tasks.TASKS, "majority", MajorityTask)
    assert store.start(vanished.id).status is Status.QUEUED
    train_run(store.url, vanished.id)
    assert store.get(vanished.id).status is Status.FINISHED


def test_a_task_that_fails_while_it_is_built_fails_its_run_and_no_other(store, wait_until, monkeypatch):
    run = store.create(SMALL)
    stored(store, run.id, json.dumps({**json.loads(SMALL.to_json()), "task": "broken"}))
    monkeypatch.setitem(tasks.TASKS, "broken", BrokenTask)
    assert store.list_runs()[0].readable  # nobody has built it yet
    train_run(store.url, run.id)
    assert store.get(run.id).status is Status.FAILED
    assert "the task 'broken' cannot be made: ZeroDivisionError: its author slipped" in store.get(run.id).error
    with pytest.raises(SettingsError, match="its author slipped"):
        RunSettings(task="broken")


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1, 2]", r"\[1, 2\], expected a JSON object"),
        ('{"hidden_size": "many"}', "hidden_size is 'many', expected a whole number"),
        ('{"hidden_size": true}', "hidden_size is True"),
        ('{"hidden_size": 600}', "hidden_size is 600"),
        ('{"end_step": 0}', "end_step is 0"),
        ('{"end_step": 1' + "0" * 400 + "}", "end_step is 1000"),
        ('{"learning_rate": NaN}', "learning_rate is nan"),
        ('{"momentum": 0.9}', "there is no setting 'momentum'"),
        ('{"variant": "gru2"}', "no variant 'gru2'"),
        ('{"task": ["names"]}', "task is"),
        ('{"task": "\\ud800"}', "task is"),
    ],
)
def test_whatever_the_database_holds_is_settings(store, settings, problem):
    run = store.create(SMALL)
    stored(store, run.id, settings)
    found = store.get(run.id)
    assert found.status is Status.UNREADABLE
    with pytest.raises(SettingsError, match=problem):
        found.runnable()
    assert found.settings.to_json() == settings  # nothing is lost
    assert found.end_step >= 1
    with pytest.raises(SettingsError):
        replace(found.settings, pace=0.0)
    store.list_runs()
    assert store.waiting() == []


def test_what_is_usable_of_it_is_shown():
    settings = RunSettings.from_stored('{"hidden_size": 600, "num_layers": "two", "seed": 7, "momentum": 1}')
    assert (settings.hidden_size, settings.num_layers, settings.seed) == (600, 1, 7)
    assert settings == RunSettings.from_stored(settings.to_json())
    assert settings != RunSettings(seed=7)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.text(max_size=50)
    | json_values.map(json.dumps)
    | st.dictionaries(st.sampled_from(list(json.loads(SMALL.to_json()))), json_values).map(json.dumps)
)
@settings(deadline=None)
def test_reading_settings_never_raises(text):
    settings = RunSettings.from_stored(text)
    assert (settings.problem is None) == (type(settings) is RunSettings)
    assert settings.end_step >= 1
    hash(settings)
    repr(settings)


def test_listing_runs_builds_no_task(store, monkeypatch):
    """Seventy series of one's own, more than any cache of tasks holds."""
    built = []
    whole = tasks.OWN_TASKS["own series"].__init__
    monkeypatch.setattr(tasks.OWN_TASKS["own series"], "__init__", lambda *a: (built.append(1), whole(*a))[1])
    for k in range(70):
        text = "\n".join(str(value % (k + 3)) for value in range(120))
        store.create(replace(SMALL, task="own series", text=text), start=k % 2 == 0)
    assert len(built) >= 70
    built.clear()
    assert len(store.list_runs()) == 70
    assert len(store.waiting()) == 35
    store.get(1)
    assert built == []


def another_python(monkeypatch, text: str) -> None:
    """Its library, where the present one's was."""
    monkeypatch.setattr(characters, "standard_library", lambda: text)
    tasks._made.cache_clear()


def test_a_run_on_source_code_survives_another_python(store, monkeypatch):
    run = store.create(replace(SMALL, task="source code", end_step=6), start=False)
    batch = run.settings.build_trainer().task.batch(np.random.default_rng(0), 4, 20)
    train_to(store, run.id, 3)
    plain = store.create(replace(SMALL, task="source code", end_step=6), start=True)
    train_run(store.url, plain.id)
    assert len(run.settings.text) < 400_000
    another_python(monkeypatch, "def f(x):\n    return x ** 2  # €\n" * 40)
    again = store.get(run.id).settings
    np.testing.assert_array_equal(again.task_object.batch(np.random.default_rng(0), 4, 20).inputs, batch.inputs)
    store.start(run.id)
    train_run(store.url, run.id)
    assert store.history(run.id).loss.tolist() == store.history(plain.id).loss.tolist()
    tasks._made.cache_clear()


def test_an_old_run_on_source_code_opens_where_the_alphabet_fits_and_else_says_so(store, monkeypatch):
    run = store.create(replace(SMALL, task="source code", end_step=6), start=False)
    stored(store, run.id, replace(SMALL, task="source code", end_step=6).to_json())  # as runs were stored before
    assert store.get(run.id).settings.text is None
    restored_with_task(store.get(run.id).settings, store.checkpoint(run.id, 0))
    another_python(monkeypatch, "def f(x):\n    return x ** 2\n" * 40)
    with pytest.raises(SettingsError, match="its text or its alphabet is no longer what it was"):
        restored_with_task(store.get(run.id).settings, store.checkpoint(run.id, 0))
    store.start(run.id)
    train_run(store.url, run.id)
    assert "its alphabet is no longer what it was" in store.get(run.id).error
    tasks._made.cache_clear()


def test_a_packed_text_that_was_not_packed_here_is_refused():
    bomb = characters.PACKED + base64.b64encode(zlib.compress(b"a" * 10_000_000)).decode()
    for text in ("import this", characters.PACKED + "????", characters.PACKED, bomb):
        with pytest.raises(TaskInputError, match=r"characters|unpacked"):
            tasks.get("source code", text=text)
