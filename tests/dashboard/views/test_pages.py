"""The pages' logic, without a browser."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from lstm_engine.runs import PRESETS, RunStore

MAIN = str(Path(__file__).parents[3] / "dashboard" / "main.py")
SETTINGS = replace(PRESETS["classroom"], hidden_size=8, end_step=50)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    url = f"sqlite:///{tmp_path / 'runs.sqlite3'}"
    monkeypatch.setenv("LSTM_DATABASE_URL", url)
    store = RunStore(url)
    yield store
    from dashboard.shell.services import services

    services().launcher.close()
    services().store.close()
    store.close()
    st.cache_resource.clear()
    st.cache_data.clear()


def train_page() -> None:
    from dashboard.shell.services import services
    from dashboard.shell.trouble import explained_trouble
    from dashboard.views.train import page as train

    with explained_trouble():
        train.show(services())


def step_page() -> None:
    from dashboard.shell.services import services
    from dashboard.views.step import page as step

    step.show(services())


def new_run_form() -> None:
    from dashboard.shell.services import services
    from dashboard.views.train.new_run import new_run_form

    new_run_form(services())


def run(page: Callable[[], None], **query: str) -> AppTest:
    app = AppTest.from_function(page, default_timeout=20)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def test_the_app_opens_on_a_run_of_its_own(store):
    app = AppTest.from_file(MAIN, default_timeout=20).run()
    assert not app.exception
    assert [run.name for run in store.list_runs()] == ["First light"]
    assert app.query_params["run"] == "1"


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
    shown = [box.value for box in (*app.warning, *app.error, *app.info)]
    assert any("no more" in text or "no run yet" in text for text in shown)


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
    assert app.error[0].value.startswith(message)
    assert app.button(key="create").disabled
    assert store.list_runs() == []


def test_settings_that_do_not_fit_together_are_refused(store):
    app = run(new_run_form)
    for field, value in (("hidden_size", 512), ("num_layers", 4), ("batch_size", 256), ("sequence_length", 200)):
        app.number_input(key=f"new_{field}_classroom").set_value(value)
    app.run()
    app.button(key="create").click().run()
    assert "GiB of memory" in app.error[0].value
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
    assert message in app.error[0].value
    assert app.text_input[0].value == text
    app.text_input[0].set_value("anna").run()
    assert not app.error


def test_an_example_fills_the_sequence(store):
    made = store.create(SETTINGS, start=False)
    app = run(step_page, run=str(made.id))
    example = app.selectbox(key=f"example_{made.id}")
    example.set_value("sakura").run()
    assert app.text_input[0].value == "sakura"
    assert app.query_params["sequence"] == "sakura"


def test_a_link_to_a_run_that_is_no_more_is_explained(store):
    store.create(SETTINGS, start=False)
    for page in (train_page, step_page):
        app = run(page, run="12345")
        assert "Run 12345 is no more" in app.warning[0].value


def test_the_step_page_shows_the_newest_run_that_it_can_draw(store):
    drawn = store.create(SETTINGS, "drawn", start=False)
    gated = store.create(replace(SETTINGS, variant="gru"), "gated", start=False)
    app = run(step_page)
    assert not app.warning
    assert app.query_params["run"] == str(drawn.id)
    app = run(step_page, run=str(gated.id))
    assert "“gated” has another cell than the LSTM" in app.warning[0].value
    assert "Here is “drawn” instead" in app.warning[0].value


def test_trouble_with_the_store_is_explained_and_passes(store):
    made = store.create(SETTINGS, start=False)
    for page in (train_page, step_page):
        app = run(page, run=str(made.id))
        with store._writing() as connection:
            connection.exec_driver_sql("ALTER TABLE checkpoints RENAME TO elsewhere")
            connection.exec_driver_sql("ALTER TABLE runs RENAME TO elsewhere_too")
        app.run()
        assert not app.exception
        assert "is empty: its file was removed or replaced" in app.error[0].value
        with store._writing() as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO checkpoints")
            connection.exec_driver_sql("ALTER TABLE elsewhere_too RENAME TO runs")
        app.button(key="retry").click().run()
        assert not app.error


def compare_page() -> None:
    from dashboard.shell.services import services
    from dashboard.shell.trouble import explained_trouble
    from dashboard.views.compare import page as compare

    with explained_trouble():
        compare.show(services())


def test_runs_of_one_name_stay_apart(store):
    twins = [store.create(replace(SETTINGS, seed=seed), "twin", start=False) for seed in range(3)]
    app = run(compare_page, runs=",".join(str(twin.id) for twin in twins))
    assert app.query_params["runs"] == ",".join(str(twin.id) for twin in twins)
    assert len(set(app.multiselect(key="compared").options)) == 3
    app = run(train_page, run=str(twins[1].id))
    assert app.query_params["run"] == str(twins[1].id)


def test_a_comparison_shows_just_what_differs(store):
    first = store.create(SETTINGS, "wide", start=False)
    second = store.create(replace(SETTINGS, hidden_size=9, seed=4), "narrow", start=False)
    app = run(compare_page, runs=f"{first.id},{second.id},999")
    assert "Run 999 is no more" in app.warning[0].value
    table = app.dataframe[0].value
    assert list(table.columns) == ["run", "step", "best validation loss", "hidden size", "seed"]
    assert table["hidden size"].tolist() == [8, 9]


def test_three_cells_are_trained_on_one_task_with_a_click(store):
    app = run(compare_page)
    app.selectbox(key="ready_task").set_value("parity").run()
    app.number_input(key="ready_seeds").set_value(2).run()
    app.button(key="ready_train").click().run()
    assert not app.exception
    made = store.list_runs()
    assert sorted((run.settings.variant, run.settings.seed) for run in made) == [
        (variant, seed) for variant in ("gru", "rnn", "standard") for seed in (0, 1)
    ]
    assert {run.settings.task for run in made} == {"parity"}


def test_settings_are_changed_in_mid_run_and_problems_are_said(store):
    made = store.create(SETTINGS, start=False)
    app = run(train_page, run=str(made.id))
    app.number_input(key=f"change_rate_{made.id}").set_value(2.0).run()
    assert any("Learning rate is 2; it must be above 0 and at most 1" in error.value for error in app.error)
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
    assert message in " ".join(error.value for error in app.error)
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
