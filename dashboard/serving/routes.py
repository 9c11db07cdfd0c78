"""From a function that answers, or refuses in a sentence, to a route."""

import logging
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Generic, TypeVar

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.serving.assets import base_path
from dashboard.serving.lending import Lending
from dashboard.serving.pools import Pool, SharedWork
from dashboard.serving.problems import NOTHING, UNEXPECTED_SENTENCE, Kind, Problem, refusal
from dashboard.serving.sending import Left, bytes_response, while_there
from lstm_engine import EngineError

GONE = 499  # the status of an answer that nobody waits for
BINARY_HEADERS = {
    "Content-Type": "application/octet-stream",
    "Cache-Control": "no-cache",
    "Content-Encoding": "identity",  # floats hardly get smaller, and packing 30 MB would cost a second of the server
}


Answer = dict[str, Any] | bytes
Asked = TypeVar("Asked", bound=Hashable)


class LargeAnswers(Generic[Asked]):
    """The lane of questions whose answers take long and much memory, beside that of all others.

    Args:
        pool: of its threads, and of the answers that may be in memory until they are sent.
        is_large: whether a question is one of them; called in a thread.
    """

    def __init__(self, pool: Pool, is_large: Callable[[Asked], bool]):
        self.lending: Lending[Answer] = Lending(pool)
        self.is_large = is_large


def itself(request: Request) -> Any:
    """A request as what is asked, where its parameters say all."""
    return request


def answered(
    pool: Pool,
    answer: Callable[[Asked], Answer],
    large: LargeAnswers[Asked] | None = None,
    read: Callable[[Request], Asked] = itself,
    personal: bool = False,
) -> Callable[[Request], Awaitable[Response]]:
    """A route's endpoint that calls ``answer`` in a thread; what it refuses is told in a sentence, with a kind.

    The same question, asked by several at once, is answered once; one that nobody waits for any more is given up.

    Args:
        pool: of the threads.
        answer: to what is asked.
        large: the lane of large answers, if the route has one.
        read: what a request asks, read once, in a thread; questions that are equal are the same.
        personal: whether the answer depends on who asks, so that only their own questions are the same.
    """
    shared = SharedWork()

    def judged(request: Request) -> tuple[Asked, bool]:
        asked = read(request)
        return asked, large is not None and large.is_large(asked)

    async def found_for(request: Request) -> tuple[Answer, Callable[[], None]]:
        client = client_of(request)
        if request.method not in ("GET", "HEAD"):
            return await pool.run(client, lambda: answer(read(request))), lambda: None
        if read is itself and large is None:
            asked, is_large = read(request), False
        else:
            asked, is_large = await pool.run(client, lambda: judged(request))
        parameters = sorted(request.query_params.multi_items()) if asked is request else [asked]
        whose = (request.headers.get("cookie", ""), client) if personal else ()
        key = (request.url.path, *parameters, *whose)
        if large is not None and is_large:
            return await large.lending.take(key, client, lambda: answer(asked))
        return await shared.join(key, lambda: pool.run(client, lambda: answer(asked))), lambda: None

    async def respond(request: Request) -> Response:
        found, done = await while_there(request, found_for(request))
        if isinstance(found, dict):
            done()
            return JSONResponse(found, headers={"Cache-Control": "no-cache"})
        return bytes_response(found, BINARY_HEADERS, request.url.path, done)

    return guarded(respond)


def guarded(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint, with its errors told as problems; one that nobody expected stands in the log."""

    async def respond(request: Request) -> Response:
        try:
            return await endpoint(request)
        except EngineError as error:
            return refusal(error)
        except Left:
            return Response(status_code=GONE)
        except Exception:
            logging.getLogger(__name__).exception("A request met what nobody expected: %s", request.url.path)
            return refusal(Problem(UNEXPECTED_SENTENCE, Kind.UNEXPECTED))

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
