"""What is heard in rooms: the same by all who are in one, whichever server they are at."""

import asyncio
import json
import time
from functools import partial

from dashboard.serving.listeners import Listener
from dashboard.serving.pools import Pools
from dashboard.serving.topics import Topics
from dashboard.shell.rights import sign_in
from dashboard.shell.rights.cookies import SEAT_COOKIE
from dashboard.shell.rights.limits import LIMITS_VARIABLE
from dashboard.views.classroom import presence
from dashboard.views.classroom.room_feed import ClassFeed, RoomFeed, room_payload
from lstm_engine.runs.rooms import Presence
from tests.dashboard.serving.tabs import run_async
from tests.dashboard.shell.rights.in_rooms import Ear


def test_two_servers_of_a_store_tell_their_listeners_the_same_place(store, teacher, joined):
    """The one that was not asked finds it in the store, however it was led there."""
    ben = joined("Ben")
    room = store.room(teacher.code)

    async def scenario() -> None:
        pools = Pools()
        feeds = {"room": RoomFeed, "class": ClassFeed}
        servers = [Topics({n: partial(f, lambda: store, pools.feeds) for n, f in feeds.items()}) for _ in range(2)]
        ears = [Ear(), Ear()]
        listeners = [Listener(server, ear) for server, ear in zip(servers, ears, strict=True)]
        tasks = [asyncio.create_task(listener.tell()) for listener in listeners]
        for listener in listeners:
            listener.hear(json.dumps({"listen": f"room/{teacher.code}", "as": 1}))
        listeners[0].hear(json.dumps({"listen": f"class/{teacher.code}", "as": 2}))
        assert (await ears[0].hears("seats"))["seats"][0]["nickname"] == "Ben"
        store.move_room(room.id, "step?timestep=2", "tab", None)
        servers[0].nudge(f"room/{teacher.code}")
        for ear in ears:
            assert await ear.hears("place", version=1) == {"version": 1, "place": "step?timestep=2", "by": "tab"}
        store.set_leader(room.id, ben.seat)
        for ear in ears:
            assert (await ear.hears("room", leader={"seat": ben.seat, "nickname": "Ben"}))["may_leave"]
        store.close_room(room.id)
        for ear in ears:
            assert "has closed it" in (await ear.hears("closed"))["error"]
        for server, task in zip(servers, tasks, strict=True):
            server.close()
            task.cancel()
        pools.close()

    run_async(scenario())


def test_a_room_that_is_about_to_close_says_when_until_somebody_uses_it(store, teacher, monkeypatch):
    room = store.room(teacher.code)
    assert room_payload(store, room)["closes_at"] is None
    monkeypatch.setenv(LIMITS_VARIABLE, "room_hours=2")
    with store._writing() as connection:
        connection.exec_driver_sql(f"UPDATE rooms SET touched_at = touched_at - {1.5 * 3600}")
    left = room_payload(store, store.room(teacher.code))["closes_at"] - time.time()
    assert 1_700 < left < 1_800
    assert teacher.post("keep")[0] == 200
    assert room_payload(store, store.room(teacher.code))["closes_at"] is None


def test_what_students_browsers_say_is_written_for_all_of_them_at_once(store, teacher, joined, monkeypatch):
    monkeypatch.setattr(presence, "WRITE_SECONDS", 0.02)
    written: list[int] = []
    note_seats = store.note_seats
    monkeypatch.setattr(store, "note_seats", lambda said: written.append(len(said)) or note_seats(said))
    ben, eve = joined("Ben"), joined("Eve")

    async def scenario() -> None:
        pools = Pools()
        batch = presence.Presences(lambda: store, pools.feeds)
        for one in (ben, eve, ben):
            batch.note(Presence(sign_in.hashed(one.cookies[SEAT_COOKIE]), time.time(), one is eve, "step?timestep=4"))
        while not written:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        pools.close()

    run_async(scenario())
    assert written == [2]
    assert [(seat.nickname, seat.follows) for seat in store.seats(store.room(teacher.code).id)] == [
        ("Ben", False),
        ("Eve", True),
    ]
    assert ben.post("whereabouts", where="x" * 999, follows="yes")[0] == 200
    ben.cookies[SEAT_COOKIE] = "made up"
    assert ben.post("whereabouts", where="", follows=True)[0] == 403
