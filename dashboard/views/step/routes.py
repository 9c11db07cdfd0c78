"""What the step view asks about a run: traces, gradients, continuations, the companion, files."""

import re
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute

from dashboard.serving.files import Files
from dashboard.serving.numbers import SEED, TEMPERATURE, TIMESTEP, run_id
from dashboard.serving.pools import Pools
from dashboard.serving.problems import Kind, Problem
from dashboard.serving.routes import LargeAnswers, answered, client_of, guarded, run_route
from dashboard.views.step.export import FILE_KINDS
from dashboard.views.step.questions import Question, Questions
from dashboard.views.step.weights import write_weights
from lstm_engine.runs import RunStore

LONGEST_NAME = 200  # characters of a file's


def step_routes(get_store: Callable[[], RunStore], questions: Questions, pools: Pools) -> list[BaseRoute]:
    """The step view's routes.

    Args:
        get_store: gives the run store, or raises StoreError while it cannot be opened.
        pools: the threads in which questions are answered and files are written.
    """
    files = Files(pools.files)

    def question(request: Request) -> Question:
        return questions.question(run_id(request.path_params["run_id"]), request.query_params)

    large = LargeAnswers(pools.large, lambda request: questions.is_large(question(request)))

    def timestep(request: Request) -> int:
        return int(TIMESTEP.of(request.query_params, 1)) - 1

    def checkpoints(request: Request) -> dict[str, Any]:
        return questions.checkpoints(run_id(request.path_params["run_id"]))

    def beside(request: Request) -> dict[str, Any]:
        return questions.beside(run_id(request.path_params["run_id"]), request.query_params.get("run"))

    def trace(request: Request) -> bytes:
        return questions.trace(question(request))

    def gradients(request: Request) -> bytes:
        return questions.gradients(question(request), timestep(request))

    def continuation(request: Request) -> dict[str, Any]:
        query = request.query_params
        temperature, seed = TEMPERATURE.of(query, 1.0), int(SEED.of(query, 0))
        return questions.continuation(question(request), timestep(request), temperature, seed)

    def companion(request: Request) -> dict[str, Any]:
        if request.method == "POST":
            return questions.make_companion(run_id(request.path_params["run_id"]))
        return questions.companion(question(request), timestep(request))

    async def export(request: Request) -> Any:
        kind = request.path_params["kind"]
        if kind not in FILE_KINDS:
            raise Problem(f"There is no “{kind[:40]}”; choose one of {', '.join(FILE_KINDS)}.", Kind.MISSING)
        asked = await pools.questions.run(client_of(request), lambda: question(request))
        name = named(request, f"trace.{kind}")
        return await files.response(
            request, (asked, kind, name), lambda file: questions.write_export(asked, kind, file), name
        )

    async def weights(request: Request) -> Any:
        asked = await pools.questions.run(client_of(request), lambda: question(request))
        name = named(request, "weights.safetensors")
        what = (asked.run_id, asked.step, name)
        return await files.response(request, what, lambda file: write_weights(get_store(), *what[:2], file), name)

    def ask(answer: Any) -> Any:
        return answered(pools.questions, answer, large)

    return [
        run_route("checkpoints", answered(pools.questions, checkpoints)),
        run_route("beside", answered(pools.questions, beside)),
        run_route("trace", ask(trace)),
        run_route("gradients", ask(gradients)),
        run_route("continuation", ask(continuation)),
        run_route("companion", ask(companion), "GET", "POST"),
        run_route("trace.{kind}", guarded(export)),
        run_route("weights.safetensors", guarded(weights)),
    ]


def named(request: Request, otherwise: str) -> str:
    """What the file is to be called, as the page asks; ``otherwise`` where that is no name for a file of its kind."""
    name = request.query_params.get("name", "")
    ending = otherwise.rpartition(".")[2]
    return name if re.fullmatch(rf"[a-z0-9-]{{1,{LONGEST_NAME}}}\.{ending}", name) else otherwise
