"""Words for trouble."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.shell.plain import plain
from lstm_engine import EngineError
from lstm_engine.runs import StoreError


@contextmanager
def explained_trouble(part: str = "") -> Iterator[None]:
    """Trouble of one part of a page becomes a sentence in its place, and a way to try again; the rest goes on.

    A fragment needs it for itself: Streamlit does not hand an exception on from there.

    Args:
        part: which one, where a page has several.
    """
    try:
        yield
    except StoreError as error:
        refuse(error)
        offer_retry(part)
    except EngineError as error:
        refuse(error)
    except Exception:  # a fault of ours; nobody is helped by losing the other parts as well
        logging.getLogger(__name__).exception("A part of a page could not be shown (%s)", part or "the whole page")
        st.error("This part of the page could not be shown, for a reason that only the server's log tells.")
        offer_retry(part)


def offer_retry(part: str) -> None:
    """A way to try again, without a restart: what was wrong may be mended by now."""
    if st.button("Try again", icon=":material/refresh:", key=f"retry_{part}" if part else "retry"):
        st.rerun()


def sentence(error: EngineError) -> str:
    """The error's text with a capital letter and a full stop."""
    text = str(error)
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def refuse(error: EngineError) -> None:
    """Say why something cannot be done, where it was asked for."""
    st.error(plain(sentence(error)))
