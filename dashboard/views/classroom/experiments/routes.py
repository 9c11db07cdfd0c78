"""What browsers ask of experiments: a teacher who begins, freezes, clears and ends them, and students who try."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dashboard.serving.assets import base_path
from dashboard.serving.pools import Pool, Pools
from dashboard.serving.routes import answered, client_of, guarded
from dashboard.serving.topics import Topics
from dashboard.shell.rights.asking import actor_of_request
from dashboard.shell.rights.experiment_acts import ExperimentActs
from dashboard.shell.rights.members import Member, RoomAction
from dashboard.views.classroom.experiments.export import curves_csv
from dashboard.views.classroom.experiments.making import offered, plan_in
from dashboard.views.classroom.questions.routes import parsed, whole_in
from dashboard.views.classroom.routes import body_of
from lstm_engine.runs import RunStore

Endpoint = Callable[[Request], Awaitable[Response]]
Act = Callable[[ExperimentActs, dict[str, Any]], Member]
TOPICS = ("room", "class", "wall")


def experiment_routes(get_store: Callable[[], RunStore], topics: Topics, pools: Pools) -> list[BaseRoute]:
    """The routes; like all that changes something, for our own pages alone (see ``trust``).

    Args:
        get_store: gives the run store, or raises StoreError. topics: which are told that something is new.
    """

    def acts_for(request: Request) -> ExperimentActs:
        store = get_store()
        return ExperimentActs(store, actor_of_request(store, request), request.cookies)

    def doing(act: Act, action: RoomAction, pool: Pool, together: str = "") -> Endpoint:
        """The endpoint of an act. Whoever may not do the ``action`` hears that, whatever else is wrong.

        Args:
            together: under what all who ask wait in turn, and so leave a thread to others; else each for themselves.
        """

        async def respond(request: Request) -> Response:
            body = await body_of(request)

            def do() -> Member:
                acts = acts_for(request)
                acts.member(action)
                return act(acts, parsed(body))

            member = await pool.run(together or client_of(request), do)
            for kind in TOPICS:
                topics.nudge(f"{kind}/{member.room.code}")
            return JSONResponse({})

        return guarded(respond)

    def teaching(act: Act) -> Endpoint:
        return doing(act, RoomAction.EXPERIMENT, pools.questions)

    def try_it(acts: ExperimentActs, message: dict[str, Any]) -> Member:
        return acts.try_it(whole_in(message, "experiment"), message.get("chosen"))[0]

    async def export(request: Request) -> Response:
        named = request.query_params.get("nicknames") == "1"

        def make() -> tuple[Member, bytes]:
            member, tried = acts_for(request).all_curves()
            return member, curves_csv(get_store(), tried, named)

        member, content = await pools.files.run(client_of(request), make)
        headers = {
            "Content-Disposition": f'attachment; filename="curves-{member.room.code.lower()}.csv"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
        return Response(content, media_type="text/csv; charset=utf-8", headers=headers)

    acts: dict[str, Endpoint] = {
        "begin": teaching(lambda acts, message: acts.begin(plan_in(acts, message))),
        "freeze": teaching(lambda acts, message: acts.freeze(whole_in(message, "experiment"))),
        "go_on": teaching(lambda acts, message: acts.go_on(whole_in(message, "experiment"))),
        "clear": teaching(lambda acts, message: acts.clear(whole_in(message, "experiment"))),
        "end": teaching(lambda acts, message: acts.end(whole_in(message, "experiment"))),
        "remove_curve": teaching(lambda acts, message: acts.remove_curve(whole_in(message, "run"))),
        "show_run": teaching(lambda acts, message: acts.show_run(whole_in(message, "run"))),
        "hide_run": teaching(lambda acts, message: acts.hide_run(whole_in(message, "run"))),
        # a whole class begins at once: it waits for itself, and neither questions nor live data wait for it
        "try": doing(try_it, RoomAction.TRY, pools.feeds, "try"),
    }
    base = f"{base_path()}/api/rooms/experiments"
    return [
        Route(f"{base}/offered", answered(pools.questions, lambda request: offered(acts_for(request)), personal=True)),
        Route(f"{base}/curves.csv", guarded(export)),
        *(Route(f"{base}/{name}", endpoint, methods=["POST"]) for name, endpoint in acts.items()),
    ]
