"""Browsers of teachers, students and strangers, which ask the app's real routes, and ears that hear its topics."""

import asyncio
import json
from typing import Any

from dashboard.serving.pools import Pools
from dashboard.shell.rights.actor import Actor, ActorKind
from dashboard.shell.rights.cookies import SEAT_COOKIE, TEACHER_COOKIE
from dashboard.shell.rights.serving import check_listening
from dashboard.shell.rights.sign_in import hashed
from tests.dashboard.serving.tabs import run_async
from tests.dashboard.shell.rights.test_door import Door, Line

HELD = (SEAT_COOKIE, TEACHER_COOKIE)
RATE = {"name": "learning_rate", "low": 0.001, "high": 0.1}
CELL = {"name": "variant", "choices": ["standard", "gru"]}
WANTED = {
    "title": "How fast?",
    "learns": "names",
    "varies": [RATE],
    "steps": 60,
    "units": 8,
    "tries": 1,
    "minutes": None,
}


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


def tries(one, told, **chosen):
    return one.post("experiments/try", experiment=told["experiment"], chosen=chosen)


def its_runs(store, told):
    return [store.get(one.run_id) for one in store.variations(told["experiment"])]


def actor_of(one, identity="v" * 22):
    """A visitor with what their browser holds of a room."""
    held = (hashed(one.cookies[name]) if name in one.cookies else "" for name in (TEACHER_COOKIE, SEAT_COOKIE))
    return Actor(ActorKind.VISITOR, identity, "10.0.0.2", False, *held)
