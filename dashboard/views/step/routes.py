"""What the step view asks about a run: traces, gradients, continuations, the companion, files."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from dashboard.serving.files import Files
from dashboard.serving.numbers import SEED, TEMPERATURE, TIMESTEP, run_id
from dashboard.serving.pools import Pools
from dashboard.serving.problems import Kind, Problem
from dashboard.serving.routes import LargeAnswers, answered, client_of, guarded, run_route
from dashboard.shell.rights.serving import acts_of, seen_by_asker
from dashboard.views.step.export import FILE_KINDS
from dashboard.views.step.questions import Question, Questions
from dashboard.views.step.weights import write_weights
from lstm_engine.runs import RunStore

LONGEST_NAME = 200  # characters of a file's


@dataclass(frozen=True)
class Asked:
    """All that a request may ask: timesteps count from 0."""

    question: Question
    timestep: int
    temperature: float
    seed: int
    beside_clamps: str


def step_routes(get_store: Callable[[], RunStore], questions: Questions, pools: Pools) -> list[BaseRoute]:
    """The step view's routes.

    Args:
        get_store: gives the run store, or raises StoreError while it cannot be opened.
        pools: the threads in which questions are answered and files are written.
    """
    files = Files(pools.files)

    def question(request: Request) -> Question:
        return questions.question(run_id(request.path_params["run_id"]), request.query_params)

    large: LargeAnswers[Asked] = LargeAnswers(pools.large, lambda asked: questions.is_large(asked.question))

    def asked(request: Request) -> Asked:
        query = request.query_params
        return Asked(
            question(request),
            int(TIMESTEP.of(query, 1)) - 1,
            TEMPERATURE.of(query, 1.0),
            int(SEED.of(query, 0)),
            query.get("beside_clamps", ""),
        )

    def checkpoints(request: Request) -> dict[str, Any]:
        return questions.checkpoints(run_id(request.path_params["run_id"]))

    def beside(request: Request) -> dict[str, Any]:
        seen = seen_by_asker(get_store(), request)
        return questions.beside(run_id(request.path_params["run_id"]), request.query_params.get("run"), seen)

    def make_companion(request: Request) -> dict[str, Any]:
        return questions.make_companion(run_id(request.path_params["run_id"]), acts_of(get_store(), request))

    def far_run(request: Request) -> dict[str, Any]:
        return questions.far_run(run_id(request.path_params["run_id"]))

    def make_far_run(request: Request) -> dict[str, Any]:
        return questions.make_far_run(run_id(request.path_params["run_id"]), acts_of(get_store(), request))

    async def export(request: Request) -> Any:
        kind = request.path_params["kind"]
        if kind not in FILE_KINDS:
            raise Problem(f"There is no “{kind[:40]}”; choose one of {', '.join(FILE_KINDS)}.", Kind.MISSING)
        found = await pools.questions.run(client_of(request), lambda: question(request))
        name = named(request, f"trace.{kind}")
        return await files.response(
            request, (found, kind, name), lambda file: questions.write_export(found, kind, file), name
        )

    async def weights(request: Request) -> Any:
        found = await pools.questions.run(client_of(request), lambda: question(request))
        name = named(request, "weights.safetensors")
        what = (found.run_id, found.step, name)
        return await files.response(request, what, lambda file: write_weights(get_store(), *what[:2], file), name)

    def ask(answer: Callable[[Asked], dict[str, Any] | bytes]) -> Callable[[Request], Awaitable[Response]]:
        return answered(pools.questions, answer, large, asked)

    return [
        run_route("checkpoints", answered(pools.questions, checkpoints)),
        run_route("beside", answered(pools.questions, beside, personal=True)),
        run_route("trace", ask(lambda it: questions.trace(it.question))),
        run_route("gradients", ask(lambda it: questions.gradients(it.question, it.timestep))),
        run_route(
            "continuation",
            ask(lambda it: questions.continuation(it.question, it.timestep, it.temperature, it.seed, it.beside_clamps)),
        ),
        run_route("companion", ask(lambda it: questions.companion(it.question, it.timestep))),
        run_route("companion", answered(pools.questions, make_companion), "POST"),
        run_route("far_run", answered(pools.questions, far_run)),
        run_route("far_run", answered(pools.questions, make_far_run), "POST"),
        run_route("trace.{kind}", guarded(export)),
        run_route("weights.safetensors", guarded(weights)),
    ]


def named(request: Request, otherwise: str) -> str:
    """What the file is to be called, as the page asks; ``otherwise`` where that is no name for a file of its kind."""
    name = request.query_params.get("name", "")
    ending = otherwise.rpartition(".")[2]
    return name if re.fullmatch(rf"[a-z0-9-]{{1,{LONGEST_NAME}}}\.{ending}", name) else otherwise
