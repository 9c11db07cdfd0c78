"""How long a request may take to come in, and how long its address may be.

Uvicorn waits for ever for the rest of a request. Its connections are therefore watched here: one that has not said in
time what it wants is closed.
"""

import asyncio
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.serving.problems import NOTHING, Kind, Problem, refusal
from dashboard.serving.sending import ABORT

HEAD_SECONDS = 10.0  # until the request's first line and headers are here
PIECE_SECONDS = 10.0  # until the next piece of its body is here
BODY_SECONDS = 300.0  # until all of its body is here: 64 MB over a slow line
LONGEST_PATH = 1_000  # characters; file systems refuse names that ours never have
LONGEST_NAME = 200  # characters of one part of it


class Patience:
    """ASGI middleware that gives up on requests that do not come in whole, or ask for what no file can be called.

    Args:
        app: what is asked otherwise.
    """

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not nameable(scope["path"]):
            await refusal(Problem(NOTHING, Kind.MISSING))(scope, receive, send)
            return
        started = False

        async def watched_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, in_time(receive), watched_send)
        except Problem as problem:
            if started:
                raise
            await refusal(problem)(scope, receive, send)


def in_time(receive: Receive) -> Receive:
    """The same, as long as the body comes in; once all is here, what is waited for is the end of the connection."""
    deadline: float | None = None
    whole = False

    async def receive_in_time() -> Message:
        nonlocal deadline, whole
        if whole:
            return await receive()
        now = asyncio.get_running_loop().time()
        deadline = now + BODY_SECONDS if deadline is None else deadline
        try:
            async with asyncio.timeout_at(min(deadline, now + PIECE_SECONDS)):
                message = await receive()
        except TimeoutError:
            raise Problem("The request did not come in whole. Send it again.", Kind.TOO_SLOW) from None
        whole = not message.get("more_body", False)
        return message

    return receive_in_time


def nameable(path: str) -> bool:
    """Whether there can be something of that path."""
    parts = path.split("/")
    printable = all(character >= " " and not "\ud800" <= character <= "\udfff" for character in path)
    return len(path) <= LONGEST_PATH and printable and all(len(part.encode()) <= LONGEST_NAME for part in parts)


def watch_connections() -> None:
    """Close connections that do not say what they want in time; for all of this process, once."""
    from uvicorn.protocols.http.h11_impl import H11Protocol

    protocols: list[Any] = [H11Protocol]
    try:
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:  # an extra of uvicorn's
        pass
    else:
        protocols.append(HttpToolsProtocol)
    for protocol in protocols:
        if not hasattr(protocol, "watched_by_us"):
            watch(protocol)
    end_refusals()


def end_refusals() -> None:
    """Let uvicorn know that a WebSocket refused with a whole response is done with; it logs an error for each."""
    try:
        from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
    except ImportError:  # another version of uvicorn, with another protocol
        return
    protocol: Any = WebSocketsSansIOProtocol
    if hasattr(protocol, "watched_by_us"):
        return
    send = protocol.send

    async def send_and_end(self: Any, message: Message) -> None:
        await send(self, message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True  # as it does itself for a refusal without headers

    protocol.send, protocol.watched_by_us = send_and_end, True


def watch(protocol: Any) -> None:
    """Give one of uvicorn's protocols a timer, which runs while it waits for the head of a request.

    A request then also knows how to end its connection at once.
    """
    connection_made, data_received = protocol.connection_made, protocol.data_received
    on_response_complete = protocol.on_response_complete

    def waits(self: Any) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def give_up(self: Any) -> None:
        self.head_timer = None
        if waits(self) and self.transport.get_protocol() is self:  # it may have become a WebSocket
            self.transport.close()

    def start_timer(self: Any) -> None:
        if getattr(self, "head_timer", None) is None:
            self.head_timer = asyncio.get_running_loop().call_later(HEAD_SECONDS, give_up, self)

    def made(self: Any, transport: asyncio.Transport) -> None:
        connection_made(self, transport)
        start_timer(self)

    def tell_how_to_abort(self: Any) -> None:
        if not waits(self):
            self.cycle.scope.setdefault("extensions", {})[ABORT] = self.transport.abort

    def completed(self: Any) -> None:
        on_response_complete(self)
        tell_how_to_abort(self)  # the next request may have waited behind this one

    def received(self: Any, data: bytes) -> None:
        if waits(self):
            start_timer(self)
        data_received(self, data)
        tell_how_to_abort(self)
        if not waits(self) and self.head_timer is not None:
            self.head_timer.cancel()
            self.head_timer = None

    protocol.connection_made, protocol.data_received, protocol.watched_by_us = made, received, True
    protocol.on_response_complete = completed
