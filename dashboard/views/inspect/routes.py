"""What the Inspect page asks about a run."""

import re
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from dashboard.serving.numbers import run_id
from dashboard.serving.pools import Pools
from dashboard.serving.problems import Problem
from dashboard.serving.routes import LargeAnswers, answered, client_of, guarded, run_route
from dashboard.shell.rights.serving import acts_of
from dashboard.views.inspect.analyses import Asked
from dashboard.views.inspect.bounds import LAYER, OUTPUT, PAGE_NUMBER, POSITION, UNIT
from dashboard.views.inspect.films import Films
from dashboard.views.inspect.movers import movers_payload
from dashboard.views.inspect.questions import InspectQuestions
from dashboard.views.inspect.report import report_of
from lstm_engine.runs import RunStore

QUICK = ("text", "colours", "marks", "neighbours", "movers", "step")  # of a text that was read already
UNITS = re.compile(r"\d{1,6}(,\d{1,6})*")
MOST_PROPERTY = 500  # characters, of which the property itself may have fewer


def inspect_routes(get_store: Callable[[], RunStore], pools: Pools) -> list[BaseRoute]:
    """The Inspect page's routes.

    Args:
        get_store: gives the run store, or raises StoreError while it cannot be opened.
        pools: the threads in which questions are answered.
    """
    questions, films = InspectQuestions(get_store), Films(get_store)

    def asked(request: Request) -> Asked:
        return questions.asked(run_id(request.path_params["run_id"]), request.query_params)

    def is_large(request: Request) -> bool:
        quick = request.url.path.rpartition("/")[2] in QUICK
        return not (quick and questions.is_known(asked(request)))

    large = LargeAnswers(pools.inspection, is_large)

    def number_of(bounds: Any, request: Request, default: int) -> int:
        return int(bounds.of(request.query_params, default))

    def page(request: Request) -> int:
        return number_of(PAGE_NUMBER, request, 1)

    def chosen(name: str, request: Request, otherwise: str = "") -> str:
        return request.query_params.get(name, otherwise)[:MOST_PROPERTY]

    def quantity(request: Request) -> str:
        return chosen("quantity", request, "hidden")

    def units(request: Request) -> list[int]:
        text = chosen("units", request)
        if not UNITS.fullmatch(text):
            raise Problem(f"The units “{text[:40]}” cannot be read; write them like 3,17.")
        return list(dict.fromkeys(int(unit) for unit in text.split(",")))

    def broken(request: Request) -> tuple[Asked, list[int], str, str, str]:
        """What is broken, and how."""
        by = chosen("by", request, "mean")
        return asked(request), units(request), chosen("property", request), quantity(request), by

    async def report(request: Request) -> Response:
        def make() -> str:
            claim = questions.claim(*broken(request))
            return report_of(claim, questions.analysis(claim.asked))

        text = await pools.inspection.run(client_of(request), make)
        headers = {"Content-Disposition": 'attachment; filename="claim.html"', "Cache-Control": "no-cache"}
        return Response(text, media_type="text/html", headers=headers)

    def notes(request: Request) -> dict[str, Any]:
        run = run_id(request.path_params["run_id"])
        if request.method == "POST":
            layer, unit = number_of(LAYER, request, 1) - 1, number_of(UNIT, request, 0)
            query, acts = request.query_params, acts_of(get_store(), request)
            return questions.note_unit(run, layer, unit, query.get("name", ""), query.get("note", ""), acts)
        return {"units": [vars(note) for note in questions.names(run)]}

    def movers(request: Request) -> dict[str, Any]:
        output = number_of(OUTPUT, request, 0) if OUTPUT.name in request.query_params else None
        return movers_payload(questions.analysis(asked(request)), number_of(POSITION, request, 1) - 1, output)

    answers: dict[str, Callable[[Request], dict[str, Any] | bytes]] = {
        "text": lambda request: questions.text(asked(request), page(request)),
        "colours": lambda request: questions.colours(asked(request), quantity(request), page(request)),
        "marks": lambda request: questions.marks(asked(request), chosen("property", request), page(request)),
        "find": lambda request: questions.find(asked(request), quantity(request), chosen("property", request)),
        "unit": lambda request: questions.unit(asked(request), quantity(request), number_of(UNIT, request, 0)),
        "break": lambda request: questions.broken(*broken(request)),
        "match": lambda request: questions.match(asked(request), quantity(request), chosen("span", request)),
        "neighbours": lambda request: questions.neighbours(
            asked(request), quantity(request), number_of(POSITION, request, 1) - 1
        ),
        "map": lambda request: questions.map(
            asked(request), quantity(request), chosen("property", request), page(request), chosen("by", request, "pca")
        ),
        "movers": movers,
        "gates": lambda request: films.gates(asked(request)),
        "step": lambda request: questions.step(asked(request), number_of(POSITION, request, 1) - 1),
    }
    return [
        *(run_route(f"inspect/{name}", answered(pools.questions, answer, large)) for name, answer in answers.items()),
        run_route("inspect/claim.html", guarded(report)),
        run_route("unit_names", answered(pools.questions, notes), "GET", "POST"),
    ]
