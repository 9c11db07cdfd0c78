"""From a function that answers, or refuses in a sentence, to a route."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.serving.assets import base_path
from dashboard.serving.pools import Pool, SharedWork
from dashboard.serving.problems import NOTHING, UNEXPECTED, Kind, Problem, refusal
from lstm_engine import EngineError

BINARY_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Encoding": "identity",  # floats hardly get smaller, and packing 30 MB would cost a second of the server
}


def answered(
    pool: Pool, answer: Callable[[Request], dict[str, Any] | bytes]
) -> Callable[[Request], Awaitable[Response]]:
    """A route's endpoint that calls ``answer`` in a thread; what it refuses is told in a sentence, with a kind.

    The same question, asked by several at once, is answered once.
    """
    shared = SharedWork()

    async def respond(request: Request) -> Response:
        async def work() -> dict[str, Any] | bytes:
            return await pool.run(client_of(request), lambda: answer(request))

        if request.method != "GET":
            found = await work()
        else:
            found = await shared.join((request.url.path, *sorted(request.query_params.multi_items())), work)
        if isinstance(found, dict):
            return JSONResponse(found, headers={"Cache-Control": "no-cache"})
        return Response(found, media_type="application/octet-stream", headers=BINARY_HEADERS)

    return guarded(respond)


def guarded(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint, with its errors told as problems; one that nobody expected stands in the log."""

    async def respond(request: Request) -> Response:
        try:
            return await endpoint(request)
        except EngineError as error:
            return refusal(error)
        except Exception:
            logging.getLogger(__name__).exception("A request met what nobody expected: %s", request.url.path)
            return refusal(Problem(UNEXPECTED, Kind.UNEXPECTED))

    return respond


def client_of(request: HTTPConnection) -> str:
    """Who asks, as far as a server can tell: the address it comes from."""
    return request.client.host if request.client else ""


def run_route(path: str, endpoint: Callable[[Request], Awaitable[Response]], *methods: str) -> BaseRoute:
    """A route below a run: ``/api/runs/{run_id}/`` and the path; its number is read by ``numbers.run_id``."""
    return Route(f"{base_path()}/api/runs/{{run_id}}/{path}", endpoint, methods=list(methods or ("GET",)))


def no_other_routes() -> list[BaseRoute]:
    """What stands behind all other routes: Streamlit would show its page for an address that is none of ours."""

    async def nothing(_request: Request) -> Response:
        return refusal(Problem(NOTHING, Kind.MISSING))

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return [Route(f"{base_path()}/api/{{rest:path}}", nothing, methods=methods)]
