"""The Streamlit script: navigation, and what every page needs before it can show anything."""

import streamlit as st

from dashboard.services import Services, services
from dashboard.views import step, train
from lstm_engine.runs import PRESETS, StoreError

st.set_page_config(page_title="Step inside an LSTM", layout="wide")
st.html("<style>.stMainBlockContainer { padding: 3.6rem max(2rem, 4vw) 2rem; }</style>")


def open_services() -> Services:
    """Store and launcher, or a page that says why they cannot be had."""
    try:
        shared = services()
        shared.store.create_first_run(PRESETS["classroom"], "First light")
    except StoreError as error:
        st.error(str(error))
        st.button("Try again", icon=":material/refresh:", key="retry")
        st.stop()
    return shared


def show(view) -> None:  # type: ignore[no-untyped-def]
    """Show a page; trouble with the store becomes a sentence on it, and the app goes on."""
    try:
        view(shared)
    except StoreError as error:
        st.error(str(error))
        st.button("Try again", icon=":material/refresh:", key="retry")


train_page = st.Page(lambda: show(train.show), title="Train", url_path="train")
step_page = st.Page(lambda: show(step.show), title="Step", url_path="step")
# the bare address leads on to a page that has one, so that every page can be linked to
front_door = st.Page(lambda: st.switch_page(train_page), title="Start", default=True, visibility="hidden")
page = st.navigation([front_door, train_page, step_page], position="top")
shared = open_services()
page.run()
