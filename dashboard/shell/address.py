"""The address of a page that has no view which writes it: what is selected there, so that a link leads back to it."""

import streamlit as st

from dashboard.serving.assets import DASHBOARD, module_url
from dashboard.shell.selection import choose, selected

_mount = st.components.v2.component("lstm_address", js=(DASHBOARD / "browser" / "loader.js").read_text("utf-8"))


def show_address(*names: str) -> None:
    """Keep what is selected under these names in the page's address, each choice as an entry of the history."""

    def go_back() -> None:
        before = st.session_state["address"].back
        for name in names:
            choose(name, before.get(name))
        st.session_state.pop("compared", None)  # the field then takes what is selected

    data = {
        "script": module_url("browser/page_address.js"),
        "names": {name: selected(name) for name in names},
    }
    _mount(key="address", data=data, on_back_change=go_back)
