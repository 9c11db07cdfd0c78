"""What a person brings to learn from: a text or a table, read as people have it, and shown before it is used."""

import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, get_args

import streamlit as st

from dashboard.shell.glossary import explained
from dashboard.shell.plain import plain
from dashboard.shell.trouble import refuse
from dashboard.views.train.figures import column_figure
from lstm_engine import EngineError
from lstm_engine.runs.curves import thin_indices
from lstm_engine.tasks import KINDS
from lstm_engine.tasks.cells import Decimal
from lstm_engine.tasks.decoding import decode
from lstm_engine.tasks.series import OwnSeriesTask
from lstm_engine.tasks.tables import Gaps, Table, prepare, read_table

LARGEST_FILE = 1  # MB
TABLES = ["csv", "txt", "tsv"]  # endings of files that a series is read from
PREVIEWED_ROWS = 6
PREVIEWED_CHARACTERS = 240
MOST_DRAWN = 1_000  # points of a column
GAPS = {"fill": "fill them by a straight line", "skip": "leave those rows out"}
DECIMALS = {"": "told from the numbers", ".": "a point", ",": "a comma"}

_read_table = lru_cache(maxsize=8)(read_table)  # the form runs again at each click


def own_text(task: str, visit: int) -> str | None:
    """What a person brings, as the run will keep it; None, and a word on what is missing, until it can be used.

    Args:
        task: which learns from it.
        visit: of the form; its fields begin anew with each.
    """
    found = brought(task, visit)
    if found is None:
        st.info("Choose a file or paste something to learn from, and press “Read it”.", icon=":material/info:")
        return None
    text, encoding = found
    try:
        kept = chosen_column(text, encoding, visit) if task == OwnSeriesTask.name else whole_text(text, encoding)
        if kept is not None:
            KINDS[task](text=kept)  # type: ignore[call-arg]
    except EngineError as error:
        refuse(error)
        return None
    return kept


@dataclass(frozen=True)
class Kept:
    """What a person brought on this visit to the form; another task goes on with it, if it takes such a thing.

    Attributes:
        name: of the file; empty if it was pasted.
        content: the file's, or the pasted text.
        task: whose field it stands in; empty once another task was chosen.
    """

    name: str
    content: bytes
    task: str


def carry_along(visit: int) -> None:
    """Another task was chosen: the fields of the former one go, what was brought in them stays."""
    kept = st.session_state.get(f"new_kept_{visit}")
    if kept is not None:
        st.session_state[f"new_kept_{visit}"] = replace(kept, task="")


def leave_out(visit: int) -> None:
    """What was brought is not wanted any more."""
    st.session_state.pop(f"new_kept_{visit}", None)


def brought(task: str, visit: int) -> tuple[str, str] | None:
    """The text that a person chose or pasted, and a file's encoding; None as long as there is none.

    A form takes what was pasted when its button is pressed, whatever key was or was not pressed before.
    """
    kept_key = f"new_kept_{visit}"
    kept: Kept | None = st.session_state.get(kept_key)
    types = TABLES if task == OwnSeriesTask.name else None
    with st.form(f"new_own_{task}_{visit}", border=False):
        file = st.file_uploader(
            "A file",
            type=types,
            key=f"new_file_{task}_{visit}",
            max_upload_size=LARGEST_FILE,
            help=explained("A file"),
        )
        pasted = st.text_area(
            "or pasted here", key=f"new_text_{task}_{visit}", height=120, help=explained("or pasted here")
        )
        st.form_submit_button("Read it", icon=":material/visibility:")
    if file is not None:
        kept = Kept(file.name, file.getvalue(), task)
    elif pasted.strip():
        kept = Kept("", pasted.encode(), task)
    elif kept is not None and kept.task == task:  # it was taken out of its field
        kept = None
    st.session_state[kept_key] = kept
    if kept is None:
        return None
    if kept.task != task:
        fits = not kept.name or types is None or kept.name.lower().endswith(tuple(f".{ending}" for ending in types))
        said = f"“{kept.name}”" if kept.name else "What you pasted"
        left, right = st.columns([4, 1.2], vertical_alignment="center")
        right.button(
            "Leave it out", key=f"new_leave_{task}_{visit}", on_click=leave_out, args=(visit,), width="stretch"
        )
        if not fits:
            left.caption(plain(f"{said} is kept for the other tasks; this one reads {', '.join(TABLES)} files."))
            return None
        left.caption(plain(f"{said} is read, as you brought it for the task before."))
    text, encoding = kept.content.decode(), ""
    if kept.name:
        decoded = decode(kept.content)
        text, encoding = decoded.text, decoded.encoding
    text = text.replace("\r\n", "\n")
    return (text, encoding) if text.strip() else None


def whole_text(text: str, encoding: str) -> str:
    """A text, each letter one character with its accents; and its beginning, to see whether it was read rightly."""
    text = unicodedata.normalize("NFC", text)
    read = f"Read as {encoding}: " if encoding else ""
    st.caption(plain(f"{read}{len(text):,} characters, {len(set(text))} different ones. It begins:"))
    st.text(text[:PREVIEWED_CHARACTERS])
    return text


def chosen_column(text: str, encoding: str, visit: int) -> str | None:
    """The column of a table that a person chooses, with its preview; None if none holds numbers."""
    left, middle, right = st.columns(3)
    decimal: Decimal | Literal[""] = ""
    if "," in text:
        decimal = right.selectbox(
            "Decimals are written with",
            ("", *get_args(Decimal)),
            format_func=DECIMALS.__getitem__,
            key=f"new_decimal_{visit}",
            help=explained("Decimals are written with"),
        )
    table = _read_table(text, decimal or None)
    st.caption(plain(f"{table.words}{f' The file is in {encoding}.' if encoding else ''}"))
    show_rows(table)
    columns = {column.name: column for column in table.of_numbers}
    if not columns:
        st.error("No column holds numbers. Choose another file, or say above how decimals are written.")
        return None
    suggested = table.suggested.name if table.suggested else ""
    name = left.selectbox(
        "Column to learn",
        list(columns),
        index=list(columns).index(suggested),
        key=f"new_column_{visit}_{hash(tuple(columns))}",
        help=explained("Column to learn"),
    )
    column = columns[name]
    gaps: Gaps = "fill"
    if len(column.gaps):
        gaps = middle.selectbox(
            "Gaps", get_args(Gaps), format_func=GAPS.__getitem__, key=f"new_gaps_{visit}", help=explained("Gaps")
        )
    prepared = prepare(table, column, gaps)
    values = prepared.values
    said = f"{len(values):,} numbers from {values.min():.6g} to {values.max():.6g}."
    st.caption(plain(" ".join((f"“{name}”:", said, *prepared.notes))))
    drawn = values[thin_indices(values, MOST_DRAWN)]
    st.plotly_chart(column_figure(drawn, name), width="stretch", key=f"new_preview_{visit}")
    return prepared.text


def show_rows(table: Table) -> None:
    """The table's first rows, as they were cut into columns."""
    shown = {column.name: list(column.cells[:PREVIEWED_ROWS]) for column in table.columns}
    st.dataframe(shown, hide_index=True, width="stretch", height="content", key=None)
