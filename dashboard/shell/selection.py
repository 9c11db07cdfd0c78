"""The selection that follows the user from page to page and stands in the URL: run, checkpoint and sequence.

Timestep and unit change sixty times a second, so the step component keeps them in the URL by itself.
"""

from collections.abc import Sequence

import streamlit as st

from dashboard.serving.numbers import run_number
from dashboard.shell.plain import plain
from lstm_engine.runs import Run, RunStore


def selected(name: str) -> str | None:
    """What is selected under that name: as chosen in this session, else as the link says."""
    chosen: dict[str, str] = st.session_state.setdefault("selection", {})
    if name not in chosen and name in st.query_params:
        chosen[name] = st.query_params[name]
    return chosen.get(name)


def select(name: str, value: str | None) -> None:
    """Select something, here and in the URL; None takes the selection back."""
    chosen: dict[str, str] = st.session_state.setdefault("selection", {})
    if value is None:
        chosen.pop(name, None)
        if name in st.query_params:
            del st.query_params[name]
        return
    chosen[name] = value
    if st.query_params.get(name) != value:
        st.query_params[name] = value


def notice(text: str) -> None:
    """Tell the user something about the selection; it stays until they select something else."""
    notices: list[str] = st.session_state.setdefault("notices", [])
    if text and text not in notices:
        notices.append(text)


def show_notices() -> None:
    """Show what ``notice`` was told."""
    for text in st.session_state.get("notices", []):
        st.warning(plain(text))


def choose(name: str, value: str | None) -> None:
    """Select what the user has just chosen."""
    st.session_state.pop("notices", None)
    select(name, value)


def forget_run(run_id: int) -> None:
    """The user has just deleted the run: the address may name it for another moment, which is no news to them."""
    st.session_state.setdefault("deleted_here", set()).add(run_id)
    choose_run(None)


def remember_run(run_id: int) -> None:
    """The user has just brought the run back."""
    st.session_state.setdefault("deleted_here", set()).discard(run_id)
    choose_run(run_id)


def choose_run(run_id: int | None) -> None:
    """Turn to the run that the user has just chosen; None leaves it to the page."""
    st.session_state.pop("notices", None)
    select_run(run_id)


def select_run(run_id: int | None) -> None:
    """Turn to another run; what was chosen inside the former one is let go."""
    select("run", None if run_id is None else str(run_id))
    select("checkpoint", None)
    select("sequence", None)


def take_along(run_id: int) -> None:
    """Let other pages turn to the run that is shown here; this page's address stays bare."""
    chosen: dict[str, str] = st.session_state.setdefault("selection", {})
    if chosen.get("run") != str(run_id):
        chosen.clear()  # what was chosen inside another run
        chosen["run"] = str(run_id)


def selected_run(
    store: RunStore, runs: Sequence[Run], other_runs: Sequence[Run] = (), unlike: str = ""
) -> tuple[Run, str]:
    """The selected run and, if it cannot be had, a sentence on why another one is shown.

    Args:
        store: where they are.
        runs: all runs that the page can show, the newest first; at least one.
        other_runs: runs that it cannot show, and ``unlike``, why not.
    """
    wanted = selected("run")
    newest = runs[0]
    for run in other_runs:
        if str(run.id) == wanted:
            select_run(newest.id)
            return newest, f"“{run.name}” {unlike} Here is “{newest.name}” instead."
    if wanted is None:
        select("run", str(newest.id))
        return newest, ""
    for run in runs:
        if str(run.id) == wanted:
            select("run", wanted)
            return run, ""
    select_run(newest.id)
    reason = missing(store, wanted)
    return newest, f"{reason} Here is the newest run instead, “{newest.name}”." if reason else ""


def missing(store: RunStore, wanted: str) -> str:
    """Why a run that is asked for cannot be had; empty if the user knows."""
    number = run_number(wanted)
    if number is None:
        return f"“{wanted[:40]}” is not the number of a run."
    if number in st.session_state.get("deleted_here", ()):
        return ""
    return store.gone(number)
