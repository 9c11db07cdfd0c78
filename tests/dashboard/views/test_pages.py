"""The pages' logic, without a browser."""

import subprocess
import sys
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from lstm_engine import StepMetrics
from lstm_engine.cell.variants import VARIANTS
from lstm_engine.runs import RunStore, Status
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded
from tests.dashboard.views.apps import (
    MAIN,
    SETTINGS,
    field,
    read,
    run,
    step_page,
    train_page,
    words,
)


def test_the_app_opens_on_a_run_of_its_own(store):
    app = AppTest.from_file(MAIN, default_timeout=20).run()
    assert not app.exception
    assert [run.name for run in store.list_runs()] == ["First light"]
    assert app.session_state["selection"]["run"] == "1"


def test_what_streamlit_and_plotly_share_is_loaded_before_the_first_visit():
    code = "import sys, dashboard.app; sys.modules['pandas'].Series"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_a_run_a_page_says_what_to_do(store):
    for page in (train_page, step_page):
        app = run(page)
        assert "Create one on the Train page" in app.info[0].value


def test_buttons_change_the_run_in_the_store(store):
    made = store.create(SETTINGS, start=False)
    app = run(train_page, run=str(made.id))
    assert app.button(key="pause").disabled
    app.button(key="plus_10").click().run()
    assert store.get(made.id).target_step == 10
    app.button(key="plus_1").click().run()
    assert store.get(made.id).target_step >= 11
    app.button(key="stop").click().run()
    assert store.get(made.id).stopped
    assert app.button(key="start").label in ("Start", "Resume")


def test_a_button_on_a_deleted_run_says_so(store):
    made = store.create(SETTINGS, start=False)
    app = run(train_page, run=str(made.id))
    store.delete(made.id)
    app.button(key="plus_1").click().run()
    assert not app.exception
    assert any("no more" in said or "no run yet" in said for said in words(app))


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "The sequence is empty"), ("maria1", "never seen “1”"), ("a" * 10_000, "10,000 characters")],
)
def test_a_sequence_that_cannot_be_read_is_explained_and_kept(store, text, message):
    made = store.create(SETTINGS, start=False)
    app = run(step_page, run=str(made.id))
    app.text_input[0].set_value(text).run()
    assert message in read(app.error[0].value)
    assert app.text_input[0].value == text
    app.text_input[0].set_value("anna").run()
    assert not app.error


def test_a_folded_name_is_stepped_with_a_word_on_it_and_an_odd_one_leads_to_the_nearest(store):
    made = store.create(SETTINGS, start=False)
    app = run(step_page, run=str(made.id))
    app.text_input[0].set_value("José").run()
    assert not app.error
    assert read(app.text_input[0].label) == "Sequence: read as “jose”: é as e."
    app.text_input[0].set_value("maria1").run()
    assert read(app.error[0].value).endswith("is “maria”. Shown instead: “maria”.")
    app.text_input[0].set_value("Мария").run()
    assert "Cyrillic letters" in read(app.error[0].value)
    assert "Shown instead: the first example." in read(app.error[0].value)


def test_an_example_fills_the_sequence(store):
    made = store.create(SETTINGS, start=False)
    app = run(step_page, run=str(made.id))
    example = app.selectbox(key=f"example_{made.id}")
    example.set_value("sakura").run()
    assert app.text_input[0].value == "sakura"
    assert app.session_state["selection"]["sequence"] == "sakura"


def test_a_link_to_a_run_that_is_no_more_is_explained(store):
    store.create(SETTINGS, start=False)
    for page in (train_page, step_page):
        app = run(page, run="12345")
        assert "There is no run 12345." in read(app.warning[0].value)


def test_the_step_page_shows_runs_of_every_cell(store):
    made = [store.create(replace(SETTINGS, variant=variant), variant, start=False) for variant in VARIANTS]
    for one in made:
        app = run(step_page, run=str(one.id))
        assert not app.warning
        assert app.session_state["selection"]["run"] == str(one.id)


def test_trouble_with_the_store_is_explained_and_passes(store):
    made = store.create(SETTINGS, start=False)
    for page in (train_page, step_page):
        app = run(page, run=str(made.id))
        with store._writing() as connection:
            connection.exec_driver_sql("ALTER TABLE checkpoints RENAME TO elsewhere")
            connection.exec_driver_sql("ALTER TABLE runs RENAME TO elsewhere_too")
        app.run()
        assert not app.exception
        assert "is empty: its file was removed or replaced" in read(app.error[0].value)
        with store._writing() as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO checkpoints")
            connection.exec_driver_sql("ALTER TABLE elsewhere_too RENAME TO runs")
        app.button(key="retry").click().run()
        assert not app.error


def test_settings_are_changed_in_mid_run_and_problems_are_said(store):
    made = store.create(SETTINGS, start=False)
    app = run(train_page, run=str(made.id))
    app.number_input(key=f"change_rate_{made.id}_0").set_value(2.0).run()
    assert any("Learning rate is 2; it must be above 0 and at most 1" in said for said in words(app))
    app.number_input(key=f"change_rate_{made.id}_0").set_value(0.02).run()
    app.checkbox(key=f"change_clips_{made.id}_0").uncheck().run()
    app.button(key=f"change_{made.id}").click().run()
    assert not app.exception
    assert {(change.field, change.value) for change in store.changes(made.id)} == {
        ("learning_rate", 0.02),
        ("clip_norm", None),
    }


def test_after_a_change_by_somebody_else_the_fields_begin_with_what_holds_then(store):
    made = store.create(SETTINGS, start=False)
    app = run(train_page, run=str(made.id))
    app.number_input(key=f"change_rate_{made.id}_0").set_value(0.5).run()
    store.change(made.id, "learning_rate", 0.02)
    store.rename(made.id, "by somebody else")
    app.run()
    assert app.number_input(key=f"change_rate_{made.id}_1").value == 0.02
    assert app.button(key=f"change_{made.id}").disabled
    assert field(app, "Name").value == "by somebody else"


def test_the_train_page_says_what_its_task_is(store):
    made = store.create(replace(SETTINGS, task="parity"), start=False)
    said = " ".join(words(run(train_page, run=str(made.id))))
    assert "Were the ones so far even or odd?" in said
    assert "2 equally likely answers" in said
    assert "Solved when at least 99%" in said


def trained(store: RunStore, run_id: int, step: int) -> None:
    """As a worker leaves it that has trained to there, with a checkpoint."""
    lease = new_lease()
    store.acquire(run_id, lease)
    rows = [Recorded(StepMetrics(k, 1.0, 1.0, 0.01)) for k in range(store.get(run_id).step + 1, step + 1)]
    store.record(run_id, lease, rows, (step, store.checkpoint(run_id, 0), False))
    store.release(run_id, lease)


def test_a_fork_of_a_finished_run_trains_on_at_the_rate_that_was_asked_for(store):
    made = store.create(SETTINGS, "parent", start=False)
    trained(store, made.id, 20)
    store.change(made.id, "learning_rate", 0.02)
    store.acquire(made.id, "a lease")
    store.take_changes(made.id, "a lease", 21)
    store.release(made.id, "a lease")
    trained(store, made.id, 50)
    app = run(train_page, run=str(made.id))
    assert any("has reached its end" in said for said in words(app))
    more = app.number_input(key=f"fork_more_{made.id}_50")
    assert more.value == 50  # once more as far
    app.selectbox(key=f"fork_step_{made.id}").set_value(20).run()
    assert app.number_input(key=f"fork_more_{made.id}_20").value == 30  # to its end
    assert app.number_input(key=f"fork_rate_{made.id}_20").value == SETTINGS.learning_rate  # as it was there
    app.selectbox(key=f"fork_step_{made.id}").set_value(50).run()
    rate = app.number_input(key=f"fork_rate_{made.id}_50")
    assert rate.value == 0.02
    rate.set_value(3.0).run()
    assert app.button(key=f"fork_{made.id}").disabled
    app.number_input(key=f"fork_rate_{made.id}_50").set_value(0.001).run()
    app.button(key=f"fork_{made.id}").click().run()
    assert not app.exception
    fork = store.list_runs()[0]
    assert (fork.step, fork.end_step, fork.status) == (50, 100, Status.QUEUED)
    assert [(change.step, change.field, change.value) for change in store.changes(fork.id)] == [
        (None, "learning_rate", 0.001)
    ]
    assert app.session_state["selection"]["run"] == str(fork.id)


def test_a_step_behind_the_run_is_refused_and_the_one_proposed_lies_ahead(store):
    made = store.create(replace(SETTINGS, end_step=1_000), "parent", start=False)
    app = run(train_page, run=str(made.id))
    proposed = app.number_input(key=f"to_step_{made.id}_0").value
    assert proposed == 100
    trained(store, made.id, 200)  # meanwhile
    app.button(key=f"run_to_{made.id}").click().run()
    assert any("Step 100 is behind the run, which stands at step 200" in said for said in words(app))
    assert store.get(made.id).target_step == 0  # as it was
    app.session_state["managed_visit"] = 1  # closed and opened again
    app.run()
    field = app.number_input(key=f"to_step_{made.id}_1")
    assert field.value == 300
    field.set_value(250).run()
    app.button(key=f"run_to_{made.id}").click().run()
    assert store.get(made.id).target_step == 250
    assert [read(said.value) for said in app.toast] == ["“parent” trains to step 250, then pauses."]


def test_a_run_is_forked_described_and_brought_back(store):
    made = store.create(SETTINGS, "parent", start=False)
    app = run(train_page, run=str(made.id))
    app.session_state["managing"] = True
    app.text_input(key=f"fork_name_{made.id}").set_value("child").run()
    app.button(key=f"fork_{made.id}").click().run()
    assert store.list_runs()[0].name == "child"
    assert [read(said.value) for said in app.toast] == ["“child” goes on from step 0 to step 50."]
    assert not app.session_state["managing"]
    app = run(train_page, run=str(made.id))
    field(app, "Name").set_value("renamed").run()
    field(app, "Tags, with spaces between").set_value("demo two").run()
    app.button(key=f"describe_{made.id}").click().run()
    assert store.get(made.id).name == "renamed"
    assert store.notes(made.id).tags == ("demo", "two")
    app.session_state["deleted"] = (made.id, "renamed")
    store.delete(made.id)
    app.run()
    app.button(key="undelete").click().run()
    assert not app.exception
    assert store.get(made.id).name == "renamed"
