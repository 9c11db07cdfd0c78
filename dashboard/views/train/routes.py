"""What the live view asks about a run: finer curves, gates and weights as they develop, samples of a checkpoint."""

from collections.abc import Callable
from dataclasses import fields
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute

from dashboard.serving.checkpoints import checkpoint_step
from dashboard.serving.numbers import AFTER, UNTIL, run_id
from dashboard.serving.pools import Pools
from dashboard.serving.routes import answered, run_route
from dashboard.serving.run_messages import curves_payload, samples_payload
from lstm_engine.runs import RunNotFound, RunStore
from lstm_engine.runs.development import GateStatistics, read_development


def train_routes(get_store: Callable[[], RunStore], pools: Pools) -> list[BaseRoute]:
    """The live view's routes.

    Args:
        get_store: gives the run store, or raises StoreError while it cannot be opened.
        pools: the threads in which questions are answered.
    """
    develop = lru_cache(maxsize=2_000)(
        lambda number, made_at, settings, step: read_development(get_store(), number, settings, step)
    )

    def curves(request: Request) -> dict[str, Any]:
        """The curves over a stretch of steps, as fine as can be drawn."""
        query = request.query_params
        after, until = int(AFTER.of(query, AFTER.least)), int(UNTIL.of(query, UNTIL.most))
        return curves_payload(get_store().curves(run_id(request.path_params["run_id"]), after, until))

    def samples(request: Request) -> dict[str, Any]:
        """What the model made up at a checkpoint."""
        store = get_store()
        run = store.get(run_id(request.path_params["run_id"]))
        return samples_payload(store, run, checkpoint_step(store, run.id, request.query_params))

    def development(request: Request) -> dict[str, Any]:
        """Gates and weights at every checkpoint, as columns."""
        store = get_store()
        run = store.get(run_id(request.path_params["run_id"]))
        found = []
        for step in store.checkpoint_steps(run.id):
            try:
                found.append(develop(run.id, run.created_at, run.settings, step))
            except RunNotFound:  # thinned out just now
                continue
        names = list(found[0].gates) if found else []
        return {
            "step": [one.step for one in found],
            "weight_norm": [one.weight_norm for one in found],
            "update_norm": [one.update_norm or None for one in found],  # before the first update there is none
            "gates": {
                name: {
                    field.name: [getattr(one.gates[name], field.name) for one in found]
                    for field in fields(GateStatistics)
                }
                for name in names
            },
        }

    return [
        run_route("curves", answered(pools.questions, curves)),
        run_route("development", answered(pools.questions, development)),
        run_route("samples", answered(pools.questions, samples)),
    ]
