"""What can be done to a run beside training it: run to a step, change settings, fork, name, annotate, delete."""

import math
from collections.abc import Callable
from zlib import crc32

import streamlit as st

from dashboard.shell.glossary import explained
from dashboard.shell.plain import plain
from dashboard.shell.readable import problem_of
from dashboard.shell.rights.table import Action
from dashboard.shell.selection import choose_run, forget_run, remember_run
from dashboard.shell.services import Services
from dashboard.shell.trouble import explained_trouble, refuse
from dashboard.views.train.new_run import number_field
from lstm_engine import EngineError
from lstm_engine.runs import Run, RunNotFound
from lstm_engine.runs.settings import LIMITS, SETTINGS
from lstm_engine.runs.store import LONGEST_NAME, MOST_NOTE, changed_settings

AHEAD_SECONDS = 10  # of training, for which the step that is proposed lies ahead of a run that trains
LEAST_AHEAD = 100  # steps
TABS_HEIGHT = 530  # pixels, of the tallest, on a phone; their width stands in page.css


def manage_run(services: Services, run: Run) -> None:
    """A button that opens all of it; what was done is said, and closes it."""
    said = st.session_state.pop("managed", None)
    if said is not None:
        st.session_state["managing"] = False
    if said:
        st.toast(plain(said), icon=":material/check:")
    with st.popover(
        "Manage",
        icon=":material/tune:",
        width="stretch",
        help=explained("Manage"),
        key="managing",
        on_change=begin_anew,  # a run that trains has gone on since the page was drawn
    ):
        if problem_of(run) or not run.is_trained:
            why_not = services.acts.why_not(Action.DELETE, run)
            if why_not:
                st.caption(plain(why_not))
            else:
                describe(services, run)
                offer_deletion(services, run)
            return
        why_not = services.acts.why_not(Action.CHANGE, run)
        if why_not:
            st.caption(plain(why_not))
            if not services.acts.why_not(Action.BEGIN):
                with explained_trouble("manage_fork"):
                    fork(services, run)
            return
        # one size for all, so that nothing jumps from tab to tab; a key, so that a click in one does not leave it
        names = ["Training", "Fork", "Name and notes", "Delete"]
        tabs = st.container(key="manage").tabs(names, height=TABS_HEIGHT, key=f"manage_{run.id}")
        training, branch, words, deletion = tabs
        with training, explained_trouble("manage_training"):
            train_to(services, run)
            change_settings(services, run)
        with branch, explained_trouble("manage_fork"):
            fork(services, run)
        with words, explained_trouble("manage_words"):
            describe(services, run)
        with deletion, explained_trouble("manage_deletion"):
            offer_deletion(services, run)


def begin_anew() -> None:
    """Each time that it is opened, fields that follow the run begin with where the run stands then."""
    st.session_state["managed_visit"] = st.session_state.get("managed_visit", 0) + 1


def visit() -> int:
    """How often it was opened or closed."""
    count: int = st.session_state.get("managed_visit", 0)
    return count


def done(action: Callable[[], object]) -> bool:
    """Do it; if it is refused, say why where it was asked for."""
    try:
        action()
    except EngineError as error:
        refuse(error)
        return False
    return True


def succeed(said: str) -> None:
    """Say what happened, and close all of it."""
    st.session_state["managed"] = said
    st.rerun()


def train_to(services: Services, run: Run) -> None:
    """Train up to a chosen step, then pause."""
    if run.step >= run.end_step:
        st.caption(f"The run has reached its end, step {run.end_step:,}. “Fork” goes on from it, or from before.")
        return
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    step = left.number_input(
        "Run to step",
        1,
        run.end_step,
        step_ahead(run),
        key=f"to_step_{run.id}_{visit()}",
        help=explained("Run to step"),
    )
    pressed = right.button("Run", key=f"run_to_{run.id}", width="stretch")
    if step <= run.step:
        st.error(f"Step {step:,} is behind the run, which stands at step {run.step:,}. Choose one ahead of it.")
    elif pressed and done(lambda: services.acts.set_target(run.id, int(step))):
        succeed(f"“{run.name}” trains to step {step:,}, then pauses.")


def step_ahead(run: Run) -> int:
    """A round step that a run will not have passed before somebody has pressed the button.

    >>> from types import SimpleNamespace as Standing
    >>> [step_ahead(Standing(step=s, end_step=3_000, steps_per_second=50.0)) for s in (0, 740, 2_600)]
    [500, 1300, 3000]
    >>> step_ahead(Standing(step=740, end_step=3_000, steps_per_second=None))
    840
    """
    ahead = max(LEAST_AHEAD, AHEAD_SECONDS * (run.steps_per_second or 0.0))
    unit = 100 if ahead > LEAST_AHEAD else 10
    return min(run.end_step, math.ceil((run.step + ahead) / unit) * unit)


def change_settings(services: Services, run: Run) -> None:
    """Change what can be changed in mid-run; it holds from the next step on and is marked on the curve."""
    try:
        changes = services.store.changes(run.id)
    except RunNotFound:
        return
    present = changed_settings(run.settings, changes)
    version = f"{run.id}_{len(changes)}"  # after a change, by whomever, the fields begin with what holds then
    rate, rate_problem = number_field(
        "learning_rate", "Learning rate", "From the next step on.", present.learning_rate, f"change_rate_{version}"
    )
    batch, batch_problem = number_field(
        "batch_size", "Batch size", "From the next step on.", present.batch_size, f"change_batch_{version}"
    )
    clips = st.checkbox(
        "Clip the gradient",
        present.clip_norm is not None,
        key=f"change_clips_{version}",
        help=explained("Clip the gradient"),
    )
    norm = st.number_input(
        "at a norm of",
        1e-6,
        1e6,
        present.clip_norm or 1.0,
        format="%g",
        disabled=not clips,
        key=f"change_clip_{version}",
        help=explained("Gradient norm"),
    )
    problems = [problem for problem in (rate_problem, batch_problem) if problem]
    for problem in problems:
        st.error(plain(problem))
    wanted = {"learning_rate": rate, "batch_size": batch, "clip_norm": norm if clips else None}
    different = {field: value for field, value in wanted.items() if value != getattr(present, field)}
    if st.button("Change from the next step on", disabled=bool(problems) or not different, key=f"change_{run.id}"):
        # said before it is done: then nothing differs any more
        said = ", ".join(f"{SETTINGS[field].label.lower()} {in_figures(value)}" for field, value in different.items())

        def change() -> None:
            for field, value in different.items():
                services.acts.change(run.id, field, value)

        if done(change):
            succeed(f"From the next step on: {said}.")


def fork(services: Services, run: Run) -> None:
    """A new run from one of this run's checkpoints, which goes on for as long as is wanted."""
    steps = services.store.checkpoint_steps(run.id)
    if not steps:
        st.caption("The run has no checkpoint any more, so there is nothing that a fork could begin with.")
        return
    most = services.acts.most_steps(int(LIMITS["end_step"].most))
    step = st.selectbox(
        "From the checkpoint at step",
        list(reversed(steps)),
        format_func=lambda step: f"{step:,}",
        key=f"fork_step_{run.id}",
        help=explained("Checkpoint"),
    )
    if step >= most:
        st.caption(f"No run of yours can have more than {most:,} steps. Choose a checkpoint before that.")
        return
    left, right = st.columns(2)
    more = left.number_input(
        "For how many more steps",
        1,
        most - step,
        # to where the run was to end; from there, once more as far
        min(run.end_step - step or run.end_step, most - step),
        key=f"fork_more_{run.id}_{step}",
        help=explained("For how many more steps"),
    )
    held = [change for change in services.store.changes(run.id) if change.step is not None and change.step <= step]
    before = changed_settings(run.settings, held).learning_rate
    with right:
        rate, problem = number_field(
            "learning_rate",
            "Learning rate",
            "Of the fork, from its first step on.",
            before,
            f"fork_rate_{run.id}_{step}",
        )
    if problem:
        st.error(plain(problem))
    name = st.text_input(
        "Name of the new run",
        placeholder=f"{run.name} from {step:,}",
        max_chars=LONGEST_NAME,
        key=f"fork_name_{run.id}",
        help=explained("Name"),
    )
    st.caption(
        f"It begins with the weights, the curve and the settings of step {step:,}, and trains from there to step "
        f"{step + more:,}, beside this run, which stays as it is."
    )
    if st.button("Fork and start", key=f"fork_{run.id}", type="primary", disabled=bool(problem)):
        made: list[Run] = []
        changed = {"learning_rate": rate} if rate != before else {}

        def make() -> None:
            made.append(services.acts.fork(run.id, step, name, True, step + int(more), changed))

        if done(make):
            choose_run(made[0].id)
            succeed(f"“{made[0].name}” goes on from step {step:,} to step {made[0].end_step:,}.")


def describe(services: Services, run: Run) -> None:
    """Name, note and tags."""
    notes = services.store.notes(run.id)
    version = f"{run.id}_{crc32(repr((run.name, notes.note, notes.tags)).encode())}"  # as in ``change_settings``
    name = st.text_input("Name", value=run.name, max_chars=LONGEST_NAME, key=f"name_{version}", help=explained("Name"))
    note = st.text_area("Note", value=notes.note, max_chars=MOST_NOTE, key=f"note_{version}", help=explained("Note"))
    tags = st.text_input(
        "Tags, with spaces between", value=" ".join(notes.tags), key=f"tags_{version}", help=explained("Tags")
    )
    if notes.parent_run is not None:
        st.caption(f"Forked from run {notes.parent_run} at step {notes.parent_step:,}.")
    if st.button("Save", key=f"describe_{run.id}"):

        def save() -> None:
            services.acts.describe(run.id, name, note, tags.split())

        if done(save):
            succeed("Name, note and tags are saved.")


def in_figures(value: float | None) -> str:
    """A setting's value as people write it."""
    return "none" if value is None else f"{value:g}"


def offer_deletion(services: Services, run: Run) -> None:
    """A quiet button, and a question behind it: everyone loses sight of the run."""
    st.caption(
        plain(f"“{run.name}” with its curves and checkpoints, for everyone. Within a day it can be brought back.")
    )
    if st.button("Delete this run", icon=":material/delete:", key="delete"):
        confirm_deletion(services, run)


@st.dialog("Delete this run?")
def confirm_deletion(services: Services, run: Run) -> None:
    """The question, in front of the page."""
    deletion_form(services, run)


def deletion_form(services: Services, run: Run) -> None:
    """Everyone loses sight of it, so ask once."""
    st.write(
        plain(f"“{run.name}” with its curves and checkpoints goes, for everyone. It can be brought back within a day.")
    )
    if st.button("Delete it", type="primary", key="confirm_delete"):
        try:
            services.acts.delete(run.id)
        except EngineError as error:
            refuse(error)
            return
        st.session_state["deleted"] = (run.id, run.name)
        st.session_state["managed"] = ""  # the offer to undo it says what happened
        forget_run(run.id)
        st.rerun()


def offer_undo(services: Services) -> None:
    """After a run was deleted here: a way back."""
    deleted: tuple[int, str] | None = st.session_state.get("deleted")
    if deleted is None:
        return
    run_id, name = deleted
    left, middle, right = st.columns([6, 1.2, 1], vertical_alignment="center")
    left.info(
        plain(f"“{name}” was deleted, for everyone. It can be brought back within a day."), icon=":material/delete:"
    )
    if middle.button("Undo", key="undelete", width="stretch") and done(lambda: services.acts.undelete(run_id)):
        del st.session_state["deleted"]
        remember_run(run_id)
        st.rerun()
    if right.button("Dismiss", key="forget_deleted", width="stretch"):
        del st.session_state["deleted"]
        st.rerun()
