"""The route of the live data: one WebSocket a tab, since browsers allow six plain connections to a host."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard.serving.assets import base_path
from dashboard.serving.listeners import Doors, Listener
from dashboard.serving.problems import Problem
from dashboard.serving.routes import client_of
from dashboard.serving.topics import Topics
from lstm_engine import EngineError

GOING_AWAY, REFUSED, INTERNAL_ERROR, TRY_LATER = 1001, 1008, 1011, 1013  # RFC 6455, section 7.4


Check = Callable[[WebSocket, str], Awaitable[str]]


async def all_may_hear(_socket: WebSocket, _text: str) -> str:
    """Raises an EngineError for none; they are nobody in particular."""
    return ""


def live_routes(topics: Topics, check: Check = all_may_hear) -> list[BaseRoute]:
    """The route.

    Args:
        topics: what can be listened to.
        check: raises an EngineError if what a listener asks for is not for them, and else says who they are to the
            source of what they listen to.
    """
    doors = Doors()

    async def live(socket: WebSocket) -> None:
        client = client_of(socket)
        await socket.accept()
        if not doors.enter(client):
            await socket.close(TRY_LATER)
            return
        listener = Listener(topics, socket)
        try:
            code = await serve(socket, listener, check)
        finally:
            listener.leave_all()
            doors.leave(client)
        if code is not None:
            await closed(socket, code)

    return [WebSocketRoute(f"{base_path()}/api/live", live)]


async def serve(socket: WebSocket, listener: Listener, check: Check) -> int | None:
    """Tell and hear until one side ends it; how to close the connection, if it is still open."""
    tasks = {asyncio.create_task(listener.tell()), asyncio.create_task(hear(socket, listener, check))}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        error = task.exception()
        if isinstance(error, Problem):
            return REFUSED
        if isinstance(error, WebSocketDisconnect | OSError):
            return None
        if error is not None:
            logging.getLogger(__name__).error("A connection of live data failed.", exc_info=error)
            return INTERNAL_ERROR
    return GOING_AWAY


async def hear(socket: WebSocket, listener: Listener, check: Check) -> None:
    """Take messages until the connection ends."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        text, problem, whose = message.get("text") or "", None, ""
        try:
            whose = await check(socket, text)
        except EngineError as error:
            problem = error
        listener.hear(text, problem, whose)


async def closed(socket: WebSocket, code: int) -> None:
    """Close a connection that may be gone already."""
    try:
        await socket.close(code)
    except (RuntimeError, WebSocketDisconnect, OSError):
        return
