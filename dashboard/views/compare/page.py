"""Compare: what does each part buy? Runs side by side, with just those settings that differ."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from types import MappingProxyType
from typing import Any

import streamlit as st

from dashboard.serving.numbers import run_number
from dashboard.shell.glossary import explained
from dashboard.shell.navigation import page_at
from dashboard.shell.plain import on_one_line, plain
from dashboard.shell.readable import problem_of
from dashboard.shell.run_labels import ELSEWHERE, cell_name, run_labels, task_title, told_apart
from dashboard.shell.run_picker import is_to_be_told, labels_of, meant, name_of, say_there_is_no_run, without_swept
from dashboard.shell.selection import (
    forget_address,
    forget_notices,
    missing,
    newly_read,
    notice,
    notices_place,
    select,
    selected,
    show_notices,
)
from dashboard.shell.services import Services
from dashboard.shell.trouble import explained_trouble
from dashboard.views.compare.curves import validation_curves
from dashboard.views.compare.figures import Line, comparison_figure, shortened
from dashboard.views.compare.groups import Group, Past, grouped, shared_name
from dashboard.views.compare.lines import line_of
from dashboard.views.compare.logarithmic import above_zero
from dashboard.views.compare.measures import measure_lines, measured
from dashboard.views.compare.ready_made import offer_ready_made
from lstm_engine.runs import Run, RunNotFound, RunStore, Status
from lstm_engine.runs.run import Notes, Series
from lstm_engine.tasks import Baseline, Task

FIELD = "compared_runs"  # in which runs are chosen
BEST = "best validation loss"
MEASURE = "task's own measure"
MOST_RUNS = 12
MOST_NAMED = 3  # of runs that an address names and that cannot be had
LOOK_EVERY = 2.0  # seconds, while one of them trains
LOOK_FOR_GONE_EVERY = 5.0  # seconds, else: somebody else may delete one
PLOTLY_CONFIG = {"typesetMath": False, "displaylogo": False}


def show(services: Services) -> None:
    """The page."""
    runs = services.store.list_runs()
    left, right = st.columns([5, 2.6], vertical_alignment="bottom")
    with right, explained_trouble("ready_made"):
        offer_ready_made(services)
    if not runs:
        say_there_is_no_run()
        return
    with left:
        chosen = pick_runs(services.store, runs)
    with notices_place():
        show_notices()
    if not chosen:
        st.info("Choose at least one run.", icon=":material/info:")
        return
    training = any(run.status.under_way for run in chosen)
    ids = [run.id for run in chosen]
    st.fragment(curves_part, run_every=LOOK_EVERY if training else None)(services, ids, training)
    if not training:  # else the curves' part has just looked
        st.fragment(watch_part, run_every=LOOK_FOR_GONE_EVERY)(services, ids)


def pick_runs(store: RunStore, runs: Sequence[Run]) -> list[Run]:
    """The runs to compare, kept in the address."""
    by_id = {run.id: run for run in runs}
    if newly_read("runs") or "compared" not in st.session_state:
        parts = [part.strip() for part in (selected("runs") or "").split(",") if part.strip()]
        linked = list(dict.fromkeys(run_number(part) for part in parts))
        there = [run_id for run_id in linked if run_id in by_id]
        absent = [run_id for run_id in linked if run_id is not None and run_id not in by_id]
        if absent:
            more = f" So it is with {len(absent) - MOST_NAMED:,} more." if len(absent) > MOST_NAMED else ""
            reasons = " ".join(store.gone(run_id) for run_id in absent[:MOST_NAMED])
            st.warning(plain(f"{reasons}{more} The others are shown."))
        if None in linked:
            st.warning("Some of what the address names are not numbers of runs; the others are shown.")
        if len(there) > MOST_RUNS:
            st.warning(f"The address names {len(there)} runs; the first {MOST_RUNS} are shown.")
        st.session_state["compared"] = (
            there[:MOST_RUNS] or [run.id for run in without_swept(store, runs, ()) if run.is_trained][:3]
        )
    wanted = [run_id for run_id in map(meant, st.session_state["compared"]) if run_id is not None]
    for run_id in wanted:
        if run_id not in by_id:
            notice(missing(store, str(run_id)))
    st.session_state["compared"] = [run_id for run_id in wanted if run_id in by_id]
    labels = labels_of(store, runs)
    chosen: list[int] = st.session_state["compared"]

    def take() -> None:
        found = [run_id for run_id in map(meant, st.session_state[FIELD]) if run_id in labels]
        st.session_state["compared"] = found
        forget_notices()
        forget_address()

    tell = is_to_be_told(FIELD, chosen, labels)
    if tell:
        st.session_state[FIELD] = chosen
    offered = without_swept(store, runs, {str(run_id) for run_id in chosen})
    st.multiselect(
        "Runs",
        [run.id for run in offered],
        None if tell else chosen,  # what is told and what it begins with must not both be given
        key=FIELD,
        max_selections=MOST_RUNS,
        format_func=lambda run_id: name_of(run_id, labels),
        on_change=take,
        help=explained("Runs"),
    )
    select("runs", ",".join(map(str, chosen)))
    return [by_id[run_id] for run_id in chosen]


def watch_part(services: Services, run_ids: Sequence[int]) -> None:
    """Nothing to see; the whole page then says of a run that somebody else deleted what became of it."""
    with explained_trouble("watch"):
        there = {run.id for run in services.store.list_runs()}
        if not there.issuperset(run_ids):
            st.rerun()


def curves_part(services: Services, run_ids: Sequence[int], was_training: bool) -> None:
    """Chart and table; reruns by itself while one of the runs trains."""
    with explained_trouble("curves"):
        present = {run.id: run for run in services.store.list_runs()}
        runs = [present[run_id] for run_id in run_ids if run_id in present]
        if runs:
            show_runs(services.store, runs, run_labels(runs))
        training = any(run.status.under_way for run in runs)
        if training != was_training or len(runs) < len(run_ids):  # somebody else deleted one
            st.rerun()


def show_runs(store: RunStore, runs: Sequence[Run], labels: Mapping[int, str]) -> None:
    """One chart a unit of loss, since other units cannot stand on one axis; and a table."""
    pooling = "Runs that differ in their seed alone as median and spread"
    left, right = st.columns([2, 1])  # one below the other on a phone
    pooled = left.toggle(pooling, value=True, key="pool_seeds", help=explained(pooling), wrap=True)
    logarithmic = right.toggle("Logarithmic loss", key="logarithmic_loss", help=explained("Logarithmic loss"))
    pasts = {run.id: past_of(store, run) for run in runs}
    curves = {run.id: validation_curves().of(store, run) for run in runs}
    measures = measured(store, runs)
    by_unit: dict[str | None, list[Run]] = {}
    for run in runs:
        if not run.is_trained:
            st.caption(plain(f"“{run.name}” was trained elsewhere, so it has no curve; the Step page shows it."))
            continue
        by_unit.setdefault(None if problem_of(run) else run.settings.task_object.unit, []).append(run)
    for unit, alike in by_unit.items():
        with explained_trouble(f"chart_{unit}"):
            groups = grouped(alike, pasts, labels, pooled)
            own = measure_lines(groups, measures)
            place, beside = st.columns(2) if own else (st.container(), None)
            with place:
                show_chart(unit, groups, curves, logarithmic)
            if beside is not None:
                with beside:
                    show_measures(unit, own)
            link_to_steps(groups)
    st.markdown("**What differs**")
    with explained_trouble("differences"):
        rows = differences(runs, curves, pasts, measures)
        st.dataframe(
            rows,
            width="stretch",
            hide_index=True,
            placeholder="not measured yet",
            column_config={column: described(column) for column in rows[0]},
        )


def show_measures(unit: str | None, own: Mapping[tuple[str, float], Sequence[Line]]) -> None:
    """What the tasks themselves measure, a chart a measure, with the goal as a level line."""
    for (name, goal), lines in own.items():
        figure = comparison_figure(lines, None, [Baseline("goal", goal)], title=name)
        st.plotly_chart(figure, width="stretch", key=f"measured_{unit}_{name}", config=PLOTLY_CONFIG)


def link_to_steps(groups: Sequence[Group]) -> None:
    """From each curve to the page on which its runs are stepped."""
    step = page_at("step")
    if step is None:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown("**Step**")
        for group in groups:
            for run in group.runs:
                words = group.label if len(group.runs) == 1 else f"{shared_name(group.runs)}, seed {run.settings.seed}"
                label = plain(shortened(words))
                st.page_link(step, label=label, icon=":material/footprint:", query_params={"run": str(run.id)})


def described(column: str) -> Any:
    """How a column of the table is shown, with its entry of the glossary."""
    if column in (BEST, MEASURE):
        return st.column_config.NumberColumn(help=explained(column), format="%.4g")  # 0.00001 is not 0
    return st.column_config.Column(help=explained(column))


def past_of(store: RunStore, run: Run) -> Past:
    """What happened to a run; nothing, if it went just now."""
    try:
        return Past(tuple(store.changes(run.id)), store.notes(run.id))
    except RunNotFound:
        return Past((), Notes())


def show_chart(
    unit: str | None, groups: Sequence[Group], curves: Mapping[int, Series], logarithmic: bool = False
) -> None:
    """The runs of one unit; words, as long as nothing was measured."""
    runs = [run for group in groups for run in group.runs]
    if not any(len(curves[run.id].step) for run in runs):
        waiting = sum(run.status is Status.QUEUED for run in runs)
        at_rest = not any(run.status.under_way for run in runs)
        reason = f" {waiting} of {len(runs)} wait for a free core." if waiting else ""
        advice = " Start them on the Train page." if at_rest else ""
        st.info(f"No validation loss was measured yet.{reason}{advice}", icon=":material/hourglass_empty:")
        return
    lines = [line_of(group.label, [curves[run.id] for run in group.runs]) for group in groups]
    tasks = {} if unit is None else {run.settings.task: run.settings.task_object for run in runs}
    if logarithmic:
        lines, logarithmic, note = above_zero(lines)
        if note:
            st.caption(note)
    figure = comparison_figure(lines, unit, baselines_of(list(tasks.values())), logarithmic)
    st.plotly_chart(figure, width="stretch", key=f"compared_{unit}", config=PLOTLY_CONFIG)


def baselines_of(tasks: Sequence[Task]) -> list[Baseline]:
    """What a guesser reaches in each task; of several, each says in which."""
    found = [task.baseline() for task in tasks]
    if len(found) < 2:
        return found
    return [replace(one, name=f"{task.title}, {one.name}") for task, one in zip(tasks, found, strict=True)]


def differences(
    runs: Sequence[Run],
    curves: Mapping[int, Series],
    pasts: Mapping[int, Past],
    measures: Mapping[int, Series] = MappingProxyType({}),
) -> list[dict[str, object]]:
    """A row a run: where it stands, its best validation loss, and that in which the runs differ."""
    settings = [in_people_words(run) for run in runs]
    fields = [name for name in settings[0] if len({str(s[name]) for s in settings}) > 1]
    names = told_apart({run.id: on_one_line(run.name) for run in runs})
    words = {run.id: str(pasts[run.id]) for run in runs}
    rows: list[dict[str, object]] = []
    for run, values in zip(runs, settings, strict=True):
        validation = curves[run.id].value
        row: dict[str, object] = {
            "run": names[run.id],
            "step": run.step,
            "state": state_of(run),
            BEST: float(validation.min()) if len(validation) else None,
        }
        if any(len(series.step) for series in measures.values()):
            series = measures.get(run.id)
            row[MEASURE] = float(series.value[-1]) if series is not None and len(series.value) else None
        row |= {name.replace("_", " "): values[name] if values[name] is not None else "none" for name in fields}
        if any(words.values()):
            row["on its way"] = words[run.id]
        rows.append(row)
    return rows


def state_of(run: Run) -> str:
    """Where a run stands, in words."""
    if not run.is_trained:
        return ELSEWHERE
    return "waiting for a free core" if run.status is Status.QUEUED else run.status.value


def in_people_words(run: Run) -> dict[str, Any]:
    """The run's settings by name, cell and task as people call them; without a person's own text."""
    settings = asdict(run.settings) | {"task": task_title(run)}
    renamed = {"cell" if name == "variant" else name: value for name, value in settings.items() if name != "text"}
    return renamed | {"cell": cell_name(run)}
