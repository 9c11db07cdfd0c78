"""The pages' logic, without a browser."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from lstm_engine.runs import PRESETS, RunStore

MAIN = str(Path(__file__).parents[2] / "dashboard" / "main.py")
SETTINGS = replace(PRESETS["classroom"], hidden_size=8, end_step=50)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    url = f"sqlite:///{tmp_path / 'runs.sqlite3'}"
    monkeypatch.setenv("LSTM_DATABASE_URL", url)
    store = RunStore(url)
    yield store
    from dashboard.services import services

    services().launcher.close()
    services().store.close()
    store.close()
    st.cache_resource.clear()
    st.cache_data.clear()


def train_page() -> None:
    from dashboard.services import services
    from dashboard.views import train
    from dashboard.views.common import explained_trouble

    with explained_trouble():
        train.show(services())


def step_page() -> None:
    from dashboard.services import services
    from dashboard.views import step

    step.show(services())


def new_run_form() -> None:
    from dashboard.services import services
    from dashboard.views.new_run import new_run_form

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
