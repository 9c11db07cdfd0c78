"""The form that creates a run; every setting is checked where it is typed."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.shell.plain import plain
from dashboard.shell.selection import choose_run
from dashboard.shell.services import Services
from dashboard.shell.trouble import refuse, sentence
from lstm_engine import EngineError
from lstm_engine.cell.variants import VARIANTS
from lstm_engine.runs import PRESETS, RunSettings, preset
from lstm_engine.runs.presets import PRESET_NAMES, PUBLISHED
from lstm_engine.runs.settings import FIELDS as SETTINGS
from lstm_engine.runs.settings import LIMITS
from lstm_engine.runs.store import LONGEST_NAME
from lstm_engine.tasks import KINDS, OWN_TASKS

LARGEST_FILE = 1  # MB
FIELDS = (  # those that a person is asked for; labels, help and limits stand with the settings themselves
    "hidden_size",
    "num_layers",
    "learning_rate",
    "beta1",
    "beta2",
    "batch_size",
    "sequence_length",
    "forget_bias",
    "seed",
    "end_step",
)


@st.dialog("New run", width="large")
def new_run_dialog(services: Services) -> None:
    """The form, in front of the page."""
    new_run_form(services)


def new_run_form(services: Services) -> None:
    """Choose task and preset, change what you like, create."""
    left, middle, right, name_column = st.columns([1.2, 1, 1, 1.2])
    task = left.selectbox("Task", list(KINDS), format_func=lambda name: KINDS[name].title, key="new_task")
    kind = KINDS[task]
    chosen = middle.selectbox(
        "Preset",
        PRESET_NAMES,
        index=0 if not kind.settings else PRESET_NAMES.index(PUBLISHED),
        key=f"new_preset_{task}" if kind.settings else "new_preset",
        help="“published” reaches the result of the task’s paper. “notebook” are the settings of the notebook that "
        "this project began from: no biases, inputs padded to 100 and outputs to 1,000.",
    )
    cell = SETTINGS["variant"]
    variant = right.selectbox(cell.label, list(VARIANTS), key="new_variant", help=cell.help)
    name = name_column.text_input("Name", key="new_name", placeholder=f"{task}, {chosen}", max_chars=LONGEST_NAME)
    st.caption(plain(f"{kind.description}{f' ({kind.paper})' if kind.paper else ''}"))
    text = own_text(task) if task in OWN_TASKS else None
    if task in OWN_TASKS and text is None:
        return
    try:
        base = preset(chosen, task, text)
    except EngineError as error:
        st.error(plain(f"{sentence(error)} Choose another preset or another text."))
        return
    values: dict[str, int | float] = {}
    problems = 0
    columns: Sequence[Any] = ()
    for position, field in enumerate(FIELDS):
        if position % 3 == 0:
            columns = st.columns(3)  # a row of its own, so that a message moves whole rows
        with columns[position % 3]:
            key = f"new_{field}_{chosen}" if chosen in PRESETS else f"new_{field}_{chosen}_{task}"
            label, help_text = SETTINGS[field].label, SETTINGS[field].help
            value, problem = number_field(field, label, help_text, getattr(base, field), key)
            values[field] = value
            if problem:
                st.error(plain(problem))
                problems += 1
    if st.button("Create and start", type="primary", disabled=bool(problems), key="create"):
        try:
            settings = RunSettings(**{**vars(base), **values, "variant": variant})
            run = services.store.create(settings, name or f"{task}, {chosen}")
        except EngineError as error:
            refuse(error)
            return
        choose_run(run.id)
        st.rerun()


def own_text(task: str) -> str | None:
    """What a person brings to learn from; None, and a word on what is missing, until it can be used."""
    file_type = ["csv", "txt", "tsv"] if task == "own series" else None
    file = st.file_uploader("A file", type=file_type, key=f"new_file_{task}", max_upload_size=LARGEST_FILE)
    pasted = st.text_area("or pasted here", key=f"new_text_{task}", height=120)
    try:
        text = file.getvalue().decode("utf-8-sig") if file is not None else pasted
    except UnicodeDecodeError as error:
        st.error(f"The file is not text in UTF-8 (byte {error.start:,}). Save it as UTF-8, then choose it again.")
        return None
    text = text.replace("\r\n", "\n")
    if not text.strip():
        st.info("Choose a file or paste something to learn from.", icon=":material/info:")
        return None
    try:
        KINDS[task](text=text)  # type: ignore[call-arg]
    except EngineError as error:
        refuse(error)
        return None
    return text


def number_field(field: str, label: str, help_text: str, default: float, key: str) -> tuple[float, str]:
    """A number input and what is wrong with its value, if anything."""
    whole, limits = SETTINGS[field].kind is int, LIMITS[field]
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
