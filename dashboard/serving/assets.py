"""What a browser loads once: the ES modules and style sheets of the rooms, and plotly.js."""

import asyncio
import gzip
from functools import cache
from importlib import resources
from pathlib import Path

import streamlit as st
from plotly.offline import get_plotlyjs_version
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

DASHBOARD = Path(__file__).parents[1]


def base_path() -> str:
    """What stands before every path of this app: empty, or ``/`` and the configured base."""
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def asset_routes() -> list[BaseRoute]:
    """The routes of ES modules and of plotly.js."""

    async def module(request: Request) -> Response:
        path = module_path(request.path_params["path"])
        if path is None:
            return Response("There is no such module.", 404)
        return FileResponse(path, media_type="text/javascript", headers={"Cache-Control": "no-cache"})

    async def plotly(_request: Request) -> Response:
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Content-Encoding": "gzip"}
        return Response(await asyncio.to_thread(compressed_plotly), media_type="text/javascript", headers=headers)

    base = base_path()
    return [Route(f"{base}/api/modules/{{path:path}}", module), Route(f"{base}{plotly_path()}", plotly)]


@cache
def modules() -> frozenset[str]:
    """The paths, from ``dashboard/``, of all ES modules there are."""
    return frozenset(path.relative_to(DASHBOARD).as_posix() for path in DASHBOARD.rglob("browser/**/*.js"))


def module_path(path: str) -> Path | None:
    """The file of an ES module; None if there is no such module."""
    return DASHBOARD / path if path in modules() else None


def plotly_path() -> str:
    """Where the browser finds plotly.js; a new version has a new path, so that the old one may be kept for good."""
    return f"/api/plotly-{get_plotlyjs_version()}.min.js"


@cache
def compressed_plotly() -> bytes:
    """plotly.js as the installed package ships it, compressed once for all visitors."""
    return gzip.compress(resources.files("plotly").joinpath("package_data/plotly.min.js").read_bytes(), 6)
