"""The address of a page that has no view which writes it: what is selected there, so that a link leads back to it."""

import streamlit as st

from dashboard.serving.assets import DASHBOARD, module_url
from dashboard.shell.selection import follow, selected, told_address

_mount = st.components.v2.component("lstm_address", js=(DASHBOARD / "browser" / "loader.js").read_text("utf-8"))


def show_address(*names: str) -> None:
    """Keep what is selected under these names in the page's address, each choice as an entry of the history."""
    data = {
        "script": module_url("browser/page_address.js"),
        "selected": {name: selected(name) for name in names},
        "told": told_address(*names),
    }
    _mount(key="address", data=data, on_back_change=lambda: follow(st.session_state["address"].back))
