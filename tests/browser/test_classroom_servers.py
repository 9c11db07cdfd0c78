"""A room on two servers of one PostgreSQL: the teacher at one, a student at the other, which is killed."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from websockets.sync.client import connect

from dashboard.shell.rights.cookies import TEACHER_COOKIE
from lstm_engine.runs import RunStore
from tests.browser.server import AppServer
from tests.browser.step_view import SETTINGS
from tests.browser.test_classroom import bar, press, stands_at
from tests.browser.test_votes_live import CLASS, CONNECTIONS, Class
from tests.postgres import PostgresServer

BACK_SECONDS = 10.0


class OnPostgres(AppServer):
    """A server whose store is a given one."""

    def __init__(self, folder: Path, url: str):
        super().__init__(folder)
        self.store_url = url

    @property
    def database_url(self) -> str:
        return self.store_url


class Front:
    """What stands before several servers: it hands each connection to the first of them that answers."""

    def __init__(self, ports: list[int]):
        self.ports, self.ready = ports, threading.Event()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_until_complete, args=(self.serve(),), daemon=True).start()
        assert self.ready.wait(10)

    async def serve(self) -> None:
        server = await asyncio.start_server(self.connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self.ready.set()
        await server.serve_forever()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for port in self.ports:
            try:
                behind = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                continue
            await asyncio.gather(self.pass_on(reader, behind[1]), self.pass_on(behind[0], writer))
            return
        writer.close()

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[list[AppServer]]:
    postgres = PostgresServer()
    url = postgres.new_database()
    with RunStore(url) as store:
        store.create(SETTINGS, "to step", start=False)
    servers: list[AppServer] = []
    for name in ("teachers", "students"):
        (tmp_path / name).mkdir()
        servers.append(OnPostgres(tmp_path / name, url))
        servers[-1].start()
    yield servers
    for server in servers:
        if server.process is not None and server.process.poll() is None:
            server.stop(kill=True)
    postgres.stop()


@pytest.mark.thorough
def test_a_killed_servers_students_are_back_and_the_room_has_lost_nothing(
    servers: list[AppServer], open_page: Callable[..., Page]
):
    teachers, students = servers
    front = Front([students.port, teachers.port])
    teacher = open_page(f"{teachers.url}/classroom", apart=True)
    press(teacher, "Open a room")
    code = teacher.locator(".classroom .code").inner_text()
    student = open_page(f"{front.url}/classroom?room={code}", apart=True)
    student.get_by_label("Your nickname").fill("Anna")
    press(student, "Join")
    teacher.get_by_role("link", name="Step", exact=True).first.click()
    for page in (teacher, student):
        page.wait_for_selector(".strip button")
    for pressed in ("Home", "ArrowRight"):
        teacher.keyboard.press(pressed)
    stands_at(student, 2)

    students.stop(kill=True)
    killed = time.monotonic()
    bar(student, "Not connected.")
    teacher.keyboard.press("ArrowRight")
    stands_at(student, 3)
    assert time.monotonic() - killed < BACK_SECONDS
    bar(student, "You follow your teacher.")
    student.keyboard.press("ArrowRight")
    bar(student, "You are on your own.")
    bar(
        teacher, "1 on their own"
    )  # the student's seat, and what the page of the killed server may do, are as they were
    teacher.locator(".room-code").click()
    teacher.get_by_role("button", name="Hand the lead to Anna").click()
    bar(student, "You have the lead")
    teacher.locator(".leader").get_by_role("button", name="Go to the class").click()
    student.keyboard.press("ArrowRight")
    stands_at(teacher, 5)
    expect(teacher.locator(".room-words")).to_contain_text("Anna leads.")


def counted_on(url: str, their: Class) -> dict[str, int | list[int]]:
    """What a server's stream tells the teacher, as soon as all are in it."""
    headers = {"Cookie": f"{TEACHER_COOKIE}={their.key}"}
    with connect(f"{url.replace('http', 'ws')}/api/live", additional_headers=headers, proxy=None) as line:
        line.send(json.dumps({"listen": f"class/{their.room.code}", "as": 1}))
        while True:
            for event in json.loads(line.recv(timeout=30)):
                if event["name"] == "votes" and event["data"]["turns"][-1]["count"] >= CLASS:
                    turn: dict[str, int | list[int]] = event["data"]["turns"][-1]
                    return turn


@pytest.mark.thorough
def test_the_rooms_server_is_killed_in_the_middle_of_a_vote_and_no_answer_is_lost_or_counted_twice(
    servers: list[AppServer],
):
    first, second = servers
    front = Front([first.port, second.port])
    with RunStore(first.database_url) as store:
        their = Class(front.url, store)
        vote = their.ask()

        def kill_midway() -> None:
            while len(store.answers(their.room.id, vote)) < CLASS // 4:
                time.sleep(0.005)
            first.stop(kill=True)

        killer = threading.Thread(target=kill_midway)
        killer.start()
        began = time.monotonic()
        with ThreadPoolExecutor(CONNECTIONS) as threads:
            sent = list(threads.map(lambda k: their.answer(k, vote), range(CLASS)))
        killer.join()
        print(f"{CLASS} answers in {time.monotonic() - began:.2f} s, {sum(n > 1 for n in sent)} sent again")
        assert max(sent) > 1  # some had to send again, to the other server
        exactly = (CLASS, [CLASS // 4] * 4)
        assert (their.counted()["count"], their.counted()["made"]) == exactly
        told = counted_on(second.url, their)
        assert (told["count"], told["made"]) == exactly
        their.answer(0, vote)  # once more, for what was confirmed
        assert their.counted()["count"] == CLASS
        first.start()  # and when it is back, it knows the same
        told = counted_on(first.url, their)
        assert (told["count"], told["made"]) == exactly
