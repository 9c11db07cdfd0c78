"""Students without browsers: each a session of Streamlit's with the Step page run in it, and a connection of live data.

They speak what a browser speaks: Streamlit's protobuf over its WebSocket, our events over ours, requests with a cookie,
an origin and the page's token. They go to this machine alone; from several of its addresses, as from several networks.
"""

import asyncio
import ipaddress
import json
import random
import socket
import sys
import threading
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

A_NETWORK = 200  # students behind one address
LONGEST_PAUSE = 1.2  # s in which a student thinks before they answer
AT_ONCE = 8  # that come at the same time, as people do
HEARD_SECONDS = 30.0  # a step that was not heard after so long is lost

Found = TypeVar("Found")


def check_loopback(url: str) -> str:
    """The address of a server, if it is on this machine; ends the program, with a sentence, if it is not."""
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname or "", parts.port or 80)
        here = parts.scheme == "http" and all(ipaddress.ip_address(one[4][0]).is_loopback for one in found)
    except (OSError, ValueError):
        here = False
    if not here:
        sys.exit(f"{url} is refused: this puts a load on a server, so it takes one on this machine alone, by http.")
    return f"http://{parts.hostname}:{parts.port or 80}"


def kind_of(message: str | bytes) -> str | None:
    """What a message of a page's connection is about."""
    return ForwardMsg.FromString(message).WhichOneof("type")  # type: ignore[arg-type]


def timestep_of(place: str) -> int:
    """The timestep of a place, counted from 0; addresses count as people do, and leave the first one out."""
    return int(parse_qs(urlsplit(place).query).get("timestep", ["1"])[0]) - 1


@dataclass
class Heard:
    """What all students of a class heard, each with when it was: of time.time, in seconds."""

    places: list[tuple[int, int, float]] = field(default_factory=list)  # student, timestep, when
    answered: list[float] = field(default_factory=list)  # how long each took to be confirmed
    said: dict[int, int] = field(default_factory=dict)  # student, choice


class Student:
    """One of a class.

    Args:
        url: of the server. number: of the student. heard: by all.
    """

    def __init__(self, url: str, number: int, heard: Heard):
        self.url, self.number, self.heard = url, number, heard
        self.host, self.port = urlsplit(url).hostname, urlsplit(url).port
        # from Linux, all of 127.0.0.0/8 is this machine
        self.address = (f"127.0.0.{1 + number // A_NETWORK}", 0) if self.host == "127.0.0.1" else None
        self.cookies: dict[str, str] = {}
        self.token = ""
        self.lines: list[ClientConnection] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.vote: int | None = None

    async def come(self, code: str, run_id: int) -> float:
        """Open the room's link, join, and follow to the Step page; how long until that page's script had run."""
        began = time.monotonic()
        await self.ask("GET", f"/classroom?room={code}", accept="text/html")
        self.token = json.loads((await self.ask("GET", "/api/rooms/mine"))[1])["token"]
        status, told = await self.ask("POST", "/api/rooms/join", {"code": code, "nickname": f"Student {self.number}"})
        if status != 200:
            raise ConnectionError(f"student {self.number} was not let in: {told.decode()}")
        page = await self.connected("/_stcore/stream", max_size=None, subprotocols=[Subprotocol("streamlit")])
        state = ClientState(query_string=f"run={run_id}", page_name="step")
        await page.send(BackMsg(rerun_script=state).SerializeToString())
        while kind_of(await page.recv()) != "script_finished":
            continue
        seconds = time.monotonic() - began
        live = await self.connected("/api/live", max_size=None, compression=None)
        for number, topic in enumerate((f"room/{code}", f"run/{run_id}"), 1):
            await live.send(json.dumps({"listen": topic, "after": 2**31 if number == 2 else 0, "as": number}))
        self.lines = [page, live]
        self.tasks = [asyncio.create_task(self.read(page)), asyncio.create_task(self.listen(live))]
        self.tasks.append(asyncio.create_task(self.say_where()))
        return seconds

    async def connected(self, path: str, **options: Any) -> ClientConnection:
        """A WebSocket, as this student's browser opens it."""
        return await connect(
            f"{self.url.replace('http', 'ws', 1)}{path}",
            additional_headers={"Cookie": self.cookie},
            origin=Origin(self.url),
            proxy=None,
            local_addr=self.address,
            open_timeout=60,
            **options,
        )

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    async def ask(self, method: str, path: str, message: Any = None, accept: str = "*/*") -> tuple[int, bytes]:
        """A request on a connection of its own; status and content."""
        body = b"" if message is None else json.dumps(message).encode()
        head = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}", f"Accept: {accept}", "Connection: close"]
        head += [f"Origin: {self.url}", f"X-Lstm-Token: {self.token}", f"Content-Length: {len(body)}"]
        head += [f"Cookie: {self.cookie}"] if self.cookies else []
        reader, writer = await asyncio.open_connection(self.host, self.port, local_addr=self.address)
        writer.write("\r\n".join([*head, "", ""]).encode() + body)
        answer, _, content = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        lines = answer.decode("latin-1").split("\r\n")
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                self.cookies |= {key: one.value for key, one in SimpleCookie(value).items()}
        return int(lines[0].split()[1]), content

    async def read(self, line: ClientConnection) -> None:
        async for _ in line:
            continue
        raise ConnectionError("a session was dropped")

    async def listen(self, line: ClientConnection) -> None:
        async for frame in line:
            now = time.time()
            for event in json.loads(frame):
                if event["name"] == "place":
                    self.heard.places.append((self.number, timestep_of(event["data"]["place"]), now))
                elif event["name"] == "vote" and event["data"]["vote"] not in (None, self.vote):
                    self.vote = event["data"]["vote"]
                    self.tasks.append(asyncio.create_task(self.answer(len(event["data"]["question"]["options"]))))
        raise ConnectionError("a listener was dropped")

    async def say_where(self) -> None:
        """As a page does every half a minute."""
        while True:
            await self.ask("POST", "/api/rooms/whereabouts", {"where": "", "follows": True})
            await asyncio.sleep(30)

    async def answer(self, options: int) -> None:
        """Think, answer, and send it again until it is confirmed."""
        await asyncio.sleep(random.uniform(0, LONGEST_PAUSE))
        choice, began = self.number % options, time.monotonic()
        message = {"vote": self.vote, "turn": 1, "answer": choice, "said": 1}
        while (await self.ask("POST", "/api/rooms/questions/answer", message))[0] != 200:
            await asyncio.sleep(0.2)
        self.heard.answered.append(time.monotonic() - began)
        self.heard.said[self.number] = choice

    async def go(self) -> int:
        """Leave the room and close the page; how many of its connections had been dropped before."""
        dropped = sum(task.done() for task in self.tasks[:2])
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for line in self.lines:
            await line.close()
        while (await self.ask("POST", "/api/rooms/leave", {}))[0] not in (200, 403):  # 429: all leave at once
            await asyncio.sleep(0.2)
        return dropped


class Crowd:
    """The students without browsers, in an event loop of a thread of their own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.students: list[Student] = []
        self.heard = Heard()

    def do(self, work: Coroutine[Any, Any, Found]) -> Found:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def come(self, url: str, count: int, code: str, run_id: int) -> list[float]:
        """So many join; how long each took until its page was there."""
        self.heard = Heard()
        self.students = [Student(url, number, self.heard) for number in range(count)]

        async def all_come() -> list[float]:
            took: list[float] = []
            for first in range(0, count, AT_ONCE):
                coming = self.students[first : first + AT_ONCE]
                took += await asyncio.gather(*(student.come(code, run_id) for student in coming))
            return took

        return self.do(all_come())

    def go(self) -> int:
        """All leave; how many connections had been dropped."""

        async def all_go() -> int:
            return sum(await asyncio.gather(*(student.go() for student in self.students)))

        dropped, self.students = self.do(all_go()), []
        return dropped


def delays(steps: list[tuple[int, float]], seen: list[tuple[int, float]], length: int) -> list[float]:
    """How long after each step somebody saw it, or one after it, in seconds; infinite for what they never saw.

    Args:
        steps: (timestep, when) of who leads, one after the other, and from the last of ``length`` to the first again.
        seen: the same of who follows.

    >>> delays([(1, 10.0), (2, 11.0), (3, 12.0)], [(1, 10.2), (3, 12.3)], 9)
    [0.2, 1.3, 0.3]
    """
    found = []
    for timestep, at in steps:
        later = (
            when - at
            for other, when in seen
            if 0 <= when - at < HEARD_SECONDS and (other - timestep) % length < max(1, length // 2)
        )
        found.append(round(next(later, float("inf")), 4))
    return found
