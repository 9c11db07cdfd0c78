"""Every act asks the table and the limits, whoever calls it and however: what a page hides is refused here."""

import inspect
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sql

from dashboard.serving.problems import Kind, Problem
from dashboard.shell.rights.acts import Acts
from dashboard.shell.rights.limits import LIMITS_VARIABLE
from lstm_engine import LSTMModel
from lstm_engine.runs import Run, RunNotFound, RunStore
from lstm_engine.runs.brought import brought
from lstm_engine.runs.store import Owner
from lstm_engine.runs.store.schema import runs
from lstm_engine.runs.sweeps import Plan, axis
from lstm_engine.tasks.own_model import OwnModel
from tests.dashboard.shell.rights.conftest import ADMINISTRATOR, ANNA, BEN, GUEST, SMALL
from tests.dashboard.shell.rights.test_seen import PRIVATE

MODEL = brought(LSTMModel(3, 4, 3, seed=0), OwnModel(3, 3, symbols=("a", "b", "c")))
# what is done to a run that is there
TO_A_RUN: dict[str, Callable[[Acts, int], object]] = {
    "start": lambda acts, run: acts.start(run),
    "pause": lambda acts, run: acts.pause(run),
    "advance": lambda acts, run: acts.advance(run, 1),
    "stop": lambda acts, run: acts.stop(run),
    "set_target": lambda acts, run: acts.set_target(run, 3),
    "set_pace": lambda acts, run: acts.set_pace(run, 2.0),
    "change": lambda acts, run: acts.change(run, "learning_rate", 0.5),
    "describe": lambda acts, run: acts.describe(run, "taken", "a note", ["tag"]),
    "note_unit": lambda acts, run: acts.note_unit(run, 0, 0, "taken"),
    "delete": lambda acts, run: acts.delete(run),
    "undelete": lambda acts, run: acts.undelete(run),
}
# what makes one
MAKING: dict[str, Callable[[Acts, int], object]] = {
    "create": lambda acts, run: acts.create(SMALL),
    "create_all": lambda acts, run: acts.create_all([(SMALL, "", "one"), (SMALL, "", "two")]),
    "add_model": lambda acts, run: acts.add_model(MODEL),
    "fork": lambda acts, run: acts.fork(run, 0),
    "find_or_create": lambda acts, run: acts.find_or_create(replace(SMALL, seed=7)),
}
# what is done to a sweep
PLAN = Plan(
    SMALL.task, (axis("hidden_size", (4, 5)),), fixed={"end_step": 20, "batch_size": 2, "sequence_length": 10}, seeds=2
)
TO_A_SWEEP: dict[str, Callable[[Acts, int], object]] = {
    "pause_sweep": lambda acts, sweep: acts.pause_sweep(sweep),
    "resume_sweep": lambda acts, sweep: acts.resume_sweep(sweep),
    "cancel_sweep": lambda acts, sweep: acts.cancel_sweep(sweep),
    "delete_sweep": lambda acts, sweep: acts.delete_sweep(sweep),
}
ASKING = {"why_not_conduct", "here", "actor", "why_not", "why_not_begin", "limits_in_words", "most_bytes", "most_steps"}
ASKING |= {"check_copy"}


def everything(store: RunStore) -> object:
    """All that acts could change, by content."""
    with store._readers.connect() as connection:
        tables = (
            "runs",
            "notes",
            "unit_notes",
            "changes",
            "checkpoints",
            "rooms",
            "seats",
            "votes",
            "answers",
            "own_questions",
            "experiments",
            "variations",
            "shown_runs",
        )
        return [connection.exec_driver_sql(f"SELECT * FROM {table}").fetchall() for table in tables]


@pytest.fixture
def annas(store) -> Run:
    return store.create(SMALL, "anna's", start=False, owner=Owner(ANNA.identity, 9))


def test_every_act_there_is_is_tried_here():
    public = {name for name, _ in inspect.getmembers(Acts) if not name.startswith("_")}
    assert public == ASKING | set(TO_A_RUN) | set(MAKING) | set(TO_A_SWEEP) | {"create_sweep"}


@pytest.mark.parametrize("act", list(TO_A_SWEEP))
def test_a_visitor_does_to_their_own_sweep_what_is_refused_to_all_other_visitors(store, acts, act):
    annas, nobodys = acts(ANNA).create_sweep(PLAN), acts(ADMINISTRATOR).create_sweep(PLAN)
    assert (annas.owner, nobodys.owner) == (ANNA.identity, None)
    if act == "resume_sweep":
        for sweep in (annas, nobodys):
            store.pause_sweep(sweep.id)
    before = store.list_sweeps()
    for actor, sweep in ((BEN, annas), (GUEST, annas), (ANNA, nobodys), (GUEST, nobodys)):
        assert acts(actor).why_not_conduct(sweep)
        with pytest.raises(Problem) as refused:
            TO_A_SWEEP[act](acts(actor), sweep.id)
        assert refused.value.kind is Kind.FORBIDDEN
    assert store.list_sweeps() == before
    assert acts(ANNA).why_not_conduct(annas) == acts(ADMINISTRATOR).why_not_conduct(nobodys) == ""
    TO_A_SWEEP[act](acts(ANNA), annas.id)
    TO_A_SWEEP[act](acts(ADMINISTRATOR), nobodys.id)
    assert store.list_sweeps() != before


def test_a_visitors_sweep_is_within_their_limits_and_a_guest_begins_none(store, acts, monkeypatch):
    with pytest.raises(Problem, match="holds no cookie"):
        acts(GUEST).create_sweep(PLAN)
    monkeypatch.setenv(LIMITS_VARIABLE, "runs=3")
    with pytest.raises(Problem, match="a visitor may have 3 here"):
        acts(ANNA).create_sweep(PLAN)
    monkeypatch.setenv(LIMITS_VARIABLE, "units=4")
    with pytest.raises(Problem, match="may have 4 units"):
        acts(ANNA).create_sweep(PLAN)
    assert store.list_sweeps() == []


@pytest.mark.parametrize("act", list(TO_A_RUN))
def test_a_visitor_does_to_their_own_run_what_is_refused_to_all_other_visitors(store, acts, annas, act):
    nobodys = store.create(SMALL, "nobody's", start=False)
    if act == "undelete":
        store.delete(annas.id)
        store.delete(nobodys.id)
    before = everything(store)
    for actor, run in ((BEN, annas), (GUEST, annas), (ANNA, nobodys), (GUEST, nobodys)):
        with pytest.raises(Problem) as refused:
            TO_A_RUN[act](acts(actor), run.id)
        assert refused.value.kind is Kind.FORBIDDEN
    assert everything(store) == before
    TO_A_RUN[act](acts(ANNA), annas.id)
    assert everything(store) != before or act in ("pause", "start")
    TO_A_RUN[act](acts(ADMINISTRATOR), nobodys.id)


@pytest.mark.parametrize("act", list(MAKING))
def test_what_a_visitor_makes_is_theirs_and_a_guest_makes_nothing(store, acts, annas, act):
    with pytest.raises(Problem, match="holds no cookie") as refused:
        MAKING[act](acts(GUEST), annas.id)
    assert refused.value.kind is Kind.FORBIDDEN
    assert [run.id for run in store.list_runs()] == [annas.id]
    MAKING[act](acts(BEN), annas.id)
    assert {run.owner for run in store.list_runs() if run.id != annas.id} == {BEN.identity}
    newest = store.list_runs()[0]
    MAKING["create"](acts(ADMINISTRATOR), annas.id)
    assert store.list_runs()[0].owner is None
    acts(BEN).delete(newest.id)


@pytest.mark.parametrize("act", list(MAKING))
def test_nobody_has_more_than_their_quota_whatever_they_make_it_by(store, acts, annas, act, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "runs=1")
    with pytest.raises(Problem, match="You have 1 runs, and a visitor may have 1") as refused:
        MAKING[act](acts(ANNA), annas.id)
    assert refused.value.kind is Kind.LIMIT
    assert len(store.list_runs()) == 1


@pytest.mark.parametrize("act", [*TO_A_RUN, "fork"])
def test_what_another_brought_is_not_even_there(store, acts, act):
    private = store.create(PRIVATE, start=False, owner=Owner(ANNA.identity, 9))
    if act == "undelete":
        store.delete(private.id)
    before = everything(store)
    with pytest.raises((Problem, RunNotFound), match=r"brought|began"):
        {**TO_A_RUN, **MAKING}[act](acts(BEN), private.id)
    assert everything(store) == before


@pytest.mark.parametrize(
    ("change", "limit"),
    [
        ({"end_step": 51}, "steps=50"),
        ({"hidden_size": 5, "num_layers": 2}, "units=9"),
        ({"hidden_size": 8}, "weights=100"),
        ({"batch_size": 4}, "symbols=60"),
        ({"task": "own text", "text": "letters and more letters, " * 9}, "megabytes=0"),
    ],
)
def test_a_run_beyond_a_limit_is_refused_where_it_is_asked_for_and_where_it_is_made(
    store, acts, monkeypatch, change, limit
):
    monkeypatch.setenv(LIMITS_VARIABLE, limit)
    wanted = replace(SMALL, **change)
    sentence = acts(ANNA).why_not_begin(wanted)
    assert "visitor" in sentence
    with pytest.raises(Problem) as refused:
        acts(ANNA).create(wanted)
    assert (str(refused.value), refused.value.kind) == (sentence, Kind.LIMIT)
    acts(ADMINISTRATOR).create(wanted)


def test_limits_hold_in_forks_in_changes_and_in_models(store, acts, annas, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "steps=60 symbols=60 megabytes=0")
    with pytest.raises(Problem, match="60 steps here, not 61"):
        acts(ANNA).fork(annas.id, 0, end_step=61)
    with pytest.raises(Problem, match="60 timesteps"):
        acts(ANNA).fork(annas.id, 0, changed={"batch_size": 4})
    with pytest.raises(Problem, match="60 timesteps"):
        acts(ANNA).change(annas.id, "batch_size", 4)
    acts(ANNA).change(annas.id, "batch_size", 1)
    with pytest.raises(Problem, match="0 MB"):
        acts(ANNA).add_model(MODEL)
    assert acts(ANNA).most_bytes(99) == 0
    assert acts(ADMINISTRATOR).most_bytes(99) == 99


def test_floods_of_runs_end_by_visitor_by_network_and_in_all(store, acts, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "runs=9 often=2 address=3 all=4")

    def begin(letter: str, address: str) -> str:
        try:
            acts(replace(ANNA, identity=letter * 22, address=address)).create(SMALL)
        except Problem as problem:
            return str(problem) if problem.kind is Kind.LIMIT else "of another kind"
        return ""

    assert [begin("a", "10.0.0.1") for _ in range(3)][:2] == ["", ""]
    assert "You have begun 2" in begin("a", "10.0.0.1")
    assert begin("b", "10.0.0.1") == ""
    assert "From your network" in begin("c", "10.0.0.1")  # whoever throws their cookie away
    assert begin("d", "2001:db8::1") == ""
    assert "All visitors together" in begin("e", "10.0.0.9")
    assert len(store.list_runs()) == 4


def test_where_many_runs_wait_no_visitor_adds_to_them(store, acts, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "waiting=1")
    acts(ANNA).create(SMALL)
    with pytest.raises(Problem, match="2 runs that train or wait"):
        acts(BEN).create(SMALL)
    acts(ADMINISTRATOR).create(SMALL)


def test_old_runs_of_visitors_make_room_when_somebody_begins_one(store, acts, annas, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "hours=1")
    nobodys = store.create(SMALL, start=False)
    with store._engine.begin() as connection:
        connection.execute(sql.update(runs).values(created_at=time.time() - 3_700))
    made = acts(BEN).create(SMALL)
    assert {run.id for run in store.list_runs()} == {nobodys.id, made.id}


def test_a_companion_that_is_there_begins_nothing(store, acts, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "runs=0")
    there = store.create(SMALL)
    assert acts(ANNA).find_or_create(SMALL).id == there.id
    assert acts(GUEST).find_or_create(SMALL).id == there.id


def test_whoever_asks_is_asked_for_anew_with_each_act(store, annas):
    who = [ADMINISTRATOR]
    acts = Acts(store, lambda: who[0])
    acts.start(annas.id)
    who[0] = BEN  # as one who leaves, with the page still open
    with pytest.raises(Problem):
        acts.stop(annas.id)
