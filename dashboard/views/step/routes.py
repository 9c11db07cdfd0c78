"""What the step view asks about a run: traces, gradients, continuations, the companion, files."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.serving.answering import QuestionError, answered, number
from dashboard.serving.assets import base_path
from dashboard.views.step.questions import Question, Questions


def step_routes(questions: Questions) -> list[BaseRoute]:
    """The step view's routes."""

    def question(request: Request) -> Question:
        return questions.question(request.path_params["run_id"], request.query_params)

    def timestep(request: Request) -> int:
        text = request.query_params.get("timestep", "1")
        if not (text.isdecimal() and len(text) < 10):
            raise QuestionError(f"timestep is “{text[:40]}”, expected a whole number of at least 1.")
        return int(text) - 1

    def checkpoints(request: Request) -> dict[str, Any]:
        return questions.checkpoints(request.path_params["run_id"])

    def trace(request: Request) -> bytes:
        return questions.trace(question(request))

    def gradients(request: Request) -> bytes:
        return questions.gradients(question(request), timestep(request))

    def continuation(request: Request) -> dict[str, Any]:
        seed = abs(int(number(request, "seed", 0)))
        return questions.continuation(question(request), timestep(request), number(request, "temperature", 1.0), seed)

    def companion(request: Request) -> dict[str, Any]:
        if request.method == "POST":
            return questions.make_companion(request.path_params["run_id"])
        return questions.companion(question(request), timestep(request))

    def export(request: Request) -> bytes:
        return questions.export(question(request), request.path_params["kind"])

    async def file(request: Request) -> Response:
        kind = request.path_params["kind"]
        if kind not in ("csv", "parquet", "npz"):
            return JSONResponse({"error": f"There is no “{kind[:40]}”; choose csv, parquet or npz."}, 404)
        response = await answered(export)(request)
        if response.status_code == 200:
            response.headers["Content-Disposition"] = f'attachment; filename="trace.{kind}"'
        return response

    run = f"{base_path()}/api/runs/{{run_id:int}}"
    return [
        Route(f"{run}/checkpoints", answered(checkpoints)),
        Route(f"{run}/trace", answered(trace)),
        Route(f"{run}/gradients", answered(gradients)),
        Route(f"{run}/continuation", answered(continuation)),
        Route(f"{run}/companion", answered(companion), methods=["GET", "POST"]),
        Route(f"{run}/trace.{{kind}}", file),
    ]
