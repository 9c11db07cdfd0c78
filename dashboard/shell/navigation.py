"""Links to all pages where Streamlit's own navigation folds away."""

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
