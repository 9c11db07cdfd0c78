"""Rooms, as teachers, students and strangers ask the app's real routes: what each may, whatever message they send."""

import json

import pytest

from dashboard.serving.problems import Problem
from dashboard.serving.topics import Topics, TopicUnknown
from dashboard.shell.rights.asking import MODE_VARIABLE
from dashboard.shell.rights.cookies import SEAT_COOKIE, TEACHER_COOKIE
from dashboard.shell.rights.limits import LIMITS_VARIABLE
from dashboard.views.classroom.room_feed import RoomFeed
from lstm_engine.runs.rooms import MOST_PLACE, RoomSettings
from tests.dashboard.shell.rights.conftest import ANNA, BEN
from tests.dashboard.shell.rights.in_rooms import HELD, Browser
from tests.dashboard.shell.rights.test_acts import everything


def place_of(store, teacher: Browser) -> str:
    room = store.room(teacher.code)
    return room.place


@pytest.mark.parametrize("mode", ["shared", "local"])
def test_a_teacher_leads_hands_the_lead_on_and_takes_it_back(store, teacher, joined, monkeypatch, mode):
    monkeypatch.setenv(MODE_VARIABLE, mode)  # where everybody may do everything, a student is a student
    ben, eve = joined("Ben"), joined("Eve")
    assert teacher.post("move", place="step?run=1&timestep=3", by="tab") == (200, {"version": 1})
    assert ben.post("move", place="train?run=1", by="bens")[0] == 403
    assert teacher.post("lead", seat=ben.seat)[0] == 200
    assert ben.post("move", place="train?run=1", by="bens")[0] == 200
    status, told = teacher.post("move", place="step", by="tab")
    assert (status, "Take it back first" in told["error"]) == (403, True)
    assert eve.post("move", place="step", by="eves")[0] == 403
    assert place_of(store, teacher) == "train?run=1"
    assert teacher.post("lead", seat=None)[0] == 200
    assert ben.post("move", place="step", by="bens")[0] == 403
    assert teacher.post("move", place="step", by="tab")[0] == 200


@pytest.mark.parametrize("mode", ["shared", "local"])
def test_a_student_changes_nothing_of_the_teachers_or_of_anothers_whatever_they_send(
    store, teacher, joined, monkeypatch, mode
):
    monkeypatch.setenv(MODE_VARIABLE, mode)
    ben, eve = joined("Ben"), joined("Eve")
    before = everything(store)
    attacks = [
        ("move", {"place": "train", "by": "x"}),
        ("lead", {"seat": ben.seat}),
        ("lead", {"seat": None}),
        ("settings", {"may_leave": False, "closed": []}),
        ("keep", {}),
        ("take_out", {"seat": eve.seat}),
        ("close", {}),
        ("close", {"code": teacher.code, "role": "teacher", "seat": None}),
    ]
    for name, message in attacks:
        status, told = ben.post(name, **message)
        assert (status, told["kind"]) == (403, "forbidden"), name
    # a student's token in the place of a teacher's key, and the hash that the store keeps of that
    for forged in (ben.cookies[SEAT_COOKIE], store.room(teacher.code).key_hash, teacher.key[:-1], teacher.code):
        cookies = {**ben.cookies, TEACHER_COOKIE: forged}
        status, _, body = ben.door.ask("POST", "/api/rooms/close", cookies, b"{}")
        assert (status, json.loads(body)["kind"]) == (403, "forbidden")
    assert everything(store) == before


def test_another_rooms_teacher_and_student_are_strangers_here(store, teacher, joined, browser):
    ben = joined("Ben")
    other = browser(BEN.identity, "10.0.0.4")
    code = other.post("open")[1]["code"]
    guest = browser(ANNA.identity, "10.0.0.5")
    assert guest.post("join", code=code, nickname="Ben")[0] == 200
    before = everything(store)
    assert other.post("take_out", seat=ben.seat)[0] == 404
    assert other.post("lead", seat=ben.seat)[0] == 404
    for one in (other, guest, browser(None)):
        for topic in (f"room/{teacher.code}", f"class/{teacher.code}"):
            with pytest.raises(Problem, match="not in that room"):
                one.listens(topic)
    assert everything(store) == before
    ben.listens(f"room/{teacher.code}")
    teacher.listens(f"class/{teacher.code}")
    with pytest.raises(Problem, match="Only the teacher"):
        ben.listens(f"class/{teacher.code}")
    for name in (f"room/{teacher.code} ", f"room/{teacher.code.lower()}", "room/", "room/%00"):
        with pytest.raises(Problem):
            guest.listens(name)
    with pytest.raises(TopicUnknown):  # nobody checks it, and nobody hears it
        Topics({"room": RoomFeed}).join(f"ROOM/{teacher.code}", 1, 0, lambda: None)  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("code", "nickname", "field", "why"),
    [
        ("", "Ben", "code", "six letters and digits"),
        ("<script>", "Ben", "code", "six letters and digits"),
        ("CCC333", "Ben", "code", "no room with the code CCC-333"),
        (None, "", "nickname", "is empty"),
        (None, "eve.", "nickname", "already, or nearly so"),
        (None, "x" * 25, "nickname", "it may have 24"),
        (None, "<img src=x onerror=alert(1)>", "nickname", "may have 24"),
        (None, "<b>Ben</b>", "nickname", "alone; yours has “<”"),
        (None, "*Ben*", "nickname", "yours has “"),
        (None, "teacher", "nickname", "taken for the teacher"),
    ],
)
def test_what_is_wrong_with_joining_is_said_in_a_sentence_beside_its_field(
    store, teacher, joined, browser, code, nickname, field, why
):
    joined("Eve")
    before = everything(store)
    ben = browser(BEN.identity)
    status, told = ben.post("join", code=teacher.code if code is None else code, nickname=nickname)
    assert status in (400, 404)
    assert why in told["error"]
    assert told["field"] == field
    assert everything(store) == before
    assert not set(HELD) & set(ben.cookies)


def test_who_comes_back_has_their_seat_and_who_is_taken_out_hears_why(store, teacher, joined):
    ben = joined("Ben")
    seat = ben.seat
    assert ben.mine()["seat"] == seat  # reloads, or opens another tab
    assert ben.post("join", code=teacher.code, nickname="anything")[1]["seat"] == seat
    assert len(store.seats(store.room(teacher.code).id)) == 1
    held = dict(ben.cookies)
    assert teacher.post("take_out", seat=seat)[0] == 200
    assert "taken you out" in ben.mine()["over"]
    assert SEAT_COOKIE not in ben.cookies
    ben.cookies = held  # kept, and sent again
    with pytest.raises(Problem):
        ben.listens(f"room/{teacher.code}")
    assert ben.post("leave")[0] == 403
    again = joined("Ben")
    assert again.post("leave")[0] == 200
    assert again.mine()["role"] is None
    assert joined("Ben").seat > seat


def test_a_teacher_comes_back_by_the_key_and_guessing_one_ends(store, teacher, browser, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "guesses=2")
    home = browser(BEN.identity, "10.0.0.9")
    assert home.post("come_back", key="CCCC-3333")[0] == 403
    assert home.post("come_back", key=teacher.key.lower().replace("-", " "))[1]["code"] == teacher.code
    assert home.post("move", place="step", by="home")[0] == 200
    assert store.room(teacher.code).key_hash not in (teacher.key, teacher.cookies[TEACHER_COOKIE])
    guesser = browser(BEN.identity, "10.0.0.8")
    assert [guesser.post("come_back", key=f"key {n}")[0] for n in range(3)] == [403, 403, 429]
    assert guesser.post("come_back", key=teacher.key)[0] == 429
    assert TEACHER_COOKIE not in guesser.cookies


def test_codes_are_guessed_slowly_from_one_address_and_from_many_and_right_ones_count_nowhere(
    teacher, browser, monkeypatch
):
    monkeypatch.setenv(LIMITS_VARIABLE, "codes=2 all_codes=5")
    for number in range(6):
        assert browser(BEN.identity, "10.1.0.1").post("join", code=teacher.code, nickname=f"n{number}")[0] == 200
    guesser = browser(BEN.identity, "10.1.0.1")
    assert [guesser.post("join", code="CCC333", nickname="g")[0] for _ in range(3)] == [404, 404, 429]
    assert guesser.post("join", code=teacher.code, nickname="g")[0] == 429
    others = [browser(BEN.identity, f"10.2.0.{n}").post("join", code="CCC334", nickname="g")[0] for n in range(5)]
    assert others == [404, 404, 404, 429, 429]


def test_floods_of_rooms_and_of_joins_end(store, teacher, browser, monkeypatch):
    monkeypatch.setenv(LIMITS_VARIABLE, "rooms=1 room_address=9 seats=2 joins=3")
    second = browser(ANNA.identity)  # the same visitor in another browser
    status, told = second.post("open")
    assert (status, "may have 1" in told["error"]) == (429, True)
    ask = [browser(BEN.identity, "10.0.0.7").post("join", code=teacher.code, nickname=f"n{n}") for n in range(5)]
    assert [status for status, _ in ask] == [200, 200, 429, 429, 429]
    assert "full" in ask[2][1]["error"]
    assert "From your network, 3 students" in ask[3][1]["error"]
    monkeypatch.setenv(LIMITS_VARIABLE, "rooms=99 room_address=2")
    flood = [browser(f"{n:022}", "10.0.0.6").post("open")[0] for n in range(4)]
    assert flood == [200, 200, 429, 429]


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("move", b"{", 400),
        ("move", b"[]", 400),
        ("move", b'{"place": "//evil.example", "by": "x"}', 400),
        ("move", b'{"place": "step?run=\\u0000", "by": "x"}', 400),
        ("move", b'{"place": "step?<script>\xc3\xa4", "by": "x"}', 400),
        ("move", b'{"place": "../../etc", "by": "x"}', 400),
        ("move", json.dumps({"place": "step?" + "x" * MOST_PLACE, "by": "x"}).encode(), 400),
        ("move", b'{"place": "step", "by": "' + b"x" * 41 + b'"}', 400),
        ("move", b" " * 20_000, 413),
        ("move", b"[" * 15_000, 400),
        ("lead", b'{"seat": "1"}', 400),
        ("lead", b'{"seat": true}', 400),
        ("lead", b'{"seat": 99999999999999999999}', 400),
        ("lead", b'{"seat": 77}', 404),
        ("settings", b'{"may_leave": 1, "closed": []}', 400),
        ("settings", b'{"may_leave": true, "closed": ["<b>"]}', 400),
        ("settings", b'{"may_leave": true, "closed": [["run"]]}', 400),
        ("take_out", b"{}", 404),
    ],
)
def test_a_message_that_is_none_changes_nothing(store, teacher, name, body, status):
    before = everything(store)
    got, told = teacher.ask("POST", name, body)
    assert got == status
    assert told["error"].endswith(".")
    assert everything(store) == before


def test_a_room_that_is_over_says_so_and_lets_go(store, teacher, joined, browser, monkeypatch):
    ben = joined("Ben")
    assert teacher.post("settings", may_leave=False, closed=["run"])[0] == 200
    assert store.room(teacher.code).settings == RoomSettings(False, ("run",))
    assert teacher.post("close")[0] == 200
    assert "its teacher has closed it" in ben.mine()["over"]
    assert ben.mine()["role"] is None
    assert teacher.post("move", place="step", by="x")[0] == 403
    status, told = browser(BEN.identity, "10.0.0.9").post("come_back", key=teacher.key)  # kept, and shown again
    assert (status, "has ended" in told["error"]) == (404, True)
    status, told = browser(BEN.identity).post("join", code=teacher.code, nickname="Late")
    assert (status, "has ended" in told["error"]) == (404, True)
    assert teacher.post("open")[0] == 200
    monkeypatch.setenv(LIMITS_VARIABLE, "room_hours=0")
    assert "nobody had used it for 0 hours" in teacher.mine()["over"]


def test_the_link_is_a_picture_for_those_in_the_room_alone(teacher, browser):
    link = "http://lstm.example/classroom?room=CCC333"
    found = teacher.ask("GET", f"qr?link={link.replace('?', '%3F')}")[1]
    assert found["size"] >= 25
    assert found["path"].startswith("M0 0h1v1h-1z")  # the corner of a finder pattern is dark
    assert browser(BEN.identity).ask("GET", f"qr?link={link}")[0] == 403
    assert teacher.ask("GET", "qr?link=javascript:alert(1)")[0] == 400
