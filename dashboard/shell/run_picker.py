"""The run picker of every page."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from dashboard.shell.glossary import explained
from dashboard.shell.plain import on_one_line
from dashboard.shell.readable import CANNOT_RUN
from dashboard.shell.selection import choose_run, missing, notice, select_run, selected, selected_run
from lstm_engine.runs import Run, RunStore


def run_labels(runs: Sequence[Run]) -> dict[int, str]:
    """What a person reads of each run, by its number; widgets cannot tell options apart that read the same."""
    labels = {}
    for run in runs:
        units = run.settings.hidden_size
        label = f"{on_one_line(run.name)} · {run.settings.task}, {units} unit{'' if units == 1 else 's'}"
        labels[run.id] = f"{label} · {CANNOT_RUN}" if not run.readable else label
    return told_apart(labels)


def told_apart(labels: Mapping[int, str]) -> dict[int, str]:
    """The labels by run number, with the number in those that would read the same."""
    shared = {label for label, count in Counter(labels.values()).items() if count > 1}
    return {run_id: f"{label} (run {run_id})" if label in shared else label for run_id, label in labels.items()}


def name_of(run_id: int, labels: Mapping[int, str]) -> str:
    """What a widget shows for a run that it was made with, which may be gone by now."""
    return labels.get(run_id, f"run {run_id} (deleted)")


def say_there_is_no_run() -> None:
    """What a page shows that has nothing to show, and what to do about it."""
    st.info("There is no run yet. Create one on the Train page with “New run”.", icon=":material/info:")


def pick_run(store: RunStore, can_show: Callable[[Run], bool] = lambda _: True, unlike: str = "") -> Run | None:
    """Let a person pick one of the runs that a page can show; None, and a word on what to do, if there is none.

    Args:
        store: where they are.
        can_show: whether the page can show a run.
        unlike: ends a sentence that says of a run why it cannot.
    """
    all_runs = store.list_runs()
    runs = [run for run in all_runs if can_show(run)]
    if not runs:
        wanted = selected("run")
        if wanted is not None:
            notice(missing(store, wanted))
            select_run(None)
        say_there_is_no_run()
        return None
    run, problem = selected_run(store, runs, [run for run in all_runs if not can_show(run)], unlike)
    notice(problem)
    labels = run_labels(runs)
    # the key holds the selection and what is read of it, so that a run picked elsewhere, or renamed, shows here:
    # browsers keep the label that was chosen, and say it again with each click anywhere on the page
    key = f"run_{run.id}_{labels[run.id]}"

    def turn_to_chosen() -> None:
        # a callback hears a choice that was made before the next field took this one's place; Streamlit also calls it
        # when the field of a run that has just gone is taken off the page; an unknown label it gives as text
        chosen = st.session_state.get(key)
        if isinstance(chosen, int) and chosen != run.id:
            choose_run(chosen)

    st.selectbox(
        "Run",
        list(labels),
        index=list(labels).index(run.id),
        format_func=lambda run_id: name_of(run_id, labels),
        key=key,
        on_change=turn_to_chosen,
        help=explained("Run"),
    )
    return run
