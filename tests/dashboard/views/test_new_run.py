"""The form that creates a run."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.train.own_data import Kept
from lstm_engine.cell.variants import VARIANTS
from tests.dashboard.views.apps import SETTINGS, new_run_form, read, run, train_page, words


def submit(app: AppTest):
    """The button that takes what was pasted."""
    return next(button for button in app.button if button.label == "Read it")


def choose_task(app: AppTest, task: str) -> None:
    app.selectbox(key="new_task_0").set_value(task).run()


def test_presets_fill_the_form(store):
    app = run(new_run_form)
    assert app.number_input(key="new_hidden_size_classroom_0").value == 64
    app.selectbox(key="new_preset_0").set_value("notebook").run()
    assert app.number_input(key="new_hidden_size_notebook_0").value == 256
    assert app.number_input(key="new_learning_rate_notebook_0").value == 0.005


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
    app.number_input(key=f"new_{field}_classroom_0").set_value(value).run()
    assert read(app.error[0].value).startswith(message)
    assert app.button(key="create").disabled
    assert store.list_runs() == []


def test_settings_that_do_not_fit_together_are_refused(store):
    app = run(new_run_form)
    for field, value in (("hidden_size", 512), ("num_layers", 4), ("batch_size", 256), ("sequence_length", 200)):
        app.number_input(key=f"new_{field}_classroom_0").set_value(value)
    app.run()
    assert "GiB of memory" in read(app.error[0].value)
    assert app.button(key="create").disabled
    assert store.list_runs() == []


def test_the_form_creates_a_run(store):
    app = run(new_run_form)
    app.selectbox(key="new_task_0").set_value("signal").run()
    app.number_input(key="new_hidden_size_classroom_0").set_value(7).run()
    app.text_input(key="new_name_0").set_value("waves").run()
    app.button(key="create").click().run()
    made = store.list_runs()[0]
    assert (made.name, made.settings.task, made.settings.hidden_size) == ("waves", "signal", 7)


def test_clipping_and_the_spread_of_fresh_weights_are_asked_for_and_may_be_left_out(store):
    app = run(new_run_form)
    assert app.checkbox(key="new_clip_norm_asked_classroom_0").value
    assert app.number_input(key="new_clip_norm_classroom_0").value == 1.0
    app.checkbox(key="new_init_std_asked_classroom_0").check().run()
    app.number_input(key="new_init_std_classroom_0").set_value(-1.0).run()
    assert "Spread of fresh weights is -1; it must be at least 0" in read(app.error[0].value)
    assert app.button(key="create").disabled
    app.number_input(key="new_init_std_classroom_0").set_value(0.05)
    app.checkbox(key="new_clip_norm_asked_classroom_0").uncheck().run()
    app.button(key="create").click().run()
    made = store.list_runs()[0].settings
    assert (made.clip_norm, made.init_std) == (None, 0.05)
    app.selectbox(key="new_preset_0").set_value("notebook").run()
    assert not app.checkbox(key="new_clip_norm_asked_notebook_0").value
    assert app.number_input(key="new_init_std_notebook_0").value == 0.01


@pytest.mark.parametrize(
    ("task", "text", "message"),
    [
        ("own text", "aaaa" * 100, "one symbol alone"),
        ("own text", "too short", "at least 200 are needed"),
        ("own series", "\n".join(["1"] * 50), "51 rows; at least 100"),
        ("own series", "a,b\n" + "\n".join(f"{k},x{k}" for k in range(60)), "61 rows; at least 100"),
        ("own series", "\n".join(["word"] * 200), "No column holds numbers"),
        ("own series", "\n".join(["5"] * 200), "all the same"),
    ],
)
def test_what_cannot_be_learned_from_is_explained_where_it_is_pasted(store, task, text, message):
    app = run(new_run_form)
    app.selectbox(key="new_task_0").set_value(task).run()
    assert "paste something" in app.info[0].value
    app.text_area(key=f"new_text_{task}_0").set_value(text)
    submit(app).click().run()
    assert any(message in said for said in words(app))
    assert store.list_runs() == []


TABLE = "day;n;temperature in °C\n" + "\n".join(
    f"{1 + k % 28:02d}.{1 + k // 28:02d}.2024;{k};{'' if k == 9 else f'{(k % 7) * 1.5:.1f}'.replace('.', ',')}"
    for k in range(150)
)


def test_a_table_as_people_have_it_is_shown_and_learned_from(store):
    app = run(new_run_form)
    app.selectbox(key="new_task_0").set_value("own series").run()
    app.text_area(key="new_text_own series_0").set_value(TABLE)
    submit(app).click().run()
    said = " ".join(words(app))
    assert "150 rows, 3 columns, semicolons between them" in said
    assert "commas as decimal signs, dates in “day”" in said
    assert "1 of 150 rows has no number: filled by the straight line" in said
    column = next(box for box in app.selectbox if box.label == "Column to learn")
    assert (column.options, column.value) == (["n", "temperature in °C"], "temperature in °C")
    assert app.dataframe[0].value.columns.tolist() == ["day", "n", "temperature in °C"]
    app.selectbox(key="new_gaps_0").set_value("skip").run()
    assert any("left out" in said for said in words(app))
    app.number_input(key="new_hidden_size_classroom_0").set_value(6).run()
    app.button(key="create").click().run()
    assert not app.exception
    (made,) = store.list_runs()
    assert made.name == "Your own series"
    assert made.settings.text.splitlines()[:3] == ["temperature in °C", "0.0", "1.5"]
    assert len(made.settings.text.splitlines()) == 150
    assert made.settings.task_object.about.question == "Which value of temperature in °C comes next?"


def test_what_was_brought_is_kept_while_the_task_is_changed_and_used_where_it_can_be(store):
    app = run(new_run_form)
    choose_task(app, "own series")
    app.text_area(key="new_text_own series_0").set_value(TABLE)
    submit(app).click().run()
    choose_task(app, "names")
    choose_task(app, "own series")
    said = " ".join(words(app))
    assert "What you pasted is read, as you brought it for the task before." in said
    assert "150 rows, 3 columns" in said
    app.button(key="new_leave_own series_0").click().run()
    assert "paste something" in app.info[0].value
    app.session_state["new_kept_0"] = Kept("notes.md", b"To be, or not to be: that is the question. " * 9, "")
    app.run()
    assert "“notes.md” is kept for the other tasks; this one reads csv, txt, tsv files." in " ".join(words(app))
    choose_task(app, "own text")
    assert "“notes.md” is read" in " ".join(words(app))
    app.button(key="create").click().run()
    assert store.list_runs()[0].settings.text.startswith("To be, or not")


def test_a_text_in_another_script_is_learned_from(store):
    app = run(new_run_form)
    app.selectbox(key="new_task_0").set_value("own text").run()
    app.text_area(key="new_text_own text_0").set_value("שלום 🎉 café мир " * 20)
    submit(app).click().run()
    assert not app.error
    assert any("different ones" in said for said in words(app))
    app.button(key="create").click().run()
    assert not app.exception
    assert "🎉" in store.list_runs()[0].settings.text


def test_made_up_names_never_repeat(store):
    for _ in range(2):
        app = run(new_run_form)
        app.button(key="create").click().run()
    first, second = (run.name for run in reversed(store.list_runs()))
    assert (first, second) == ("First names", "First names (2)")


def test_every_cell_is_offered_in_words_with_its_idea(store):
    app = run(new_run_form)
    cells = app.selectbox(key="new_variant_0")
    assert cells.options[:3] == ["LSTM", "GRU", "plain RNN"]
    assert len(set(cells.options)) == len(VARIANTS)
    assert not set(cells.options) & {name for name in VARIANTS if "_" in name}
    assert app.number_input(key="new_forget_bias_classroom_0").value == 1.0
    cells.set_value("gru").run()
    assert not any(field.label == "Forget bias" for field in app.number_input)  # it has no forget gate
    assert any("Cho et al. 2014" in said for said in words(app))
    app.button(key="create").click().run()
    assert store.list_runs()[0].settings.variant == "gru"


def test_the_cost_is_said_before_anything_is_trained(store):
    app = run(new_run_form)
    (said,) = [one for one in words(app) if "numbers are learned" in one]
    assert said.startswith("25,884 numbers are learned; about 5 MB of memory while it trains. 3,000 steps ")
    app.number_input(key="new_pace_classroom_0").set_value(0.5).run()
    (said,) = [one for one in words(app) if "numbers are learned" in one]
    assert "3,000 steps at 0.5 a second take 2 h; at full speed it could be about" in said
    app.number_input(key="new_pace_classroom_0").set_value(0.0).run()
    (said,) = [one for one in words(app) if "numbers are learned" in one]
    assert "measured just now" in said


def test_what_was_refused_is_gone_when_the_form_is_opened_again(store):
    store.create(SETTINGS, start=False)
    app = run(train_page)
    app.button(key="new_run").click().run()
    visit = app.session_state["new_run_visit"]
    app.number_input(key=f"new_hidden_size_classroom_{visit}").set_value(0).run()
    app.button(key="new_run").click().run()
    assert not app.error
    assert app.number_input(key=f"new_hidden_size_classroom_{visit + 1}").value == 64
