"""Sweeps: what does each setting buy? Many runs from one plan, watched, compared, and opened with a click."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboard.serving.numbers import run_number
from dashboard.shell.glossary import explained
from dashboard.shell.navigation import page_at
from dashboard.shell.plain import on_one_line, plain
from dashboard.shell.selection import forget_address, notice, notices_place, select, selected, show_notices
from dashboard.shell.services import Services
from dashboard.shell.trouble import explained_trouble, refuse
from dashboard.shell.waiting import say_why_runs_wait
from dashboard.views.sweeps.figures import (
    choices_figure,
    distance_figure,
    importance_figure,
    parallel_figure,
    spans_decades,
)
from dashboard.views.sweeps.make import duration, offer_linked, offer_new
from dashboard.views.sweeps.pictures import (
    by_task,
    choices_of,
    coordinates_of,
    importance_of,
    in_order,
    label_of,
    panels_of,
    why_no_importance,
)
from dashboard.views.sweeps.table import offer_repeat, show_table
from lstm_engine import EngineError
from lstm_engine.runs import RunNotFound
from lstm_engine.runs.sweeps import Plan, Progress, Sweep, SweepState
from lstm_engine.runs.sweeps.results import Result, higher_is_better, results_of, score_name
from lstm_engine.runs.sweeps.sweep import progress_of
from lstm_engine.tasks import KINDS

LOOK_EVERY = 2.0  # seconds, while a sweep runs
BEST_SHOWN = 3
PLOTLY_CONFIG = {"typesetMath": False, "displaylogo": False}
STATES = {
    SweepState.RUNNING: "runs",
    SweepState.PAUSED: "is paused",
    SweepState.CANCELLED: "was cancelled",
    SweepState.OVER: "is out of time",
    SweepState.DONE: "is done",
}


def show(services: Services) -> None:
    """The page."""
    sweeps = services.store.list_sweeps()
    left, right = st.columns([5, 2.6], vertical_alignment="bottom")
    with right, explained_trouble("new_sweep_part"):
        offer_new(services)
    with explained_trouble("linked_sweep"):
        offer_linked(services)
    if not sweeps:
        st.info(
            "No sweep was begun yet. “New sweep” has four that answer a question, and makes one of your own: the same "
            "task with other settings, many times over.",
            icon=":material/info:",
        )
        return
    with left:
        sweep = pick(sweeps)
    with notices_place():
        show_notices()
    running = sweep.state is SweepState.RUNNING
    st.fragment(sweep_part, run_every=LOOK_EVERY if running else None)(services, sweep.id, running)


def pick(sweeps: Sequence[Sweep]) -> Sweep:
    """The sweep to look at, kept in the address."""
    by_id = {sweep.id: sweep for sweep in sweeps}
    wanted = run_number(selected("sweep") or "")
    if wanted is not None and wanted not in by_id:
        notice(f"There is no sweep {wanted}, or it was deleted. Here is the newest instead.")
    chosen = wanted if wanted in by_id else sweeps[0].id

    def take() -> None:
        forget_address()
        select("sweep", str(st.session_state["sweep_shown"]))

    st.session_state["sweep_shown"] = chosen
    st.selectbox(
        "Sweep",
        list(by_id),
        key="sweep_shown",
        format_func=lambda sweep_id: (
            f"{on_one_line(by_id[sweep_id].name)} · sweep {sweep_id}"
            if sweep_id in by_id
            else f"sweep {sweep_id} (deleted)"
        ),
        on_change=take,
        help=explained("Sweep"),
    )
    select("sweep", str(chosen))
    return by_id[chosen]


def sweep_part(services: Services, sweep_id: int, was_running: bool) -> None:
    """All of one sweep; reruns by itself while it runs."""
    with explained_trouble("sweep"):
        try:
            sweep = services.store.get_sweep(sweep_id)
        except RunNotFound:
            st.rerun()
        if (sweep.state is SweepState.RUNNING) != was_running:
            st.rerun()
        plan = sweep.plan
        if plan is None:
            st.warning(plain(f"This version cannot read the sweep's plan: {sweep.problem}"))
            offer_acts(services, sweep)
            return
        found = services.store.sweep_runs(sweep.id)
        show_progress(sweep, progress_of(sweep, plan, found))
        if sweep.state is SweepState.RUNNING:
            say_why_runs_wait(services)
        offer_acts(services, sweep)
        results = results_of(plan, found)
        show_best(results)
        with explained_trouble("sweep_pictures"):
            show_pictures(plan, results)
        with explained_trouble("sweep_table"):
            show_table(sweep, plan, results)
        offer_repeat(plan)


def show_progress(sweep: Sweep, far: Progress) -> None:
    """How far it is, in a bar and in words."""
    parts = [f"The sweep {STATES[sweep.state]}", f"{far.finished:,} of {far.runs:,} runs finished"]
    if far.training and sweep.state is SweepState.RUNNING:
        parts.append(f"{far.training} train")
    if far.dropped:
        parts.append(f"{far.dropped:,} given up on the way")
    if far.failed:
        parts.append(f"{far.failed:,} failed")
    if far.aside:
        parts.append(f"{far.aside:,} put aside by hand")
    if sweep.state is SweepState.RUNNING and far.seconds_left is not None:
        parts.append(f"about {duration(far.seconds_left)} left")
    if sweep.spent >= 1:
        parts.append(f"{duration(sweep.spent)} so far" if sweep.state is SweepState.RUNNING else duration(sweep.spent))
    st.progress(far.share, text=plain("; ".join(parts) + "."))
    if sweep.error:
        st.warning(plain(sweep.error))


def offer_acts(services: Services, sweep: Sweep) -> None:
    """Pause, go on, cancel, delete: for whoever may."""
    why_not = services.acts.why_not_conduct(sweep)
    running = sweep.state is SweepState.RUNNING
    with st.container(horizontal=True, gap="small"):
        if running:
            button("Pause", services.acts.pause_sweep, sweep, why_not)
        if sweep.state.can_resume:
            button("Go on", services.acts.resume_sweep, sweep, why_not)
        if running or sweep.state.can_resume:
            button("Cancel", services.acts.cancel_sweep, sweep, why_not)
        with st.popover("Delete", disabled=bool(why_not), help=why_not or explained("Delete")):
            st.caption("The sweep goes, and all of its runs with it; single runs can be brought back within a day.")
            if st.button("Delete it with its runs", type="primary", key="delete_sweep"):
                try:
                    services.acts.delete_sweep(sweep.id)
                except EngineError as error:
                    refuse(error)
                    return
                forget_address()
                select("sweep", None)
                st.rerun()


def button(label: str, act: Callable[[int], Any], sweep: Sweep, why_not: str) -> None:
    """A button that does something to a sweep."""
    key = f"sweep_{label.lower().replace(' ', '_')}"
    if st.button(label, key=key, disabled=bool(why_not), help=why_not or explained(label)):
        try:
            act(sweep.id)
        except EngineError as error:
            refuse(error)
            return
        st.rerun()


def show_best(results: Sequence[Result]) -> None:
    """The best runs, each a click away."""
    step = page_at("step")
    tasks = by_task(results)
    each = BEST_SHOWN if len(tasks) == 1 else 2
    scored = [one for outcomes in tasks.values() for one in outcomes[:each] if one.middle is not None]
    if step is None or not scored:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown("**Step the best**")
        for outcome in scored:
            sign = 1 if higher_is_better(outcome.task) else -1
            ranked = sorted(
                (one for one in outcome.results if one.score is not None and one.run is not None and one.run.there),
                key=lambda one, sign=sign: -sign * (one.score or 0.0),  # type: ignore[misc]
            )
            if ranked and ranked[0].run is not None:
                label = f"{label_of(dict(outcome.values))}: {ranked[0].score:.3g}"
                st.page_link(
                    step,
                    label=plain(label),
                    icon=":material/footprint:",
                    query_params={"run": str(ranked[0].run.run_id)},
                )


def show_pictures(plan: Plan, results: Sequence[Result]) -> None:
    """What the sweep found, in those pictures that its plan makes."""
    panels = panels_of(plan, results)
    if panels:
        st.markdown("**Success against distance**: the median of the seeds, and between their worst and their best")
        st.plotly_chart(distance_figure(panels), width="stretch", key="sweep_distance", config=PLOTLY_CONFIG)
    important = importance_of(plan, results)
    if important:
        st.markdown("**What matters**: the share of all differences that each setting explains")
        st.plotly_chart(importance_figure(important), width="stretch", key="sweep_importance", config=PLOTLY_CONFIG)
        st.caption(
            "Exact for this grid (functional analysis of variance, as in Greff 2017): a setting alone, two together "
            "beyond what each explains, and seeds. Errors and losses are taken by their logarithm; a run that failed "
            "counts as the worst."
        )
    elif (why := why_no_importance(plan)) is not None:
        st.caption(plain(why))
    for task, outcomes in by_task(results).items():
        choices = choices_of(outcomes)
        if not choices:
            continue
        of_task = f" · {plain(KINDS[task].title)}"
        if not panels and len(choices) > 1:
            more = f", the best {len(choices)}" if len(choices) < len(outcomes) else ""
            order = f": {plain(in_order(plan))}" if in_order(plan) else ""
            st.markdown(f"**Choices and their seeds**{of_task}{more}{order}")
            scores = [score for choice in choices for score in choice.scores]
            figure = choices_figure(choices, score_name(task), not higher_is_better(task) and spans_decades(scores))
            st.plotly_chart(figure, width="stretch", key=f"sweep_choices_{task}", config=PLOTLY_CONFIG)
        coordinates = coordinates_of(plan, results, task)
        if coordinates is not None and len(coordinates[0]) > 1:
            st.markdown(f"**All runs**{of_task}: a line a run, through its settings to what it reached")
            figure = parallel_figure(*coordinates)
            st.plotly_chart(figure, width="stretch", key=f"sweep_parallel_{task}", config=PLOTLY_CONFIG)
