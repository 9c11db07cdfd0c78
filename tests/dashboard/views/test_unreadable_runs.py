"""Runs that this version cannot run: listed, looked at as far as possible, renamed, deleted; no harm to others."""

import json
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy.engine import make_url

from lstm_engine import StepMetrics
from lstm_engine.runs import RunStore
from lstm_engine.runs.lease import new_lease
from lstm_engine.runs.run import Recorded
from tests.dashboard.views.apps import SETTINGS, compare_page, deletion_form, field, run, step_page, train_page, words


def made_unreadable(store: RunStore, name: str, **settings: object) -> int:
    """A run with a curve, whose stored settings are then changed to what this version does not take."""
    made = store.create(SETTINGS, name, start=False)
    lease = new_lease()
    store.acquire(made.id, lease)
    store.record(made.id, lease, [Recorded(StepMetrics(k, 2.0, 1.0, 0.01), 1.5) for k in range(1, 8)])
    store.release(made.id, lease)
    database = make_url(store.url).database
    assert database
    with closing(sqlite3.connect(database)) as connection, connection:
        (stored,) = connection.execute("SELECT settings FROM runs WHERE id = ?", (made.id,)).fetchone()
        changed = json.dumps(json.loads(stored) | settings)
        connection.execute("UPDATE runs SET settings = ? WHERE id = ?", (changed, made.id))
    return made.id


BROKEN = ({"task": "majority"}, {"hidden_size": 9_999})


@pytest.mark.parametrize("settings", BROKEN)
def test_such_a_run_is_listed_as_what_it_is_and_hurts_no_other(store, settings):
    sound = store.create(SETTINGS, "sound", start=False)
    broken = made_unreadable(store, "of another time", **settings)
    for page in (train_page, step_page):
        app = run(page, run=str(sound.id))
        assert app.session_state["selection"]["run"] == str(sound.id)
        assert not app.error
    labels = run(train_page).selectbox[0].options
    task = settings.get("task", "First names")
    (label,) = [label for label in labels if label.startswith("of another time · ")]
    assert f" · {task} · " in label
    assert "cannot be run by this version" in label
    app = run(compare_page, runs=f"{sound.id},{broken}")
    assert not app.error
    assert app.dataframe[0].value["run"].tolist() == ["sound", "of another time"]
    assert app.dataframe[0].value["best validation loss"].tolist()[1] == 1.5
    assert "unit unknown" in app.get("plotly_chart")[0].proto.spec


@pytest.mark.parametrize("settings", BROKEN)
def test_it_is_looked_at_renamed_and_deleted(store, settings):
    broken = made_unreadable(store, "of another time", **settings)
    app = run(train_page, run=str(broken))
    assert not app.error
    (said,) = [one for one in words(app) if "cannot be run by this version" in one]
    assert "“of another time”" in said
    assert f"“{settings.get('task', 'names')}”" in said
    for key in ("start", "pause", "plus_1", "plus_10", "plus_100", "stop"):
        assert app.button(key=key).disabled
    field(app, "Name").set_value("renamed").run()
    app.button(key=f"describe_{broken}").click().run()
    assert store.get(broken).name == "renamed"
    app = run(deletion_form, run=str(broken))
    app.button(key="confirm_delete").click().run()
    assert store.list_runs() == []
    app.button(key="undelete").click().run()
    assert [one.id for one in store.list_runs()] == [broken]


@pytest.mark.parametrize("settings", BROKEN)
def test_the_step_page_goes_on_with_another(store, settings):
    sound = store.create(SETTINGS, "sound", start=False)
    broken = made_unreadable(store, "of another time", **settings)
    app = run(step_page, run=str(broken))
    assert any("cannot be run by this version" in said and "Here is “sound” instead" in said for said in words(app))
    assert app.session_state["selection"]["run"] == str(sound.id)


def test_a_run_without_a_checkpoint_offers_no_fork_in_words(store):
    made = store.create(SETTINGS, "bare", start=False)
    with closing(sqlite3.connect(str(make_url(store.url).database))) as connection, connection:
        connection.execute("DELETE FROM checkpoints")
    app = run(train_page, run=str(made.id))
    assert not app.exception
    assert any("nothing that a fork could begin with" in one.value for one in app.caption)
    assert not any("only the server" in one for one in words(app))


def test_a_run_whose_row_holds_what_cannot_be_used_is_said_to_be_so(store):
    sound = store.create(SETTINGS, "sound", start=False)
    odd = store.create(SETTINGS, "odd", start=False)
    with closing(sqlite3.connect(str(make_url(store.url).database))) as connection, connection:
        connection.execute("UPDATE runs SET step = 'abc', name = x'ff' WHERE id = ?", (odd.id,))
    assert not run(train_page, run=str(sound.id)).error
    app = run(train_page, run=str(odd.id))
    assert any("The column name of this run holds" in one for one in words(app))
    assert not run(compare_page, runs=f"{sound.id},{odd.id}").error
