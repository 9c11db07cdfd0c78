"""Files that take seconds to make: written piece by piece onto the disk, sent from there, and gone.

Whoever asks for a file that is being made or sent already shares it.
"""

import asyncio
import logging
import os
import tempfile
from collections.abc import Awaitable, Callable, Hashable
from typing import IO

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from dashboard.serving.pools import Pool
from dashboard.serving.problems import Kind, Problem
from dashboard.serving.routes import client_of

PIECE = 256 * 1024  # bytes sent at once
STALLED_SECONDS = 30.0  # that one piece may take; a reader who has stopped keeps others from their files

Write = Callable[[IO[bytes]], None]


class Shared:
    """One file and those who read it."""

    def __init__(self) -> None:
        self.readers = 0
        self.unread = asyncio.Event()
        self.made: asyncio.Future[IO[bytes]] = asyncio.get_running_loop().create_future()


class Files:
    """The files that are being made or sent.

    Args:
        pool: of the threads that write, and of the places of files on the disk.
    """

    def __init__(self, pool: Pool):
        self._pool = pool
        self._shared: dict[Hashable, Shared] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def response(self, request: Request, key: Hashable, write: Write, name: str) -> "FileResponse":
        """A response that sends the file which ``write`` writes.

        Args:
            key: says what is in the file. name: that the browser gives it.

        Raises:
            EngineError: what ``write`` refuses, or too many files are asked for.
        """
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = Shared()
            task = asyncio.create_task(self._keep(key, shared, client_of(request), write))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        shared.readers += 1
        try:
            file = await asyncio.shield(shared.made)
        except BaseException:
            self._leave(shared)
            raise
        return FileResponse(file, name, lambda: self._leave(shared))

    async def _keep(self, key: Hashable, shared: Shared, client: str, write: Write) -> None:
        """Make the file, and keep it until nobody reads it any more."""
        try:
            async with self._pool.place(client):
                with await self._pool.compute(lambda: written(write)) as file:
                    shared.made.set_result(file)
                    await shared.unread.wait()
        except Exception as error:
            shared.made.set_exception(error)
            shared.made.exception()  # those who asked may all have gone
        finally:
            if self._shared.get(key) is shared:
                del self._shared[key]

    def _leave(self, shared: Shared) -> None:
        shared.readers -= 1
        if shared.readers == 0:
            shared.unread.set()
            # whoever comes from now on has it made anew
            self._shared = {key: other for key, other in self._shared.items() if other is not shared}


def written(write: Write) -> IO[bytes]:
    """A file without a name, with all that ``write`` writes.

    Raises:
        Problem: the disk is full.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    try:
        write(file)
        file.flush()
    except OSError as error:
        file.close()
        raise Problem(f"The server has no room for the file ({error.strerror}). Try again later.", Kind.BUSY) from error
    except BaseException:
        file.close()
        raise
    return file


class FileResponse:
    """Sends an open file; several may send the same one."""

    status_code = 200

    def __init__(self, file: IO[bytes], name: str, done: Callable[[], None]):
        self._file, self._name, self._done = file, name, done

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                gone = group.create_task(disconnected(receive))
                await self._send(send, gone)
                gone.cancel()
        except* TimeoutError:
            logging.getLogger(__name__).info("A reader of %s has stopped reading.", self._name)
        finally:
            self._done()

    async def _send(self, send: Send, gone: "asyncio.Task[None]") -> None:
        size = os.fstat(self._file.fileno()).st_size
        headers = {
            "content-type": "application/octet-stream",
            "content-length": str(size),
            "content-disposition": f'attachment; filename="{self._name}"',
            "content-encoding": "identity",
            "cache-control": "no-cache",
        }
        head = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        for start in range(0, max(size, 1), PIECE):
            piece = await asyncio.to_thread(os.pread, self._file.fileno(), PIECE, start)
            if gone.done():
                return
            async with asyncio.timeout(STALLED_SECONDS):
                await send({"type": "http.response.body", "body": piece, "more_body": start + PIECE < size})


async def disconnected(receive: Callable[[], Awaitable[object]]) -> None:
    """Returns when the client has gone."""
    while True:
        message = await receive()
        if isinstance(message, dict) and message["type"] == "http.disconnect":
            return
