"""Pages as visitors see them where many look, and what becomes of messages that their buttons could not have sent."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.shell.rights import asking
from dashboard.shell.rights.cookies import VISITOR_COOKIE, new_identity, signed, signing_key
from dashboard.shell.rights.limits import LIMITS_VARIABLE
from dashboard.shell.rights.table import NOT_KNOWN_AGAIN
from lstm_engine.runs import Run, RunStore
from lstm_engine.runs.store import Owner
from tests.dashboard.views.apps import (
    MAIN,
    PAGES,
    SETTINGS,
    compare_page,
    deletion_form,
    new_run_form,
    read,
    run,
    train_page,
    words,
)

ANNA, BEN = new_identity(), new_identity()
OWN_TEXT = replace(SETTINGS, task="own text", text="what anna wrote, again and again, " * 9)


def bring_page() -> None:
    from dashboard.shell.services import services
    from dashboard.views.bring import page as bring

    bring.show(services())


def corner() -> None:
    from dashboard.shell.rights.place import show_who_asks

    show_who_asks()


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch, store: RunStore) -> Callable[[str | None], None]:
    """Makes whoever looks at pages from now on a visitor of that identity; a guest without one."""
    monkeypatch.setenv("LSTM_MODE", "shared")
    for module in ("dashboard.shell.services", "dashboard.shell.rights.asking"):
        monkeypatch.setattr(f"{module}.is_served", lambda: True)

    def visit(identity: str | None) -> None:
        held = {} if identity is None else {VISITOR_COOKIE: signed(signing_key(store), identity)}
        monkeypatch.setattr(asking, "cookies_here", lambda: held)
        monkeypatch.setattr(asking, "origin_here", lambda: "")

    return visit


@pytest.fixture
def annas(store: RunStore) -> Run:
    return store.create(SETTINGS, "anna's", start=False, owner=Owner(ANNA, 9))


CONTROLS = ("start", "pause", "plus_1", "plus_10", "plus_100", "stop")


def shown(app: AppTest, key: str) -> bool:
    return any(button.key == key for button in app.button)


def test_who_began_a_run_has_all_buttons_and_others_are_told_why_they_have_not(store, annas, visit):
    visit(ANNA)
    app = run(train_page, run=str(annas.id))
    assert not app.button(key="start").disabled
    assert shown(app, "delete")
    assert shown(app, f"describe_{annas.id}")
    visit(BEN)
    app = run(train_page, run=str(annas.id))
    assert all(app.button(key=key).disabled for key in CONTROLS)
    assert not any(box.label == "Training speed" for box in app.selectbox)
    assert not shown(app, "delete")
    assert not shown(app, f"describe_{annas.id}")
    assert not shown(app, f"change_{annas.id}")
    assert shown(app, f"fork_{annas.id}")
    said = " ".join(words(app))
    assert "Only whoever began “anna's”, and the administrator, start, pause and step its training." in said
    assert not app.button(key="new_run").disabled


def test_whoever_has_a_run_is_told_when_it_will_soon_be_taken_away(store, annas, visit, monkeypatch):
    visit(ANNA)
    assert "is deleted" not in " ".join(words(run(train_page, run=str(annas.id))))
    monkeypatch.setattr("dashboard.shell.rights.cleaning.time.time", lambda: annas.created_at + 45 * 3_600)
    assert "This run is deleted in 3 hours" in " ".join(words(run(train_page, run=str(annas.id))))


def test_a_refusal_shows_a_runs_name_as_it_was_typed(store, visit):
    name = "**bold** <b>x</b> $x$ [link](http://evil.example) :red[y]"
    hostile = store.create(SETTINGS, name, start=False, owner=Owner(ANNA, 9))
    visit(BEN)
    app = run(train_page, run=str(hostile.id))
    said = [box.value for box in app.caption if "Only whoever began" in box.value]
    assert len(said) == 2
    for text in said:
        assert name not in text
        assert f"“{name}”" in read(text)


def test_a_guest_looks_and_is_told_what_to_do_to_do_more(store, annas, visit):
    visit(None)
    app = run(train_page, run=str(annas.id))
    assert app.button(key="new_run").disabled
    assert all(app.button(key=key).disabled for key in CONTROLS)
    assert not shown(app, f"fork_{annas.id}")
    assert NOT_KNOWN_AGAIN in words(app)
    app = run(compare_page)
    assert app.button(key="ready_train").disabled
    assert NOT_KNOWN_AGAIN in words(app)
    app = run(new_run_form)
    assert app.button(key="create").disabled
    assert NOT_KNOWN_AGAIN in words(app)


def forge(app: AppTest, key: str) -> None:
    """Press a button that is switched off, as a made-up message of a browser does."""
    app.button(key=key).proto.disabled = False
    app.button(key=key).click().run()
    assert not app.exception


def test_forged_presses_of_buttons_that_are_switched_off_do_nothing(store, annas, visit):
    visit(BEN)
    app = run(train_page, run=str(annas.id))
    for key in ("start", "plus_1", "stop"):
        forge(app, key)
        assert store.get(annas.id) == annas


def test_a_page_that_was_open_when_its_visitor_became_another_does_no_more(store, annas, visit):
    """For Streamlit its buttons are not switched off, so that each press reaches what the page does."""
    for key in ("start", "plus_100"):
        visit(ANNA)
        app = run(train_page, run=str(annas.id))
        visit(BEN)
        app.button(key=key).click().run()
        assert store.get(annas.id) == annas
        assert any("Only whoever began" in read(box.value) for box in app.error)
    assert not shown(app, "delete")
    visit(ANNA)
    app = run(deletion_form)
    visit(BEN)
    app.button(key="confirm_delete").click().run()
    assert store.list_runs() == [annas]
    assert any("Only whoever began" in text for text in words(app))


def test_forged_state_of_what_a_page_keeps_for_itself_brings_nothing_back(store, annas, visit):
    store.delete(annas.id)
    other = store.create(SETTINGS, "nobody's", start=False)
    visit(BEN)
    app = AppTest.from_function(train_page, default_timeout=20)
    app.query_params["run"] = str(other.id)
    app.session_state["deleted"] = (annas.id, "anna's")  # as if it had been deleted here
    app.run()
    app.button(key="undelete").click().run()
    assert [one.id for one in store.list_runs()] == [other.id]
    assert any("began run" in text and "bring it back" in text for text in words(app))


@pytest.mark.parametrize("identity", [BEN, None], ids=["visitor", "guest"])
def test_every_page_is_shown_to_whoever_may_look(store, annas, visit, identity):
    visit(identity)
    apps = [run(page, run=str(annas.id)) for page in (*PAGES, bring_page)]
    polls = AppTest.from_function(train_page, default_timeout=20)
    polls.query_params["run"] = str(store.create(SETTINGS, "waits").id)
    polls.session_state["delivery"] = "polling"
    apps += [polls.run(), AppTest.from_file(MAIN, default_timeout=20).run()]
    for app in apps:
        assert not app.exception
        assert [box.value for box in app.error] == []
    assert any("visitor here" in text or text == NOT_KNOWN_AGAIN for text in words(apps[-1]))  # in its corner


def test_a_visitor_begins_runs_within_limits_that_are_said_before_and_held_after(store, visit, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "runs=1 steps=40")
    visit(BEN)
    app = run(new_run_form)
    assert any("of your own you may have 1 run (now 0), of at most 40 steps" in text for text in words(app))
    assert any("40 steps here, not 3,000" in text for text in words(app))
    assert app.button(key="create").disabled
    forge(app, "create")
    assert store.list_runs() == []
    next(field for field in app.number_input if field.label == "Steps").set_value(30).run()
    app.button(key="create").click().run()
    (made,) = store.list_runs()
    assert (made.owner, made.end_step) == (BEN, 30)
    app = run(compare_page)
    app.button(key="ready_train").click().run()
    assert any("A visitor's run may have 40 steps" in text for text in words(app))
    assert len(store.list_runs()) == 1


def test_what_another_brought_is_in_no_list_and_at_no_address(store, visit):
    visit(ANNA)
    hers = store.create(OWN_TEXT, "of anna alone", start=False, owner=Owner(ANNA, 9))
    store.create(SETTINGS, "for all", start=False)
    assert any("of anna alone" in option for option in run(train_page, run=str(hers.id)).selectbox[0].options)
    visit(BEN)
    app = run(train_page, run=str(hers.id))
    assert not any("of anna alone" in option for option in app.selectbox[0].options)
    assert any("holds what somebody brought, which they alone see" in text for text in words(app))
    assert not any("of anna alone" in text for text in words(app))


def test_the_corner_of_a_page_says_who_looks(store, visit):
    visit(BEN)
    assert any("You are a visitor here" in text for text in words(run(corner)))
    visit(None)
    assert NOT_KNOWN_AGAIN in words(run(corner))


def test_nothing_says_so_where_one_visitor_may_do_everything(store):
    assert words(run(corner)) == []
