"""The run picker of every page."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress

import streamlit as st

from dashboard.serving.numbers import run_number
from dashboard.shell.glossary import explained
from dashboard.shell.made_beside import is_made_beside
from dashboard.shell.readable import CANNOT_RUN
from dashboard.shell.run_labels import run_labels
from dashboard.shell.selection import choose_run, missing, notice, select_run, selected, selected_run
from lstm_engine.runs import Run, RunNotFound, RunStore

KEPT_LABELS = 1_000  # that a browser may still show, though they read otherwise by now


def labels_of(store: RunStore, runs: Sequence[Run]) -> dict[int, str]:
    """The labels of runs as they stand now; a browser that still shows older ones is understood by ``meant``.

    Of a run that is under way no loss is said: it would be another one a moment later, and the label would not.
    """
    losses = store.newest_losses()
    labels = run_labels(runs, {run.id: losses[run.id] for run in runs if run.id in losses and not run.status.under_way})
    shown: dict[str, int] = st.session_state.setdefault("labels_shown", {})
    for run_id, label in labels.items():
        shown.pop(label, None)  # to the end: the oldest are forgotten first
        shown[label] = run_id
    for label in list(shown)[: max(0, len(shown) - KEPT_LABELS - len(labels))]:
        del shown[label]
    return labels


def meant(choice: int | str | None) -> int | None:
    """The run that a field says was chosen: its number, or a label that it had a moment ago."""
    if isinstance(choice, str):
        found: int | None = st.session_state.get("labels_shown", {}).get(choice)
        return found
    return choice


def name_of(run_id: int | str, labels: Mapping[int, str]) -> str:
    """What a widget shows for a run that it was made with, which may be gone by now."""
    if isinstance(run_id, str):  # a label of a moment ago
        return run_id
    return labels.get(run_id, f"run {run_id} (deleted)")


def is_to_be_told(key: str, chosen: Sequence[int], labels: Mapping[int, str]) -> bool:
    """Whether a field must be told which runs are chosen in it, since that, or what is read of them, is new to it.

    Its key stays, so that the field stays too: it may be open in somebody's hands. Browsers keep the labels that were
    chosen and say them again with each click anywhere on the page; without being told they go on showing the old ones.
    """
    said = {run_id: labels[run_id] for run_id in chosen}
    fields: dict[str, dict[int, str]] = st.session_state.setdefault("said_in_fields", {})
    before, fields[key] = fields.get(key), said
    if key not in st.session_state:  # it is made just now, with what it is to show
        return False
    value = st.session_state[key]
    shown = [meant(one) for one in (value if isinstance(value, list) else [value])]
    return before != said or shown != list(chosen)


def say_there_is_no_run() -> None:
    """What a page shows that has nothing to show, and what to do about it."""
    st.info("There is no run yet. Create one on the Train page with “New run”.", icon=":material/info:")


def landing_first(runs: Sequence[Run]) -> list[Run]:
    """The runs, the newest first, but behind the others those plain networks that were made to stand beside another
    run, with all else equal, and what else pages made by themselves: a visitor who has chosen nothing lands on none."""
    plain = [run for run in runs if run.readable and run.settings.variant == "rnn"]
    others = [run for run in runs if run.readable and run.settings.variant != "rnn"]
    oldest = {comparable(run): run.id for run in sorted(others, key=lambda run: run.id, reverse=True)}
    # younger than one that is its equal in all but the cell: see the companion of the Step page
    beside = {run.id for run in plain if oldest.get(comparable(run), run.id) < run.id}
    beside |= {run.id for run in runs if is_made_beside(run)}
    return [run for run in runs if run.id not in beside] + [run for run in runs if run.id in beside]


def without_swept(store: RunStore, runs: Sequence[Run], wanted: Collection[str | None]) -> list[Run]:
    """The runs without those that a sweep began, which would bury all others; but those that are asked for by their
    numbers, and all, if there is nothing else."""
    swept = store.swept()
    kept = [run for run in runs if run.id not in swept or str(run.id) in wanted]
    return kept or list(runs)


def with_wanted(store: RunStore, runs: Sequence[Run]) -> list[Run]:
    """The runs, and one that stands in no list but is asked for by its number, as those of class experiments are."""
    number = run_number(selected("run") or "")
    if number is not None and all(run.id != number for run in runs):
        with suppress(RunNotFound):
            return [*runs, store.get(number)]
    return list(runs)


def comparable(run: Run) -> frozenset[tuple[str, object]]:
    """Its settings but for cell and pace."""
    return frozenset(item for item in vars(run.settings).items() if item[0] not in ("variant", "pace"))


def pick_run(store: RunStore, can_show: Callable[[Run], bool] = lambda _: True, unlike: str = "") -> Run | None:
    """Let a person pick one of the runs that a page can show; None, and a word on what to do, if there is none.

    Args:
        store: where they are.
        can_show: whether the page can show a run.
        unlike: ends a sentence that says of a run why it cannot.
    """
    all_runs = with_wanted(store, store.list_runs())
    runs = without_swept(store, [run for run in all_runs if can_show(run)], {selected("run")})
    if not runs:
        wanted = selected("run")
        if wanted is not None:
            notice(missing(store, wanted))
            select_run(None)
        say_there_is_no_run()
        return None
    run, problem = selected_run(store, landing_first(runs), [run for run in all_runs if not can_show(run)], unlike)
    notice(problem)
    labels = labels_of(store, runs)
    # fields of two pages under one key: the first run of a page would find the value of the former page's field
    key = f"run_on_{st.session_state.get('page')}"

    def turn_to_chosen() -> None:
        # Streamlit also calls it when the field of a run that has just gone is taken off the page
        chosen = meant(st.session_state.get(key))
        if chosen is not None and chosen != run.id:
            choose_run(chosen)

    tell = is_to_be_told(key, [run.id], labels)
    if tell:
        st.session_state[key] = run.id
    st.selectbox(
        "Run",
        list(labels),
        index=0 if tell else list(labels).index(run.id),  # what is told and what it begins with must not both be given
        format_func=lambda run_id: name_of(run_id, labels),
        key=key,
        on_change=turn_to_chosen,
        help=explained("Run"),
    )
    return run


def pick_readable_run(store: RunStore) -> Run | None:
    """The same for a page that asks what the run's model computes."""
    return pick_run(store, lambda run: run.readable, f"{CANNOT_RUN}; it is shown on the Train page.")
