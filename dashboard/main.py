"""The Streamlit script: navigation, and what every page needs before it can show anything."""

import streamlit as st

from dashboard.services import Services, services
from dashboard.views import step, train
from lstm_engine.runs import PRESETS, StoreError

st.set_page_config(page_title="Step inside an LSTM", layout="wide")
st.html("<style>.stMainBlockContainer { padding-top: 3.6rem; padding-bottom: 2rem; }</style>")


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


page = st.navigation(
    [
        st.Page(lambda: show(train.show), title="Train", url_path="train", default=True),
        st.Page(lambda: show(step.show), title="Step", url_path="step"),
    ],
    position="top",
)
shared = open_services()
page.run()
