"""What all visitors share, made in one place: the run store and the launcher that trains its runs."""

from dataclasses import dataclass

import streamlit as st

from dashboard.shell.rights.acts import Acts
from dashboard.shell.rights.asking import everyone_is_here, is_served, present_actor
from dashboard.shell.rights.seen import seen_by
from lstm_engine.runs import Launcher, RunStore
from lstm_engine.runs.store.address import database_url


@dataclass(frozen=True)
class Shared:
    """The whole store, and the launcher that watches it."""

    store: RunStore
    launcher: Launcher


@dataclass(frozen=True)
class Services:
    """What a page stands on.

    Attributes:
        store: as whoever looks at the page sees it.
        acts: all that the page does to runs, which asks each time whether they may.
    """

    store: RunStore
    launcher: Launcher
    acts: Acts


def services() -> Services:
    """The one set of services of this server, for whoever looks at the page.

    Raises:
        StoreError: the database cannot be opened; the next call tries again.
    """
    shared = shared_services()
    acts = Acts(shared.store, lambda: present_actor(shared.store))
    all_is_seen = everyone_is_here() or not is_served()
    store = shared.store if all_is_seen else seen_by(shared.store, lambda: acts.actor)
    return Services(store, shared.launcher, acts)


def shared_services() -> Shared:
    """The same for the server itself, which sees all; raises StoreError as well."""
    return _open(database_url())


@st.cache_resource(show_spinner=False)
def _open(url: str) -> Shared:
    store = RunStore(url)
    launcher = Launcher(store)
    launcher.start()
    return Shared(store, launcher)
