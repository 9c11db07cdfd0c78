"""What a browser loads once: the ES modules and style sheets of the rooms, and plotly.js."""

import asyncio
import gzip
import hashlib
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

import streamlit as st
from plotly.offline import get_plotlyjs_version
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

DASHBOARD = Path(__file__).parents[1]
KEEP = "public, max-age=31536000, immutable"


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
        asked = request.path_params.get("version")
        keep = KEEP if asked == modules_version() else "no-cache"
        return FileResponse(path, media_type="text/javascript", headers={"Cache-Control": keep})

    async def plotly(_request: Request) -> Response:
        headers = {"Cache-Control": KEEP, "Content-Encoding": "gzip"}
        return Response(await asyncio.to_thread(compressed_plotly), media_type="text/javascript", headers=headers)

    base = base_path()
    return [
        Route(f"{base}/api/modules@{{version}}/{{path:path}}", module),
        Route(f"{base}/api/modules/{{path:path}}", module),
        Route(f"{base}{plotly_path()}", plotly),
    ]


@cache
def modules() -> frozenset[str]:
    """The paths, from ``dashboard/``, of all ES modules there are."""
    return frozenset(path.relative_to(DASHBOARD).as_posix() for path in DASHBOARD.rglob("browser/**/*.js"))


def module_path(path: str) -> Path | None:
    """The file of an ES module; None if there is no such module."""
    return DASHBOARD / path if path in modules() else None


def module_url(path: str) -> str:
    """Where the browser finds an ES module, by its path from ``dashboard/``, and beside it whatever it imports.

    Other modules have other addresses, so that a browser may keep these for good: a page of some sixty modules that
    was open before asks for none of them again.
    """
    return f"{base_path()}/api/modules@{modules_version()}/{path}"


def modules_version() -> str:
    """What tells the modules as they stand from all that they were."""
    found = ((path, (DASHBOARD / path).stat()) for path in sorted(modules()))
    return digest_of_modules(tuple((path, stat.st_mtime_ns, stat.st_size) for path, stat in found))


@lru_cache(maxsize=1)
def digest_of_modules(found: tuple[tuple[str, int, int], ...]) -> str:
    """A digest of the modules' paths and contents, computed again only when a file was written."""
    digest = hashlib.sha256()
    for path, *_ in found:
        content = (DASHBOARD / path).read_bytes()
        digest.update(f"{path} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]


def plotly_path() -> str:
    """Where the browser finds plotly.js; a new version has a new path, so that the old one may be kept for good."""
    return f"/api/plotly-{get_plotlyjs_version()}.min.js"


@cache
def compressed_plotly() -> bytes:
    """plotly.js as the installed package ships it, compressed once for all visitors."""
    return gzip.compress(resources.files("plotly").joinpath("package_data/plotly.min.js").read_bytes(), 6)
