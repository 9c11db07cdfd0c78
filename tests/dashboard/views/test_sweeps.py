"""The Sweeps page, and the task's own measure on Compare."""

from dataclasses import replace

import numpy as np
import pytest

from dashboard.shell.glossary import term_of
from dashboard.views.sweeps.figures import dimension, parallel_figure
from dashboard.views.sweeps.pictures import choices_of, coordinates_of, importance_of, panels_of, why_no_importance
from dashboard.views.sweeps.table import as_csv, table_row
from lstm_engine.runs import RunSettings
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded
from lstm_engine.runs.sweeps import Plan, SweepState, read_axis
from lstm_engine.runs.sweeps.results import outcomes_of, results_of, row_of
from lstm_engine.runs.sweeps.sweep import SweepRun
from tests.dashboard.views.apps import compare_page, run, sweeps_page, words

TINY = {"hidden_size": 4, "batch_size": 2, "sequence_length": 6, "end_step": 10}
PLAN = Plan(
    "parity", (read_axis("learning_rate", "0.01, 0.1"), read_axis("variant", "standard, rnn")), fixed=TINY, seeds=2
)


def reached(plan: Plan, score: "dict[int, float]") -> list:
    """Results as if the runs at these places had been trained to their end."""
    runs = [
        SweepRun(place, place + 1, True, 0, None, 10, 10, False, False, False, 1.0, 1.0, value)
        for place, value in score.items()
    ]
    return results_of(plan, runs)


def test_a_sweep_is_begun_watched_paused_and_deleted(store):
    app = run(sweeps_page)
    assert any("No sweep was begun yet" in said for said in words(app))
    app.radio(key="which_sweep").set_value("gates").run()
    assert any("40 runs: 8 choices, 5 seeds of each; about" in said for said in words(app))
    app.radio(key="which_sweep").set_value("a plan in JSON").run()
    app.text_area(key="pasted_plan").set_value(PLAN.to_json()).run()
    store.pause_sweep(store.create_sweep(PLAN, "before").id)  # nothing of it trains beside the test
    app.button(key="begin_form").click().run()
    assert not app.exception
    made = store.list_sweeps()[0]
    assert made.plan == PLAN
    store.pause_sweep(made.id)
    app = run(sweeps_page, sweep=str(made.id))
    assert app.selectbox(key="sweep_shown").value == made.id
    assert any("python -m lstm_engine sweep --plan" in block.value for block in app.code)
    app.button(key="sweep_go_on").click().run()
    assert store.get_sweep(made.id).state is SweepState.RUNNING
    app.button(key="sweep_cancel").click().run()
    assert store.get_sweep(made.id).state is SweepState.CANCELLED
    app.button(key="delete_sweep").click().run()
    assert [sweep.name for sweep in store.list_sweeps()] == ["before"]


def test_a_link_describes_a_sweep_and_a_wrong_one_is_refused_in_a_sentence(store):
    app = run(sweeps_page, plan=PLAN.to_json())
    assert any("learning_rate = 0.01, 0.1" in said for said in words(app))
    assert any("8 runs: 4 choices, 2 seeds of each" in said for said in words(app))
    app = run(sweeps_page, plan='{"task":"parity","space":{"units":[1]}}')
    assert any("There is no setting 'units' to vary" in said for said in words(app))
    app = run(sweeps_page, sweep="7", plan="{")
    assert any("cannot be read as JSON" in said for said in words(app))
    assert store.list_sweeps() == []


def test_pictures_follow_from_what_was_reached():
    results = reached(PLAN, {0: 0.9, 1: 0.5, 2: 1.0, 3: 0.5, 4: 0.8, 5: 0.4, 6: 1.0, 7: 0.6})
    best = outcomes_of(results)[0]
    assert (best.values["learning_rate"], best.values["variant"], best.middle) == (0.1, "standard", 1.0)
    choices = choices_of(outcomes_of(results))
    assert [choice.middle for choice in choices] == pytest.approx([1.0, 0.85, 0.55, 0.45])
    assert choices[0].label == "0.1 · LSTM"
    shares = dict(importance_of(PLAN, results))
    assert max(shares, key=shares.get) == "cell"
    assert sum(shares.values()) == pytest.approx(1, abs=0.01)
    assert importance_of(PLAN, [*results[:-1], replace(results[-1], run=None)]) == []  # one is missing as yet
    dimensions, score, ranks = coordinates_of(PLAN, results, "parity")
    assert [one.label for one in dimensions] == ["learning rate", "cell"]
    assert {ranks[2], ranks[6]} == {0, 1}
    figure = parallel_figure(dimensions, score, ranks)
    lines = [line for line in figure.data if line.name == "best quarter"]
    assert lines[0].x == (0, 1, 2, None) * 2
    assert panels_of(PLAN, results) == []


def test_where_it_is_not_said_what_matters_it_is_said_why():
    assert why_no_importance(PLAN) is None
    drawn = replace(PLAN, method="random", choices=3)
    assert "choices were drawn at random. A grid of the same settings tells." in why_no_importance(drawn)
    assert importance_of(drawn, results_of(drawn, [])) == []
    assert why_no_importance(replace(drawn, axes=PLAN.axes[:1], choices=2)) is None  # there is nothing to divide


def test_why_runs_wait_is_said_where_they_do(store, monkeypatch):
    from dashboard.shell.services import shared_services

    monkeypatch.setattr(shared_services().launcher.executor, "trouble", "The Dask scheduler was lost.", raising=False)
    monkeypatch.setattr(shared_services().launcher, "_given_capacity", 0)
    store.create_sweep(PLAN)
    assert "The Dask scheduler was lost." in words(run(sweeps_page))


def test_success_against_distance_has_a_panel_a_task_and_its_goal():
    axes = (
        read_axis("task", "temporal order, adding"),
        read_axis("sequence_length", "20, 50"),
        read_axis("variant", "gru, rnn"),
    )
    plan = Plan("adding", axes, fixed={"end_step": 10})
    panels = panels_of(plan, reached(plan, {place: place / 10 for place in range(8)}))
    assert [panel.title for panel in panels] == ["Temporal order", "Adding problem"]
    order = panels[0]
    assert (order.measure, order.goal) == ("share of strings that are right", 0.99)
    assert [(line.label, line.distance, line.middle) for line in order.lines] == [
        ("GRU", (20, 50), (0.0, 0.2)),
        ("plain RNN", (20, 50), (0.1, 0.3)),
    ]


def test_an_axis_marks_values_where_they_are_and_words_in_their_order():
    rates = dimension("rate", [0.001, 0.1, 0.01], logarithmic=True)
    assert rates.values == pytest.approx((-3, -1, -2))
    assert rates.names == ("0.001", "0.01", "0.1")
    assert dimension("cell", ["LSTM", "GRU", "LSTM"]).values == (0, 1, 0)
    assert dimension("clip", [1.0, None]).names == ("1", "none")
    assert len(dimension("score", list(np.linspace(0, 1, 50))).marks) == 5


def test_a_table_has_a_row_a_run_and_every_column_an_entry_of_the_glossary():
    names = [axis.name for axis in PLAN.axes]
    results = reached(PLAN, {0: 0.9})
    rows = [table_row(result, names) for result in results]
    assert rows[0]["step this run"].endswith("/step?run=1")
    assert rows[1]["state"] == "waiting"
    assert [column for column in rows[0] if term_of(column) is None] == []
    lines = as_csv([row_of(result, names) for result in results]).splitlines()
    assert lines[0] == "run,learning_rate,variant,seed,state,step,best_validation_loss,measure"
    assert lines[1] == "1,0.01,standard,0,finished,10,1.0,0.9"
    assert len(lines) == 9


def test_runs_of_a_sweep_do_not_bury_the_others_in_lists(store):
    own = store.create(RunSettings(**TINY, task="parity"), "mine", start=False)
    sweep = store.create_sweep(PLAN)
    begun = store.begin_trial(sweep, PLAN.trials[0], "of the sweep", 10)
    store.pause_sweep(sweep.id)
    assert store.swept() == {begun.id: sweep.id}
    options = list(run(compare_page).multiselect[0].options)
    assert len(options) == 1
    assert options[0].startswith("mine")
    asked = run(compare_page, runs=f"{begun.id},{own.id}")
    assert len(asked.multiselect[0].options) == 2


def test_compare_shows_the_tasks_own_measure_as_it_was_recorded_or_of_the_newest_checkpoint(store):
    settings = RunSettings(**TINY, task="parity")
    recorded, older = (store.create(replace(settings, hidden_size=h), f"h {h}", start=False) for h in (4, 5))
    trainer = settings.build_trainer()
    for one, measure in ((recorded, 0.25), (older, None)):
        lease = new_lease()
        store.acquire(one.id, lease)
        trainer.steps_taken = 0
        rows = [Recorded(replace(trainer.step(), step=1), 1.0, measure)]
        store.record(one.id, lease, rows)
        store.release(one.id, lease)
    app = run(compare_page, runs=f"{recorded.id},{older.id}")
    table = app.dataframe[0].value
    assert table["task's own measure"][0] == 0.25
    fresh = older.settings.build_trainer()  # its only checkpoint is that of step 0
    assert table["task's own measure"][1] == fresh.task.measure(fresh.model, 6, thorough=False).value
