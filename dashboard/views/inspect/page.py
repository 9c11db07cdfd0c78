"""Inspect: which units mean something, is it true, and what do gates do over a whole text?"""

import streamlit as st

from dashboard.shell.coming_back import wait_for
from dashboard.shell.plain import plain
from dashboard.shell.rights.table import Action
from dashboard.shell.run_picker import pick_readable_run
from dashboard.shell.selection import follow, notices_place, prefer_task, selected, show_notices
from dashboard.shell.services import Services
from dashboard.shell.trouble import explained_trouble, sentence
from dashboard.views.inspect.mount import mount_inspect
from lstm_engine import SettingsError
from lstm_engine.runs import Run

MOST_OTHERS = 30  # runs that can be put beside this one


def show(services: Services) -> None:
    """The page."""
    st.fragment(inspect_part)(services)


def inspect_part(services: Services) -> None:
    """The page's content, or a word on why it cannot be had."""
    with explained_trouble():
        show_inspect(services)


def show_inspect(services: Services) -> None:
    """Which run, what to do, and the view."""
    picker, words = st.columns([3, 6], vertical_alignment="bottom")
    messages = notices_place()
    prefer_task(services.store)
    with picker.container(key="pick_run"):
        run = pick_readable_run(services.store)
    with messages:
        show_notices()
    if run is None:
        return
    try:
        task = run.settings.task_object
    except SettingsError as error:  # the run was made with a task or a setting that this version does not know
        messages.text(sentence(error))
        return
    words.markdown(plain(introduction(run)))
    alike = [
        other
        for other in services.store.list_runs()
        if other.readable and other.id != run.id and comparable(other) == comparable(run)
    ]

    def go_back() -> None:
        follow(st.session_state["inspect"].back)

    refused = services.acts.why_not(Action.DESCRIBE, run)
    seen = mount_inspect(run, task, selected("checkpoint"), alike[:MOST_OTHERS], go_back, refused)
    if seen.gone:  # by now another one may be shown in its place
        wait_for(seen.gone)
        st.rerun()


def comparable(run: Run) -> tuple[str, str | None]:
    """What decides which text it reads."""
    return run.settings.task, run.settings.text


def introduction(run: Run) -> str:
    """What to do here, in a sentence; of a run that has not learned yet, that there is nothing to find."""
    if run.step == 0 and run.is_trained:
        return (
            "This run has not learned anything yet, so its units mean nothing. On the Train page, Start trains it; or "
            "pick another run."
        )
    return (
        "Which units mean something? Find units ranks them by how well they tell a property; Break it takes the best "
        "one away and sees what the network can no longer do."
    )
