"""A run that went while it was looked at: whoever was turned to another one turns back when it is brought back."""

import streamlit as st

from dashboard.serving.assets import DASHBOARD, module_url
from dashboard.shell.selection import choose_run, selected
from lstm_engine import EngineError
from lstm_engine.runs import RunStore

_mount = st.components.v2.component("lstm_coming_back", js=(DASHBOARD / "browser" / "loader.js").read_text("utf-8"))


def wait_for(run_id: int) -> None:
    """The run that was shown here has just gone."""
    st.session_state["awaited"] = run_id
    st.session_state.pop("shown_instead", None)


def watch_for_return(store: RunStore) -> None:
    """While such a run is away: hear of its return; whoever chooses another one meanwhile stays there."""
    run_id: int | None = st.session_state.get("awaited")
    if run_id is None:
        return
    if st.session_state.setdefault("shown_instead", selected("run")) != selected("run"):
        del st.session_state["awaited"]
        return

    def look() -> None:
        try:
            store.get(run_id)
        except EngineError:  # not yet, or nothing can be read just now
            return
        stays = st.session_state.pop("awaited", None) != run_id
        if not stays and st.session_state.get("shown_instead") == selected("run"):
            choose_run(run_id)

    data = {"script": module_url("browser/coming_back.js"), "run": run_id}
    _mount(key="coming_back", data=data, on_look_change=look)
