"""The route of a run's event stream."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from dashboard.serving.assets import base_path
from dashboard.serving.topics import Feeds


def stream_routes(feeds: Feeds) -> list[BaseRoute]:
    """``feeds`` are the live data of the runs."""

    async def stream(request: Request) -> Response:
        run_id = int(request.path_params["run_id"])
        after = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
        if not after.isdecimal() or len(after) > 18:
            return JSONResponse({"error": f"after is {after[:40]!r}, expected a step: a whole number"}, 400)
        if run_id >= 2**63 or not await feeds.exists(run_id):
            return JSONResponse({"error": f"There is no run {run_id}."}, 404)
        headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        return StreamingResponse(feeds.events(run_id, int(after)), media_type="text/event-stream", headers=headers)

    return [Route(f"{base_path()}/api/runs/{{run_id:int}}/stream", stream)]
