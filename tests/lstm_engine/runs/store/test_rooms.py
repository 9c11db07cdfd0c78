"""Rooms and seats, in SQLite and PostgreSQL: who leads, who is in, and what goes when a room goes."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lstm_engine import SettingsError
from lstm_engine.runs import RunStore
from lstm_engine.runs.rooms import (
    ALPHABET,
    MOST_NICKNAME,
    Presence,
    RoomSettings,
    new_code,
    new_key,
    nickname_of,
    read_code,
    read_key,
    shown_code,
)
from lstm_engine.runs.store import NicknameTaken, RoomFull, TooManyRooms, rooms


@pytest.fixture
def store(url):
    with RunStore(url) as store:
        yield store


def test_a_code_reads_back_however_it_is_typed_and_nothing_in_it_is_taken_for_something_else():
    code = new_code()
    assert read_code(f"  {shown_code(code).lower().replace('-', ' ')} ") == code
    assert not set(ALPHABET) & set("0O1IL2Z5S8BUVAE")
    for other in ("", code[:-1], code + "3", code[:-1] + "0", "<script>", "\0" * 6):
        assert read_code(other) is None
    key = new_key()
    assert read_key(key.lower().replace("-", "")) == key


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "empty"),
        (" \u00a0 ", "empty"),
        ("x" * (MOST_NICKNAME + 1), "25 characters; it may have 24"),
        ("x" * 100_000, "may have 24"),
        ("<b>Anna</b>", "“<”"),
        ("**Anna**", r"“\*”"),
        ("[a](b)", r"“\[”"),
        ("An\nna", "cannot be seen"),
        ("Anna\u202eennA", "cannot be seen"),
        ("\u200bAnna", "cannot be seen"),
        ("Z\u0336\u0337\u0338\u0339algo", "cannot be seen by itself"),
        ("\ud800", "cannot be seen"),
        ("...", "a letter or a digit"),
        ("Teacher", "taken for the teacher"),
        ("ＴＥＡＣＨＥＲ", "taken for the teacher"),
    ],
)
def test_what_is_no_nickname_is_refused_in_a_sentence(typed, why):
    with pytest.raises(SettingsError, match=why) as refused:
        nickname_of(typed)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("typed", ["Anna", " Anna  B. ", "Zoë", "Łukasz", "李雷", "أحمد", "प्रिया", "d'Arc-7", "7"])
def test_names_of_all_languages_are_nicknames(typed):
    assert nickname_of(typed).replace(" ", "") == typed.replace(" ", "")


def test_a_room_is_led_by_whoever_has_the_lead_and_by_nobody_else(store):
    room = store.open_room("hash of a key")
    assert store.room(room.code) == store.room_of_key("hash of a key") == store.room_by_id(room.id) == room
    anna = store.take_seat(room.id, "Anna", "hash of anna's", 9)
    assert store.move_room(room.id, "step?run=1", "tab", None) == 1
    assert store.move_room(room.id, "train?run=1", "tab", anna.id) is None
    assert store.set_leader(room.id, anna.id)
    assert store.move_room(room.id, "train?run=2", "tab", None) is None
    assert store.move_room(room.id, "step?run=3", "hers", anna.id) == 2
    there = store.room(room.code)
    assert (there.place, there.moved_by, there.version, there.leader) == ("step?run=3", "hers", 2, anna.id)
    assert not store.set_leader(room.id, 99)
    other = store.open_room("hash of another key")
    assert not store.set_leader(other.id, anna.id)
    assert store.remove_seat(room.id, anna.id)
    assert store.room(room.code).leader is None
    assert store.move_room(room.id, "step?run=4", "hers", anna.id) is None
    store.close_room(room.id)
    assert store.move_room(room.id, "step?run=4", "tab", None) is None


def test_two_people_are_never_called_alike_though_they_ask_at_once(store):
    room = store.open_room("k")

    def join(number: int) -> bool:
        try:
            store.take_seat(room.id, ("Anna", "anna.", "ANNA")[number % 3], f"t{number}", 99)
            return True
        except NicknameTaken:
            return False

    with ThreadPoolExecutor(4) as executor:
        assert sum(executor.map(join, range(8))) == 1
    store.take_seat(store.open_room("k2").id, "Anna", "t of another room", 99)
    first = store.seats(room.id)[0]
    store.remove_seat(room.id, first.id)
    assert not store.remove_seat(room.id, first.id)
    store.take_seat(room.id, "Anna", "another anna's", 99)
    with pytest.raises(RoomFull):
        store.take_seat(room.id, "Ben", "ben's", 1)
    assert [seat.nickname for seat in store.seats(room.id)] == ["Anna"]


def test_what_browsers_say_of_themselves_is_written_in_one_go_and_of_no_seat_not_at_all(store):
    room = store.open_room("k")
    for name in ("Anna", "Ben"):
        store.take_seat(room.id, name, name, 9)
    now = time.time() + 5
    store.note_seats(
        [Presence("Ben", now, False, "step?run=1\0"), Presence("Anna", now, True, ""), Presence("no", now, True, "")]
    )
    store.note_seats([Presence("Ben", now - 1, True, "late")])
    store.note_seats([])
    anna, ben = store.seats(room.id)
    assert (anna.seen_at, anna.follows, anna.whereabouts) == (now, True, "")
    assert (ben.seen_at, ben.follows, ben.whereabouts) == (now, False, "step?run=1")


def test_nobody_has_more_rooms_than_they_may_though_they_ask_at_once(store):
    def opens(number: int) -> bool:
        try:
            store.open_room(f"k{number}", "anna", 2)
            return True
        except TooManyRooms:
            return False

    with ThreadPoolExecutor(4) as executor:
        assert sum(executor.map(opens, range(6))) == 2
    assert store.number_of_rooms("anna") == 2
    store.open_room("the administrator's")


def test_a_code_that_another_room_has_is_not_given_twice(store, monkeypatch):
    codes = iter(["CCC333", "CCC333", "DDD444"])
    monkeypatch.setattr(rooms, "new_code", lambda: next(codes))
    assert [store.open_room(key).code for key in "ab"] == ["CCC333", "DDD444"]


def test_an_idle_room_is_closed_and_later_forgotten_with_all_that_it_held(store):
    room, used = store.open_room("k"), store.open_room("k2")
    store.take_seat(room.id, "Anna", "t", 9)
    with store._writing() as connection:
        connection.exec_driver_sql(f"UPDATE rooms SET touched_at = touched_at - 100 WHERE id = {room.id}")
    assert store.clear_rooms(50, 100) == 0
    assert store.room(room.code).closed_at is not None
    assert store.room(used.code).closed_at is None
    assert store.seat("t") is not None
    with store._writing() as connection:
        connection.exec_driver_sql(f"UPDATE rooms SET closed_at = closed_at - 101 WHERE id = {room.id}")
    assert store.clear_rooms(50, 100) == 1
    assert store.room(room.code) is None
    assert store.seat("t") is None
    assert store.open_room("k3").id > used.id


def test_what_a_teacher_allows_is_kept_and_what_cannot_be_read_is_as_at_the_beginning(store):
    room = store.open_room("k")
    store.set_room_settings(room.id, RoomSettings(False, ("run", "whatif")))
    found = store.room(room.code)
    assert (found.settings, found.changes) == (RoomSettings(False, ("run", "whatif")), 1)
    for text in ("", "[]", "{", '{"closed": 5}', "null"):
        assert RoomSettings.from_stored(text) == RoomSettings()
