"""Requests to endpoints, and what is sent to them, without a server."""

import asyncio
import io
from typing import Any

from starlette.requests import Request


def request(client: str = "10.0.0.1", query: str = "", leaves: asyncio.Event | None = None) -> Request:
    """A request of one who stays, unless told when they leave."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/api/runs/1/trace",
        "headers": [],
        "query_string": query.encode(),
    }

    async def receive() -> Any:
        await (leaves or asyncio.Event()).wait()
        return {"type": "http.disconnect"}

    return Request({**scope, "client": (client, 1), "server": ("localhost", 80), "scheme": "http"}, receive)


async def body_of(response: Any) -> bytes:
    """What a response sends."""
    sent = io.BytesIO()

    async def send(message: Any) -> None:
        sent.write(message.get("body", b""))

    async def receive() -> Any:
        await asyncio.Event().wait()

    await response({"type": "http"}, receive, send)
    return sent.getvalue()


async def asked(
    app: Any, path: str, client: str = "127.0.0.1", method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """What an ASGI app answers: status, headers and body. Of a header's name, _ stands for -."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    given = {"host": "localhost:8501", **headers}
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "client": (client, 1)}
    scope |= {"headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()]}
    await app({**scope, "scheme": "http", "server": ("localhost", 8501), "root_path": ""}, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}, body
