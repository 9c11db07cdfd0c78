"""Browser components: a room's ES modules and style sheets, mounted on its page."""

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from dashboard.serving.assets import DASHBOARD

VIEW = "view.css"  # of views with panels
SHARED_STYLES = ("glossary.css", "source.css", "lines.css")


def register(
    room: str,
    isolate_styles: bool = True,
    with_cell: bool = False,
    with_panels: bool = False,
    skeleton: str = "",
    part: str = "",
) -> ComponentRenderer:
    """Register a component of a room; its modules are fetched from the app's own routes.

    Streamlit takes one inline module a component. Ours are several, so the inline one only loads them.

    Args:
        room: a folder of ``dashboard/views``; its ``browser/main.js`` is mounted, with all style sheets beside it:
            ``base.css`` first, then the others, which belong to one part each, by name.
        isolate_styles: whether the component stands in a shadow root.
        with_cell: whether it shows the drawn cell of ``dashboard/browser/cell``, which has styles of its own.
        with_panels: whether it is a view with panels, see ``dashboard/browser/panels.js``; what those have in common
            comes before all else.
        skeleton: an HTML file beside the modules, which is there before they are: its layout is filled in.
        part: which of a room's components, where it has several.
    """
    found = list((DASHBOARD / "views" / room / "browser").rglob("*.css"))
    found += [DASHBOARD / "browser" / name for name in SHARED_STYLES]
    found += (DASHBOARD / "browser" / "cell").glob("*.css") if with_cell else []
    found += [DASHBOARD / "browser" / VIEW] if with_panels else []
    sheets = sorted(found, key=lambda sheet: (sheet.name != VIEW, sheet.name != "base.css", sheet))
    html = (DASHBOARD / "views" / room / "browser" / skeleton).read_text("utf-8") if skeleton else None
    return st.components.v2.component(
        f"lstm_{room}_{part}" if part else f"lstm_{room}",
        html=html,
        css="\n".join(sheet.read_text("utf-8") for sheet in sheets),
        js=(DASHBOARD / "browser" / "loader.js").read_text("utf-8"),
        isolate_styles=isolate_styles,
    )
