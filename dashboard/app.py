"""The web app: Streamlit's pages, the routes of the live data beside them, and the training that outlives both.

Started with ``streamlit run dashboard/app.py``, which ``make run`` does for this machine and ``make serve`` for others.
"""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from types import FrameType
from typing import Any

# Plotly looks pandas up among the loaded modules: two first visitors at once must not find it half loaded by Streamlit
import pandas  # noqa: F401
import streamlit as st
from starlette.middleware import Middleware

from dashboard.serving.absent_feed import AbsentFeed
from dashboard.serving.assets import asset_routes
from dashboard.serving.first_paint import FirstPaint
from dashboard.serving.garbage import keep_collections_short, set_aside
from dashboard.serving.headers import SecurityHeaders
from dashboard.serving.health import Readiness, health_routes
from dashboard.serving.logs import set_up_server_logs
from dashboard.serving.metrics import metrics_routes
from dashboard.serving.patience import Patience, watch_connections
from dashboard.serving.pools import Pools
from dashboard.serving.routes import no_other_routes
from dashboard.serving.run_feed import RunFeed
from dashboard.serving.socket import live_routes
from dashboard.serving.topics import Topics
from dashboard.serving.trust import Trust, listens_locally
from dashboard.serving.watching import Watched, Watching
from dashboard.shell.rights.accounts import account_routes
from dashboard.shell.rights.asking import everyone_is_here, is_from_here
from dashboard.shell.rights.cleaning import keep_clean
from dashboard.shell.rights.crowding import Crowding
from dashboard.shell.rights.serving import Rights, check_listening
from dashboard.shell.rights.sign_in import key_hash, sign_in_routes
from dashboard.shell.services import shared_services
from dashboard.views.classroom.experiments.payloads import experiment_for_all
from dashboard.views.classroom.experiments.routes import experiment_routes
from dashboard.views.classroom.experiments.wall_feed import WallFeed
from dashboard.views.classroom.mount import BAR_MODULES, BAR_STYLES
from dashboard.views.classroom.questions.payloads import vote_for_all, vote_for_teacher
from dashboard.views.classroom.questions.routes import question_routes
from dashboard.views.classroom.room_feed import ClassFeed, RoomFeed
from dashboard.views.classroom.routes import classroom_routes
from dashboard.views.inspect.routes import inspect_routes
from dashboard.views.start.routes import start_routes
from dashboard.views.step.questions import Questions
from dashboard.views.step.routes import step_routes
from dashboard.views.train.routes import train_routes
from lstm_engine import SettingsError
from lstm_engine.runs import RunStore, StoreError

log = logging.getLogger(__name__)


def get_store() -> RunStore:
    """The run store of this server; raises StoreError while it cannot be opened."""
    return shared_services().store


pools = Pools()
room_feed = partial(RoomFeed, more={"vote": vote_for_all, "experiment": experiment_for_all})
class_feed = partial(ClassFeed, more={"votes": vote_for_teacher})
sources: dict[str, Any] = {"run": RunFeed, "absent": AbsentFeed, "room": room_feed, "class": class_feed}
sources["wall"] = WallFeed
topics = Topics({name: partial(source, get_store, pools.feeds) for name, source in sources.items()})
routes = [
    *health_routes(Readiness(get_store, lambda: topics.closed)),
    *asset_routes(),
    *live_routes(topics, partial(check_listening, get_store, pools.feeds)),
    *sign_in_routes(get_store, pools),
    *account_routes(get_store, pools),
    *start_routes(pools),
    *train_routes(get_store, pools),
    *step_routes(get_store, Questions(get_store), pools),
    *inspect_routes(get_store, pools),
    *classroom_routes(get_store, topics, pools),
    *question_routes(get_store, topics, pools),
    *experiment_routes(get_store, topics, pools),
    *no_other_routes(),
]
watched = Watched(routes)
routes[:0] = metrics_routes(get_store, pools, watched, is_from_here)
middleware = [
    Middleware(Watching, watched=watched),
    Middleware(SecurityHeaders),
    Middleware(Trust),
    Middleware(Patience),
    Middleware(Crowding, get_store=get_store, pool=pools.feeds),
    Middleware(Rights, get_store=get_store, pool=pools.feeds),
    Middleware(FirstPaint, modules=BAR_MODULES, styles=BAR_STYLES),
]


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Take up unfinished runs when the server starts; let the workers save and leave when it stops."""
    set_up_server_logs(watched)
    try:
        await asyncio.to_thread(shared_services)
    except StoreError as error:  # the pages say so, and try again on every visit
        log.warning("%s", error)
    except SettingsError:
        sys.tracebacklimit = 0  # a sentence for whoever set the server up, and not where it was found out
        raise
    if not listens_locally():
        log.warning(
            "This server answers whoever can reach it: %s",
            "they see all runs, and start, change and delete them, since LSTM_MODE is local. "
            "“make run” listens on this machine only."
            if everyone_is_here()
            else "they are visitors, who look, step and begin a few short runs of their own; see the README.",
        )
    if not everyone_is_here() and key_hash() is None:
        log.warning(
            "No administrator's key is set, so nobody can sign in from elsewhere; the README says how to set one."
        )
    end_live_data_on_exit()
    # Streamlit collects garbage after each run of a page's script, and holds everybody up meanwhile: not for what stays
    set_aside()
    tasks = [asyncio.create_task(keep_clean(get_store)), asyncio.create_task(keep_collections_short())]
    yield {}
    for task in tasks:
        task.cancel()
    pools.close()
    try:
        await asyncio.to_thread(lambda: shared_services().launcher.close())
    except StoreError:
        return


def end_live_data_on_exit() -> None:
    """End the live data as soon as the server is told to stop; it would wait for connections to end by themselves."""
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        then = signal.getsignal(signal_number)

        def stop(number: int, frame: FrameType | None, then: Any = then) -> None:
            loop.call_soon_threadsafe(topics.close)
            if callable(then):
                then(number, frame)

        signal.signal(signal_number, stop)


watch_connections()
app = st.App("main.py", lifespan=lifespan, routes=routes, middleware=middleware)
