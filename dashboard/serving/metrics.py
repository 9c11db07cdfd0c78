"""What this server tells Prometheus, with the extra ``metrics``: for this machine, or for who sends a token.

A scrape reads the store once. What it says of the store is the same on all servers of the store: take the ``max`` over
them; the rest is each server's own: take the ``sum``.
"""

import hmac
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from dashboard.serving.assets import base_path
from dashboard.serving.health import NOT_KEPT
from dashboard.serving.pools import Pools
from dashboard.serving.problems import Kind, Problem, refusal
from dashboard.serving.routes import client_of, guarded
from dashboard.serving.watching import LISTENERS, SESSIONS, Watched
from dashboard.serving.watching import Request as Seen
from lstm_engine.runs import RunStore, StoreError
from lstm_engine.runs.store.waits import BOUNDS, READ, WRITE

try:
    from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
    from prometheus_client.registry import Collector
except ImportError:  # an extra
    HAS_CLIENT = False
else:
    HAS_CLIENT = True

TOKEN_VARIABLE = "LSTM_METRICS_TOKEN"
SHORTEST_TOKEN = 16
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
REQUEST_SECONDS = (0.005, 0.02, 0.1, 0.25, 1.0, 2.5, 10.0)
FORBIDDEN = f"Metrics are told to this machine alone, or to whoever sends the token that {TOKEN_VARIABLE} names."
NO_CLIENT = "Metrics need the library prometheus-client: pip install -e '.[metrics]', then start again."


@cache
def token() -> str:
    """Whoever sends it may read metrics from elsewhere; empty if nobody may."""
    found = os.environ.get(TOKEN_VARIABLE, "").strip()
    if found and len(found) < SHORTEST_TOKEN:
        logging.getLogger(__name__).warning(
            "%s has fewer than %d characters and is not used; take a longer one.", TOKEN_VARIABLE, SHORTEST_TOKEN
        )
        return ""
    return found


def may_read(request: Request, is_from_here: Callable[[Scope], bool]) -> bool:
    """Whether whoever asks is at this machine, or has the token."""
    sent = request.headers.get("authorization", "").encode()
    if token() and hmac.compare_digest(sent, f"Bearer {token()}".encode()):
        return True
    return is_from_here(request.scope)


def metrics_routes(
    get_store: Callable[[], RunStore], pools: Pools, watched: Watched, is_from_here: Callable[[Scope], bool]
) -> list[BaseRoute]:
    """The route, which watches from now on.

    Args:
        is_from_here: whether a request comes from this machine, by no proxy.
    """
    registry = new_registry(get_store, pools, watched) if HAS_CLIENT else None

    async def metrics(request: Request) -> Response:
        if not may_read(request, is_from_here):
            return refusal(Problem(FORBIDDEN, Kind.FORBIDDEN))
        if registry is None:
            return refusal(Problem(NO_CLIENT, Kind.MISSING))
        found = await pools.feeds.run(client_of(request), lambda: generate_latest(registry))
        return PlainTextResponse(found, headers=NOT_KEPT, media_type=CONTENT_TYPE)

    return [Route(f"{base_path()}/metrics", guarded(metrics))]


def new_registry(get_store: Callable[[], RunStore], pools: Pools, watched: Watched) -> "CollectorRegistry":
    """All metrics of a server."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    labels = ("route", "method", "code")
    requests = Counter("lstm_requests", "Requests that were answered.", labels, registry=registry)
    seconds = Histogram(
        "lstm_request_seconds", "Until an answer was sent.", ("route",), buckets=REQUEST_SECONDS, registry=registry
    )

    def count(seen: Seen) -> None:
        requests.labels(seen.route, seen.method, str(seen.code)).inc()
        if seen.code != 101:  # a connection lasts as long as its page
            seconds.labels(seen.route).observe(seen.seconds)

    watched.tell.append(count)
    registry.register(Present(get_store, pools, watched))
    return registry


class Present(Collector if HAS_CLIENT else object):  # type: ignore[misc]
    """What is so at the moment of a scrape."""

    def __init__(self, get_store: Callable[[], RunStore], pools: Pools, watched: Watched):
        self._get_store, self._pools, self._watched = get_store, pools, watched
        self._known: Mapping[int, int] | None = None
        self._trained = 0

    def describe(self) -> Iterable[object]:
        """Nothing, so that registering asks nothing of the store."""
        return ()

    def collect(self) -> Iterable[object]:
        opened = self._watched.open
        yield GaugeMetricFamily("lstm_sessions", "Pages that are open.", opened[SESSIONS])
        yield GaugeMetricFamily("lstm_listeners", "Connections of live data.", opened[LISTENERS])
        waiting = GaugeMetricFamily("lstm_questions_waiting", "Requests that wait for a thread.", labels=["pool"])
        for name, pool in vars(self._pools).items():
            waiting.add_metric([name], pool.number_waiting)
        yield waiting
        try:
            store = self._get_store()
            tally = store.tally()
        except StoreError:
            yield GaugeMetricFamily("lstm_store_up", "Whether the run store answers.", 0)
            return
        yield GaugeMetricFamily("lstm_store_up", "Whether the run store answers.", 1)
        yield CounterMetricFamily(
            "lstm_steps_trained", "Steps of all runs since the first scrape.", self._count(tally.steps)
        )
        runs = GaugeMetricFamily("lstm_runs", "Runs in the store.", labels=["state"])
        resting = len(tally.steps) - tally.training - tally.waiting - tally.failed
        for state, number in {
            "training": tally.training,
            "waiting": tally.waiting,
            "failed": tally.failed,
            "resting": resting,
        }.items():
            runs.add_metric([state], number)
        yield runs
        yield GaugeMetricFamily("lstm_steps_per_second", "Of all runs that train.", tally.steps_per_second)
        yield GaugeMetricFamily("lstm_store_bytes", "Of all checkpoints and metrics.", tally.used)
        waits = HistogramMetricFamily(
            "lstm_store_wait_seconds", "Until the store could be read or written.", labels=["kind"]
        )
        for kind in (READ, WRITE):
            waited, below, buckets = store.waits.found(kind), 0, []
            for bound, number in zip([*map(str, BOUNDS), "+Inf"], waited.counts, strict=True):
                below += number
                buckets.append((bound, below))
            waits.add_metric([kind], buckets, waited.seconds)
        yield waits

    def _count(self, steps: Mapping[int, int]) -> int:
        """All that was trained since the first call; a run that is deleted takes nothing away."""
        known, self._known = self._known, steps
        if known is not None:
            self._trained += sum(max(0, number - known.get(run_id, 0)) for run_id, number in steps.items())
        return self._trained
