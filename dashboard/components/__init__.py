"""Browser components: one folder each, with the Python that mounts it beside its JavaScript and CSS."""

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

HERE = Path(__file__).parent


def register(name: str, isolate_styles: bool = True) -> ComponentRenderer:
    """Register the component in the folder of that name; its modules are fetched from the app's own routes.

    Streamlit takes one inline module a component. Ours are several, so the inline one only loads them.
    """
    return st.components.v2.component(
        f"lstm_{name}",
        css=(HERE / name / "style.css").read_text("utf-8"),
        js=(HERE / "shared" / "loader.js").read_text("utf-8"),
        isolate_styles=isolate_styles,
    )
