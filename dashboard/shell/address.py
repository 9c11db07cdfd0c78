"""What the browser is told for the sake of its history: what a page's address selects, and that a page is drawn."""

import streamlit as st

from dashboard.serving.assets import DASHBOARD, module_url
from dashboard.shell.selection import follow, selected, told_address

_LOADER = (DASHBOARD / "browser" / "loader.js").read_text("utf-8")
_mount = st.components.v2.component("lstm_address", js=_LOADER)
_mount_arrival = st.components.v2.component("lstm_arrival", js=_LOADER)


def show_address(*names: str) -> None:
    """Keep what is selected under these names in the address of a page that has no view which writes it.

    Each choice is an entry of the history, and a link leads back to it.
    """
    data = {
        "script": module_url("browser/page_address.js"),
        "selected": {name: selected(name) for name in names},
        "told": told_address(*names),
    }
    _mount(key="address", data=data, on_back_change=lambda: follow(st.session_state["address"].back))


def say_arrived(page: str) -> None:
    """The page is drawn to its end: Back and Forward may lead on, see ``browser/turning.js``."""
    passes = st.session_state["passes"] = st.session_state.get("passes", 0) + 1
    # told anew each time, since Streamlit tells the browser only what has changed
    _mount_arrival(key="arrival", data={"script": module_url("browser/arrival.js"), "page": page, "passes": passes})
