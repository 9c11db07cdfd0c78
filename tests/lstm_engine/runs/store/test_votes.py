"""Votes, in SQLite and PostgreSQL: every answer counts once, though it is sent twice, late, or at the very end."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from lstm_engine.runs import RunStore
from lstm_engine.runs.store import TooManyQuestions, rooms

STUDENTS = 24


@pytest.fixture
def store(url):
    with RunStore(url) as store:
        yield store


@pytest.fixture
def room(store):
    return store.open_room("key")


@pytest.fixture
def seats(store, room):
    return [store.take_seat(room.id, f"student {k}", f"token {k}", 400) for k in range(STUDENTS)]


def test_two_servers_count_each_answer_once_however_often_it_comes(url, store, room, seats):
    vote = store.open_vote(room.id, "{}", 10)
    changes = store.room_by_id(room.id).changes
    with RunStore(url) as other, ThreadPoolExecutor(8) as threads:
        sent = [(server, seat, k) for k in range(3) for seat in seats for server in (store, other)]
        taken = list(threads.map(lambda one: one[0].give_answer(one[1], vote.id, 1, str(one[2]), one[2]), sent))
        assert all(taken)
        for server in (store, other):
            found = server.answers(room.id, vote.id)
            assert [one.seat_id for one in found] == [seat.id for seat in seats]
            assert {one.answer for one in found} == {"2"}  # the last that each browser said, whichever came last
    assert store.room_by_id(room.id).changes == changes  # answers are not everybody's news


def test_an_answer_is_changed_until_the_vote_closes_and_one_that_was_overtaken_changes_nothing(store, room, seats):
    vote, anna = store.open_vote(room.id, "{}", 10), seats[0]

    def answered():
        return [(one.turn, one.answer) for one in store.answers(room.id, vote.id)]

    assert store.give_answer(anna, vote.id, 1, "0", 1)
    assert store.give_answer(anna, vote.id, 1, "2", 3)
    assert store.give_answer(anna, vote.id, 1, "1", 2)  # was held up on its way
    assert answered() == [(1, "2")]
    assert not store.give_answer(anna, vote.id, 2, "0", 4)  # there is no second turn yet
    assert store.close_vote(room.id, vote.id)
    assert not store.close_vote(room.id, vote.id)
    assert not store.give_answer(anna, vote.id, 1, "0", 4)
    assert store.ask_again(room.id, vote.id)
    assert not store.give_answer(anna, vote.id, 1, "0", 5)  # the first turn stays as it was
    assert store.give_answer(anna, vote.id, 2, "1", 6)
    assert not store.ask_again(room.id, vote.id)
    assert answered() == [(1, "2"), (2, "1")]
    assert store.reveal_vote(room.id, vote.id)
    assert not store.vote(room.id).is_open
    assert not store.give_answer(anna, vote.id, 2, "0", 7)
    assert store.end_vote(room.id, vote.id)
    assert store.vote(room.id) is None
    assert answered() == [(1, "2"), (2, "1")]


def test_answers_and_the_end_of_a_vote_meet_and_what_was_confirmed_is_what_counts(url, store, room, seats):
    with RunStore(url) as other, ThreadPoolExecutor(6) as threads:
        for again in range(4):
            vote = store.open_vote(room.id, "{}", 10)
            given = [
                threads.submit((store, other)[k % 2].give_answer, seat, vote.id, 1, "0", 1)
                for k, seat in enumerate(seats)
            ]
            closing = threads.submit(other.close_vote, room.id, vote.id) if again else None
            confirmed = [seat.id for seat, one in zip(seats, given, strict=True) if one.result()]
            assert closing is None or closing.result()
            assert [one.seat_id for one in store.answers(room.id, vote.id)] == confirmed
            assert again or len(confirmed) == STUDENTS


def test_another_rooms_vote_can_be_neither_answered_nor_changed(store, room, seats):
    elsewhere = store.open_room("other key")
    vote = store.open_vote(elsewhere.id, "{}", 10)
    assert not store.give_answer(seats[0], vote.id, 1, "0", 1)
    for act in (store.ask_again, store.close_vote, store.reveal_vote, store.end_vote):
        assert not act(room.id, vote.id)
    assert store.vote(elsewhere.id) == vote
    number = store.add_question(elsewhere.id, "text", 5)
    assert store.own_question(room.id, number) is None
    assert not store.remove_question(room.id, number)
    assert store.own_questions(elsewhere.id) == {number: "text"}


def test_what_is_asked_next_ends_what_was_asked_and_both_are_counted_within_a_limit(store, room, seats):
    first = store.open_vote(room.id, "{}", 2)
    changes = store.room_by_id(room.id).changes
    second = store.open_vote(room.id, "{}", 2)
    assert store.vote(room.id).id == second.id
    assert not store.give_answer(seats[0], first.id, 1, "0", 1)
    assert store.room_by_id(room.id).changes > changes  # all servers look
    with pytest.raises(TooManyQuestions):
        store.open_vote(room.id, "{}", 2)
    with pytest.raises(TooManyQuestions):
        store.add_question(room.id, "text", 0)


def test_nicknames_go_from_answers_and_those_who_were_taken_out_have_none(store, room, seats):
    vote = store.open_vote(room.id, "{}", 10)
    for seat in seats[:3]:
        store.give_answer(seat, vote.id, 1, "0", 1)
    store.remove_seat(room.id, seats[1].id)
    assert [one.nickname for one in store.answers(room.id)] == ["student 0", "", "student 2"]
    store.forget_nicknames(room.id)
    assert [one.nickname for one in store.answers(room.id)] == ["", "", ""]
    assert store.seat("token 0").nickname == "student 0"  # who is in the room goes on


def test_what_a_room_asked_and_heard_goes_with_it(store, room, seats):
    vote = store.open_vote(room.id, "{}", 10)
    store.give_answer(seats[0], vote.id, 1, "0", 1)
    store.add_question(room.id, "text", 5)
    store.close_room(room.id)
    with store._writing() as connection:
        connection.execute(rooms.rooms.update().values(closed_at=0.0))
    assert store.clear_rooms(1e9, 60) == 1
    assert (store.votes(room.id), store.answers(room.id), store.own_questions(room.id)) == ([], [], {})


ANSWERING = """
import json, sys
from lstm_engine.runs import RunStore
store = RunStore(sys.argv[1])
for line in sys.stdin:
    vote, token = json.loads(line)
    store.give_answer(store.seat(token), vote, 1, "1", 1)
    print(token, flush=True)
"""


@pytest.mark.thorough
def test_a_server_that_is_killed_in_the_middle_of_a_vote_loses_no_confirmed_answer(url, store, room, seats):
    vote = store.open_vote(room.id, "{}", 10)
    lines = [json.dumps([vote.id, f"token {k}"]) + "\n" for k in range(STUDENTS)]
    with subprocess.Popen(
        [sys.executable, "-c", ANSWERING, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        server.stdin.write("".join(lines))
        server.stdin.flush()
        confirmed = [server.stdout.readline().strip() for _ in range(5)]
        os.kill(server.pid, signal.SIGKILL)
        confirmed += server.stdout.read().split("\n")[:-1]  # what it said before it died
    whose = {seat.id: f"token {k}" for k, seat in enumerate(seats)}
    kept = {whose[one.seat_id] for one in store.answers(room.id, vote.id)}
    assert set(confirmed) <= kept
    for k, seat in enumerate(seats):  # those who heard nothing send again, as browsers do, to another server
        if f"token {k}" not in confirmed:
            assert store.give_answer(seat, vote.id, 1, "1", 1)
    assert [one.answer for one in store.answers(room.id, vote.id)] == ["1"] * STUDENTS
