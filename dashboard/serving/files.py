"""Files that take seconds to make: written piece by piece onto the disk, sent from there, and gone.

Whoever asks for a file that is being made or sent already shares it.
"""

import asyncio
import os
import tempfile
from collections.abc import Callable, Hashable
from typing import IO

from starlette.requests import Request

from dashboard.serving.lending import Lending
from dashboard.serving.pools import Pool
from dashboard.serving.problems import Kind, Problem
from dashboard.serving.routes import client_of
from dashboard.serving.sending import PIECE, PiecesResponse, while_there

Write = Callable[[IO[bytes]], None]


class Files:
    """The files that are being made or sent.

    Args:
        pool: of the threads that write, and of the places of files on the disk.
    """

    def __init__(self, pool: Pool):
        self._lending: Lending[IO[bytes]] = Lending(pool, lambda file: file.close())

    async def response(self, request: Request, key: Hashable, write: Write, name: str) -> PiecesResponse:
        """A response that sends the file which ``write`` writes.

        Args:
            key: says what is in the file. name: that the browser gives it.

        Raises:
            EngineError: what ``write`` refuses, or too many files are asked for.
            Left: whoever asked has gone.
        """
        making = self._lending.take(key, client_of(request), lambda: written(write))
        file, done = await while_there(request, making)
        headers = {
            "content-type": "application/octet-stream",
            "content-disposition": f'attachment; filename="{name}"',
            "content-encoding": "identity",
            "cache-control": "no-cache",
        }

        async def read(start: int) -> bytes:
            return await asyncio.to_thread(os.pread, file.fileno(), PIECE, start)

        return PiecesResponse(read, os.fstat(file.fileno()).st_size, headers, name, done)


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
