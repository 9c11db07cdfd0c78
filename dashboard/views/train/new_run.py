"""The form that creates a run: first what matters, then more; every setting is checked where it is typed."""

from typing import Any

import streamlit as st

from dashboard.shell.glossary import explained
from dashboard.shell.navigation import link_to
from dashboard.shell.plain import plain
from dashboard.shell.selection import choose_run
from dashboard.shell.services import Services
from dashboard.shell.trouble import refuse, sentence
from dashboard.views.train.own_data import carry_along, leave_out, own_text
from lstm_engine import EngineError
from lstm_engine.cell.in_words import WORDS, in_words
from lstm_engine.cell.variants import VARIANTS, get_variant
from lstm_engine.runs import PRESETS, RunSettings, preset
from lstm_engine.runs.costs import WITHIN, Cost, cost_of
from lstm_engine.runs.presets import PRESET_NAMES, PUBLISHED
from lstm_engine.runs.settings import LIMITS, SETTINGS
from lstm_engine.runs.store import LONGEST_NAME
from lstm_engine.tasks import KINDS, OWN_TASKS

FIRST = ("hidden_size", "end_step")  # the settings that are asked for at once, beside task and cell
NOT_ASKED = ("input_size", "output_size")  # what tasks and presets see to
MORE = tuple(
    name
    for name, setting in SETTINGS.items()
    if setting.limits is not None and not setting.optional and name not in (*FIRST, *NOT_ASKED)
)
OPTIONAL = {  # what is asked first of a setting that may be None, and what it is otherwise
    "clip_norm": ("Clip the gradient", "A gradient with a larger norm is shortened to it; else none is.", 1.0),
    "init_std": ("Draw fresh weights from N(0, spread)", "Else they are drawn as PyTorch draws them.", 0.1),
}
CELLS = (*(name for name in WORDS if name in VARIANTS), *(name for name in VARIANTS if name not in WORDS))


def ask_for_new_run(services: Services, task: str | None = None) -> None:
    """Open the form anew, at a task: nothing of a former visit, refused or not, is in it."""
    leave_out(st.session_state.get("new_run_visit", 0))
    visit = st.session_state["new_run_visit"] = st.session_state.get("new_run_visit", 0) + 1
    if task is not None:
        st.session_state[f"new_task_{visit}"] = task
    new_run_dialog(services)


@st.dialog("New run", width="large")
def new_run_dialog(services: Services) -> None:
    """The form, in front of the page."""
    new_run_form(services)


def new_run_form(services: Services) -> None:
    """Choose task and cell, change what you like, create."""
    visit = st.session_state.get("new_run_visit", 0)
    link_to("model", "Trained one already? Bring your own model", ":material/upload_file:")
    left, right = st.columns(2)
    task = left.selectbox(
        "Task",
        list(KINDS),
        format_func=lambda name: KINDS[name].title,
        key=f"new_task_{visit}",
        on_change=carry_along,
        args=(visit,),
        help=explained("Task"),
    )
    kind = KINDS[task]
    left.caption(plain(f"{kind.description}{f' ({kind.paper})' if kind.paper else ''}"))
    variant = right.selectbox(
        "Cell",
        CELLS,
        format_func=lambda name: in_words(name).name,
        key=f"new_variant_{visit}",
        help=explained("Kind of cell"),
    )
    words = in_words(variant)
    right.caption(plain(f"{words.idea}{f' ({words.paper})' if words.paper else ''}"))
    text = own_text(task, visit) if task in OWN_TASKS else None
    if task in OWN_TASKS and text is None:
        return
    first, named, further = st.container(), st.container(), st.expander("More settings")
    with further:
        chosen = pick_preset(task, visit)
    try:
        base = preset(chosen, task, text)
    except EngineError as error:
        st.error(plain(f"{sentence(error)} Choose another preset or another text."))
        return
    suffix = f"{chosen}_{visit}" if chosen in PRESETS else f"{chosen}_{task}_{visit}"
    with first:
        values, problems = number_fields(FIRST, base, suffix, columns=2)
    with further:
        had = tuple(name for name in MORE if name != "forget_bias" or get_variant(variant).has_forget_bias)
        more_values, more_problems = number_fields(had, base, suffix, columns=3)
        optional_values, optional_problems = optional_fields(base, suffix)
    name = named.text_input(
        "Name", key=f"new_name_{visit}", placeholder=kind.title, max_chars=LONGEST_NAME, help=explained("Name")
    )
    settings = None
    if further_problems := more_problems + optional_problems:
        st.caption(plain(f"Under “More settings”: {' '.join(further_problems)}"))
    if not problems and not further_problems:
        settings = judged(base, {**values, **more_values, **optional_values, "variant": variant})
    why_not = services.acts.why_not_begin(settings)
    if why_not:
        st.error(plain(why_not))
    elif settings is not None:
        st.caption(plain(cost_words(cost_of(settings), settings)))
    limits = services.acts.limits_in_words()
    if limits:
        st.caption(plain(limits))
    if (
        st.button("Create and start", type="primary", disabled=settings is None or bool(why_not), key="create")
        and settings is not None
    ):
        try:
            run = services.acts.create(settings, name, suggestion=kind.title)
        except EngineError as error:
            refuse(error)
            return
        choose_run(run.id)
        st.rerun()


def pick_preset(task: str, visit: int) -> str:
    """The settings to begin with."""
    own = bool(KINDS[task].settings)
    return st.selectbox(
        "Begin with",
        PRESET_NAMES,
        index=PRESET_NAMES.index(PUBLISHED) if own else 0,
        key=f"new_preset_{task}_{visit}" if own else f"new_preset_{visit}",
        help=explained("Begin with"),
    )


def number_fields(
    names: tuple[str, ...], base: RunSettings, suffix: str, columns: int
) -> tuple[dict[str, float], list[str]]:
    """Fields for settings, in rows, each with what is wrong with it; their values, and all that is wrong."""
    values: dict[str, float] = {}
    problems: list[str] = []
    row: Any = ()
    for position, field in enumerate(names):
        if position % columns == 0:
            row = st.columns(columns)  # a row of its own, so that a message moves whole rows
        with row[position % columns]:
            setting = SETTINGS[field]
            key = f"new_{field}_{suffix}"
            values[field], problem = number_field(field, setting.label, setting.help, getattr(base, field), key)
            if problem:
                st.error(plain(problem))
                problems.append(problem)
    return values, problems


def judged(base: RunSettings, values: dict[str, Any]) -> RunSettings | None:
    """The settings; None, and a word on why, if they do not fit together."""
    try:
        return RunSettings(**{**vars(base), **values})
    except EngineError as error:
        refuse(error)
        return None


def cost_words(cost: Cost, settings: RunSettings) -> str:
    """What it will cost, in sentences, with how far they can be trusted."""
    learned = f"{cost.parameters:,} numbers are learned; about {size(cost.memory)} of memory while it trains"
    kept = f", and {size(cost.kept)} in the store for each checkpoint and your data" if settings.text else ""
    steps = f"{settings.end_step:,} steps"
    if cost.paced:
        return (
            f"{learned}{kept}. {steps} at {settings.pace:g} a second take {duration(cost.seconds)}; at full speed it "
            f"could be about {duration(settings.end_step / cost.steps_per_second)}."
        )
    between = f"between {duration(cost.seconds / WITHIN)} and {duration(cost.seconds * WITHIN)}"
    return (
        f"{learned}{kept}. {steps} take about {duration(cost.seconds)} ({between}, as a few "
        "were measured just now), once a core is free."
    )


def duration(seconds: float) -> str:
    """Seconds in words, as coarse as an estimate is."""
    if seconds < 1.5:
        return "a second"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 48 * 3600 else f"{seconds / 86_400:,.0f} days"


def size(count: int) -> str:
    """Bytes in words.

    >>> size(4_868_544)
    '5 MB'
    """
    if count < 1e6:
        return f"{count / 1e3:.0f} kB"
    return f"{count / 1e6:.0f} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"


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


def optional_fields(base: RunSettings, suffix: str) -> tuple[dict[str, float | None], list[str]]:
    """Fields for settings that may be None, side by side; their values, and all that is wrong."""
    values: dict[str, float | None] = {}
    problems: list[str] = []
    for column, (field, (question, words, usual)) in zip(st.columns(len(OPTIONAL)), OPTIONAL.items(), strict=True):
        present = getattr(base, field)
        with column:
            wanted = st.checkbox(question, present is not None, key=f"new_{field}_asked_{suffix}")
            st.caption(words)
            if not wanted:
                values[field] = None
                continue
            label = SETTINGS[field].label
            start = usual if present is None else present
            values[field], problem = number_field(field, label, words, start, f"new_{field}_{suffix}")
            if problem:
                st.error(plain(problem))
                problems.append(problem)
    return values, problems
