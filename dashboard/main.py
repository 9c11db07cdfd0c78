"""The Streamlit script: navigation, and what every page needs before it can show anything."""

from collections.abc import Callable

import streamlit as st

from dashboard.shell.address import say_arrived, show_address
from dashboard.shell.coming_back import watch_for_return
from dashboard.shell.navigation import remember_pages, show_pages_on_phones
from dashboard.shell.rights.place import show_who_asks
from dashboard.shell.selection import arrive
from dashboard.shell.services import Services, services, shared_services
from dashboard.shell.trouble import explained_trouble
from dashboard.views.bring import page as bring
from dashboard.views.classroom import page as classroom
from dashboard.views.compare import page as compare
from dashboard.views.inspect import page as inspect
from dashboard.views.start import page as start
from dashboard.views.start import reading
from dashboard.views.step import page as step
from dashboard.views.sweeps import page as sweeps
from dashboard.views.train import page as train
from lstm_engine.runs import PRESETS

st.set_page_config(page_title="Step inside an LSTM", layout="wide")


def show(view: Callable[[Services], None], *named: str) -> None:
    """Show a page, once there is a store to show it from; its address says what is selected under those names."""
    with explained_trouble():
        shared_services().store.create_first_run(PRESETS["classroom"], "First light")
        shared = services()
        view(shared)
        watch_for_return(shared.store)
        if named:
            show_address(*named)


train_page = st.Page(lambda: show(train.show, "run"), title="Train", url_path="train")
step_page = st.Page(lambda: show(step.show), title="Step", url_path="step")
inspect_page = st.Page(lambda: show(inspect.show), title="Inspect", url_path="inspect")
compare_page = st.Page(lambda: show(compare.show, "run", "runs"), title="Compare", url_path="compare")
sweeps_page = st.Page(lambda: show(sweeps.show, "run", "sweep"), title="Sweeps", url_path="sweeps")
bring_page = st.Page(lambda: show(bring.show), title="Your model", url_path="model")
classroom_page = st.Page(lambda: show(classroom.show), title="Classroom", url_path="classroom")
reading_page = st.Page(lambda: show(reading.show), title="Read", url_path="read")


def front_door() -> None:
    """Start; a bare address that selects something was a link to Train, and still leads there."""
    if st.query_params:
        st.switch_page(train_page, query_params=st.query_params.to_dict())
    ways = start.Ways(step_page, train_page, inspect_page, reading_page)
    show(lambda shared: start.show(shared, ways))


start_page = st.Page(front_door, title="Start", default=True)
pages = [
    start_page,
    train_page,
    step_page,
    inspect_page,
    compare_page,
    sweeps_page,
    bring_page,
    classroom_page,
    reading_page,
]
page = st.navigation(pages, position="top")
remember_pages(pages)
arrive(page.url_path)
show_pages_on_phones(pages)
page.run()
show_who_asks()
say_arrived(page.url_path)
