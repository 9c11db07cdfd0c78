"""What a class sees of what was brought: what its teacher shows, and what its students try; nobody else sees it."""

import pytest

from dashboard.serving.problems import Problem
from dashboard.shell.rights.actor import Actor, ActorKind
from dashboard.shell.rights.acts import Acts
from dashboard.shell.rights.seen import seen_by
from dashboard.views.classroom.experiments.payloads import experiment_for_all
from lstm_engine.runs import RunNotFound, Status
from lstm_engine.runs.store import Owner
from tests.dashboard.shell.rights.conftest import ANNA, BEN
from tests.dashboard.shell.rights.in_rooms import WANTED, actor_of, its_runs, tries
from tests.dashboard.shell.rights.test_seen import PRIVATE


def seen_store(store, one):
    return seen_by(store, lambda: actor_of(one))


def test_a_name_becomes_letters_to_learn_that_the_room_alone_may_see(store, teacher, joined, browser, begins):
    told = begins(learns="letters", varies=[{"name": "letters"}])
    anna, ben = joined("Anna", "g" * 22), joined("Ben", "h" * 22)
    assert tries(anna, told, letters="Anna")[0] == 200
    (run,) = its_runs(store, told)
    assert run.settings.text.startswith("Anna\nAnna\n")
    path = f"/api/runs/{run.id}/units.csv"
    elsewhere = browser("e" * 22)
    elsewhere.post("open")
    seen = {who: seen_store(store, one) for who, one in (("anna", anna), ("ben", ben), ("teacher", teacher))}
    for one in seen.values():
        assert one.get(run.id).id == run.id
    for one in (ben, teacher):
        assert one.door.ask("GET", path, one.cookies)[0] != 403
        one.listens(f"run/{run.id}")
    for one in (browser(BEN.identity), elsewhere, browser(None)):
        assert one.door.ask("GET", path, one.cookies)[0] == 403
        with pytest.raises(Problem):
            one.listens(f"run/{run.id}")
        with pytest.raises(RunNotFound):
            seen_store(store, one).get(run.id)
    store.remove_seat(store.room(teacher.code).id, ben.seat)
    assert ben.door.ask("GET", path, ben.cookies)[0] == 403
    teacher.post("close")
    assert anna.door.ask("GET", path, anna.cookies)[0] == 403
    assert store.get(run.id).status is Status.STOPPED  # what nobody waits for trains no further


def test_a_page_that_was_open_before_its_visitor_joined_sees_what_the_room_does(store, teacher, joined, begins):
    """Streamlit tells a page the cookies of its connection's beginning, when its browser held no seat."""
    told = begins(learns="letters", varies=[{"name": "letters"}])
    ben, eve = joined("Ben", "b" * 22), joined("Eve", "e" * 22)
    tries(ben, told, letters="Ben")
    (run,) = its_runs(store, told)

    def page_of(identity):
        return seen_by(store, lambda: Actor(ActorKind.VISITOR, identity))

    for identity in ("b" * 22, "e" * 22, ANNA.identity):  # the student, another, and the teacher
        assert page_of(identity).get(run.id).id == run.id
    store.remove_seat(store.room(teacher.code).id, eve.seat)
    for identity in ("e" * 22, "f" * 22):
        with pytest.raises(RunNotFound):
            page_of(identity).get(run.id)


def test_a_teacher_shows_what_they_brought_to_the_class_and_it_cannot_be_taken_along(store, teacher, joined, browser):
    mine = store.create(PRIVATE, "what anna brought", start=False, owner=Owner(ANNA.identity, 9))
    bens = store.create(PRIVATE, "what ben brought", start=False, owner=Owner(BEN.identity, 9))
    student, stranger = joined("Cleo", "c" * 22), browser("d" * 22)
    assert teacher.ask("GET", "experiments/offered")[1]["brought"] == [
        {"run": mine.id, "name": "what anna brought", "is_shown": False}
    ]
    with pytest.raises(RunNotFound):
        seen_store(store, student).get(mine.id)
    assert teacher.post("experiments/show_run", run=bens.id)[0] == 403
    assert teacher.post("experiments/show_run", run=10**9)[0] == 404
    assert teacher.post("experiments/begin", **(WANTED | {"learns": f"run {bens.id}"}))[0] == 403
    assert teacher.post("experiments/show_run", run=mine.id)[0] == 200
    assert teacher.ask("GET", "experiments/offered")[1]["brought"][0]["is_shown"]
    assert seen_store(store, student).get(mine.id).id == mine.id
    assert mine.id in {run.id for run in seen_store(store, student).list_runs()}
    assert mine.id not in {run.id for run in seen_store(store, stranger).list_runs()}
    acts = Acts(store, lambda: actor_of(student))
    for take in (lambda: acts.fork(mine.id, 0), lambda: acts.check_copy(mine.id)):
        with pytest.raises(Problem, match="not yours to take along"):
            take()
    companion = f"/api/runs/{mine.id}/companion"
    assert student.door.ask("POST", companion, student.cookies)[0] == 403
    assert [run.id for run in store.list_runs()] == [bens.id, mine.id]
    # an experiment on it: the class sees its own runs of it, and nobody else does
    assert teacher.post("experiments/begin", **(WANTED | {"learns": f"run {mine.id}"}))[0] == 200
    told = experiment_for_all(store, store.room(teacher.code))
    assert tries(student, told, learning_rate=0.01)[0] == 200
    (run,) = its_runs(store, told)
    assert seen_store(store, student).get(run.id).settings.text == PRIVATE.text
    with pytest.raises(RunNotFound):
        seen_store(store, stranger).get(run.id)
    assert teacher.post("experiments/hide_run", run=mine.id)[0] == 200
    with pytest.raises(RunNotFound):
        seen_store(store, student).get(mine.id)
