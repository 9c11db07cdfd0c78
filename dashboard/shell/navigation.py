"""The pages, for links from room to room, and links to all where Streamlit's own navigation folds away."""

from collections.abc import Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage


def show_pages_on_phones(pages: Sequence[StreamlitPage]) -> None:
    """A row of links; page.css shows it on narrow screens alone. A frame in another page shows but what it is for."""
    if st.context.is_embedded:
        return
    with st.container(key="pages", horizontal=True, gap="small"):
        for page in pages:
            st.page_link(page)


def remember_pages(pages: Sequence[StreamlitPage]) -> None:
    """So that a room can lead to another, which it does not know."""
    st.session_state["pages"] = {page.url_path: page for page in pages}


def page_at(path: str) -> StreamlitPage | None:
    """The page of that address; None if there is none."""
    found: StreamlitPage | None = st.session_state["pages"].get(path) if "pages" in st.session_state else None
    return found


def link_to(path: str, label: str, icon: str) -> None:
    """A link to a page, if there is one."""
    page = page_at(path)
    if page is not None:
        st.page_link(page, label=label, icon=icon)
