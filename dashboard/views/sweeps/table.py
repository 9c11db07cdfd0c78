"""A sweep's runs as a table, to sort and to take along, and what repeats the sweep anywhere."""

import csv
import io
import json
import shlex
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import streamlit as st

from dashboard.serving.assets import base_path
from dashboard.shell.glossary import explained
from dashboard.views.sweeps.pictures import setting_name, value_in_words
from lstm_engine.runs.sweeps import Plan, Sweep
from lstm_engine.runs.sweeps.results import Result, row_of
from lstm_engine.tasks import KINDS


def show_table(sweep: Sweep, plan: Plan, results: Sequence[Result]) -> None:
    """A row a run, to sort and to take along."""
    names = [axis.name for axis in plan.axes]
    rows = [table_row(result, names) for result in results]
    measured = any(KINDS[result.trial.settings.task].measure_name for result in results)
    hidden = () if measured else ("task's own measure",)
    shown = [{key: value for key, value in row.items() if key not in hidden} for row in rows]
    st.markdown("**Runs**")
    numbers = ("best validation loss", "task's own measure")
    config: dict[str, Any] = {
        column: st.column_config.NumberColumn(help=explained(column), format="%.4g")
        if column in numbers
        else st.column_config.Column(help=explained(column))
        for column in shown[0]
    }
    config["step this run"] = st.column_config.LinkColumn(
        help=explained("step this run"), display_text=r"run=(\d+)$", width="small"
    )
    st.dataframe(shown, width="stretch", hide_index=True, placeholder="–", column_config=config, key="sweep_runs_table")
    st.download_button(
        "Save as CSV",
        lambda: as_csv([row_of(result, names) for result in results]),
        f"sweep_{sweep.id}.csv",
        "text/csv",
        icon=":material/download:",
        help=explained("Save as CSV"),
        key="sweep_csv",
    )


def table_row(result: Result, names: Sequence[str]) -> dict[str, Any]:
    """A run as the table shows it."""
    row = row_of(result, names)
    values = {
        setting_name(name): value_in_words(name, row[name])
        if isinstance(row[name], str | bool) or name in ("variant", "task")
        else row[name]
        for name in names
        if name in row
    }
    return {
        "step this run": None if row["run"] is None else f"{base_path()}/step?run={row['run']}",
        **values,
        "seed": row["seed"],
        "state": row["state"],
        "step": row["step"],
        "best validation loss": row["best_validation_loss"],
        "task's own measure": row["measure"],
    }


def as_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as a file; empty where there is nothing."""
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def offer_repeat(plan: Plan) -> None:
    """What repeats the sweep anywhere: a link, and a line for a terminal."""
    with st.expander("Repeat it"):
        text = plan.to_json()
        st.caption("Behind this server's address, this link opens the page with the same sweep, ready to begin:")
        st.code(f"{base_path()}/sweeps?plan={quote(text, safe='')}", language=None, wrap_lines=True)
        st.caption("In a terminal:")
        st.code(f"python -m lstm_engine sweep --plan {shlex.quote(text)}", language="bash", wrap_lines=True)
        st.caption("As data:")
        st.code(json.dumps(plan.to_data(), indent=1, ensure_ascii=False), language="json")
