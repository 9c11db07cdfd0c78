"""A class of 200 answers over real connections: within seconds, counted exactly, though the server is killed midway."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from dashboard.shell.rights.cookies import SEAT_COOKIE, TEACHER_COOKIE
from dashboard.shell.rights.sign_in import hashed
from dashboard.views.classroom.questions.payloads import vote_for_teacher
from lstm_engine.runs import RunSettings, RunStore
from lstm_engine.runs.rooms import new_key
from tests.browser.server import AppServer

CLASS = 200
CONNECTIONS = 32  # at once; browsers of a class do not press in the same microsecond


class Class:
    """A room with its teacher and students, by what their browsers hold."""

    def __init__(self, url: str, store: RunStore):
        self.url, self.store = url, store
        self.key = new_key()
        self.room = store.open_room(hashed(self.key))
        self.seats = [f"{k:043}" for k in range(CLASS)]
        for k, token in enumerate(self.seats):
            store.take_seat(self.room.id, f"student {k}", hashed(token), CLASS)
        self.look()

    def look(self) -> None:
        """The page's token, which a server that was started again has made anew."""
        with urllib.request.urlopen(f"{self.url}/api/rooms/mine", timeout=20) as answer:
            self.token = json.load(answer)["token"]

    def post(self, name: str, cookie: str, **message: Any) -> None:
        headers = {"Cookie": cookie, "X-Lstm-Token": self.token, "Origin": self.url}
        request = urllib.request.Request(
            f"{self.url}/api/rooms/questions/{name}", json.dumps(message).encode(), headers, method="POST"
        )
        urllib.request.urlopen(request, timeout=20).close()

    def ask(self) -> int:
        self.post("ask", f"{TEACHER_COOKIE}={self.key}", ready="units_and_timesteps")
        vote = self.store.vote(self.room.id)
        assert vote is not None
        return vote.id

    def answer(self, k: int, vote: int) -> int:
        """As a student's browser does: again until it is confirmed. Returns how often it was sent."""
        for tries in range(1, 200):
            try:
                self.post("answer", f"{SEAT_COOKIE}={self.seats[k]}", vote=vote, turn=1, answer=k % 4, said=1)
                return tries
            except urllib.error.HTTPError as error:
                if error.code != 403:
                    raise
                with suppress(OSError, HTTPException):
                    self.look()  # it is another server by now, with another token
            except (OSError, HTTPException):
                time.sleep(0.1)
        raise AssertionError(f"student {k} was never heard")

    def counted(self) -> dict[str, Any]:
        turn: dict[str, Any] = vote_for_teacher(self.store, self.room)["turns"][0]
        return turn


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AppServer, RunStore]]:
    server = AppServer(Path(tmp_path_factory.mktemp("votes")))
    with RunStore(server.database_url) as store:
        store.create(RunSettings(hidden_size=8))
        server.start()
        yield server, store
    server.stop()


@pytest.mark.thorough
def test_a_class_of_200_is_counted_exactly_though_the_server_is_killed_in_the_middle(
    served: tuple[AppServer, RunStore],
) -> None:
    server, store = served
    their = Class(server.url, store)
    vote = their.ask()
    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        sent = list(threads.map(lambda k: their.answer(k, vote), range(CLASS)))
    print(f"{CLASS} answers in {time.perf_counter() - began:.2f} s")
    assert sent == [1] * CLASS
    assert their.counted()["made"] == [CLASS // 4] * 4

    vote = their.ask()

    def kill_midway() -> None:
        while len(store.answers(their.room.id, vote)) < CLASS // 4:
            time.sleep(0.005)
        server.stop(kill=True)
        server.start()
        their.look()

    killer = threading.Thread(target=kill_midway)
    killer.start()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        sent = list(threads.map(lambda k: their.answer(k, vote), range(CLASS)))
    killer.join()
    assert max(sent) > 1  # some had to send again
    assert (their.counted()["count"], their.counted()["made"]) == (CLASS, [CLASS // 4] * 4)
