"""The selection that follows the user from page to page and stands in the URL: run, checkpoint, sequence, and so on.

The script reads the address when a page is opened and never writes it, since each such writing would be one more entry
of the browser's history. Pages write it in the browser: the step view by itself, the others by ``show_address``, and
both through ``browser/tab_history.js``, the one writer that there is.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.serving.numbers import run_number
from dashboard.shell.plain import plain
from lstm_engine.runs import Run, RunStore

NAMES = ("run", "checkpoint", "sequence", "runs", "sweep")


def arrive(page: str) -> None:
    """Select what the address says when a page is opened, by a link or by the browser's Back.

    Args:
        page: which one; while it stays the same, the address is late news.
    """
    if st.session_state.get("page") == page:
        return
    st.session_state["page"] = page
    forget_notices()
    read_address(st.query_params)


def read_address(said: Mapping[str, str]) -> None:
    """Select what an address says; of what it does not name, all stays as it is, but what belongs to another run."""
    read = {name: said[name] for name in NAMES if name in said}
    if "run" in read and read["run"] != selected("run"):
        select_run(None)
    for name, value in read.items():
        select(name, value)
    st.session_state["address_read"] = read
    st.session_state.setdefault("newly_read", set()).update(read)


def newly_read(name: str) -> bool:
    """Whether the address has said this since it was asked last: a field that keeps its own value then takes it."""
    names: set[str] = st.session_state.setdefault("newly_read", set())
    was_read = name in names
    names.discard(name)
    return was_read


def told_address(*names: str) -> dict[str, Any]:
    """What the browser is told, which judges by it whether the script speaks of the present address or a former one.

    Args:
        names: what the page's address selects.

    Returns:
        the page; whether it shows ``notices``, which belong to this address; what was ``read`` of the last address,
        None if a person has chosen otherwise since; the ``names``; and the last ``turn`` of the address that the script
        was asked to follow, and has followed.
    """
    state = st.session_state
    return {
        "page": state.get("page"),
        "notices": bool(state.get("notices")),
        "read": state.get("address_read"),
        "names": names,
        "turn": state.get("address_turn", 0),
    }


def follow(question: Mapping[str, Any]) -> None:
    """Select what the address says that Back or Forward led to on this page."""
    forget_notices()
    read_address(question["parameters"])
    st.session_state["address_turn"] = question["turn"]


def selected(name: str) -> str | None:
    """What is selected under that name: as chosen in this session, else as the link says."""
    chosen: dict[str, str | None] = st.session_state.setdefault("selection", {})
    if name not in chosen and name in st.query_params:
        chosen[name] = st.query_params[name]
    return chosen.get(name)


def select(name: str, value: str | None) -> None:
    """Select something; None takes the selection back, whatever the address still says."""
    st.session_state.setdefault("selection", {})[name] = value


def notice(text: str) -> None:
    """Tell the user something about the selection; it stays until they select something else."""
    notices: list[str] = st.session_state.setdefault("notices", [])
    if text and text not in notices:
        notices.append(text)


def forget_notices() -> None:
    """What was told belongs to another address, or to another choice."""
    st.session_state.pop("notices", None)


def show_notices() -> None:
    """Show what ``notice`` was told."""
    told = st.session_state.get("notices", [])
    if not told:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container():
            for text in told:
                st.warning(plain(text))
        # without words a screen reader would read the icon's name
        st.button("Close", key="close_notices", on_click=forget_notices)


def notices_place() -> DeltaGenerator:
    """Where a page shows its notices: over its lower edge, so that they push nothing out of its place."""
    return st.container(key="notices")


def forget_address() -> None:
    """Something else was chosen: what was read of an address holds no more."""
    st.session_state["address_read"] = None
    st.session_state.pop("newly_read", None)


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
    forget_notices()
    forget_address()
    select_run(run_id)


def select_run(run_id: int | None) -> None:
    """Turn to another run; what was chosen inside the former one is let go."""
    select("run", None if run_id is None else str(run_id))
    select("checkpoint", None)
    select("sequence", None)


def take_along(run_id: int) -> None:
    """Let other pages turn to the run that is shown here; this page's address stays bare."""
    chosen: dict[str, str | None] = st.session_state.setdefault("selection", {})
    if chosen.get("run") != str(run_id):
        chosen.clear()  # what was chosen inside another run
        chosen["run"] = str(run_id)


def prefer_task(store: RunStore) -> None:
    """Where a link names a task rather than a run that is here, as an exercise does, select its newest run.

    Numbers of runs differ from server to server, tasks do not.
    """
    wanted, task = selected("run"), st.query_params.get("task")
    if task is None or st.session_state.get("task_preferred") == task:
        return
    st.session_state["task_preferred"] = task
    of_task = [run for run in store.list_runs() if run.settings.task == task and run.readable]
    if any(str(run.id) == wanted for run in of_task):
        return
    if of_task:
        select("run", str(of_task[0].id))
    else:
        select_run(None)
        notice(
            f"There is no run of the task “{task[:40]}” here, as the link asks for. "
            "Here is another; on the Train page, “New run” makes one of any task."
        )


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
