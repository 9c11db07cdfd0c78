"""From a function that answers, or refuses in a sentence, to a route."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lstm_engine import EngineError
from lstm_engine.runs import RunNotFound, StoreError


class QuestionError(EngineError):
    """A question cannot be answered as it was asked.

    Attributes:
        details: what a program must know of it, beside the sentence for people.
    """

    details: Mapping[str, Any] = {}


def answered(answer: Callable[[Request], dict[str, Any] | bytes]) -> Callable[[Request], Awaitable[Response]]:
    """A route's endpoint that calls ``answer`` in a thread; what it refuses is told in a sentence."""

    async def respond(request: Request) -> Response:
        try:
            found = await asyncio.to_thread(answer, request)
        except RunNotFound as error:
            return JSONResponse({"error": str(error)}, 404)
        except StoreError as error:
            return JSONResponse({"error": str(error)}, 503)
        except EngineError as error:
            return JSONResponse({"error": str(error), **getattr(error, "details", {})}, 400)
        headers = {"Cache-Control": "no-cache"}
        if isinstance(found, dict):
            return JSONResponse(found, headers=headers)
        return Response(found, media_type="application/octet-stream", headers=headers)

    return respond


def number(request: Request, name: str, default: float) -> float:
    """A finite number of the query.

    Raises:
        QuestionError: it is not one.
    """
    text = request.query_params.get(name, str(default))
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise QuestionError(f"{name} is “{text[:40]}”, expected a number.")
    return value
