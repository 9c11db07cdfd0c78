"""Sweeps carried out: every run once, whoever conducts and whatever is killed; paused, cancelled, out of time."""

import os
import signal
import threading
from dataclasses import replace

import numpy as np
import pytest

from lstm_engine.errors import SettingsError
from lstm_engine.runs import Launcher, RunNotFound, RunStore
from lstm_engine.runs.lease import lease_process
from lstm_engine.runs.store import Owner
from lstm_engine.runs.sweeps import Halving, Plan, SweepState, read_axis
from lstm_engine.runs.sweeps.conductor import Conductor
from lstm_engine.runs.sweeps.results import FINISHED, outcomes_of, results_of
from lstm_engine.runs.sweeps.sweep import progress_of
from lstm_engine.runs.training.worker import train_run

SMALL = {"hidden_size": 4, "batch_size": 4, "sequence_length": 6, "end_step": 25}
PLAN = Plan("parity", (read_axis("learning_rate", "0.001..0.1 log 3"),), fixed=SMALL, seeds=2)


def train_waiting(store: RunStore) -> None:
    """Train what waits, as a launcher's processes would."""
    for run in store.waiting():
        train_to_target(store, run.id)


def train_to_target(store: RunStore, run_id: int) -> None:
    """One run to where it is to go; a worker that rests there leaves when it is told to."""
    leave = threading.Event()
    worker = threading.Thread(target=train_run, args=(store.url, run_id, leave))
    worker.start()
    while store.get(run_id).step < store.get(run_id).target_step and worker.is_alive():
        worker.join(0.01)
    leave.set()
    worker.join()


def carry_out(store: RunStore, sweep_id: int, capacity: int = 2, looks: int = 200) -> None:
    """By a new conductor each time, as if the server were killed between any two looks."""
    for _ in range(looks):
        Conductor(store, capacity).look()
        if store.get_sweep(sweep_id).state is not SweepState.RUNNING:
            return
        train_waiting(store)
    raise AssertionError("the sweep did not end")


def test_every_run_is_trained_once_a_few_at_a_time_whoever_conducts(any_url):
    with RunStore(any_url) as store, RunStore(any_url) as other:
        sweep = store.create_sweep(PLAN, "rates")
        for _ in range(3):  # two servers at once, neither of which has seen a run end
            together = [threading.Thread(target=Conductor(one, 1).look) for one in (store, other)]
            for thread in together:
                thread.start()
            for thread in together:
                thread.join()
        begun = store.sweep_runs(sweep.id)
        assert 2 <= len(begun) <= 4 == 2 * 2 * 1
        assert len(store.list_runs()) == len(begun)
        assert store.begin_trial(sweep, PLAN.trials[0], "again", 25) is None
        carry_out(store, sweep.id)
        found = store.sweep_runs(sweep.id)
        assert [run.place for run in found] == list(range(6))
        assert sorted(run.run_id for run in found) == sorted(run.id for run in store.list_runs())
        results = results_of(PLAN, found)
        assert {result.state for result in results} == {FINISHED}
        assert progress_of(store.get_sweep(sweep.id), PLAN, found).finished == 6
        for result in results:  # the same numbers as if each had been trained by itself
            trainer = result.trial.settings.build_trainer()
            for _ in range(25):
                trainer.step()
            assert result.run.loss == trainer.validate()
            assert result.run.measure == trainer.task.measure(trainer.model, 6, thorough=False).value
        assert outcomes_of(results)[0].measured == 2


def test_halving_keeps_the_better_part_and_the_same_one_each_time(store):
    plan = replace(PLAN, halving=Halving(10, 3), seeds=1)
    kept = []
    for capacity in (1, 3):
        sweep = store.create_sweep(plan)
        carry_out(store, sweep.id, capacity)
        found = store.sweep_runs(sweep.id)
        assert store.get_sweep(sweep.id).state is SweepState.DONE
        assert {run.step for run in found} == {10, 25}
        kept.append([run.place for run in found if run.step == 25])
        assert len(kept[-1]) == 1
        losses = store.losses_at({run.run_id: 10 for run in found})
        medians = {
            choice: np.median([losses[run.run_id] for run in found if plan.trials[run.place].choice == choice])
            for choice in range(3)
        }
        assert {plan.trials[place].choice for place in kept[-1]} == {min(medians, key=medians.get)}
        assert all(run.dropped == 0 and run.stopped for run in found if run.step == 10)
    assert kept[0] == kept[1]


def test_a_paused_sweep_rests_and_goes_on_and_a_cancelled_one_does_not(store):
    sweep = store.create_sweep(PLAN)
    conductor = Conductor(store, 1)
    conductor.look()
    assert store.count_sweep(sweep.id) == (2, 2)
    store.pause_sweep(sweep.id)
    assert store.waiting() == []
    conductor.look()
    assert store.count_sweep(sweep.id) == (2, 0)
    store.resume_sweep(sweep.id)
    assert len(store.waiting()) == 2
    train_waiting(store)
    conductor.look()
    assert store.count_sweep(sweep.id) == (4, 2)
    store.end_sweep(sweep.id, SweepState.CANCELLED)
    conductor.look()
    assert store.count_sweep(sweep.id) == (4, 0)
    with pytest.raises(SettingsError, match="is cancelled, not paused"):
        store.resume_sweep(sweep.id)
    assert store.list_sweeps()[0].state is SweepState.CANCELLED
    store.delete_sweep(sweep.id)
    assert store.list_sweeps() == store.list_runs() == []
    with pytest.raises(RunNotFound, match="There is no sweep 1, or it was deleted"):
        store.get_sweep(sweep.id)


def test_a_sweep_stops_when_its_time_is_used_up_and_has_it_once_more(store):
    sweep = store.create_sweep(replace(PLAN, minutes=1))
    Conductor(store, 1).look()
    store.tick_sweep(sweep, 61)
    store.tick_sweep(sweep, 61)  # of another server, which saw the same
    assert store.get_sweep(sweep.id).spent == pytest.approx(61, abs=1)
    Conductor(store, 1).look()
    assert store.get_sweep(sweep.id).state is SweepState.OVER
    assert store.count_sweep(sweep.id).open == 0
    assert store.resume_sweep(sweep.id).allowed == pytest.approx(121, abs=1)


def test_a_sweep_whose_owner_has_no_room_pauses_and_says_why(store):
    sweep = store.create_sweep(PLAN, owner=Owner("somebody", 1))
    Conductor(store, 2).look()
    found = store.get_sweep(sweep.id)
    assert found.state is SweepState.PAUSED
    assert "It was paused: there are 1 runs of this owner already" in found.error
    assert [run.owner for run in store.list_runs()] == ["somebody"]


def test_a_run_that_fails_or_is_deleted_holds_up_nothing(store):
    plan = replace(PLAN, seeds=1)
    sweep = store.create_sweep(plan)
    Conductor(store, 1).look()
    first, second = store.sweep_runs(sweep.id)
    store.fail(first.run_id, None, "it diverged")
    store.delete(second.run_id)
    carry_out(store, sweep.id)
    far = progress_of(store.get_sweep(sweep.id), plan, store.sweep_runs(sweep.id))
    assert (far.finished, far.failed, far.aside) == (1, 1, 1)


def test_a_plan_of_another_day_pauses_its_sweep_alone(store):
    sweep, other = store.create_sweep(PLAN), store.create_sweep(PLAN)
    with store._writing() as connection:
        connection.exec_driver_sql('UPDATE sweeps SET plan = \'{"task": "gone"}\' WHERE id = 1')
    Conductor(store, 1).look()
    assert "This version cannot go on with it: there is no task 'gone'" in store.get_sweep(sweep.id).error
    assert store.get_sweep(other.id).state is SweepState.RUNNING


def test_processes_killed_in_the_middle_leave_every_run_complete_and_none_twice(store, wait_until):
    sweep = store.create_sweep(replace(PLAN, fixed={**SMALL, "end_step": 200}, seeds=1))
    launcher = Launcher(store, capacity=2)
    launcher.start()
    try:
        wait_until(lambda: any(run.lease and run.step > 20 for run in store.list_runs()))
        run = next(run for run in store.list_runs() if run.lease)
        os.kill(lease_process(run.lease), signal.SIGKILL)
        wait_until(lambda: store.get_sweep(sweep.id).state is SweepState.DONE, seconds=40)
    finally:
        launcher.close()
    found = store.sweep_runs(sweep.id)
    assert len(found) == len({run.run_id for run in found}) == len(store.list_runs()) == 3
    for run in store.list_runs():
        np.testing.assert_array_equal(store.history(run.id).step, np.arange(1, 201))
