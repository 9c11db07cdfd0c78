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
