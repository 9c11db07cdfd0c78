"""Comparisons that are started with a click: three cells on one task, with all else equal."""

from dataclasses import dataclass, replace

import streamlit as st

from dashboard.shell.glossary import explained
from dashboard.shell.plain import plain
from dashboard.shell.services import Services
from dashboard.shell.trouble import refuse
from lstm_engine import EngineError
from lstm_engine.cell.in_words import in_words
from lstm_engine.runs import RunSettings, preset
from lstm_engine.runs.presets import PUBLISHED
from lstm_engine.tasks import KINDS, TASKS


@dataclass(frozen=True)
class Comparison:
    """Cells that are worth to be seen side by side.

    Attributes:
        cells: variants. asks: what is seen by it, a question.
        task: on which it is seen best; another one can be chosen.
    """

    cells: tuple[str, ...]
    asks: str
    task: str

    @property
    def title(self) -> str:
        """The cells by their names."""
        return ", ".join(in_words(cell).name for cell in self.cells)


COMPARISONS = (
    Comparison(("standard", "gru", "rnn"), "What do gates buy?", "names"),
    Comparison(("standard", "slstm", "minlstm"), "What does it buy that gates see h′, the state before?", "parity"),
)


def offer_ready_made(services: Services) -> None:
    """A button that opens them."""
    if st.session_state.pop("ready_made_done", False):
        st.session_state["ready_made"] = False  # closes it: what was started is what there is to see now
    with st.popover(
        "Three cells on the same task",
        icon=":material/compare_arrows:",
        width="stretch",
        key="ready_made",
        on_change="rerun",
        help=explained("Three cells on the same task"),
    ):
        place = st.radio(
            "Cells",
            range(len(COMPARISONS)),
            format_func=lambda place: COMPARISONS[place].title,
            captions=[plain(comparison.asks) for comparison in COMPARISONS],
            key="ready_cells",
            help=explained("Cells"),
        )
        comparison = COMPARISONS[place]
        task = st.selectbox(
            "Task",
            list(TASKS),
            index=list(TASKS).index(comparison.task),
            format_func=lambda name: KINDS[name].title,
            key=f"ready_task_{place}",
            help=explained("Task"),
        )
        seeds = st.number_input("Seeds of each", 1, 4, 1, key="ready_seeds", help=explained("Seeds of each"))
        why_not = services.acts.why_not_begin()
        if why_not:
            st.caption(plain(why_not))
        st.caption("From the task's published preset, as fast as they go, as many at a time as there are cores.")
        if st.button("Train them", type="primary", disabled=bool(why_not), key="ready_train"):
            try:
                wanted = settings_of(comparison, task, int(seeds))  # all are judged before the first is made
                made = services.acts.create_all([(settings, "", name_of(settings)) for settings in wanted])
            except EngineError as error:
                refuse(error)
                return
            st.session_state["compared"] = [run.id for run in made]
            st.session_state["ready_made_done"] = True
            st.rerun()


def settings_of(comparison: Comparison, task: str, seeds: int) -> list[RunSettings]:
    """What is trained: all cells of the first seed first, since they are what is to be compared.

    Raises:
        SettingsError: one of the cells cannot have the size that the task's preset says.
    """
    base = replace(preset(PUBLISHED, task), pace=0.0)
    return [replace(base, variant=cell, seed=base.seed + seed) for seed in range(seeds) for cell in comparison.cells]


def name_of(settings: RunSettings) -> str:
    """What a run of a comparison is called."""
    return f"{KINDS[settings.task].title}, {in_words(settings.variant).name}, seed {settings.seed}"
