"""Routes beside Streamlit's own: the event stream of a run, and the scripts of the browser components."""

import asyncio
import gzip
from functools import cache
from importlib import resources
from pathlib import Path

import streamlit as st
from plotly.offline import get_plotlyjs_version
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from dashboard.live import Feeds

COMPONENTS = Path(__file__).parent / "components"


def base_path() -> str:
    """What stands before every path of this app: empty, or ``/`` and the configured base."""
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def make_routes(feeds: Feeds) -> list[BaseRoute]:
    """All routes; ``feeds`` are the live data of the runs."""

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
        Route(f"{base}/live/scripts/{{path:path}}", script),
        Route(f"{base}{plotly_path()}", plotly),
    ]


def plotly_path() -> str:
    """Where the browser finds plotly.js; a new version has a new path, so that the old one may be kept for good."""
    return f"/live/plotly-{get_plotlyjs_version()}.min.js"


@cache
def compressed_plotly() -> bytes:
    """plotly.js as the installed package ships it, compressed once for all visitors."""
    return gzip.compress(resources.files("plotly").joinpath("package_data/plotly.min.js").read_bytes(), 6)
