"""Step: what does this cell do at this timestep, and why?"""

from typing import Any

import streamlit as st

from dashboard.shell.coming_back import wait_for
from dashboard.shell.plain import plain
from dashboard.shell.run_picker import pick_readable_run
from dashboard.shell.selection import (
    follow,
    forget_address,
    newly_read,
    notices_place,
    prefer_task,
    select,
    selected,
    show_notices,
)
from dashboard.shell.services import Services
from dashboard.shell.trouble import explained_trouble, sentence
from dashboard.views.step.messages import check_length
from dashboard.views.step.mount import mount_step
from dashboard.views.step.rows import offer_rows
from lstm_engine import SettingsError, TaskInputError
from lstm_engine.runs import Run
from lstm_engine.tasks import Task
from lstm_engine.tasks.folding import shortened
from lstm_engine.tasks.own_model_task import OwnModelTask

OWN = "own text"
PICKED = ("run", "sequence", "example")


def show(services: Services) -> None:
    """The page."""
    st.fragment(step_part)(services)


def step_part(services: Services) -> None:
    """The page's content, or a word on why it cannot be had."""
    with explained_trouble():
        show_step(services)


def show_step(services: Services) -> None:
    """What to look at, and the step view."""
    columns = st.columns([4.4, 2.6, 2], vertical_alignment="bottom")
    # with keys, so that a link can hide them
    pickers = [column.container(key=f"pick_{name}") for column, name in zip(columns, PICKED, strict=True)]
    messages = notices_place()
    prefer_task(services.store)
    with pickers[0]:
        run = pick_readable_run(services.store)
    if run is None:
        with messages:
            show_notices()
        return
    try:
        task = run.settings.task_object
    except SettingsError as error:  # the run was made with a task or a setting that this version does not know
        with messages:
            show_notices()
        messages.text(sentence(error))
        return
    examples = list(task.examples())
    text = pick_sequence(run, examples, pickers[1], pickers[2])
    if isinstance(task, OwnModelTask) and task.own.symbols is None:
        offer_rows(task.own.inputs, run.id, lambda rows: tell_sequence(run, rows))
    try:
        check_sequence(run, text)
    except TaskInputError as error:
        nearest = nearest_to(run, error)
        below = "the first example" if nearest is None else f"“{shortened(nearest)}”"
        messages.error(plain(f"{error} Shown instead: {below}."))
        text = examples[0] if nearest is None else nearest
    with messages:
        show_notices()

    def take_sequence() -> None:
        tell_sequence(run, st.session_state["step"].sequence)

    def go_back() -> None:
        follow(st.session_state["step"].back)

    seen = mount_step(run, text, examples, take_sequence, go_back, services.acts.why_not_begin())
    if seen.gone:  # by now another one may be shown in its place
        wait_for(seen.gone)
        st.rerun()


def check_sequence(run: Run, text: str) -> None:
    """Raise TaskInputError if the text cannot be stepped through."""
    encoded = run.settings.task_object.encode(text)
    check_length(run.settings.variant, run.settings.num_layers, run.settings.hidden_size, len(encoded.labels))


def nearest_to(run: Run, error: TaskInputError) -> str | None:
    """The nearest that can be stepped through instead of a text that was refused; None if there is none."""
    try:
        check_sequence(run, error.nearest or "")
    except TaskInputError:
        return None
    return error.nearest


def note_on(task: Task, text: str) -> str:
    """What was read otherwise than it was typed; empty if nothing was, or it cannot be read at all."""
    try:
        return task.encode(text).note
    except TaskInputError:
        return ""


def tell_sequence(run: Run, text: str) -> None:
    """Let the field of the run's sequence say this when it is drawn next: it must not be given another value then."""
    st.session_state[f"told_sequence_{run.id}"] = text


def pick_sequence(run: Run, examples: list[str], own: Any, ready_made: Any) -> str:
    """The text to step through: typed, or one of the task's examples."""
    task = run.settings.task_object
    key, example_key = f"sequence_{run.id}", f"example_{run.id}"
    told = st.session_state.pop(f"told_{key}", None)
    is_told = newly_read("sequence") or key not in st.session_state or told is not None
    if is_told:
        linked = selected("sequence")
        st.session_state[key] = next(text for text in (told, linked, examples[0]) if text is not None)

    def take_example() -> None:
        if st.session_state[example_key] != OWN:
            tell_sequence(run, st.session_state[example_key])

    note = note_on(task, st.session_state[key])  # in the label, where it pushes nothing down
    about = task.about
    text = own.text_input(
        plain(f"Sequence: {lowered(note or task.input_help)}"),
        "" if is_told else st.session_state[key],  # which it would lack if what it was told went by another page
        key=key,
        help=plain(f"{about.reads} {about.question} {about.guesser} {about.solved}"),
    )
    st.session_state[example_key] = text if text in examples else OWN
    ready_made.selectbox(
        "Example",
        [OWN, *examples],
        key=example_key,
        on_change=take_example,
        format_func=lambda example: example if len(example) < 28 else f"{example[:26]} …",
    )
    if selected("sequence") not in (None, text):
        forget_address()
    select("sequence", text)
    return text


def lowered(sentence: str) -> str:
    """The sentence as part of another one."""
    return sentence[:1].lower() + sentence[1:]
