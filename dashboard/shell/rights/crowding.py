"""How much of a server one visitor, one network and all together may take: requests, open pages, memory.

Counted by each server for itself, since it is its own room that is shared out; a browser stays with one server.
"""

import asyncio
import html
import re
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from functools import lru_cache

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.serving.assets import base_path
from dashboard.serving.first_paint import wants_page
from dashboard.serving.pools import Pool
from dashboard.serving.problems import ASK_AGAIN_SECONDS, STATUS, Kind, Problem, refusal
from dashboard.serving.routes import client_of
from dashboard.shell.rights.asking import actor_of_request, everyone_is_here, marked
from dashboard.shell.rights.cookies import identity_in, signing_key
from dashboard.shell.rights.limits import MOST_KEYS, OTHERS, beyond, most_of, too_much
from dashboard.shell.rights.sign_in import network_of
from lstm_engine.runs import RunStore, StoreError
from lstm_engine.runs.training.bounds import memory

# what costs next to nothing, or must always be answered
FREE = re.compile(r"/((static|media)/|api/(modules|plotly)|healthz$|readyz$|metrics$|_stcore/health)")
PAGES_CONNECTION = re.compile(r"/_stcore/stream$")
TRY_LATER = 1013  # RFC 6455, section 7.4
MINUTE = 60.0
KEY_AGAIN_SECONDS = 5.0  # while the store is away, until it is asked for its key again
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Step inside an LSTM</title>
<meta name="viewport" content="width=device-width"><style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto; padding: 0 1.5rem; }}
h1 {{ font-size: 1.4rem; }} a {{ color: #0072B2; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #11161b; color: #e8edf2; }} a {{ color: #56B4E9; }} }}
</style></head><body><h1>Step inside an LSTM</h1><p>{sentence}</p><p><a href="">Try again</a></p></body></html>"""


@lru_cache(maxsize=1)
def _memory_at(_second: int) -> int:
    whole, used = memory()
    return round(100 * used / whole) if whole else 0


def memory_in_use() -> float:
    """Per cent of the memory of this machine, or of the container around this process; 0 where nobody tells."""
    return _memory_at(int(time.monotonic()))


class Buckets:
    """Requests of the last minute, as buckets that fill again: as many at once as a minute's, and no more in the long
    run."""

    def __init__(self) -> None:
        self._left: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()  # how many, and when it was so

    def take(self, *wanted: tuple[str, str]) -> Problem | None:
        """Count one more under each of (a limit's name, of whom); the refusal, and nothing counted, if one is empty."""
        now, found = time.monotonic(), {}
        for key in wanted:
            if key not in self._left and len(self._left) >= MOST_KEYS:
                oldest, (_, at) = next(iter(self._left.items()))
                if now - at > MINUTE:
                    del self._left[oldest]  # full again by now
                else:
                    key = (key[0], OTHERS)
            most = most_of(key[0])
            left, at = self._left.get(key, (float(most), now))
            left = min(float(most), left + (now - at) * most / MINUTE)
            if left < 1:
                return beyond(key[0], most)
            found[key] = left - 1
        for key, left in found.items():
            self._left[key] = (left, now)
            self._left.move_to_end(key)
        return None


class Crowding:
    """ASGI middleware that shares this server out; an administrator has no limits.

    Args:
        app: what is asked otherwise. get_store: gives the store, or raises StoreError. pool: of threads.
    """

    def __init__(self, app: ASGIApp, get_store: Callable[[], RunStore], pool: Pool):
        self._app, self._get_store, self._pool = app, get_store, pool
        self._buckets = Buckets()
        self._open: Counter[tuple[str, str]] = Counter()
        self._key: bytes | None = None
        self._key_asked_at = float("-inf")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        path = str(scope.get("path", "")).removeprefix(base_path())
        if kind not in ("http", "websocket") or everyone_is_here() or FREE.match(path):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        network = network_of(client_of(connection))
        person = await self._person(connection)
        pages = [("address_pages", network), ("all_pages", "")] + ([("pages", person)] if person else [])
        problem = self._buckets.take(
            ("address_requests", network), *([("requests", person)] if person else [])
        ) or self._no_room(scope, path, pages, person or network)
        if problem is not None and not await self._may_everything(scope):
            await refuse(problem, scope, receive, send)
            return
        if kind == "http" or PAGES_CONNECTION.search(path) is None:
            await self._app(scope, receive, send)
            return
        counted = [*pages, ("of", person or network)]
        self._open.update(counted)
        try:
            await self._app(scope, receive, send)
        finally:
            for key in counted:
                self._open[key] -= 1
                if not self._open[key]:
                    del self._open[key]

    def _no_room(self, scope: Scope, path: str, pages: list[tuple[str, str]], whom: str) -> Problem | None:
        """Why a page, or its connection, is refused.

        One page more than may be is borne: of one that is loaded anew, the former connection ends after that.
        """
        if not (wants_page(scope) if scope["type"] == "http" else PAGES_CONNECTION.search(path)):
            return None
        for name, of in pages:
            problem = too_much(name, self._open[name, of])
            if problem is not None:
                return problem
        if not self._open["of", whom] and (problem := too_much("memory", memory_in_use())) is not None:
            return Problem(str(problem), Kind.BUSY)
        return None

    async def _person(self, connection: HTTPConnection) -> str:
        """The identity that a browser's cookie proves; empty for a guest, or while nobody can tell."""
        if self._key is None:
            now = time.monotonic()
            if now - self._key_asked_at < KEY_AGAIN_SECONDS:
                return ""
            self._key_asked_at = now
            try:
                self._key = await asyncio.to_thread(lambda: signing_key(self._get_store()))
            except StoreError:  # the page says so
                return ""
        return identity_in(self._key, connection.cookies) or ""

    async def _may_everything(self, scope: Scope) -> bool:
        connection = HTTPConnection(marked(scope))
        try:
            actor = await self._pool.run(client_of(connection), lambda: actor_of_request(self._get_store(), connection))
        except (StoreError, Problem):
            return False
        return actor.may_do_everything


async def refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Say no: to a person by a page, to a page's own requests as they read it."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": TRY_LATER})  # before it is accepted
        return
    if wants_page(scope):
        headers = {"Retry-After": str(ASK_AGAIN_SECONDS), "Cache-Control": "no-store"}
        page = PAGE.format(sentence=html.escape(str(problem)))
        await HTMLResponse(page, STATUS[problem.kind], headers=headers)(scope, receive, send)
        return
    await refusal(problem)(scope, receive, send)
