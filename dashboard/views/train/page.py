"""Train: how do the loss and the samples change as it learns, live?"""

from collections.abc import Callable

import streamlit as st

from dashboard.serving.run_messages import missed_payload, run_payload, samples_payload
from dashboard.shell.coming_back import wait_for
from dashboard.shell.glossary import explained
from dashboard.shell.navigation import link_to
from dashboard.shell.plain import plain
from dashboard.shell.readable import CANNOT_RUN, problem_of
from dashboard.shell.rights.acts import Acts
from dashboard.shell.rights.cleaning import goes_in_words
from dashboard.shell.rights.table import Action
from dashboard.shell.run_picker import pick_run
from dashboard.shell.selection import notice, show_notices
from dashboard.shell.services import Services
from dashboard.shell.trouble import explained_trouble, sentence
from dashboard.shell.waiting import say_why_runs_wait
from dashboard.views.train.manage import manage_run, offer_undo
from dashboard.views.train.mount import mount_train
from dashboard.views.train.new_run import ask_for_new_run
from lstm_engine import EngineError
from lstm_engine.runs import Run, RunNotFound, Status
from lstm_engine.tasks import KINDS
from lstm_engine.tasks.about import About

PACES = {0.0: "full speed", 200.0: "200 steps/s", 50.0: "50 steps/s", 10.0: "10 steps/s", 2.0: "2 steps/s"}

BUTTON_WIDTHS = {"start": 150, "pause": 110, "plus_1": 70, "plus_10": 74, "plus_100": 82, "stop": 100}  # pixels
SPEED_WIDTH = 200


def show(services: Services) -> None:
    """The page."""
    picker, beside = st.columns([6, 2.8], vertical_alignment="bottom")
    buttons = beside.container(horizontal=True)  # side by side on a phone, too
    with picker:
        run = pick_run(services.store)
    asked, task = new_run_asked_for()
    why_not = services.acts.why_not(Action.BEGIN)
    button = buttons.button(
        "New run",
        icon=":material/add:",
        width="stretch",
        key="new_run",
        disabled=bool(why_not),
        help=plain(why_not) or explained("New run"),
    )
    if asked and why_not:
        notice(why_not)
    elif button or asked:
        ask_for_new_run(services, task)
    with st.container():  # a place of its own, so that a notice does not push the view out of its
        show_notices()
        offer_undo(services)
    if run is None:
        return
    with buttons, explained_trouble("manage"):
        manage_run(services, run)
    polling = st.session_state.get("delivery") == "polling"
    st.fragment(training_part, run_every=1.0 if polling else None)(services, run.id)


def new_run_asked_for() -> tuple[bool, str | None]:
    """Whether a link leads to the form of a new run, and of which task; it does so once."""
    task = st.query_params.get("new")
    if task is None:
        return False, None
    del st.query_params["new"]
    return True, task if task in KINDS else None


def training_part(services: Services, run_id: int) -> None:
    """Buttons and the run as it trains; reruns by itself when the browser sees the run's status change."""
    with explained_trouble("training"):
        try:
            run = services.store.get(run_id)
        except RunNotFound:
            wait_for(run_id)
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
        elif run.status in (Status.QUEUED, Status.LOST):
            say_why_runs_wait(services)
    if not problem and not run.is_trained:
        show_elsewhere(run)
        return
    if not problem:
        show_task(run.settings.task_object.about)
    controls(services, run, can_run=not problem)
    snapshot = None
    if st.session_state.get("delivery") == "polling":
        snapshot = {
            "metrics": missed_payload(services.store, run.id),
            "run": run_payload(services.store, run),
            "samples": samples_payload(services.store, run),
        }
    seen = mount_train(run, snapshot, key="train")
    if seen.delivery and seen.delivery != st.session_state.get("delivery"):
        st.session_state["delivery"] = seen.delivery
        st.rerun()
    if seen.gone:  # by now another one may be shown in its place
        wait_for(seen.gone)
        st.rerun()


def show_elsewhere(run: Run) -> None:
    """What can be done with a model that was trained elsewhere, which has no curves."""
    about = run.settings.task_object.about
    with st.container(key="elsewhere"):
        st.info(
            plain(f"“{run.name}” was trained elsewhere and is never trained here, so it has no curves."),
            icon=":material/upload_file:",
        )
        st.caption(plain(f"{about.reads} {about.guesser}"))
        link_to("step", "Step it", ":material/footprint:")


def show_task(about: About) -> None:
    """What is read and asked, what a guesser gets, and what counts as solved."""
    with st.container(key="task", gap=None):
        st.markdown(f"**{plain(about.question)}** {plain(about.reads)}")
        st.caption(plain(f"{about.guesser} {about.solved}"))


def controls(services: Services, run: Run, can_run: bool = True) -> None:
    """Start, pause, single steps, stop, speed; of no use where this version cannot run the run."""
    acts = services.acts
    why_not = acts.why_not(Action.CONTROL, run)
    going = run.status.under_way
    finished = run.status is Status.FINISHED
    start_label = {Status.LOST: "Take up again", Status.FAILED: "Try again"}.get(
        run.status, "Resume" if run.step else "Start"
    )
    row = st.container(horizontal=True, vertical_alignment="bottom")  # wraps on a phone
    can_start = not finished and run.status not in (Status.TRAINING, Status.QUEUED)
    actions = [
        (start_label, "start", ":material/play_arrow:", can_start, lambda: acts.start(run.id)),
        ("Pause", "pause", ":material/pause:", going, lambda: acts.pause(run.id)),
        ("+1", "plus_1", None, not finished, lambda: acts.advance(run.id, 1)),
        ("+10", "plus_10", None, not finished, lambda: acts.advance(run.id, 10)),
        ("+100", "plus_100", None, not finished, lambda: acts.advance(run.id, 100)),
        ("Stop", "stop", ":material/stop:", going or run.status is Status.PAUSED, lambda: acts.stop(run.id)),
    ]
    problem = st.session_state.pop("control_problem", "")
    for label, key, icon, enabled, action in actions:
        row.button(
            label,
            key=key,
            icon=icon,
            disabled=not (enabled and can_run) or bool(why_not),
            width=BUTTON_WIDTHS[key],
            on_click=attempt,
            args=(action,),
            help=f"Train {label[1:]} more, then pause" if label.startswith("+") else explained(label),
        )
    if not acts.why_not(Action.CHANGE, run):
        with row:
            speed(acts, run, can_run)
    with st.container():
        if problem:
            st.error(plain(problem))
        said = why_not or goes_in_words(run)
        if said:
            st.caption(plain(said))


def speed(acts: Acts, run: Run, can_run: bool) -> None:
    """How fast it trains at most."""
    paces = PACES if run.pace in PACES else {**PACES, run.pace: f"{run.pace:g} steps/s"}
    key = f"pace_{run.id}_{run.pace:g}"

    def change_pace() -> None:
        # Streamlit also calls when the field of a run that has just gone is taken off the page
        if st.session_state[key] != run.pace:
            attempt(lambda: acts.set_pace(run.id, st.session_state[key]))

    st.selectbox(
        "Training speed",
        list(paces),
        index=list(paces).index(run.pace),
        format_func=lambda pace: paces[pace],
        key=key,
        disabled=not can_run,
        help=explained("Training speed"),
        on_change=change_pace,
        width=SPEED_WIDTH,
    )


def attempt(action: Callable[[], object]) -> None:
    """Do it; if it is refused, the sentence is shown beside the buttons."""
    try:
        action()
    except EngineError as error:
        st.session_state["control_problem"] = sentence(error)
