"""Questions in a room, as its teacher, its students and strangers ask the app's real routes."""

import csv
import io

import pytest

from dashboard.serving.problems import Problem
from dashboard.shell.rights.limits import LIMITS_VARIABLE
from dashboard.views.classroom.questions.export import cell
from dashboard.views.classroom.questions.payloads import vote_for_all, vote_for_teacher
from lstm_engine.questions import READY
from lstm_engine.questions.ready import ready_text
from lstm_engine.runs import RunSettings
from lstm_engine.runs.checkpoints import serialise
from tests.dashboard.shell.rights.conftest import BEN
from tests.dashboard.shell.rights.test_acts import everything


@pytest.fixture(autouse=True)
def run(store):
    """One that can be asked about."""
    settings = RunSettings(hidden_size=8)
    run = store.create(settings)
    if not store.checkpoint_steps(run.id):
        store.keep_checkpoint(run.id, serialise(settings.build_trainer()))
    return run


@pytest.fixture
def asks(store, teacher):
    """What the teacher asks, and what all and the teacher are then told."""

    def asks(**message):
        status, told = teacher.post("questions/ask", **message)
        assert status == 200, told
        return told_of(store, teacher)

    return asks


def told_of(store, teacher):
    room = store.room(teacher.code)
    return vote_for_all(store, room), vote_for_teacher(store, room)


def test_a_class_votes_talks_votes_again_and_sees_the_engines_answer(store, teacher, joined, asks):
    students = [joined(f"student {k}") for k in range(4)]
    for_all, for_teacher = asks(ready="units_and_timesteps")
    vote, right = for_all["vote"], for_teacher["engine"]["answer"]
    assert for_all["is_open"]
    assert "8: one for each unit" in for_all["question"]["options"][right]
    assert not {"engine", "turns", "advice", "answer"} & (set(for_all) | set(for_all["question"]))

    def answer(student, given, turn=1, said=1):
        return student.post("questions/answer", vote=vote, turn=turn, answer=given, said=said)

    wrong = (right + 1) % 4
    for student, given in zip(students, (right, wrong, wrong, right), strict=True):
        assert answer(student, given) == (200, {})
        assert answer(student, given) == (200, {})  # sent again, since the first word got lost
    assert answer(students[1], right, said=2)[0] == 200  # thought better of it
    assert students[1].ask("GET", "questions/own_answer")[1] == {"vote": vote, "turn": 1, "answer": right}
    for_all, for_teacher = told_of(store, teacher)
    assert "turns" not in for_all
    assert (for_teacher["turns"][0]["count"], for_teacher["turns"][0]["right"]) == (4, 3)
    assert "Show the engine" in for_teacher["advice"]

    assert teacher.post("questions/close_vote", vote=vote)[0] == 200
    status, told = answer(students[0], wrong, said=9)
    assert (status, "not counted" in told["error"]) == (404, True)
    assert teacher.post("questions/ask_again", vote=vote)[0] == 200
    assert students[0].ask("GET", "questions/own_answer")[1] == {"vote": None}
    for student in students:
        assert answer(student, right, turn=2)[0] == 200
    assert teacher.post("questions/reveal", vote=vote)[0] == 200
    for_all, _ = told_of(store, teacher)
    assert [turn["right"] for turn in for_all["turns"]] == [3, 4]
    assert for_all["engine"]["answer"] == right
    assert all(for_all["engine"]["reasons"])
    assert teacher.post("questions/end_vote", vote=vote)[0] == 200
    assert told_of(store, teacher) == ({"vote": None}, {"vote": None})


def test_each_ready_question_is_asked_of_a_run_that_is_there(asks):
    for name in READY:
        for_all, _ = asks(ready=name)
        assert "checkpoint=" in for_all["question"]["scene"]
        assert for_all["question"]["scene"].startswith("step?")


def test_a_teacher_asks_from_the_page_about_what_stands_there(asks, teacher, run):
    place = f"step?run={run.id}&sequence=emma&timestep=2&unit=3&quantity=forget_gate"
    for_all, _ = asks(live="gate", place=place)
    assert "“m”" in for_all["question"]["text"]
    assert "heatmaps" in for_all["question"]["scene"]
    for_all, for_teacher = asks(live="symbol", place=place)
    assert len(for_all["question"]["options"]) in (4, 5)
    assert for_teacher["engine"]["number"].isdecimal()
    status, told = teacher.post("questions/ask", live="gate", place=place.replace("timestep=2", "timestep=5"))
    assert (status, "step back by one" in told["error"]) == (400, True)
    assert teacher.post("questions/ask", live="gate", place="train?run=1")[0] == 400


def test_a_student_a_stranger_and_another_teacher_do_nothing_with_questions(store, teacher, joined, asks, browser):
    student, stranger, other = joined("Ben"), browser(BEN.identity), browser("c" * 22)
    assert other.post("open")[0] == 200
    vote = asks(ready=READY[0])[0]["vote"]
    number = teacher.post("questions/add_question", text=ready_text(READY[0]))[1]["own"]
    before = everything(store)
    messages = {
        "ask": {"ready": READY[1]},
        "ask_again": {"vote": vote},
        "close_vote": {"vote": vote},
        "reveal": {"vote": vote},
        "end_vote": {"vote": vote},
        "add_question": {"text": ready_text(READY[0])},
        "remove_question": {"own": number},
        "forget_nicknames": {},
    }
    for name, message in messages.items():
        for one in (student, stranger):
            assert one.post(f"questions/{name}", **message)[0] == 403, name
        if name in ("ask_again", "close_vote", "reveal", "end_vote", "remove_question"):
            assert other.post(f"questions/{name}", **message)[0] == 404, name
    assert other.post("questions/ask", own=number)[0] == 404
    for name in ("own", "answers.csv"):
        for one in (student, stranger):
            assert one.ask("GET", f"questions/{name}")[0] == 403
    answer = {"vote": vote, "turn": 1, "answer": 0, "said": 1}
    assert teacher.post("questions/answer", **answer)[0] == 403
    assert stranger.post("questions/answer", **answer)[0] == 403
    assert everything(store) == before
    for topic, who in (("class", student), ("class", stranger), ("room", stranger), ("room", other)):
        with pytest.raises(Problem):
            who.listens(f"{topic}/{teacher.code}")  # where the distribution is told before it is shown
    store.remove_seat(store.room(teacher.code).id, student.seat)
    assert student.post("questions/answer", **answer)[0] == 403


MADE_UP = [
    ({"answer": 99}, 400),
    ({"answer": -1}, 400),
    ({"answer": True}, 400),
    ({"answer": "0"}, 400),
    ({"answer": None}, 400),
    ({"answer": [0] * 5_000}, 400),
    ({"answer": "x" * 70_000}, 413),
    ({"turn": 2}, 404),
    ({"turn": "1"}, 400),
    ({"vote": 10**12}, 404),
    ({"vote": -1}, 400),
    ({"said": 10**30}, 400),
]


def test_a_made_up_answer_is_refused_or_counts_for_oneself_alone(store, teacher, joined, asks):
    anna, ben = joined("Anna"), joined("Ben")
    vote = asks(ready=READY[0])[0]["vote"]
    right = {"vote": vote, "turn": 1, "answer": 0, "said": 1}
    for message, status in MADE_UP:
        assert ben.post("questions/answer", **(right | message))[0] == status, message
    assert store.answers(store.room(teacher.code).id) == []
    # whose answer it is, the token alone says
    assert ben.post("questions/answer", **right, seat=anna.seat, nickname="Anna")[0] == 200
    assert [one.seat_id for one in store.answers(store.room(teacher.code).id)] == [ben.seat]
    assert anna.ask("GET", "questions/own_answer")[1]["vote"] is None


def test_floods_of_answers_and_of_questions_end(teacher, joined, asks, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "answers=3 asked=2 own_questions=1")
    ben, anna = joined("Ben"), joined("Anna")
    vote = asks(ready=READY[0])[0]["vote"]
    answer = {"vote": vote, "turn": 1, "answer": 0}
    assert [ben.post("questions/answer", **answer, said=n)[0] for n in range(5)] == [200, 200, 200, 429, 429]
    assert anna.post("questions/answer", **answer, said=1)[0] == 200  # nobody else is held up
    assert [teacher.post("questions/ask", ready=READY[0])[0] for _ in range(2)] == [200, 429]
    text = ready_text(READY[0])
    assert [teacher.post("questions/add_question", text=text)[0] for _ in range(2)] == [200, 429]


def test_a_teachers_own_question_is_judged_before_it_is_kept_and_then_asked(teacher, asks):
    own = (
        "---\ntitle: How open?\nkind: number\nscene: step?task=names&sequence=emma&timestep=2\nengine: f[t, u]\n---\nf?"
    )
    status, told = teacher.post("questions/add_question", text=own)
    assert (status, told["title"], told["kind"]) == (200, "How open?", "number")
    assert teacher.ask("GET", "questions/own")[1]["own"] == [told]
    assert asks(own=told["own"])[0]["question"]["kind"] == "number"
    for text, why in (
        (own.replace("f[t, u]", "q[t, u]"), "Line 5: there is no “q”"),
        (own.replace("names", "nothing"), "no run of the task"),
        (own.replace("number", "essay"), "Line 3: the kind is “essay”"),
        ("<script>alert(1)</script>", "Line 1: the head is missing"),
        ("x" * 9_000, "at most 8,000"),
    ):
        status, refusal = teacher.post("questions/add_question", text=text)
        assert status >= 400
        assert why in refusal["error"]
    assert teacher.post("questions/remove_question", own=told["own"])[0] == 200
    assert teacher.ask("GET", "questions/own")[1]["own"] == []


def exported(who, nicknames):
    path = f"/api/rooms/questions/answers.csv?nicknames={int(nicknames)}"
    status, headers, content = who.door.ask("GET", path, who.cookies)
    assert status == 200
    assert headers["content-disposition"] == [f'attachment; filename="answers-{who.code.lower()}.csv"']
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_answers_are_taken_home_without_formulas_and_without_nicknames_where_wanted(store, teacher, joined, asks):
    students = [joined(name) for name in ("-2 -3", "Ben", "Cem")]
    for_all, for_teacher = asks(ready="h_c_and_output")
    for place, student in enumerate(students):
        student.post("questions/answer", vote=for_all["vote"], turn=1, answer=place, said=1)
    rows = exported(teacher, nicknames=True)
    assert [row["student"] for row in rows] == ["'-2 -3", "Ben", "Cem"]
    assert [row["right"] for row in rows].count("yes") == 1
    assert rows[for_teacher["engine"]["answer"]]["right"] == "yes"
    assert all(not value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())
    assert [row["student"] for row in exported(teacher, nicknames=False)] == ["student 1", "student 2", "student 3"]
    assert teacher.post("questions/forget_nicknames") == (200, {})
    assert [row["student"] for row in exported(teacher, nicknames=True)] == ["student 1", "student 2", "student 3"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1", "\n=1"])
def test_no_text_is_a_formula(text):
    assert cell(text)[0] == "'"


def test_a_reader_alone_answers_and_hears_why(browser):
    reader = browser(BEN.identity)
    assert [one["name"] for one in reader.ask("GET", "questions/ready")[1]["ready"]] == list(READY)
    status, told = reader.ask("GET", "questions/alone?name=units_and_timesteps")
    assert status == 200
    assert "answer" not in told["question"]
    where = told["question"]["scene"].partition("?")[2]
    found = [reader.ask("GET", f"questions/alone?name=units_and_timesteps&{where}&answer={k}")[1] for k in range(4)]
    assert [one["is_right"] for one in found] == [False, True, False, False]
    assert [one["mistake"] for one in found] == [0, 1, 2, 3]
    for odd in ("[", "9", "null", "[" * 5000):
        assert reader.ask("GET", f"questions/alone?name=units_and_timesteps&answer={odd}")[0] == 400
    assert reader.ask("GET", "questions/alone?name=../../etc/passwd")[0] == 404
    assert reader.ask("GET", "questions/alone?name=units_and_timesteps&run=999&checkpoint=x")[0] == 400
