"""Large things on their way to a browser: sent piece by piece, to readers who read, and no longer than they are there.

A connection takes what it is given into memory; what is sent piece by piece stays where it is, once for all readers.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

PIECE = 256 * 1024  # bytes sent at once
STALLED_SECONDS = 30.0  # that one piece may take; a reader who has stopped keeps others from their answers
SLOWEST = 250_000  # bytes a second that a reader takes on the whole: 2 Mbit/s, a slow line

Found = TypeVar("Found")
Read = Callable[[int], Awaitable[bytes | memoryview]]


class Left(Exception):
    """Whoever asked has gone."""


async def while_there(request: Request, work: Coroutine[Any, Any, Found]) -> Found:
    """What the work gives, for as long as the one who asked is there; then it is cancelled.

    Raises:
        Left: they have gone.
    """
    gone, doing = asyncio.create_task(disconnected(request.receive)), asyncio.create_task(work)
    try:
        await asyncio.wait((gone, doing), return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            gone.result()  # the request may not have come in whole, which is told
            raise Left
        return doing.result()
    finally:
        gone.cancel()
        doing.cancel()


async def disconnected(receive: Callable[[], Awaitable[Mapping[str, Any]]]) -> None:
    """Returns when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        continue


class PiecesResponse(Response):
    """Sends something large; a reader who has stopped, or is slower than ``SLOWEST`` on the whole, is cut off.

    Args:
        read: gives the piece that starts at a byte, of ``PIECE`` bytes or up to the end.
        size: of the whole, in bytes. name: that the log calls it.
        done: called once it is sent, or not wanted any more.
    """

    def __init__(self, read: Read, size: int, headers: Mapping[str, str], name: str, done: Callable[[], None]):
        self._read, self._size, self._name, self._done = read, size, name, done
        self.status_code, self.background = 200, None
        self.init_headers({"content-length": str(size), **headers})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(disconnected(receive))
        try:
            await self._send(send, gone)
        except TimeoutError:
            logging.getLogger(__name__).info("A reader of %s has stopped reading, or reads too slowly.", self._name)
            await cut_off(scope, gone)
        finally:
            gone.cancel()
            self._done()

    async def _send(self, send: Send, gone: "asyncio.Task[None]") -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        clock = asyncio.get_running_loop().time
        started = clock()
        for start in range(0, max(self._size, 1), PIECE):
            piece = await self._read(start)
            if gone.done():  # a response that is begun is ended, which whoever has gone does not hear
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                return
            slowest = started + start / SLOWEST
            async with asyncio.timeout_at(min(slowest, clock()) + STALLED_SECONDS):
                await send({"type": "http.response.body", "body": piece, "more_body": start + PIECE < self._size})


def bytes_response(found: bytes, headers: Mapping[str, str], name: str, done: Callable[[], None]) -> PiecesResponse:
    """Sends bytes from where they lie."""
    view = memoryview(found)

    async def read(start: int) -> memoryview:
        return view[start : start + PIECE]

    return PiecesResponse(read, len(found), headers, name, done)


ABORT = "dashboard.abort"  # among a scope's extensions: ends the connection without waiting for its reader


async def cut_off(scope: Scope, gone: "asyncio.Task[None]") -> None:
    """End the connection of somebody who does not read; closed in the usual way, it would wait for them."""
    abort = scope.get("extensions", {}).get(ABORT)
    if abort is not None:
        abort()
        await asyncio.wait((gone,), timeout=1.0)  # then the server knows that nobody waits for the rest
