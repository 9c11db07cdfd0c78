"""What explains the rest, for every room's components: the glossary, and the source of the textbook."""

import inspect
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType, ModuleType
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.serving.assets import base_path
from dashboard.serving.pools import Pools
from dashboard.serving.problems import Kind, Problem
from dashboard.serving.routes import answered, guarded
from dashboard.shell.glossary import all_terms
from lstm_engine.cell import equations, equations_2024, equations_readout

SOURCES: Mapping[str, ModuleType] = MappingProxyType(
    {
        "equations.py": equations,
        "equations_2024.py": equations_2024,
        "equations_readout.py": equations_readout,
    }
)


def start_routes(pools: Pools) -> list[BaseRoute]:
    """The routes.

    Args:
        pools: the threads in which questions are answered.
    """

    def glossary(_request: Request) -> dict[str, Any]:
        """All entries, in the order of the page of text."""
        return {"terms": [asdict(term) for term in all_terms()]}

    async def source(request: Request) -> Response:
        """A file of the engine's that stands on the screen line by line."""
        name = request.path_params["name"]
        if name not in SOURCES:
            raise Problem(f"There is no source “{name[:40]}”; there is {', '.join(SOURCES)}.", Kind.MISSING)
        return PlainTextResponse(inspect.getsource(SOURCES[name]), headers={"Cache-Control": "no-cache"})

    base = base_path()
    return [
        Route(f"{base}/api/glossary", answered(pools.questions, glossary)),
        Route(f"{base}/api/source/{{name}}", guarded(source)),
    ]
