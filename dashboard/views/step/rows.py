"""Rows of numbers for a model that reads them: pasted, or out of a CSV file; a field of one line would join them."""

from collections.abc import Callable

import streamlit as st

from dashboard.shell.glossary import explained
from dashboard.shell.trouble import refuse
from lstm_engine import EngineError
from lstm_engine.tasks.decoding import decode
from lstm_engine.tasks.rows import rows_of_table

LARGEST_FILE = 1  # MB


def offer_rows(inputs: int, run_id: int, use: Callable[[str], None]) -> None:
    """A form whose rows become the sequence.

    Args:
        inputs: numbers in a row.
        use: takes the rows as the sequence.
    """
    problem = f"rows_problem_{run_id}"

    def take() -> None:
        upload = st.session_state[f"rows_file_{run_id}"]
        text = decode(upload.getvalue()).text if upload is not None else st.session_state[f"rows_text_{run_id}"]
        try:
            use(rows_of_table(text, inputs))
            st.session_state[f"rows_{run_id}"] = False  # it has done what it was opened for
        except EngineError as error:
            st.session_state[problem] = error

    with (
        st.popover("Paste or upload rows", icon=":material/table_rows:", key=f"rows_{run_id}", on_change=lambda: None),
        st.form(f"rows_form_{run_id}", border=False),
    ):
        st.file_uploader("A table", key=f"rows_file_{run_id}", max_upload_size=LARGEST_FILE, help=explained("A table"))
        st.text_area("or rows pasted here", key=f"rows_text_{run_id}", height=120, help=explained("A table"))
        st.form_submit_button("Use these rows", on_click=take)
        refused = st.session_state.pop(problem, None)
        if refused is not None:
            refuse(refused)
