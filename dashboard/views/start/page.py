"""Start: what is this, what moves here, and where do I go first?"""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.shell.coming_back import wait_for
from dashboard.shell.plain import plain
from dashboard.shell.run_picker import say_there_is_no_run
from dashboard.shell.selection import selected, take_along
from dashboard.shell.services import Services
from dashboard.shell.trouble import explained_trouble
from dashboard.views.start.live_run import run_to_show
from dashboard.views.start.mount import mount_start
from lstm_engine.runs import Run, Status
from lstm_engine.tasks import OWN_TASKS

QUESTION = "What does a network remember while it reads?"
WHAT_FOR = (
    "An LSTM reads a sequence one piece at a time and carries a memory along, so that what it expects next can depend "
    "on what came long before: in writing, in speech, in the readings of a sensor."
)
NAMES = (
    "Here one is learning first names, letter by letter, on this machine and at this moment; every number and colour "
    "below is one that it has just computed."
)
OTHERS = "Here “{name}” is learning, on this machine; every number and colour below is one that it has computed."
LEARNED = "Here is what “{name}” has learned, on this machine; every number and colour below is one that it computed."


@dataclass(frozen=True)
class Ways:
    """Where one goes from here: Streamlit's pages, which ``main.py`` knows."""

    step: Any
    train: Any
    inspect: Any
    read: Any


def show(services: Services, ways: Ways) -> None:
    """The page."""
    st.fragment(start_part)(services, ways)


def start_part(services: Services, ways: Ways) -> None:
    """All of it, or a word on why it cannot be had."""
    with explained_trouble("start"):
        show_start(services, ways)


def show_start(services: Services, ways: Ways) -> None:
    """All of it; runs again by itself when the run that it shows is gone."""
    run = run_to_show(services.store.list_runs(), selected("run"))
    with st.container(key="start_head"):
        words, on = st.columns([2.4, 1], gap="large", vertical_alignment="center")
        with words:
            st.title(QUESTION, anchor=False)
            st.markdown(f"{WHAT_FOR} {watched(run)}")
        with on:
            ways_on(run, ways)
    if run is None:
        say_there_is_no_run()
        return
    take_along(run.id)
    with st.container(key="start_live"):
        seen = mount_start(run, key="start")
    if seen.gone:  # by now another one may be shown in its place
        wait_for(seen.gone)
        st.rerun()


def watched(run: Run | None) -> str:
    """What is being watched, in a sentence."""
    if run is None:
        return "As soon as a run is there, you see it learn here."
    if run.status not in (Status.TRAINING, Status.QUEUED):
        return plain(LEARNED.format(name=run.name))
    return NAMES if run.settings.task == "names" else plain(OTHERS.format(name=run.name))


def ways_on(run: Run | None, ways: Ways) -> None:
    """Three ways on, which take the run along, one to what its units mean, and one for those who would rather read."""
    carried = {} if run is None else {"run": str(run.id)}
    own = next(iter(OWN_TASKS))
    with st.container(key="start_ways"):
        for page, label, icon, query in (
            (ways.step, "**Step it**, gate by gate", ":material/footprint:", carried),
            (ways.train, "**Watch it learn**, live", ":material/monitoring:", carried),
            (
                ways.train,
                "**Bring your own** text, numbers or model",
                ":material/upload_file:",
                {**carried, "new": own},
            ),
        ):
            st.page_link(page, label=label, icon=icon, query_params=query, width="stretch")
        st.page_link(
            ways.inspect,
            label="What do its units stand for?",
            icon=":material/search:",
            query_params=carried,
        )
        st.page_link(ways.read, label="Rather read? What an LSTM is, with figures", icon=":material/menu_book:")
