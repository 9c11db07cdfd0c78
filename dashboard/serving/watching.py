"""What is asked of this server: each request, by the route that answers it, and who is connected just now."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.serving.assets import base_path

log = logging.getLogger("dashboard.requests")

SESSIONS, LISTENERS = "/_stcore/stream", "/api/live"  # the two connections of a page
OF_STREAMLIT = ("health", "host-config", "stream", "upload_file", "script-health-check", "bidi-components", "metrics")
FILES = ("static", "media", "component", "app")
PAGE, OTHER = "page", "other"
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
CUT_OFF = 499  # of a request whose answer nobody waited for, or that failed before it had a status


@dataclass(frozen=True)
class Request:
    """One that is done.

    Attributes:
        route: what it asked for, with names for numbers. code: the answer's status. seconds: until it was sent.
    """

    route: str
    method: str
    code: int
    seconds: float


class Watched:
    """What a server is asked.

    Args:
        routes: our own.

    Attributes:
        open: connections just now, by route.
        tell: who is told of each request.
    """

    def __init__(self, routes: Sequence[BaseRoute]):
        self._routes = routes
        self.open: Counter[str] = Counter()
        self.tell: list[Callable[[Request], None]] = []

    def route_of(self, scope: Scope) -> str:
        """What is asked for: one of few words, however many addresses people make up."""
        for route in self._routes:
            if route.matches(scope)[0] is not Match.NONE:
                return str(getattr(route, "path", OTHER)).removeprefix(base_path())
        first, _, rest = str(scope["path"]).removeprefix(base_path()).strip("/").partition("/")
        if first == "_stcore":
            name = rest.partition("/")[0]
            return f"/_stcore/{name}" if name in OF_STREAMLIT else OTHER
        if first in FILES:
            return f"/{first}"
        return PAGE if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else OTHER


class Watching:
    """ASGI middleware that watches.

    Args:
        app: what answers.
    """

    def __init__(self, app: ASGIApp, watched: Watched):
        self._app, self._watched = app, watched

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        watched, route, began = self._watched, self._watched.route_of(scope), time.monotonic()
        code, opened = CUT_OFF, False

        async def watched_send(message: Message) -> None:
            nonlocal code, opened
            kind = message["type"]
            if kind in ("http.response.start", "websocket.http.response.start"):
                code = message["status"]
            elif kind == "websocket.accept":
                code, opened = 101, True
                watched.open[route] += 1
            elif kind == "websocket.close" and not opened:
                code = 403
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        finally:
            if opened:
                watched.open[route] -= 1
            method = scope.get("method", "GET")
            method = method if method in METHODS else OTHER
            request = Request(route, method, code, time.monotonic() - began)
            for tell in watched.tell:
                tell(request)


def log_request(request: Request) -> None:
    """A line of the log: no address and no query, which hold what people typed."""
    log.info(
        "%s %s %d",
        request.method,
        request.route,
        request.code,
        extra={
            "route": request.route,
            "method": request.method,
            "code": request.code,
            "seconds": round(request.seconds, 4),
        },
    )
