"""What people do to a run beside training it: changes in mid-run, forks, names, notes, deleting and bringing back."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from lstm_engine import SettingsError
from lstm_engine.runs import PRESETS, RunNotFound, RunStore, Status
from lstm_engine.runs.checkpoints import restore
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Change
from lstm_engine.runs.store import LeaseLost
from lstm_engine.runs.training.worker import Worker, train_run

SETTINGS = replace(PRESETS["classroom"], hidden_size=8, batch_size=4, sequence_length=10, end_step=40, pace=0.0)


def train_to(store: RunStore, run_id: int, step: int) -> None:
    """Train in this process up to a step."""
    store.set_target(run_id, step)
    lease = new_lease()
    assert store.acquire(run_id, lease)
    worker = Worker(store, run_id, lease, threading.Event())
    worker.saved_step = store.newest_checkpoint_step(run_id)
    restore(worker.trainer, store.checkpoint(run_id, worker.saved_step))
    worker.take_changes()
    while worker.trainer.steps_taken < step:
        worker.train_one_step()
    worker.save(passing=False)
    store.release(run_id, lease)


def weights(store: RunStore, run_id: int, step: int) -> np.ndarray:
    trainer = store.get(run_id).settings.build_trainer()
    restore(trainer, store.checkpoint(run_id, step))
    return trainer.model.parameters.flat.copy()


def test_a_change_holds_from_the_next_step_on(store):
    changed, plain = (store.create(SETTINGS, start=False) for _ in range(2))
    for run in (changed, plain):
        train_to(store, run.id, 10)
    store.change(changed.id, "learning_rate", 0.05)
    assert store.changes(changed.id) == [Change(None, "learning_rate", 0.05)]
    for run in (changed, plain):
        train_to(store, run.id, 20)
    assert store.changes(changed.id) == [Change(11, "learning_rate", 0.05)]
    with_change, without = store.history(changed.id), store.history(plain.id)
    assert with_change.learning_rate.tolist() == [0.004] * 10 + [0.05] * 10
    np.testing.assert_array_equal(with_change.loss[:11], without.loss[:11])  # step 11 begins from the same weights
    assert (with_change.loss[11:] != without.loss[11:]).all()


def test_a_run_that_is_computed_again_changes_at_the_same_steps(store):
    """A worker that dies between checkpoints goes back, and must meet every change where it was."""
    whole, broken = (store.create(SETTINGS, start=False) for _ in range(2))
    for run in (whole, broken):
        train_to(store, run.id, 7)
        store.change(run.id, "learning_rate", 0.02)
        store.change(run.id, "batch_size", 9)
    train_to(store, whole.id, 15)
    # this one records its metrics and dies before it saves a checkpoint
    store.set_target(broken.id, 15)
    lease = new_lease()
    store.acquire(broken.id, lease)
    dying = Worker(store, broken.id, lease, threading.Event())
    restore(dying.trainer, store.checkpoint(broken.id, 7))
    dying.saved_step = 7
    dying.take_changes()
    while dying.trainer.steps_taken < 9:
        dying.train_one_step()
    dying.record_pending()
    store.change(broken.id, "clip_norm", None)
    store.change(whole.id, "clip_norm", None)
    store.release(broken.id, lease)
    train_to(store, broken.id, 15)
    assert [change.step for change in store.changes(broken.id)] == [8, 8, 10]
    assert [change.step for change in store.changes(whole.id)] == [8, 8, None]
    before = store.history(broken.id)
    np.testing.assert_array_equal(before.loss[:9], store.history(whole.id).loss[:9])
    assert before.step.tolist() == list(range(1, 16))


def test_a_worker_takes_changes_up_while_it_trains(store):
    run = store.create(replace(SETTINGS, end_step=400, pace=200.0))
    worker = threading.Thread(target=train_run, args=(store.url, run.id))
    worker.start()
    while store.get(run.id).step < 20:
        pass
    store.change(run.id, "learning_rate", 0.001)
    while store.changes(run.id)[0].step is None:
        pass
    store.set_pace(run.id, 0)
    worker.join(timeout=30)
    (change,) = store.changes(run.id)
    history = store.history(run.id)
    assert store.get(run.id).status is Status.FINISHED
    assert set(history.learning_rate[: change.step - 1]) == {0.004}
    assert set(history.learning_rate[change.step - 1 :]) == {0.001}


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("hidden_size", 9, "cannot be changed while a run trains; expected learning_rate, clip_norm, batch_size"),
        ("learning_rate", 0, "learning_rate is 0, expected a number of above 0"),
        ("learning_rate", float("nan"), "learning_rate is nan"),
        ("clip_norm", -1.0, "clip_norm is -1.0"),
        ("batch_size", 0.5, "batch_size is 0.5, expected a whole number"),
        ("batch_size", 5_000, "batch_size is 5000"),
    ],
)
def test_changes_out_of_range_are_refused(store, field, value, message):
    run = store.create(SETTINGS, start=False)
    with pytest.raises(SettingsError, match=message):
        store.change(run.id, field, value)
    assert store.changes(run.id) == []


def test_changes_are_for_the_holder_of_the_run_alone(store):
    run = store.create(SETTINGS, start=False)
    store.change(run.id, "learning_rate", 0.01)
    with pytest.raises(LeaseLost):
        store.take_changes(run.id, "somebody else", 1)


def test_a_fork_goes_on_as_its_parent_did_bit_by_bit(store):
    run = store.create(SETTINGS, "parent", start=False)
    train_to(store, run.id, 5)
    store.change(run.id, "learning_rate", 0.02)
    train_to(store, run.id, 10)
    train_to(store, run.id, 20)
    fork = store.fork(run.id, 10)
    assert (fork.step, fork.name, fork.status) == (10, "parent from 10", Status.PAUSED)
    assert fork.settings.learning_rate == 0.02
    assert (store.notes(fork.id).parent_run, store.notes(fork.id).parent_step) == (run.id, 10)
    train_to(store, fork.id, 20)
    np.testing.assert_array_equal(weights(store, fork.id, 20), weights(store, run.id, 20))
    for name in ("step", "loss", "gradient_norm", "learning_rate"):
        np.testing.assert_array_equal(getattr(store.history(fork.id), name), getattr(store.history(run.id), name))


def test_a_fork_can_take_another_way(store):
    run = store.create(SETTINGS, start=False)
    train_to(store, run.id, 20)
    fork = store.fork(run.id, 10, "another way")
    store.change(fork.id, "learning_rate", 0.001)
    train_to(store, fork.id, 20)
    assert (weights(store, fork.id, 20) != weights(store, run.id, 20)).any()
    with pytest.raises(RunNotFound, match="no checkpoint at step 13"):
        store.fork(run.id, 13)


def test_a_fork_of_a_finished_run_goes_on_for_as_long_and_at_the_rate_that_is_asked_for(store):
    run = store.create(replace(SETTINGS, end_step=20), start=False)
    train_to(store, run.id, 20)
    fork = store.fork(run.id, 20, end_step=30, changed={"learning_rate": 0.001})
    assert (fork.step, fork.end_step, fork.status) == (20, 30, Status.PAUSED)
    train_to(store, fork.id, 30)
    assert store.get(fork.id).status is Status.FINISHED
    rates = store.history(fork.id).learning_rate
    assert set(rates[:20]) == {SETTINGS.learning_rate}
    assert set(rates[20:]) == {0.001}
    with pytest.raises(SettingsError, match="end_step of the fork is 20, expected one behind its first step, 20"):
        store.fork(run.id, 20, end_step=20)
    with pytest.raises(SettingsError, match="learning_rate is 7"):
        store.fork(run.id, 20, end_step=30, changed={"learning_rate": 7.0})
    with pytest.raises(SettingsError, match="'hidden_size' cannot be changed"):
        store.fork(run.id, 20, end_step=30, changed={"hidden_size": 7})
    assert len(store.list_runs()) == 2


def test_names_notes_and_tags_are_kept(store):
    run = store.create(SETTINGS, "first", start=False)
    assert store.rename(run.id, "  second ").name == "second"
    with pytest.raises(SettingsError, match="the name is empty"):
        store.rename(run.id, "  ")
    for unseen in ("\u200b", "\ufeff \u2067", "\u200e" * 90 + "beyond what is kept", "\u3164"):
        with pytest.raises(SettingsError, match="the name is empty"):
            store.rename(run.id, unseen)
        made = store.create(SETTINGS, unseen, start=False)
        assert made.name == f"{made.settings.task} {made.id}"
        fork = store.fork(run.id, 0, unseen)
        assert fork.name in ("second from 0", f"second from 0 ({fork.id})")  # made-up names never repeat
    assert store.rename(run.id, "עברית\u200f e\u0301 👩\u200d🔬").name == "עברית\u200f e\u0301 👩\u200d🔬"
    store.annotate(run.id, "for Tuesday's class ", ["demo", "two words"])
    assert (store.notes(run.id).note, store.notes(run.id).tags) == ("for Tuesday's class", ("demo", "two-words"))
    with pytest.raises(SettingsError, match=r"3,000 characters .* at most 2,000"):
        store.annotate(run.id, "x" * 3_000)
    assert store.notes(run.id).note == "for Tuesday's class"


def test_a_deleted_run_comes_back_whole(store):
    run = store.create(SETTINGS, "back", start=False)
    train_to(store, run.id, 10)
    before = weights(store, run.id, 10)
    store.delete(run.id)
    assert store.list_runs() == []
    with pytest.raises(RunNotFound):
        store.get(run.id)
    back = store.undelete(run.id)
    assert (back.name, back.step, back.status) == ("back", 10, Status.PAUSED)
    np.testing.assert_array_equal(weights(store, run.id, 10), before)
    assert len(store.history(run.id).step) == 10
    with pytest.raises(RunNotFound, match="cannot be brought back"):
        store.undelete(run.id)


def test_runs_deleted_long_ago_are_gone_for_good(store, monkeypatch):
    first, second = (store.create(SETTINGS, start=False) for _ in range(2))
    store.delete(first.id)
    monkeypatch.setattr("lstm_engine.runs.store.space.UNDO_SECONDS", -1.0)
    store.delete(second.id)
    store.purge()
    with pytest.raises(RunNotFound, match="more than a day ago"):
        store.undelete(first.id)
