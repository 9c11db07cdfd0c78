"""What the live view asks about a run: finer curves, gates and weights as they develop, samples of a checkpoint."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from dashboard.serving.answering import answered, number
from dashboard.serving.assets import base_path
from dashboard.serving.questions import checkpoint_step
from dashboard.serving.run_messages import curves_payload, samples_payload
from lstm_engine.runs import RunNotFound, RunStore
from lstm_engine.runs.development import read_development


def train_routes(get_store: Callable[[], RunStore]) -> list[BaseRoute]:
    """The live view's routes.

    Args:
        get_store: gives the run store, or raises StoreError while it cannot be opened.
    """
    develop = lru_cache(maxsize=2_000)(
        lambda run_id, settings, step: read_development(get_store(), run_id, settings, step)
    )

    def curves(request: Request) -> dict[str, Any]:
        """The curves over a stretch of steps, as fine as can be drawn."""
        after, until = (int(number(request, name, default)) for name, default in (("after", 0), ("until", 2**62)))
        return curves_payload(get_store().curves(request.path_params["run_id"], max(0, after), until))

    def samples(request: Request) -> dict[str, Any]:
        """What the model made up at a checkpoint."""
        store = get_store()
        run = store.get(request.path_params["run_id"])
        return samples_payload(store, run, checkpoint_step(store, run.id, request.query_params))

    def development(request: Request) -> dict[str, Any]:
        """Gates and weights at every checkpoint, as columns."""
        run_id = request.path_params["run_id"]
        store = get_store()
        settings = store.get(run_id).settings
        found = []
        for step in store.checkpoint_steps(run_id):
            try:
                found.append(develop(run_id, settings, step))
            except RunNotFound:  # thinned out just now
                continue
        names = list(found[0].gates) if found else []
        return {
            "step": [one.step for one in found],
            "weight_norm": [one.weight_norm for one in found],
            "update_norm": [one.update_norm or None for one in found],  # before the first update there is none
            "gates": {
                name: {
                    field: [getattr(one.gates[name], field) for one in found]
                    for field in ("mean", "spread", "shut", "open")
                }
                for name in names
            },
        }

    run = f"{base_path()}/api/runs/{{run_id:int}}"
    return [
        Route(f"{run}/curves", answered(curves)),
        Route(f"{run}/development", answered(development)),
        Route(f"{run}/samples", answered(samples)),
    ]
