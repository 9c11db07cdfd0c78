"""Start and the page of text, without a browser."""

from dataclasses import replace
from urllib.parse import parse_qs

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.views.start.live_run import run_to_show, sequences_to_read
from dashboard.views.start.measured import FURTHEST, READ, gradients_back, learned, passage
from lstm_engine import tasks
from lstm_engine.runs import PRESETS, RunSettings
from lstm_engine.runs.checkpoints import restored_with_task
from tests.dashboard.views.apps import MAIN, SETTINGS, read, run, train_page, words


def opened(**query: str) -> AppTest:
    """The bare address, with that behind it."""
    app = AppTest.from_file(MAIN, default_timeout=20)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def page_of_text() -> None:
    from dashboard.shell.services import services
    from dashboard.views.start import reading

    reading.show(services())


# the row of all pages, which narrow screens show
PAGES = {"Start", "Train", "Step", "Inspect", "Compare", "Sweeps", "Your model", "Classroom", "Read"}


def links(app: AppTest) -> dict[str, dict[str, list[str]]]:
    """What each link of the page takes along, by its words."""
    found = [element.proto for element in app.get("page_link") if element.proto.label not in PAGES]
    return {link.label: parse_qs(link.query_string) for link in found}


def test_start_asks_one_question_and_its_ways_on_carry_the_run(store):
    app = opened()
    made = store.list_runs()[0]
    assert made.name == "First light"
    assert [title.value for title in app.title] == ["What does a network remember while it reads?"]
    assert dict(app.query_params) == {}
    carried = list(links(app).values())
    assert carried[:2] == [{"run": [str(made.id)]}] * 2
    assert carried[2:] == [{"run": [str(made.id)], "new": ["own text"]}, {"run": [str(made.id)]}, {}]


def test_a_link_to_the_bare_address_that_selects_something_still_leads_to_train(store):
    made = store.create(SETTINGS, "linked", start=False)
    store.create(SETTINGS, "newer", start=False)
    app = opened(run=str(made.id))
    assert app.button(key="pause")
    assert str(made.id) in app.query_params["run"]


def test_start_without_a_run_says_what_to_do(store):
    store.delete(store.create(SETTINGS, start=False).id)
    app = opened()
    assert any("Create one on the Train page" in said for said in words(app))
    assert next(iter(links(app).values())) == {}


def test_a_link_opens_the_form_of_a_new_run_once(store):
    store.create(SETTINGS, start=False)
    app = run(train_page, new="own series")
    assert app.selectbox(key="new_task_1").value == "own series"
    assert "new" not in app.query_params


def test_a_newcomer_sees_the_run_in_which_most_can_be_seen(store):
    made = {
        name: store.create(replace(SETTINGS, **settings), name, start=False)
        for name, settings in {
            "names": {},
            "parity": {"task": "parity"},
            "names again": {},
            "gru": {"variant": "gru"},
        }.items()
    }
    runs = store.list_runs()
    assert run_to_show(runs).name == "names again"
    assert run_to_show(runs, str(made["parity"].id)).name == "parity"
    assert run_to_show(runs, "no number").name == "names again"
    assert run_to_show([]) is None
    store.start(made["parity"].id)  # moves, which is worth more than names that stand still
    assert run_to_show(store.list_runs()).name == "parity"


@pytest.mark.parametrize("name", list(tasks.TASKS))
def test_every_task_has_something_that_the_cell_can_read_on_start(name):
    task = tasks.get(name)
    for sequence in sequences_to_read(task):
        assert task.encode(sequence).labels


def test_the_page_of_text_tells_the_numbers_of_the_run(store):
    made = store.create(SETTINGS, "told", start=False)
    found, shown = learned(store, tuple(store.list_runs()))
    assert (found.id, shown.step, shown.loss) == (made.id, 0, None)
    model, task = restored_with_task(found.settings, store.checkpoint(made.id, 0))
    sequence = task.encode(READ)
    # the mean surprise at what came is the engine's own loss on the sequence
    assert -np.log(shown.passage.came).mean() == pytest.approx(model.loss(sequence.inputs, sequence.targets), rel=1e-5)
    nobody, fresh = learned(store, ())
    assert nobody is None
    settings = PRESETS["classroom"]
    expected = passage(settings.build_model(), settings.task_object)
    np.testing.assert_array_equal(fresh.passage.cell, expected.cell)


def test_gradients_fade_where_the_page_of_text_says_so():
    """The engine's own gradients; along the memory one factor a timestep, the forget gate, σ(1) or σ(5) when fresh."""
    norms = gradients_back()
    assert all(values.shape == (FURTHEST + 1,) and values[0] == 1 for values in norms.values())
    plain, fresh, opened_wide = (values[-1] for values in norms.values())
    assert plain < 1e-9
    assert fresh == pytest.approx((1 / (1 + np.exp(-1))) ** FURTHEST, rel=1e4)
    assert plain < 1e-3 * fresh
    assert 0.3 < opened_wide < 1e3


def test_the_page_of_text_is_there_with_a_run_and_without(store):
    from dashboard.shell.glossary import all_terms

    app = run(page_of_text)
    said = " ".join(read(box.value) for box in app.markdown)
    assert "3.33 nats a letter" in said
    assert "comes down to 2.57" in said
    assert "No network on the names has been measured here yet" in said
    assert all(f"**{term.name}**" in said for term in all_terms())
    text = said.split("unit or range")[0]
    assert 700 < len(text.split()) < 1_100


def test_start_shows_runs_of_any_task(store):
    for name in ("signal", "parity", "adding"):
        store.create(RunSettings(task=name, hidden_size=6, end_step=20, **fitting(name)), name, start=False)
        app = opened()
        assert not app.error
        store.delete(store.list_runs()[0].id)


def fitting(task: str) -> dict[str, int]:
    """What the task needs of a run's settings."""
    return {"sequence_length": max(25, tasks.KINDS[task].least_length)}
