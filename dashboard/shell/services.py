"""What all visitors share, made in one place: the run store and the launcher that trains its runs."""

from dataclasses import dataclass

import streamlit as st

from lstm_engine.runs import Launcher, RunStore
from lstm_engine.runs.store.address import database_url


@dataclass(frozen=True)
class Services:
    """The store, and the launcher that watches it."""

    store: RunStore
    launcher: Launcher


def services() -> Services:
    """The one set of services of this server.

    Raises:
        StoreError: the database cannot be opened; the next call tries again.
    """
    return _open(database_url())


@st.cache_resource(show_spinner=False)
def _open(url: str) -> Services:
    store = RunStore(url)
    launcher = Launcher(store)
    launcher.start()
    return Services(store, launcher)
