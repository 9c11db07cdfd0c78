"""Whether this server lives, and whether it can be given work: for a proxy, a container engine or a monitor to ask.

``/healthz`` answers as long as the server does. ``/readyz`` answers 503 while the run store does not, or while the
server is being stopped; it tells strangers no more than what kind of trouble it is, the log has the sentence.
"""

import asyncio
import logging
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.serving.assets import base_path
from dashboard.serving.problems import ASK_AGAIN_SECONDS
from lstm_engine.runs import RunStore, StoreError

log = logging.getLogger(__name__)

NOT_KEPT = {"Cache-Control": "no-store"}
ANSWER_SECONDS = 3.0  # in which the store is to answer; who asks waits hardly longer
KEPT_SECONDS = 1.0  # how long an answer holds, however many ask
STOPPING, SILENT = "stopping", "silent"


class Readiness:
    """Whether this server can be given work.

    Args:
        get_store: gives the store, or raises StoreError. stopping: whether the server is being stopped.
    """

    def __init__(self, get_store: Callable[[], RunStore], stopping: Callable[[], bool]):
        self._get_store, self._stopping = get_store, stopping
        self._look: asyncio.Task[str] | None = None
        self._found, self._found_at = "", float("-inf")

    async def trouble(self) -> str:
        """What kind of trouble keeps it from work; empty if none does."""
        if self._stopping():
            return STOPPING
        clock = asyncio.get_running_loop().time
        if clock() - self._found_at < KEPT_SECONDS:
            return self._found
        if self._look is None or self._look.done():  # one look at a time, be the store ever so slow
            self._look = asyncio.create_task(asyncio.to_thread(self._ask))
        look = self._look
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                found = await asyncio.shield(look)
        except TimeoutError:
            found = SILENT
        if found != self._found:
            log.warning("This server is %s.", f"not ready: {found}" if found else "ready again")
        self._found, self._found_at = found, clock()
        return found

    def _ask(self) -> str:
        try:
            self._get_store().check()
        except StoreError as error:
            log.warning("%s", error)
            return error.kind.value
        return ""


def health_routes(readiness: Readiness) -> list[BaseRoute]:
    """The two routes."""

    async def healthy(_request: Request) -> Response:
        return PlainTextResponse("ok", headers=NOT_KEPT)

    async def ready(_request: Request) -> Response:
        trouble = await readiness.trouble()
        if not trouble:
            return JSONResponse({"ready": True}, headers=NOT_KEPT)
        headers = {**NOT_KEPT, "Retry-After": str(ASK_AGAIN_SECONDS)}
        return JSONResponse({"ready": False, "trouble": trouble}, 503, headers=headers)

    base = base_path()
    return [Route(f"{base}/healthz", healthy), Route(f"{base}/readyz", ready)]
