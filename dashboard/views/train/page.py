"""Train: how do the loss and the samples change as it learns, live?"""

from collections.abc import Callable

import streamlit as st

from dashboard.serving.run_messages import missed_payload, run_payload, samples_payload
from dashboard.shell.glossary import explained
from dashboard.shell.plain import plain
from dashboard.shell.readable import CANNOT_RUN, problem_of
from dashboard.shell.run_picker import pick_run
from dashboard.shell.selection import forget_run, show_notices
from dashboard.shell.services import Services
from dashboard.shell.trouble import explained_trouble, refuse, sentence
from dashboard.views.train.manage import manage_run, offer_undo
from dashboard.views.train.mount import mount_train
from dashboard.views.train.new_run import new_run_dialog
from lstm_engine import EngineError
from lstm_engine.runs import Run, RunNotFound, Status
from lstm_engine.tasks import KINDS

PACES = {0.0: "full speed", 200.0: "200 steps/s", 50.0: "50 steps/s", 10.0: "10 steps/s", 2.0: "2 steps/s"}


def show(services: Services) -> None:
    """The page."""
    picker, new, more, remove = st.columns([6, 1.4, 1.4, 1.4], vertical_alignment="bottom")
    with picker:
        run = pick_run(services.store)
    asked = new_run_asked_for()
    if new.button("New run", icon=":material/add:", width="stretch", key="new_run", help=explained("New run")) or asked:
        new_run_dialog(services)
    with st.container():  # a place of its own, so that a notice does not push the view out of its
        show_notices()
        offer_undo(services)
    if run is None:
        return
    with more, explained_trouble("manage"):
        manage_run(services, run)
    if remove.button("Delete", icon=":material/delete:", width="stretch", key="delete", help=explained("Delete")):
        confirm_deletion(services, run)
    polling = st.session_state.get("delivery") == "polling"
    st.fragment(training_part, run_every=1.0 if polling else None)(services, run.id)


def new_run_asked_for() -> bool:
    """Whether a link leads to the form of a new run, of the task that it names; it does so once."""
    task = st.query_params.get("new")
    if task is None:
        return False
    del st.query_params["new"]
    if task in KINDS:
        st.session_state["new_task"] = task
    return True


def training_part(services: Services, run_id: int) -> None:
    """Buttons and the run as it trains; reruns by itself when the browser sees the run's status change."""
    with explained_trouble("training"):
        try:
            run = services.store.get(run_id)
        except RunNotFound:
            st.rerun()  # the whole page then says what became of the run
        show_training(services, run)


def show_training(services: Services, run: Run) -> None:
    """The part of the page that follows the run."""
    problem = problem_of(run)
    with st.container():  # a place of its own, so that buttons and view keep theirs
        if problem:
            st.warning(
                plain(
                    f"“{run.name}”, on the task “{run.settings.task}”, {CANNOT_RUN}: {problem} "
                    "Its curves and numbers are shown as they were stored; it can be renamed and deleted."
                )
            )
    controls(services, run, can_run=not problem)
    snapshot = None
    if st.session_state.get("delivery") == "polling":
        newest = services.store.newest_checkpoint_step(run.id)
        snapshot = {
            "metrics": missed_payload(services.store, run.id),
            "run": run_payload(services.store, run),
            "samples": samples_payload(services.store, run, newest),
        }
    seen = mount_train(run, snapshot, key="train")
    if seen.delivery and seen.delivery != st.session_state.get("delivery"):
        st.session_state["delivery"] = seen.delivery
        st.rerun()
    if seen.gone == run.id:
        st.rerun()


def controls(services: Services, run: Run, can_run: bool = True) -> None:
    """Start, pause, single steps, stop, pace; of no use where this version cannot run the run."""
    store = services.store
    going = run.status.under_way
    finished = run.status is Status.FINISHED
    start_label = {Status.LOST: "Take up again", Status.FAILED: "Try again"}.get(
        run.status, "Resume" if run.step else "Start"
    )
    columns = st.columns([1.6, 1.2, 0.8, 0.8, 0.9, 1.1, 2.2], vertical_alignment="bottom")
    can_start = not finished and run.status not in (Status.TRAINING, Status.QUEUED)
    actions = [
        (start_label, "start", ":material/play_arrow:", can_start, lambda: store.start(run.id)),
        ("Pause", "pause", ":material/pause:", going, lambda: store.pause(run.id)),
        ("+1", "plus_1", None, not finished, lambda: store.advance(run.id, 1)),
        ("+10", "plus_10", None, not finished, lambda: store.advance(run.id, 10)),
        ("+100", "plus_100", None, not finished, lambda: store.advance(run.id, 100)),
        ("Stop", "stop", ":material/stop:", going or run.status is Status.PAUSED, lambda: store.stop(run.id)),
    ]
    problem = st.session_state.pop("control_problem", "")
    for column, (label, key, icon, enabled, action) in zip(columns, actions, strict=False):
        column.button(
            label,
            key=key,
            icon=icon,
            disabled=not (enabled and can_run),
            width="stretch",
            on_click=attempt,
            args=(action,),
            help=f"Train {label[1:]} more, then pause" if label.startswith("+") else explained(label),
        )
    paces = PACES if run.pace in PACES else {**PACES, run.pace: f"{run.pace:g} steps/s"}
    with columns[-1]:
        key = f"pace_{run.id}_{run.pace:g}"

        def change_pace() -> None:
            # Streamlit also calls when the field of a run that has just gone is taken off the page
            if st.session_state[key] != run.pace:
                attempt(lambda: store.set_pace(run.id, st.session_state[key]))

        st.selectbox(
            "Speed",
            list(paces),
            index=list(paces).index(run.pace),
            format_func=lambda pace: paces[pace],
            key=key,
            disabled=not can_run,
            help=explained("Speed"),
            on_change=change_pace,
        )
    with st.container():
        if problem:
            st.error(plain(problem))


def attempt(action: Callable[[], object]) -> None:
    """Do it; if it is refused, the sentence is shown beside the buttons."""
    try:
        action()
    except EngineError as error:
        st.session_state["control_problem"] = sentence(error)


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
            services.store.delete(run.id)
        except EngineError as error:
            refuse(error)
            return
        st.session_state["deleted"] = (run.id, run.name)
        forget_run(run.id)
        st.rerun()
