"""The pages' logic, without a browser."""

import subprocess
import sys
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.views.apps import (
    MAIN,
    SETTINGS,
    new_run_form,
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


def test_presets_fill_the_form(store):
    app = run(new_run_form)
    assert app.number_input(key="new_hidden_size_classroom").value == 64
    app.selectbox(key="new_preset").set_value("notebook").run()
    assert app.number_input(key="new_hidden_size_notebook").value == 256
    assert app.number_input(key="new_learning_rate_notebook").value == 0.005


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("hidden_size", 0, "Hidden size is 0; it must be at least 1 and at most 512."),
        ("hidden_size", 100_000, "Hidden size is 100000"),
        ("learning_rate", 0.0, "Learning rate is 0; it must be above 0 and at most 1."),
        ("learning_rate", 7.0, "Learning rate is 7"),
        ("beta1", 1.0, "Adam β₁ is 1; it must be at least 0 and below 1."),
        ("end_step", -5, "Steps is -5"),
    ],
)
def test_a_setting_out_of_range_is_named_beside_its_field(store, field, value, message):
    app = run(new_run_form)
    app.number_input(key=f"new_{field}_classroom").set_value(value).run()
    assert read(app.error[0].value).startswith(message)
    assert app.button(key="create").disabled
    assert store.list_runs() == []


def test_settings_that_do_not_fit_together_are_refused(store):
    app = run(new_run_form)
    for field, value in (("hidden_size", 512), ("num_layers", 4), ("batch_size", 256), ("sequence_length", 200)):
        app.number_input(key=f"new_{field}_classroom").set_value(value)
    app.run()
    app.button(key="create").click().run()
    assert "GiB of memory" in read(app.error[0].value)
    assert store.list_runs() == []


def test_the_form_creates_a_run(store):
    app = run(new_run_form)
    app.selectbox(key="new_task").set_value("signal").run()
    app.number_input(key="new_hidden_size_classroom").set_value(7).run()
    app.text_input(key="new_name").set_value("waves").run()
    app.button(key="create").click().run()
    made = store.list_runs()[0]
    assert (made.name, made.settings.task, made.settings.hidden_size) == ("waves", "signal", 7)


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "The sequence is empty"), ("zoë", "never seen “ë”"), ("a" * 10_000, "10,000 characters")],
)
def test_a_sequence_that_cannot_be_read_is_explained_and_kept(store, text, message):
    made = store.create(SETTINGS, start=False)
    app = run(step_page, run=str(made.id))
    app.text_input[0].set_value(text).run()
    assert message in read(app.error[0].value)
    assert app.text_input[0].value == text
    app.text_input[0].set_value("anna").run()
    assert not app.error


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


def test_the_step_page_shows_the_newest_run_that_it_can_draw(store):
    drawn = store.create(SETTINGS, "drawn", start=False)
    gated = store.create(replace(SETTINGS, variant="gru"), "gated", start=False)
    app = run(step_page)
    assert not app.warning
    assert app.session_state["selection"]["run"] == str(drawn.id)
    app = run(step_page, run=str(gated.id))
    assert "“gated” has another cell than the LSTM" in read(app.warning[0].value)
    assert "Here is “drawn” instead" in read(app.warning[0].value)


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
    app.number_input(key=f"change_rate_{made.id}").set_value(2.0).run()
    assert any("Learning rate is 2; it must be above 0 and at most 1" in said for said in words(app))
    app.number_input(key=f"change_rate_{made.id}").set_value(0.02).run()
    app.checkbox(key=f"change_clips_{made.id}").uncheck().run()
    app.button(key=f"change_{made.id}").click().run()
    assert not app.exception
    assert {(change.field, change.value) for change in store.changes(made.id)} == {
        ("learning_rate", 0.02),
        ("clip_norm", None),
    }


def test_a_run_is_forked_described_and_brought_back(store):
    made = store.create(SETTINGS, "parent", start=False)
    app = run(train_page, run=str(made.id))
    app.text_input(key=f"fork_name_{made.id}").set_value("child").run()
    app.button(key=f"fork_{made.id}").click().run()
    assert store.list_runs()[0].name == "child"
    app = run(train_page, run=str(made.id))
    app.text_input(key=f"name_{made.id}").set_value("renamed").run()
    app.text_input(key=f"tags_{made.id}").set_value("demo two").run()
    app.button(key=f"describe_{made.id}").click().run()
    assert store.get(made.id).name == "renamed"
    assert store.notes(made.id).tags == ("demo", "two")
    app.session_state["deleted"] = (made.id, "renamed")
    store.delete(made.id)
    app.run()
    app.button(key="undelete").click().run()
    assert not app.exception
    assert store.get(made.id).name == "renamed"


@pytest.mark.parametrize(
    ("task", "text", "message"),
    [
        ("own text", "aaaa" * 100, "one symbol alone"),
        ("own text", "too short", "at least 200 are needed"),
        ("own series", "\n".join(["1"] * 50), "50 rows; at least 100"),
        (
            "own series",
            "x,y\n" + "\n".join(f"{k},{k * 0.1}" for k in range(60)) + "\n,5\n" * 60,
            "Row 62 has a gap, in column “x”",
        ),
        ("own series", "\n".join(["word"] * 200), "No column holds numbers"),
        ("own series", "\n".join(["5"] * 200), "all the same"),
    ],
)
def test_what_cannot_be_learned_from_is_explained_where_it_is_pasted(store, task, text, message):
    app = run(new_run_form)
    app.selectbox(key="new_task").set_value(task).run()
    assert "paste something" in app.info[0].value
    app.text_area(key=f"new_text_{task}").set_value(text).run()
    assert any(message in said for said in words(app))
    assert store.list_runs() == []


def test_a_run_learns_from_a_persons_own_numbers(store):
    app = run(new_run_form)
    app.selectbox(key="new_task").set_value("own series").run()
    numbers = "day;price\n" + "\n".join(f"{k};{(k % 7) * 1.5}" for k in range(150))
    app.text_area(key="new_text_own series").set_value(numbers).run()
    app.number_input(key="new_hidden_size_classroom").set_value(6).run()
    app.button(key="create").click().run()
    assert not app.exception
    assert store.list_runs()[0].settings.task == "own series"
