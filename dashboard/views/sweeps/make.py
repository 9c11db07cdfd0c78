"""A new sweep: a ready-made one, or one's own, judged and counted as it is written."""

from dataclasses import replace

import streamlit as st

from dashboard.shell.glossary import explained
from dashboard.shell.plain import plain
from dashboard.shell.selection import forget_address, select
from dashboard.shell.services import Services
from dashboard.shell.trouble import refuse, sentence
from lstm_engine import EngineError
from lstm_engine.errors import SettingsError
from lstm_engine.runs.costs import cost_of
from lstm_engine.runs.presets import PRESET_NAMES, PUBLISHED
from lstm_engine.runs.settings import SETTINGS
from lstm_engine.runs.sweeps import Halving, Plan, read_axis
from lstm_engine.runs.sweeps.needs import expected_work, work_of
from lstm_engine.runs.sweeps.plan import GRID, RANDOM
from lstm_engine.runs.sweeps.ready_made import READY_MADE
from lstm_engine.tasks import KINDS, TASKS

OWN, PASTED = "one of your own", "a plan in JSON"
EXAMPLE = "learning_rate = 0.001..0.1 log 5\nhidden_size = 16, 32"


def offer_new(services: Services) -> None:
    """A button that opens the form."""
    if st.session_state.pop("sweep_made", False):
        st.session_state["new_sweep"] = False  # closes it: what was begun is what there is to see now
    with st.popover(
        "New sweep",
        icon=":material/tune:",
        width="stretch",
        key="new_sweep",
        on_change="rerun",
        help=explained("New sweep"),
    ):
        wanted = st.radio(
            "Which sweep",
            [*READY_MADE, OWN, PASTED],
            format_func=lambda name: READY_MADE[name].title if name in READY_MADE else name[:1].upper() + name[1:],
            key="which_sweep",
            help=explained("Which sweep"),
        )
        try:
            if wanted in READY_MADE:
                st.caption(plain(READY_MADE[wanted].words))
                plan = READY_MADE[wanted].plan
                seeds = int(
                    st.number_input(
                        "Seeds of each", 1, 20, plan.seeds, key=f"sweep_seeds_{wanted}", help=explained("Seeds of each")
                    )
                )
                plan = replace(plan, seeds=seeds)
            elif wanted == OWN:
                plan = own_plan()
            else:
                text = st.text_area("Plan", key="pasted_plan", help=explained("Plan"))
                if not text.strip():
                    return
                plan = Plan.from_json(text)
        except EngineError as error:
            refuse(error)
            return
        offer_to_begin(services, plan, "form")


def own_plan() -> Plan:
    """What the form asks for.

    Raises:
        SettingsError: it cannot be trained; the message says why.
    """
    left, right = st.columns(2)
    task = left.selectbox(
        "Task", list(TASKS), format_func=lambda name: KINDS[name].title, key="sweep_task", help=explained("Task")
    )
    preset = right.selectbox(
        "Preset", PRESET_NAMES, PRESET_NAMES.index(PUBLISHED), key="sweep_preset", help=explained("Preset")
    )
    varied = st.text_area("What is varied", EXAMPLE, key="sweep_axes", help=explained("What is varied"))
    same = st.text_area(
        "The same in all", "end_step = 500", key="sweep_fixed", height=68, help=explained("The same in all")
    )
    left, right = st.columns(2)
    seeds = int(left.number_input("Seeds of each", 1, 100, 2, key="sweep_seeds", help=explained("Seeds of each")))
    draws = int(
        right.number_input("Random choices", 0, 2_000, 0, key="sweep_choices", help=explained("Random choices"))
    )
    first = int(
        left.number_input(
            "Give up from step", 0, 1_000_000, 0, key="sweep_halving", help=explained("Give up from step")
        )
    )
    minutes = float(
        right.number_input(
            "Minutes at most", 0.0, 100_000.0, 0.0, 5.0, key="sweep_minutes", help=explained("Minutes at most")
        )
    )
    fixed = {}
    for name, value in lines_of(same):
        if name not in SETTINGS:
            raise SettingsError(f"there is no setting “{name[:40]}” to set; choose one of {', '.join(SETTINGS)}")
        fixed[name] = SETTINGS[name].parse(value)
    return Plan(
        task,
        tuple(read_axis(name, values) for name, values in lines_of(varied)),
        preset,
        fixed,
        RANDOM if draws else GRID,
        draws or None,
        seeds=seeds,
        halving=Halving(first) if first else None,
        minutes=minutes or None,
    )


def lines_of(text: str) -> list[tuple[str, str]]:
    """Lines of ``name = what``.

    Raises:
        SettingsError: a line is none.
    """
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, given, rest = line.partition("=")
        if not given:
            raise SettingsError(f"the line “{line[:60]}” cannot be read; write a setting, = and what it is to be")
        found.append((name.strip(), rest.strip()))
    return found


def offer_to_begin(services: Services, plan: Plan, key: str) -> None:
    """How large it is, and the button that begins it."""
    st.caption(plain(size_in_words(plan, services.launcher.capacity)))
    why_not = services.acts.why_not_begin()
    if why_not:
        st.caption(plain(why_not))
    if st.button("Begin", type="primary", disabled=bool(why_not), key=f"begin_{key}", help=explained("Begin")):
        try:
            made = services.acts.create_sweep(plan)
        except EngineError as error:
            refuse(error)
            return
        forget_address()
        select("sweep", str(made.id))
        st.session_state["sweep_made"] = True
        st.session_state["plan_done"] = st.query_params.get("plan")
        st.rerun()


def size_in_words(plan: Plan, cores: int) -> str:
    """How many runs it has, and about how long they take on this machine."""
    choices = len(plan.trials) // plan.seeds
    first = plan.trials[len(plan.trials) // 2].settings
    seconds = cost_of(first).seconds * expected_work(plan) / work_of(first) / cores
    seeds = "" if plan.seeds == 1 else f", {plan.seeds} seeds of each"
    cut = ", most of which are given up on the way" if plan.halving is not None else ""
    return f"{len(plan.trials):,} runs: {choices:,} choices{seeds}{cut}; about {duration(seconds)} on {cores} cores."


def duration(seconds: float) -> str:
    """As people say it.

    >>> duration(40), duration(600), duration(7_300)
    ('40 s', '10 min', '2.0 h')
    """
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3600:.1f} h"


def offer_linked(services: Services) -> None:
    """A sweep that the address describes, to be looked at and begun."""
    text = st.query_params.get("plan")
    if not text or st.session_state.get("plan_done") == text:
        return
    with st.container(border=True):
        try:
            plan = Plan.from_json(text)
        except EngineError as error:
            st.error(plain(f"The link describes a sweep that cannot be trained here. {sentence(error)}"))
            return
        st.markdown(f"**{plain(plan.title or 'A sweep by a link')}**, {plain(KINDS[plan.task].title)}")
        for axis in plan.axes:
            st.caption(plain(f"{axis.name} = {axis.in_words()}"))
        offer_to_begin(services, plan, "linked")
