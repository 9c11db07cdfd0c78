"""Browsers of teachers, students and strangers, which ask the app's real routes, and ears that hear its topics."""

import asyncio
import json
from typing import Any

from dashboard.serving.pools import Pools
from dashboard.shell.rights.members import SEAT_COOKIE, TEACHER_COOKIE
from dashboard.shell.rights.serving import check_listening
from tests.dashboard.serving.tabs import run_async
from tests.dashboard.shell.rights.test_door import Door, Line

HELD = (SEAT_COOKIE, TEACHER_COOKIE)


class Browser:
    """Somebody's browser: what it holds, and what it asks."""

    def __init__(self, door: Door, identity: str | None = None, client: str = "10.0.0.1"):
        self.door, self.client = door, client
        self.cookies = door.cookies(identity)

    def post(self, name: str, /, **message: Any) -> tuple[int, dict[str, Any]]:
        return self.ask("POST", name, json.dumps(message).encode())

    def mine(self) -> dict[str, Any]:
        return self.ask("GET", "mine")[1]

    def ask(self, method: str, name: str, body: bytes = b"") -> tuple[int, dict[str, Any]]:
        path = f"/api/rooms/{name}"
        status, given, answer = self.door.ask(method, path, self.cookies, body, self.client)
        for made in given.get("set-cookie", []):
            parts = made.split("; ")
            assert {"HttpOnly", "SameSite=Strict"} <= set(parts)
            key, _, value = parts[0].partition("=")
            if value:
                self.cookies[key] = value
            else:
                self.cookies.pop(key, None)
        return status, json.loads(answer)

    def listens(self, topic: str) -> None:
        """Raises Problem if they may not."""
        text, line = json.dumps({"listen": topic, "as": 1}), Line(self.cookies)
        run_async(check_listening(lambda: self.door.store, Pools().feeds, line, text))  # type: ignore[arg-type]


class Ear:
    """A listener's connection, which keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []

    async def send_text(self, data: str) -> None:
        self.told += json.loads(data)

    async def hears(self, name: str, **wanted: Any) -> dict[str, Any]:
        async with asyncio.timeout(10):
            while True:
                for event in self.told:
                    if event["name"] == name and wanted.items() <= event["data"].items():
                        return event["data"]
                await asyncio.sleep(0.01)
