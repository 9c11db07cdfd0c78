"""The web app: Streamlit's pages, the routes of the live data beside them, and the training that outlives both.

Started with ``streamlit run dashboard/app.py``.
"""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

# Plotly looks pandas up among the loaded modules: two first visitors at once must not find it half loaded by Streamlit
import pandas  # noqa: F401
import streamlit as st

from dashboard.serving.assets import asset_routes
from dashboard.serving.stream import stream_routes
from dashboard.serving.topics import Feeds
from dashboard.shell.services import services
from dashboard.views.step.questions import Questions
from dashboard.views.step.routes import step_routes
from dashboard.views.train.routes import train_routes
from lstm_engine.runs import RunStore, StoreError


def get_store() -> RunStore:
    """The run store of this server; raises StoreError while it cannot be opened."""
    return services().store


feeds = Feeds(get_store)
routes = [
    *asset_routes(),
    *stream_routes(feeds),
    *train_routes(get_store),
    *step_routes(Questions(get_store)),
]


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Take up unfinished runs when the server starts; let the workers save and leave when it stops."""
    try:
        services()
    except StoreError as error:  # the pages say so, and try again on every visit
        logging.getLogger(__name__).warning("%s", error)
    end_streams_on_exit()
    yield {}
    try:
        services().launcher.close()
    except StoreError:
        return


def end_streams_on_exit() -> None:
    """End the event streams as soon as the server is told to stop; it would wait for them to end by themselves."""
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        then = signal.getsignal(signal_number)

        def stop(number: int, frame: FrameType | None, then: Any = then) -> None:
            loop.call_soon_threadsafe(feeds.close)
            if callable(then):
                then(number, frame)

        signal.signal(signal_number, stop)


app = st.App("main.py", lifespan=lifespan, routes=routes)
