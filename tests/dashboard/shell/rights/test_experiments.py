"""Class experiments, as a teacher, students and strangers ask the app's real routes, whatever message they send."""

import csv
import io

import pytest

from dashboard.serving.problems import Problem
from dashboard.shell.rights.acts import Acts
from dashboard.shell.rights.limits import LIMITS_VARIABLE
from dashboard.views.classroom.experiments.making import READY
from dashboard.views.classroom.experiments.payloads import experiment_for_all
from lstm_engine.runs import Status
from lstm_engine.runs.store import Owner
from tests.dashboard.shell.rights.conftest import ANNA, BEN
from tests.dashboard.shell.rights.in_rooms import CELL, RATE, WANTED, actor_of, its_runs, tries
from tests.dashboard.shell.rights.test_acts import TO_A_RUN, everything
from tests.dashboard.shell.rights.test_seen import PRIVATE


def test_each_student_trains_their_own_variation_within_their_quota(store, joined, begins):
    told = begins(varies=[RATE, CELL], tries=2)
    assert [field["label"] for field in told["freedoms"]] == ["cell", "learning rate"]
    assert told["same"] == "The same for all: 8 units, the same first weights, 60 steps."
    anna, ben = joined("Anna"), joined("Ben")
    assert tries(anna, told, learning_rate=0.01, variant="gru") == (200, {})
    assert tries(ben, told, learning_rate=0.02, variant="standard")[0] == 200
    assert tries(anna, told, learning_rate=0.05, variant="gru")[0] == 200
    status, refusal = tries(anna, told, learning_rate=0.05, variant="gru")
    assert (status, refusal["error"]) == (429, "You have had all 2 runs that each may have in this experiment.")
    found = its_runs(store, told)
    assert [(run.settings.learning_rate, run.settings.variant) for run in found] == [
        (0.01, "gru"),
        (0.02, "standard"),
        (0.05, "gru"),
    ]
    assert {run.status for run in found} == {Status.QUEUED}
    assert not any("Anna" in run.name or "Ben" in run.name for run in found)  # others may see a run's name


def test_whatever_a_student_sends_changes_no_others_run_and_nothing_of_the_teachers(
    store, teacher, joined, browser, begins
):
    told = begins()
    anna, ben, stranger, other = joined("Anna"), joined("Ben"), browser(BEN.identity), browser("c" * 22)
    other.post("open")
    assert tries(anna, told, learning_rate=0.01)[0] == 200
    (run,) = its_runs(store, told)
    mine = store.create(PRIVATE, start=False, owner=Owner(BEN.identity, 9))
    before = everything(store)
    number = told["experiment"]
    acts = {
        **{name: {"experiment": number} for name in ("freeze", "go_on", "clear", "end")},
        "remove_curve": {"run": run.id},
        "begin": WANTED,
        "show_run": {"run": mine.id},
        "hide_run": {"run": mine.id},
    }
    for name, message in acts.items():
        for one in (ben, anna, stranger):
            assert one.post(f"experiments/{name}", **message)[0] == 403, name
        if name not in ("begin", "show_run"):
            assert other.post(f"experiments/{name}", **message)[0] == 404, name
        assert teacher.post(f"experiments/{name}", nothing=1)[0] == 400, name  # a message that is none
    for name in ("offered", "curves.csv"):
        for one in (ben, stranger):
            assert one.ask("GET", f"experiments/{name}")[0] == 403
    chosen = {"learning_rate": 0.01}
    for one in (teacher, stranger, other):
        assert one.post("experiments/try", experiment=number, chosen=chosen)[0] == 403
    # by the acts of pages: another student, the run's own, and their teacher
    for act in TO_A_RUN.values():
        for one, identity in ((ben, BEN.identity), (anna, "a student's" * 2), (teacher, ANNA.identity)):
            acts_of_one = Acts(store, lambda one=one, identity=identity: actor_of(one, identity))
            with pytest.raises(Problem, match="is a curve of a class experiment"):
                act(acts_of_one, run.id)
    assert everything(store) == before
    for topic, who in (("wall", stranger), ("wall", other)):
        with pytest.raises(Problem):
            who.listens(f"{topic}/{teacher.code}")
    ben.listens(f"wall/{teacher.code}")


def test_no_visitors_cookie_says_that_they_are_a_seat(store, teacher, joined, browser, begins):
    """Whose a run is, its owner says; a seat's cannot be what a browser's cookie proves."""
    told = begins()
    anna = joined("Anna")
    tries(anna, told, learning_rate=0.01)
    (run,) = its_runs(store, told)
    for identity in (run.owner, run.owner.ljust(22), run.owner.replace(" ", "-").ljust(22, "-")):
        one = browser(identity)
        status, _, _ = one.door.ask("POST", f"/api/runs/{run.id}/unit_names?unit=0&name=x", one.cookies)
        assert status == 403


MADE_UP = [
    ({"chosen": {"learning_rate": 5}}, 400),
    ({"chosen": {"learning_rate": "0.01"}}, 400),
    ({"chosen": {"learning_rate": 0.01, "end_step": 10**9}}, 400),
    ({"chosen": {"learning_rate": 0.01, "hidden_size": 512}}, 400),
    ({"chosen": {"hidden_size": 512}}, 400),
    ({"chosen": [1, 2]}, 400),
    ({"chosen": None}, 400),
    ({"chosen": "x" * 20_000}, 413),
    ({"experiment": 10**12}, 404),
    ({"experiment": -1}, 400),
    ({"experiment": "1"}, 400),
    ({"experiment": True}, 400),
]


def test_a_made_up_choice_is_refused_and_begins_nothing(store, joined, begins):
    told, ben = begins(), joined("Ben")
    right = {"experiment": told["experiment"], "chosen": {"learning_rate": 0.01}}
    for message, status in MADE_UP:
        assert ben.post("experiments/try", **(right | message))[0] == status, message
    assert store.variations(told["experiment"]) == []
    anna = joined("Anna")  # in whose name it is, the token alone says
    assert ben.post("experiments/try", **right, seat=anna.seat, nickname="Anna")[0] == 200
    assert [one.seat_id for one in store.variations(told["experiment"])] == [ben.seat]


@pytest.mark.parametrize(
    ("different", "status", "why"),
    [
        ({"steps": 100_000}, 429, "2,000 steps here, not 100,000"),
        ({"units": 512}, 429, "128 units"),
        ({"varies": [{"name": "hidden_size", "low": 8, "high": 512}]}, 429, "128 units"),
        ({"varies": [{"name": "batch_size", "low": 8, "high": 256}]}, 429, "2,048 timesteps"),
        ({"tries": 9}, 429, "5 runs in an experiment"),
        ({"tries": 5, "units": 128, "steps": 2_000}, 429, "MB of the run store"),
        ({"tries": 0}, 400, "at least one run"),
        ({"varies": []}, 400, "varies at least one thing"),
        ({"varies": [{"name": "end_step", "low": 1, "high": 9}]}, 400, "Nothing is called"),
        ({"varies": [{"name": "letters"}]}, 400, "where a text is learned"),
        ({"varies": "all"}, 400, "no experiment"),
        ({"learns": "own model"}, 400, "there is no task"),
        ({"learns": "run 999999"}, 404, "no run 999999"),
        ({"learns": "run 9" + "9" * 400}, 400, "there is no task"),
        ({"title": "x" * 100}, 400, "at most 80"),
        ({"minutes": "ten"}, 400, "no experiment"),
        ({"minutes": -5}, 400, "Minutes are more than 0"),
    ],
)
def test_an_experiment_that_cannot_or_may_not_be_is_refused_in_a_sentence(store, teacher, different, status, why):
    before = everything(store)
    found, told = teacher.post("experiments/begin", **(WANTED | different))
    assert (found, why.lower() in told["error"].lower()) == (status, True), told
    assert everything(store) == before


def test_all_ready_experiments_can_be_begun_and_tried(store, teacher, joined, begins):
    status, offered = teacher.ask("GET", "experiments/offered")
    assert status == 200
    numbers = {one["name"]: {"name": one["name"], "low": one["low"], "high": one["high"]} for one in offered["numbers"]}
    cells = {"name": "variant", "choices": [one["name"] for one in offered["cells"] if one["is_on"]]}
    ben = joined("Ben")
    for ready in READY:
        varies = [numbers.get(name) or (cells if name == "variant" else {"name": name}) for name in ready["varies"]]
        told = begins(**{name: ready[name] for name in ("title", "learns", "steps", "units")}, varies=varies)
        chosen = {
            field["name"]: "Ben" if field["name"] == "letters" else field.get("low", (field.get("choices") or [{}])[0])
            for field in told["freedoms"]
        }
        chosen = {name: value["name"] if isinstance(value, dict) else value for name, value in chosen.items()}
        assert tries(ben, told, **chosen) == (200, {}), ready
    learns = {one["name"] for one in offered["learns"]}
    assert {ready["learns"] for ready in READY} <= learns


def test_a_teacher_freezes_goes_on_clears_and_ends(store, teacher, joined, begins):
    told, ben = begins(), joined("Ben")
    number = told["experiment"]

    def does(name, **message):
        return teacher.post(f"experiments/{name}", **({"experiment": number} | message))[0]

    assert tries(ben, told, learning_rate=0.01)[0] == 200
    assert does("freeze") == 200
    assert experiment_for_all(store, store.room(teacher.code))["is_frozen"]
    assert its_runs(store, told)[0].status is Status.STOPPED
    status, refusal = tries(joined("Eve"), told, learning_rate=0.01)
    assert (status, "rests just now" in refusal["error"]) == (404, True)
    assert does("go_on") == 200
    assert its_runs(store, told)[0].status is Status.QUEUED
    assert does("remove_curve", run=its_runs(store, told)[0].id) == 200
    assert does("remove_curve", run=10**9) == 404
    assert its_runs(store, told) == []
    assert does("clear") == 200
    assert tries(ben, told, learning_rate=0.02)[0] == 200
    assert does("end") == 200
    assert experiment_for_all(store, store.room(teacher.code)) == {"experiment": None}
    assert does("freeze") == 404
    assert tries(ben, told, learning_rate=0.02)[0] == 404


def test_floods_of_experiments_and_of_their_runs_end(teacher, joined, begins, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "experiments=2 class_waiting=1 shown=0")
    told = begins()
    assert tries(joined("Ben"), told, learning_rate=0.01)[0] == 200
    status, refusal = tries(joined("Eve"), told, learning_rate=0.01)
    assert (status, "Try again when some are done" in refusal["error"]) == (429, True)
    begins()
    assert teacher.post("experiments/begin", **WANTED)[0] == 429


def rows(one, nicknames):
    path = f"/api/rooms/experiments/curves.csv?nicknames={int(nicknames)}"
    status, headers, content = one.door.ask("GET", path, one.cookies)
    assert status == 200
    assert headers["content-disposition"] == [f'attachment; filename="curves-{one.code.lower()}.csv"']
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_curves_are_taken_home_with_and_without_nicknames_and_never_as_formulas(store, teacher, joined, begins):
    told = begins(title="=1+1", learns="letters", varies=[{"name": "letters"}])
    assert tries(joined("Anna"), told, letters="-Anna")[0] == 200
    assert tries(joined("Ben"), told, letters="Ben")[0] == 200
    found = rows(teacher, True)
    assert [(row["student"], row["letters"], row["curve"]) for row in found] == [
        ("Anna", "'-Anna", "1"),
        ("Ben", "Ben", "2"),
    ]
    assert {row["experiment"] for row in found} == {"'=1+1"}
    assert {row["state"] for row in found} == {"waiting"}
    assert [(row["student"], row["letters"]) for row in rows(teacher, False)] == [("student 1", ""), ("student 2", "")]
