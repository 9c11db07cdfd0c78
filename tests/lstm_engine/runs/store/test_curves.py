"""Curves of long runs, from the summaries of their extremes; and gates as they learn."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from lstm_engine import StepMetrics
from lstm_engine.runs import PRESETS, RunStore
from lstm_engine.runs.checkpoints import restore
from lstm_engine.runs.development import read_development
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded
from lstm_engine.runs.training.worker import train_run
from tests.lstm_engine.runs.store.test_changes import train_to

SETTINGS = replace(PRESETS["classroom"], hidden_size=8, batch_size=4, sequence_length=10, end_step=60, pace=0.0)


def record(store: RunStore, loss: np.ndarray, norm: np.ndarray, at_once: int = 777) -> int:
    """A run with these metrics, recorded in parts that do not fall together with the summaries' buckets."""
    run = store.create(replace(SETTINGS, end_step=1_000_000))
    lease = new_lease()
    store.acquire(run.id, lease)
    for first in range(0, len(loss), at_once):
        rows = [
            Recorded(StepMetrics(k + 1, float(loss[k]), float(norm[k]), 0.01), float(loss[k]) if k % 25 == 24 else None)
            for k in range(first, min(first + at_once, len(loss)))
        ]
        store.record(run.id, lease, rows)
    return run.id


def test_no_spike_is_lost_in_a_long_run(store):
    rng = np.random.default_rng(0)
    loss, norm = rng.normal(2, 0.1, 50_000), rng.normal(1, 0.1, 50_000)
    spikes = rng.choice(50_000, 12, replace=False)
    loss[spikes[:6]] = 9 + np.arange(6)
    norm[spikes[6:]] = 70 + np.arange(6)
    run_id = record(store, loss, norm)
    curves = store.curves(run_id, most=1_000)
    for series, values, chosen in ((curves.loss, loss, spikes[:6]), (curves.gradient_norm, norm, spikes[6:])):
        assert len(series.step) <= 1_000
        assert (np.diff(series.step) > 0).all()
        np.testing.assert_array_equal(values[series.step - 1], series.value)  # real points, each at its own step
        assert set(chosen + 1) <= set(series.step)
    validated = loss[24::25]
    assert curves.validation_loss.value.max() == validated.max()
    assert curves.validation_loss.value.min() == validated.min()


def test_a_stretch_is_as_fine_as_it_was_recorded(store):
    loss = np.random.default_rng(1).normal(size=30_000)
    run_id = record(store, loss, loss)
    curves = store.curves(run_id, after=12_000, until=14_000)
    assert curves.loss.step.tolist() == list(range(12_001, 14_001))
    np.testing.assert_array_equal(curves.loss.value, loss[12_000:14_000])
    wide = store.curves(run_id, after=2_000, until=29_000)
    assert wide.loss.step.min() > 2_000
    assert wide.loss.step.max() <= 29_000


def test_every_validation_is_told(store):
    run_id = record(store, np.arange(1.0, 301.0), np.ones(300))
    found = store.validations(run_id, after=100)
    assert found.step.tolist() == list(range(125, 301, 25))
    assert found.value.tolist() == found.step.tolist()
    store.delete(run_id)
    assert len(store.validations(run_id).step) == 0


def test_a_fork_has_summaries_of_its_own(store):
    run = store.create(SETTINGS)
    train_run(store.url, run.id, threading.Event())
    fork = store.fork(run.id, 50)
    whole, part = store.curves(run.id), store.curves(fork.id)
    np.testing.assert_array_equal(part.loss.value, whole.loss.value[:50])


def test_gates_and_norms_are_read_from_the_checkpoints(store):
    run = store.create(SETTINGS)
    train_run(store.url, run.id, threading.Event())
    trainer = run.settings.build_trainer()
    restore(trainer, store.checkpoint(run.id, 50))
    before = trainer.model.parameters.flat.copy()
    found = read_development(store, run.id, run.settings, 50)
    assert found.weight_norm == pytest.approx(np.linalg.norm(before), rel=1e-6)
    probe = trainer.task.validation_batch(10).inputs[:, :16]
    forget = trainer.model.trace(probe).layers[0].forget_gate
    assert found.gates["forget_gate"].mean == pytest.approx(forget.mean(), rel=1e-5)
    assert found.gates["forget_gate"].spread == pytest.approx(forget.std(), rel=1e-4)
    assert found.gates["forget_gate"].open == pytest.approx((forget > 0.9).mean())
    # the last update: train the step before it once more and look
    again = run.settings.build_trainer()
    for _ in range(49):
        again.step()
    earlier = again.model.parameters.flat.copy()
    again.step()
    np.testing.assert_array_equal(again.model.parameters.flat, before)
    assert found.update_norm == pytest.approx(np.linalg.norm(before - earlier), rel=1e-3)


def test_an_update_is_measured_by_the_rate_that_held_then(store):
    run = store.create(SETTINGS, start=False)
    train_to(store, run.id, 20)
    store.change(run.id, "learning_rate", SETTINGS.learning_rate / 100)
    store.start(run.id)
    train_run(store.url, run.id, threading.Event())
    trainer = run.settings.build_trainer()
    for _ in range(20):
        trainer.step()
    trainer.base_rate /= 100
    for _ in range(29):
        trainer.step()
    before = trainer.model.parameters.flat.copy()
    trainer.step()
    taken = np.linalg.norm(trainer.model.parameters.flat - before)
    assert read_development(store, run.id, run.settings, 50).update_norm == pytest.approx(taken, rel=1e-3)


def test_other_cells_have_the_gates_that_they_have(store):
    gru = store.create(replace(SETTINGS, variant="gru"), start=False)
    assert set(read_development(store, gru.id, gru.settings, 0).gates) == {"candidate", "reset_gate", "update_gate"}
    rnn = store.create(replace(SETTINGS, variant="rnn"), start=False)
    assert set(read_development(store, rnn.id, rnn.settings, 0).gates) == {"hidden"}  # all that it has
