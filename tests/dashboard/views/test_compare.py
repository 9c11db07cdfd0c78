"""The Compare page: which runs belong together, and their curves."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from dashboard.shell.run_labels import run_labels
from dashboard.views.compare.curves import ValidationCurves
from dashboard.views.compare.figures import Line, comparison_figure
from dashboard.views.compare.groups import Past, grouped
from dashboard.views.compare.lines import line_of, median_and_spread
from dashboard.views.compare.logarithmic import above_zero
from dashboard.views.compare.page import baselines_of
from lstm_engine import StepMetrics
from lstm_engine.runs import Run, RunStore
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded, Series
from lstm_engine.tasks import Baseline, get
from tests.dashboard.views.apps import SETTINGS, compare_page, read, run, train_page, words

LONG = replace(SETTINGS, end_step=1_000_000)


def record(store: RunStore, run: Run, first: int, last: int, level: float = 2.0, every: int = 25) -> None:
    """As a worker does: a validation loss now and then."""
    lease = new_lease()
    store.acquire(run.id, lease)
    rows = [
        Recorded(StepMetrics(k, 2.0, 1.0, 0.01), level + k / 1e6 if k % every == 0 else None)
        for k in range(first, last + 1)
    ]
    store.record(run.id, lease, rows)
    store.release(run.id, lease)


def groups_of(store: RunStore, runs: Sequence[Run], pooled: bool = True) -> dict[str, list[int]]:
    pasts = {run.id: Past(tuple(store.changes(run.id)), store.notes(run.id)) for run in runs}
    return {group.label: [run.id for run in group.runs] for group in grouped(runs, pasts, run_labels(runs), pooled)}


def test_runs_of_one_name_stay_apart(store):
    twins = [store.create(replace(SETTINGS, seed=seed), "twin", start=False) for seed in range(3)]
    app = run(compare_page, runs=",".join(str(twin.id) for twin in twins))
    assert app.session_state["selection"]["runs"] == ",".join(str(twin.id) for twin in twins)
    assert len(set(app.multiselect[0].options)) == 3
    app = run(train_page, run=str(twins[1].id))
    assert app.session_state["selection"]["run"] == str(twins[1].id)


def test_groups_whose_first_runs_share_a_name_stay_apart(store):
    runs = [
        store.create(replace(SETTINGS, hidden_size=size, seed=seed), "names, classroom", start=False)
        for size in (8, 9)
        for seed in (0, 1)
    ]
    first, second, third, fourth = (run.id for run in runs)
    assert groups_of(store, runs) == {
        f"names, classroom, 2 seeds (run {first})": [first, second],
        f"names, classroom, 2 seeds (run {third})": [third, fourth],
    }
    assert len(groups_of(store, runs, pooled=False)) == 4
    lines = [line_of(label, []) for label in ("same", "same")]
    assert [trace.name for trace in comparison_figure(lines, "nats", []).data] == ["same", "same"]


def test_a_fork_a_changed_run_and_the_same_seed_again_are_no_further_seeds(store):
    parent, sibling, changed, again = (
        store.create(replace(SETTINGS, seed=seed), name, start=False)
        for name, seed in (("parent", 0), ("sibling", 1), ("changed", 2), ("again", 0))
    )
    store.change(changed.id, "learning_rate", 0.02)
    fork = store.fork(parent.id, 0, "fork")
    runs = [store.get(one.id) for one in (parent, sibling, changed, again, fork)]
    assert list(groups_of(store, runs).values()) == [
        [parent.id, sibling.id],
        [changed.id],
        [again.id],
        [fork.id],
    ]
    app = run(compare_page, runs=",".join(str(one.id) for one in runs))
    told = dict(zip(app.dataframe[0].value["run"], app.dataframe[0].value["on its way"], strict=True))
    assert told["fork"] == f"forked from run {parent.id} at step 0"
    assert told["changed"] == "learning rate 0.02 from the next step on"


def test_seeds_are_averaged_at_every_step_at_which_all_were_measured_however_long_they_are(store):
    """Beyond 20,000 steps the store's thinned curves hardly share a step."""
    seeds = [store.create(replace(LONG, seed=seed), "long", start=False) for seed in range(2)]
    for place, one in enumerate(seeds):
        record(store, one, 1, 30_000, level=2.0 + place)
    curves = [ValidationCurves().of(store, store.get(one.id)) for one in seeds]
    step, middle, low, high = median_and_spread(curves)
    assert step.tolist() == list(range(25, 30_001, 25))
    np.testing.assert_allclose(middle, 2.5 + step / 1e6)
    np.testing.assert_allclose((low, high), (2 + step / 1e6, 3 + step / 1e6))


def test_a_line_has_a_bounded_number_of_points_and_its_spikes():
    value = np.ones(40_000)
    value[12_345] = 9.0
    series = Series(np.arange(40_000), value)
    for curves in ([series], [series, series]):
        line = line_of("long", curves)
        assert len(line.step) <= 2_000
        assert line.middle.max() == 9.0


def test_a_curve_is_read_once_for_all_and_then_only_what_is_new(store, monkeypatch):
    one = store.create(LONG, "read once", start=False)
    record(store, one, 1, 100)
    asked: list[int] = []
    validations = store.validations

    def counted(run_id: int, after: int = 0) -> Series:
        asked.append(after)
        return validations(run_id, after)

    monkeypatch.setattr(store, "validations", counted)
    curves = ValidationCurves()
    for _ in range(3):  # viewers
        assert curves.of(store, store.get(one.id)).step.tolist() == [25, 50, 75, 100]
    record(store, one, 101, 160)
    for _ in range(3):
        assert curves.of(store, store.get(one.id)).step.tolist() == [25, 50, 75, 100, 125, 150]
    assert asked == [0, 100]


def test_seeds_that_still_wait_leave_the_others_on_the_chart():
    measured = Series(np.array([1, 2, 3]), np.array([4.0, 2.0, 1.0]))
    waiting = Series(np.array([], np.int64), np.array([]))
    line = line_of("cell, 2 seeds", [measured, waiting])
    assert line.label == "cell, 2 seeds, 1 of them so far"
    assert (line.middle.tolist(), line.low) == ([4.0, 2.0, 1.0], None)


def test_a_comparison_shows_just_what_differs(store):
    first = store.create(SETTINGS, "wide", start=False)
    second = store.create(replace(SETTINGS, hidden_size=9, seed=4), "narrow", start=False)
    app = run(compare_page, runs=f"{first.id},{second.id},999")
    assert read(app.warning[0].value) == "There is no run 999. The others are shown."
    table = app.dataframe[0].value
    assert list(table.columns) == ["run", "step", "state", "best validation loss", "hidden size", "seed"]
    assert table["hidden size"].tolist() == [8, 9]


def test_a_loss_that_reaches_zero_is_drawn_on_a_logarithmic_axis_and_never_empties_it():
    step = np.arange(4)
    falling = Line("falls", step, np.array([1.0, 1e-3, 0.0, np.nan]), np.zeros(4), np.ones(4))
    lines, logarithmic, note = above_zero([falling, Line("stays", step, np.full(4, 0.5))])
    assert logarithmic
    assert "10⁻⁴, the lower edge" in note
    figure = comparison_figure(lines, "nats", [Baseline("always right", 0.0), Baseline("a guess", 0.7)], logarithmic)
    assert figure.layout.yaxis.type == "log"
    named = {trace.name: trace for trace in figure.data}
    assert list(named) == [None, "falls", "stays", "a guess: 0.7"]
    assert list(named["falls"].y[:3]) == [1.0, 1e-3, 1e-4]
    assert list(named["falls"].customdata[:3]) == [1.0, 1e-3, 0.0]  # what is said under the pointer
    for trace in figure.data:
        drawn = np.asarray(trace.y, float)
        assert (drawn[np.isfinite(drawn)] > 0).all()
    nothing = [Line("nothing", step, np.zeros(4))]
    assert above_zero(nothing)[:2] == (nothing, False)
    assert "would show nothing" in above_zero(nothing)[2]
    assert above_zero([Line("above", step, np.ones(4))])[1:] == (True, "")


def test_small_losses_are_read_as_numbers_and_zero_is_told_from_them(store):
    made = [store.create(SETTINGS, name, start=False) for name in ("nothing", "little")]
    for one, loss in zip(made, (0.0, 3e-7), strict=True):
        lease = new_lease()
        store.acquire(one.id, lease)
        store.record(one.id, lease, [Recorded(StepMetrics(1, 1.0, 1.0, 0.01), loss)])
        store.release(one.id, lease)
    app = run(compare_page, runs=",".join(str(one.id) for one in made))
    assert app.dataframe[0].value["best validation loss"].tolist() == [0.0, 3e-7]
    app.toggle(key="logarithmic_loss").set_value(True).run()
    assert not app.exception
    assert any("runs along 10⁻⁸" in said for said in words(app))


def test_runs_that_wait_are_said_to_wait(store):
    others = [store.create(SETTINGS, f"waits {k}") for k in range(2)]
    for other in others:
        store.acquire(other.id, new_lease())
        store.release(other.id, "")  # the lease is held, so no launcher takes them up
    queued = store.create(SETTINGS, "queued", start=False)
    app = run(compare_page, runs=str(queued.id))
    assert any("No validation loss was measured yet" in said for said in words(app))
    assert app.dataframe[0].proto.placeholder == "not measured yet"


def test_three_cells_are_trained_on_one_task_with_a_click_and_the_popover_closes(store):
    app = run(compare_page)
    app.session_state["ready_made"] = True
    app.run()
    app.selectbox(key="ready_task_0").set_value("parity").run()
    app.number_input(key="ready_seeds").set_value(2).run()
    assert app.session_state["ready_made"]
    app.button(key="ready_train").click().run()
    assert not app.exception
    assert not app.session_state["ready_made"]
    made = store.list_runs()
    assert sorted((run.settings.variant, run.settings.seed) for run in made) == [
        (variant, seed) for variant in ("gru", "rnn", "standard") for seed in (0, 1)
    ]
    assert {run.settings.task for run in made} == {"parity"}


def test_what_it_buys_that_gates_see_h_is_one_click_on_parity(store):
    app = run(compare_page)
    app.session_state["ready_made"] = True
    app.run()
    app.radio(key="ready_cells").set_value(1).run()
    app.button(key="ready_train").click().run()
    assert not app.exception
    made = store.list_runs()
    assert [run.settings.variant for run in made] == ["minlstm", "slstm", "standard"]
    assert {run.settings.task for run in made} == {"parity"}


def test_of_three_cells_none_is_made_if_one_cannot_be(store):
    """aⁿbⁿ is published with six units, which do not make four heads."""
    app = run(compare_page)
    app.session_state["ready_made"] = True
    app.run()
    app.radio(key="ready_cells").set_value(1).run()
    app.selectbox(key="ready_task_1").set_value("a^n b^n").run()
    app.button(key="ready_train").click().run()
    assert any("heads" in said for said in words(app))
    assert store.list_runs() == []


@pytest.mark.parametrize("runs", ["9" * 5_000, ",".join(["1"] * 5_000), ",".join(map(str, range(9_000))), "²,٣,-1,,x"])
def test_any_address_of_a_comparison_shows_a_page(store, runs):
    made = store.create(SETTINGS, start=False)
    app = run(compare_page, runs=runs)
    assert not app.error
    assert app.session_state["selection"]["runs"] == str(made.id)
    assert all(len(said) < 200 for said in words(app))


def test_an_address_of_too_many_runs_shows_the_first(store):
    made = [store.create(SETTINGS, f"run {k}", start=False).id for k in range(14)]
    app = run(compare_page, runs=",".join(map(str, made)))
    assert app.multiselect[0].value == made[:12]
    assert any("names 14 runs; the first 12" in said for said in words(app))


def test_each_task_of_a_chart_has_a_baseline_of_its_own():
    names, code = get("names"), get("source code")
    assert names.baseline().name == code.baseline().name
    assert [one.loss for one in baselines_of([names, code])] == [names.baseline().loss, code.baseline().loss]
    assert len({one.name for one in baselines_of([names, code])}) == 2
    assert baselines_of([names]) == [names.baseline()]


def test_a_run_that_somebody_else_deletes_is_told_of_and_the_rest_goes_on(store):
    kept, other = (store.create(SETTINGS, name, start=False) for name in ("kept", "other"))
    app = run(compare_page, runs=f"{kept.id},{other.id}")
    store.delete(other.id)
    app.run()
    assert [read(said.value) for said in app.warning] == [store.gone(other.id)]
    assert app.session_state["compared"] == [kept.id]
    assert app.dataframe[0].value["run"].tolist() == ["kept"]
    app.run()  # it stays until it is closed, or others are chosen
    assert len(app.warning) == 1
    app.button(key="close_notices").click().run()
    assert not app.warning
    assert not app.exception
