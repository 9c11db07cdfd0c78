"""Routes beside Streamlit's own: a run's event stream, answers to the step view, and the components' scripts."""

import asyncio
import gzip
import math
from collections.abc import Awaitable, Callable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import streamlit as st
from plotly.offline import get_plotlyjs_version
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from dashboard.answers import Answers, Question, QuestionError
from dashboard.live import Feeds
from lstm_engine import EngineError
from lstm_engine.runs import RunNotFound, StoreError

COMPONENTS = Path(__file__).parent / "components"


def base_path() -> str:
    """What stands before every path of this app: empty, or ``/`` and the configured base."""
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def make_routes(feeds: Feeds, answers: Answers) -> list[BaseRoute]:
    """All routes; ``feeds`` are the live data of the runs, ``answers`` what the step view asks of them."""

    async def stream(request: Request) -> Response:
        run_id = int(request.path_params["run_id"])
        after = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
        if not after.isdecimal() or len(after) > 18:
            return JSONResponse({"error": f"after is {after[:40]!r}, expected a step: a whole number"}, 400)
        if run_id >= 2**63 or not await feeds.exists(run_id):
            return JSONResponse({"error": f"There is no run {run_id}."}, 404)
        headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        return StreamingResponse(feeds.events(run_id, int(after)), media_type="text/event-stream", headers=headers)

    async def script(request: Request) -> Response:
        path = (COMPONENTS / request.path_params["path"]).resolve()
        if path.suffix != ".js" or not path.is_relative_to(COMPONENTS) or not path.is_file():
            return Response("There is no such script.", 404)
        return FileResponse(path, media_type="text/javascript", headers={"Cache-Control": "no-cache"})

    async def plotly(_request: Request) -> Response:
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Encoding": "gzip"}
        return Response(await asyncio.to_thread(compressed_plotly), media_type="text/javascript", headers=headers)

    base = base_path()
    return [
        Route(f"{base}/live/runs/{{run_id:int}}", stream),
        *answer_routes(f"{base}/live/answers/{{run_id:int}}", answers),
        Route(f"{base}/live/scripts/{{path:path}}", script),
        Route(f"{base}{plotly_path()}", plotly),
    ]


def answer_routes(run: str, answers: Answers) -> list[BaseRoute]:
    """The routes that answer the step view about a run; what cannot be answered is told in a sentence."""

    def answered(answer: Callable[[Request], dict[str, Any] | bytes]) -> Callable[[Request], Awaitable[Response]]:
        async def respond(request: Request) -> Response:
            try:
                found = await asyncio.to_thread(answer, request)
            except RunNotFound as error:
                return JSONResponse({"error": str(error)}, 404)
            except StoreError as error:
                return JSONResponse({"error": str(error)}, 503)
            except EngineError as error:
                return JSONResponse({"error": str(error)}, 400)
            headers = {"Cache-Control": "no-cache"}
            if isinstance(found, dict):
                return JSONResponse(found, headers=headers)
            return Response(found, media_type="application/octet-stream", headers=headers)

        return respond

    def question(request: Request) -> Question:
        return answers.question(request.path_params["run_id"], request.query_params)

    def number(request: Request, name: str, default: float) -> float:
        text = request.query_params.get(name, str(default))
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise QuestionError(f"{name} is “{text[:40]}”, expected a number.")
        return value

    def timestep(request: Request) -> int:
        text = request.query_params.get("timestep", "1")
        if not (text.isdecimal() and len(text) < 10):
            raise QuestionError(f"timestep is “{text[:40]}”, expected a whole number of at least 1.")
        return int(text) - 1

    def trace(request: Request) -> bytes:
        return answers.trace(question(request))

    def gradients(request: Request) -> bytes:
        return answers.gradients(question(request), timestep(request))

    def continuation(request: Request) -> dict[str, Any]:
        seed = abs(int(number(request, "seed", 0)))
        return answers.continuation(question(request), timestep(request), number(request, "temperature", 1.0), seed)

    def companion(request: Request) -> dict[str, Any]:
        if request.method == "POST":
            return answers.make_companion(request.path_params["run_id"])
        return answers.companion(question(request), timestep(request))

    def curves(request: Request) -> dict[str, Any]:
        after, until = (int(number(request, name, default)) for name, default in (("after", 0), ("until", 2**62)))
        return answers.curves(request.path_params["run_id"], max(0, after), until)

    def development(request: Request) -> dict[str, Any]:
        return answers.development(request.path_params["run_id"])

    def samples(request: Request) -> dict[str, Any]:
        return answers.samples(question(request))

    def export(request: Request) -> bytes:
        return answers.export(question(request), request.path_params["kind"])

    async def file(request: Request) -> Response:
        kind = request.path_params["kind"]
        if kind not in ("csv", "parquet", "npz"):
            return JSONResponse({"error": f"There is no “{kind[:40]}”; choose csv, parquet or npz."}, 404)
        response = await answered(export)(request)
        if response.status_code == 200:
            response.headers["Content-Disposition"] = f'attachment; filename="trace.{kind}"'
        return response

    return [
        Route(f"{run}/checkpoints", answered(lambda request: answers.checkpoints(request.path_params["run_id"]))),
        Route(f"{run}/trace", answered(trace)),
        Route(f"{run}/gradients", answered(gradients)),
        Route(f"{run}/continuation", answered(continuation)),
        Route(f"{run}/companion", answered(companion), methods=["GET", "POST"]),
        Route(f"{run}/trace.{{kind}}", file),
        Route(f"{run}/curves", answered(curves)),
        Route(f"{run}/development", answered(development)),
        Route(f"{run}/samples", answered(samples)),
    ]


def plotly_path() -> str:
    """Where the browser finds plotly.js; a new version has a new path, so that the old one may be kept for good."""
    return f"/live/plotly-{get_plotlyjs_version()}.min.js"


@cache
def compressed_plotly() -> bytes:
    """plotly.js as the installed package ships it, compressed once for all visitors."""
    return gzip.compress(resources.files("plotly").joinpath("package_data/plotly.min.js").read_bytes(), 6)
