"""Step: what does this cell do at this timestep?"""

from typing import Any

import streamlit as st

from dashboard.components.step import mount_step
from dashboard.selection import choose, notice, select, selected, show_notices
from dashboard.services import Services, services
from dashboard.stepping import step_payload
from dashboard.views.common import explained_trouble, pick_run
from lstm_engine import TaskInputError
from lstm_engine.runs import Run, RunNotFound, RunSettings, RunStore
from lstm_engine.runs.checkpoints import restore
from lstm_engine.tasks import Task

NEWEST = "newest"
OWN = "own text"


def show(services: Services) -> None:
    """The page; it reruns by itself when the browser hears of a newer checkpoint."""
    polling = st.session_state.get("transport") == "polling"
    st.fragment(step_part, run_every=2.0 if polling else None)(services)


def step_part(services: Services) -> None:
    """The page's content, or a word on why it cannot be had."""
    with explained_trouble():
        show_step(services)


def show_step(services: Services) -> None:
    """What to look at, and the step view."""
    columns = st.columns([3, 2, 3.6, 2.4], vertical_alignment="bottom")
    messages = st.container()  # a place of its own, so that a message does not push the view out of its
    with columns[0]:
        run = pick_run(services.store)
    if run is None:
        return
    with columns[1]:
        step, follow = pick_checkpoint(services.store, run)
    text = pick_sequence(run, columns[2], columns[3])
    task = run.settings.task_object
    settings = run.settings.to_json()
    try:
        trace = traced(services.store.url, run.id, step, settings, text)
    except TaskInputError as error:
        messages.error(f"{error} Below, the first example instead.")
        text = task.examples()[0]
        trace = traced(services.store.url, run.id, step, settings, text)
    except RunNotFound:  # thinned out or deleted just now; the next look tells
        st.rerun()
    cursor = cursor_from_link(run, trace)
    with messages:
        show_notices()
    st.caption(
        f"“{run.name}” at step {step:,} of {run.end_step:,}{', following the newest checkpoint' if follow else ''} · "
        f"loss on this sequence {trace['loss']:.3f} {task.unit} · keys: ← → step, ↑ ↓ unit, Space plays"
    )
    seen = mount_step(run, trace, f"{run.id}/{step}/{text}", cursor, step, follow)
    if seen.gone == run.id:
        st.rerun()
    if seen.transport == "polling" and st.session_state.get("transport") != "polling":
        st.session_state["transport"] = "polling"
        st.rerun()


def pick_checkpoint(store: RunStore, run: Run) -> tuple[int, bool]:
    """The checkpoint to show, and whether to follow the newest."""
    steps = store.checkpoint_steps(run.id)
    wanted = selected("checkpoint") or NEWEST
    if wanted != NEWEST and wanted not in map(str, steps):
        notice(f"There is no checkpoint “{wanted[:40]}” in this run any more. Here is the newest one.")
        select("checkpoint", None)
        wanted = NEWEST
    options = [NEWEST, *[str(step) for step in reversed(steps)]]
    chosen = st.selectbox(
        "Checkpoint",
        options,
        index=options.index(wanted),
        format_func=lambda option: "newest" if option == NEWEST else f"step {int(option):,}",
        key=f"checkpoint_{run.id}_{wanted}",
    )
    if chosen != wanted:
        choose("checkpoint", None if chosen == NEWEST else chosen)
    return (steps[-1] if chosen == NEWEST else int(chosen)), chosen == NEWEST


def pick_sequence(run: Run, own: Any, ready_made: Any) -> str:
    """The text to step through: typed, or one of the task's examples."""
    task = run.settings.task_object
    examples = list(task.examples())
    key, example_key = f"sequence_{run.id}", f"example_{run.id}"
    if key not in st.session_state:
        linked = selected("sequence")
        st.session_state[key] = examples[0] if linked is None else linked

    def take_example() -> None:
        if st.session_state[example_key] != OWN:
            st.session_state[key] = st.session_state[example_key]

    text = own.text_input(f"Sequence: {task.input_help[:1].lower()}{task.input_help[1:]}", key=key)
    present = text if text in examples else OWN
    st.session_state[example_key] = present
    ready_made.selectbox(
        "Example",
        [OWN, *examples],
        key=example_key,
        on_change=take_example,
        format_func=lambda example: example if len(example) < 28 else f"{example[:26]} …",
    )
    select("sequence", text if len(text) <= 200 else None)  # a longer one would make a link that browsers cut
    return text


@st.cache_data(max_entries=200, show_spinner=False)
def traced(url: str, run_id: int, step: int, settings: str, text: str) -> dict[str, Any]:
    """The payload of a sequence at a checkpoint, computed once for all who look at it."""
    task: Task = RunSettings.from_json(settings).task_object
    sequence = task.encode(text)
    trainer = RunSettings.from_json(settings).build_trainer()
    restore(trainer, services().store.checkpoint(run_id, step))
    return step_payload(trainer.model, task, sequence)


def cursor_from_link(run: Run, trace: dict[str, Any]) -> dict[str, int]:
    """Where the link points, each from 0; what it names in vain is said once for a run."""
    cursor, problems = {}, []
    for name, first, count in (("timestep", 1, "timesteps"), ("unit", 0, "units"), ("layer", 1, "layers")):
        text = st.query_params.get(name, str(first))
        last = trace[count] - 1 + first
        valid = text.isdecimal() and first <= int(text) <= last
        cursor[name] = int(text) - first if valid else 0
        if not valid:
            problems.append(f"{name} “{text[:20]}” (there are {first} to {last:,})")
    if problems and st.session_state.get("linked_cursor_run") != run.id:
        notice(f"The link names {' and '.join(problems)}, which this sequence does not have. Here is the first one.")
    st.session_state["linked_cursor_run"] = run.id
    return cursor
