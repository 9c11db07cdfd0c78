"""What is selected, and what is told of it."""

from tests.dashboard.views.apps import read, run


def visited() -> None:
    import streamlit as st

    from dashboard.shell.selection import arrive, notice, show_notices

    arrive(st.session_state.get("at", "step"))
    if "at" not in st.session_state:
        notice("There is no such run.")
    show_notices()


def test_a_notice_does_not_follow_to_the_next_page():
    app = run(visited)
    assert [read(said.value) for said in app.warning] == ["There is no such run."]
    app.session_state["at"] = "train"
    app.run()
    assert not app.warning
