"""How a model is to be read: its symbols or numbers, what its outputs are, a sequence to begin with."""

from dataclasses import replace
from typing import Any, get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.shell.glossary import explained
from dashboard.shell.plain import plain
from dashboard.shell.trouble import refuse
from lstm_engine import EngineError, formats
from lstm_engine.formats import Mapping
from lstm_engine.formats.measuring import Sizes
from lstm_engine.tasks.own_model import OwnModel, Says
from lstm_engine.tasks.own_model_task import OwnModelTask

LARGEST_VOCABULARY = 2  # MB
SAYS: dict[Says, str] = {
    "next": "scores of the next symbol (softmax)",
    "classes": "scores of classes (softmax)",
    "numbers": "numbers",
}


def ask_how_to_read(
    mapping: Mapping, sizes: Sizes, source: str, key: str, places: tuple[DeltaGenerator, DeltaGenerator]
) -> OwnModel | None:
    """The vocabulary, what comes out, and an example; None while one of them is refused, with why beside it.

    Args:
        source: the file's name.
        places: where the vocabulary is asked for, and where the rest is.
    """
    left, right = places
    with left:
        symbols, refused = ask_for_symbols(sizes, key)
    with right:
        says = ask_what_it_says(mapping, sizes, symbols, key)
    if refused:
        return None
    try:
        own = OwnModel(
            sizes.inputs,
            sizes.outputs,
            symbols,
            says,
            embedded=sizes.embedding is not None,
            backward=mapping.backward,
            puts_out_hidden=mapping.readout is None,
            source=source,
        )
        task = OwnModelTask(text=own.to_text())
    except EngineError as error:
        with right:
            refuse(error)
        return None
    with right:
        example = st.text_input(
            "A sequence to begin with",
            key=f"bring_example_{key}",
            placeholder=task.examples()[0][:60],
            help=explained("A sequence to begin with"),
        )
        if example.strip():
            try:
                task.encode(example)
            except EngineError as error:
                refuse(error)
                return None
            own = replace(own, example=example)
    return own


def ask_for_symbols(sizes: Sizes, key: str) -> tuple[tuple[str, ...] | None, bool]:
    """The model's symbols, None for numbers, and whether what was given is refused."""
    embedded = sizes.embedding is not None
    typed = st.text_area(
        "Vocabulary",
        key=f"bring_vocabulary_{key}",
        height=110,
        placeholder="abc… in one line, or a symbol a line, or JSON",
        help=explained("Vocabulary"),
    )
    upload: Any = st.file_uploader(
        "or as a file",
        key=f"bring_vocabulary_file_{key}",
        max_upload_size=LARGEST_VOCABULARY,
        help=explained("Vocabulary"),
    )
    # a last line break is the file's or the field's, not a symbol; a space may be one
    given = upload.getvalue() if upload is not None else typed.rstrip("\n") or None
    if given is None:
        if embedded:
            st.caption(f"Without one, its {sizes.inputs:,} symbols are called by their numbers: 0, 1, 2 and so on.")
            return tuple(map(str, range(sizes.inputs))), False
        many = "a number" if sizes.inputs == 1 else f"{sizes.inputs:,} numbers"
        st.caption(f"Without one, it reads {many} at each timestep.")
        return None, False
    try:
        found = formats.vocabulary(given, sizes.inputs)
    except EngineError as error:
        refuse(error)
        return None, True
    symbols = found.symbols
    if symbols is not None:
        first = " ".join(f"{index} is “{symbol}”," for index, symbol in enumerate(symbols[:4]))
        st.caption(plain(f"{len(symbols):,} symbols: {first} and so on."))
    return symbols, False


def ask_what_it_says(mapping: Mapping, sizes: Sizes, symbols: tuple[str, ...] | None, key: str) -> Says:
    """What its outputs are; that of which there is nothing more likely is proposed."""
    there = [says for says in get_args(Says) if says != "next" or (symbols and sizes.outputs == len(symbols))]
    likely: Says = "next" if "next" in there and mapping.readout is not None else "numbers"
    says: Says = st.selectbox(
        "What comes out",
        there,
        index=there.index(likely),
        format_func=SAYS.__getitem__,
        key=f"bring_says_{key}_{len(there)}",
        help=explained("What comes out"),
    )
    return says
