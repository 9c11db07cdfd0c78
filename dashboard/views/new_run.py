"""The form that creates a run; every setting is checked where it is typed."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.selection import choose_run
from dashboard.services import Services
from lstm_engine import EngineError
from lstm_engine.errors import SettingsError
from lstm_engine.runs import PRESETS, RunSettings, preset
from lstm_engine.runs.settings import LIMITS
from lstm_engine.tasks import TASKS

FIELDS: dict[str, tuple[str, str]] = {
    "hidden_size": ("Hidden size", "Units of each layer: how much the cell can remember."),
    "num_layers": ("Layers", "LSTM layers on top of each other."),
    "learning_rate": ("Learning rate", "How far each step moves the weights."),
    "beta1": ("Adam β₁", "Decay of the mean gradient."),
    "beta2": ("Adam β₂", "Decay of the mean squared gradient."),
    "batch_size": ("Batch size", "Sequences learned from in one step."),
    "sequence_length": ("Sequence length", "Timesteps that the gradient flows back through."),
    "seed": ("Seed", "Of the first weights and of the batches; the same seed gives the same run."),
    "end_step": ("Steps", "The run ends after so many."),
}


@st.dialog("New run", width="large")
def new_run_dialog(services: Services) -> None:
    """The form, in front of the page."""
    new_run_form(services)


def new_run_form(services: Services) -> None:
    """Choose task and preset, change what you like, create."""
    left, right, name_column = st.columns([1, 1.3, 1.3])
    task = left.selectbox("Task", list(TASKS), format_func=lambda name: TASKS[name].title, key="new_task")
    chosen = right.selectbox(
        "Preset",
        list(PRESETS),
        key="new_preset",
        help="“notebook” are the settings of the notebook that this project began from: no biases, inputs padded to "
        "100 and outputs to 1,000.",
    )
    name = name_column.text_input("Name", key="new_name", placeholder=f"{task}, {chosen}", max_chars=80)
    st.caption(TASKS[task].description)
    base = preset(chosen, task)
    values: dict[str, int | float] = {}
    problems = 0
    columns: Sequence[Any] = ()
    for position, (field, (label, help_text)) in enumerate(FIELDS.items()):
        if position % 3 == 0:
            columns = st.columns(3)  # a row of its own, so that a message moves whole rows
        with columns[position % 3]:
            value, problem = number_field(field, label, help_text, getattr(base, field), f"new_{field}_{chosen}")
            values[field] = value
            if problem:
                st.error(problem)
                problems += 1
    if st.button("Create and start", type="primary", disabled=bool(problems), key="create"):
        try:
            settings = RunSettings(**{**vars(base), **values})
            run = services.store.create(settings, name or f"{task}, {chosen}")
        except EngineError as error:
            st.error(sentence(error))
            return
        choose_run(run.id)
        st.rerun()


def number_field(field: str, label: str, help_text: str, default: float, key: str) -> tuple[float, str]:
    """A number input and what is wrong with its value, if anything."""
    whole = RunSettings.__annotations__[field] is int
    limits = LIMITS[field]
    value = st.number_input(
        label,
        value=default,
        step=1 if whole else None,
        format=None if whole else "%g",
        help=f"{help_text} {str(limits).capitalize()}.",
        key=key,
    )
    if value is None:
        return default, f"{label} is empty; type a number of {limits}."
    if value not in limits:
        return value, f"{label} is {value:g}; it must be {limits}."
    return value, ""


def sentence(error: SettingsError | EngineError) -> str:
    """The error's text with a capital letter and a full stop."""
    text = str(error)
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
