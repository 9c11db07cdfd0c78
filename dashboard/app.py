"""The web app: Streamlit's pages, the routes of the live data beside them, and the training that outlives both.

Started with ``streamlit run dashboard/app.py``.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st

from dashboard.live import Feeds
from dashboard.routes import make_routes
from dashboard.services import services
from lstm_engine.runs import StoreError

feeds = Feeds(lambda: services().store)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Take up unfinished runs when the server starts; let the workers save and leave when it stops."""
    try:
        services()
    except StoreError as error:  # the pages say so, and try again on every visit
        logging.getLogger(__name__).warning("%s", error)
    yield {}
    feeds.close()
    try:
        services().launcher.close()
    except StoreError:
        return


app = st.App("main.py", lifespan=lifespan, routes=make_routes(feeds))
