"""Words for trouble."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from lstm_engine import EngineError
from lstm_engine.runs import StoreError


@contextmanager
def explained_trouble() -> Iterator[None]:
    """Trouble with the store becomes a sentence and a way to try again; the app goes on.

    A fragment needs it for itself: Streamlit does not hand an exception on from there.
    """
    try:
        yield
    except StoreError as error:
        st.error(str(error))
        if st.button("Try again", icon=":material/refresh:", key="retry"):
            st.rerun()


def sentence(error: EngineError) -> str:
    """The error's text with a capital letter and a full stop."""
    text = str(error)
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
