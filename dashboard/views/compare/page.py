"""Compare: what does each part buy? Runs side by side, with just those settings that differ."""

from collections.abc import Sequence
from dataclasses import asdict, replace

import streamlit as st
from numpy.typing import NDArray

from dashboard.shell.run_picker import run_labels
from dashboard.shell.services import Services
from dashboard.shell.trouble import explained_trouble, sentence
from dashboard.views.compare.figures import comparison_figure
from lstm_engine import EngineError
from lstm_engine.runs import Run, RunStore, Status, preset
from lstm_engine.runs.presets import PUBLISHED
from lstm_engine.tasks import KINDS, TASKS

CELLS = {"standard": "LSTM", "gru": "GRU", "rnn": "plain RNN"}
MOST_RUNS = 12
LOOK_EVERY = 2.0  # seconds, while one of them trains


def show(services: Services) -> None:
    """The page."""
    runs = services.store.list_runs()
    left, right = st.columns([5, 2.6], vertical_alignment="bottom")
    with right:
        ready_made(services)
    if not runs:
        st.info("There is no run yet. Create one on the Train page with “New run”.", icon=":material/info:")
        return
    with left:
        chosen = pick_runs(runs)
    if not chosen:
        st.info("Choose at least one run.", icon=":material/info:")
        return
    training = any(run.status in (Status.TRAINING, Status.QUEUED, Status.LOST) for run in chosen)
    st.fragment(curves_part, run_every=LOOK_EVERY if training else None)(services, [run.id for run in chosen], training)


def pick_runs(runs: Sequence[Run]) -> list[Run]:
    """The runs to compare, kept in the address."""
    by_id = {run.id: run for run in runs}
    if "compared" not in st.session_state:
        linked = [int(part) for part in st.query_params.get("runs", "").split(",") if part.isdecimal()]
        gone = [run_id for run_id in linked if run_id not in by_id]
        if gone:
            st.warning(f"Run {', '.join(map(str, gone))} is no more; the others are shown.")
        st.session_state["compared"] = [run_id for run_id in linked if run_id in by_id] or list(by_id)[:3]
    st.session_state["compared"] = [run_id for run_id in st.session_state["compared"] if run_id in by_id]
    labels = run_labels(runs)
    chosen: list[int] = st.multiselect(
        "Runs",
        list(by_id),
        key="compared",
        max_selections=MOST_RUNS,
        format_func=lambda run_id: labels.get(run_id, f"run {run_id} (deleted)"),
    )
    st.query_params["runs"] = ",".join(map(str, chosen))
    return [by_id[run_id] for run_id in chosen]


def curves_part(services: Services, run_ids: Sequence[int], was_training: bool) -> None:
    """Chart and table; reruns by itself while one of the runs trains."""
    with explained_trouble():
        present = {run.id: run for run in services.store.list_runs()}
        runs = [present[run_id] for run_id in run_ids if run_id in present]
        show_curves(services.store, runs)
        training = any(run.status in (Status.TRAINING, Status.QUEUED, Status.LOST) for run in runs)
        if training != was_training:
            st.rerun()


def show_curves(store: RunStore, runs: Sequence[Run]) -> None:
    """One chart a unit of loss, since other units cannot stand on one axis."""
    pooled = st.toggle("Runs that differ in their seed alone as mean and spread", value=True, key="pool_seeds")
    labels = run_labels(runs)
    by_unit: dict[str, list[Run]] = {}
    for run in runs:
        by_unit.setdefault(run.settings.task_object.unit, []).append(run)
    for unit, alike in by_unit.items():
        groups: dict[str, list[Run]] = {}
        for run in alike:
            groups.setdefault(str(replace(run.settings, seed=0, pace=0.0)) if pooled else str(run.id), []).append(run)
        named = {
            labels[group[0].id] if len(group) == 1 else f"{group[0].name}, and {len(group) - 1} more": [
                validation_curve(store, run) for run in group
            ]
            for group in groups.values()
        }
        tasks = {run.settings.task: run.settings.task_object for run in alike}
        baselines = {
            f"{task.baseline().name}: {task.baseline().loss:.3f}": task.baseline().loss for task in tasks.values()
        }
        st.plotly_chart(comparison_figure(named, unit, baselines), width="stretch", key=f"compared_{unit}")
    st.markdown("**What differs**")
    st.dataframe(differences(store, runs), width="stretch", hide_index=True)


def validation_curve(store: RunStore, run: Run) -> tuple[NDArray, NDArray]:
    """Steps and values."""
    series = store.curves(run.id).validation_loss
    return series.step, series.value


def differences(store: RunStore, runs: Sequence[Run]) -> list[dict[str, object]]:
    """A row a run: where it stands, its best validation loss, and those settings in which the runs differ."""
    settings = [asdict(run.settings) | {"text": bool(run.settings.text)} for run in runs]
    fields = (
        [name for name in settings[0] if name != "text" and len({str(s[name]) for s in settings}) > 1] if runs else []
    )
    rows: list[dict[str, object]] = []
    for run, values in zip(runs, settings, strict=True):
        validation = store.curves(run.id).validation_loss.value
        rows.append(
            {
                "run": run.name,
                "step": run.step,
                "best validation loss": round(float(validation.min()), 5) if len(validation) else None,
            }
            | {name.replace("_", " "): values[name] if values[name] is not None else "none" for name in fields}
        )
    return rows


def ready_made(services: Services) -> None:
    """Three cells on one task, started with a click."""
    with st.popover("LSTM, GRU and RNN on the same task", icon=":material/compare_arrows:", width="stretch"):
        task = st.selectbox("Task", list(TASKS), format_func=lambda name: KINDS[name].title, key="ready_task")
        seeds = st.number_input("Seeds of each", 1, 4, 1, key="ready_seeds")
        st.caption("From the task's published preset, as fast as they go, as many at a time as there are cores.")
        if st.button("Train them", type="primary", key="ready_train"):
            try:
                base = replace(preset(PUBLISHED, task), pace=0.0)
                made = [
                    services.store.create(
                        replace(base, variant=cell, seed=base.seed + seed), f"{words}, {task}, seed {base.seed + seed}"
                    )
                    for cell, words in CELLS.items()
                    for seed in range(int(seeds))
                ]
            except EngineError as error:
                st.error(sentence(error))
                return
            st.session_state["compared"] = [run.id for run in made]
            st.rerun()
